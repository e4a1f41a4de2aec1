"""One deadline and one limit of bytes for a whole HTTP request, whatever the server does.

requests and urllib3 bound each wait for the network, not their sum: a server that sends one byte a
second is listened to for ever (requests' documentation, "Timeouts"). Here every wait is given what is
left of one deadline: connecting, TLS, a proxy's tunnel, sending, the head, the body.

It works below whatever Session or proxy is in use, because all of them end in a connection of urllib3:
a pool's connections get a base class of ours in front, and it is inert for a request that is not
ours. One call of `ssl` waits for no longer than the socket's timeout, however many reads it takes
(CPython, `_ssl.c`), so TLS needs nothing of its own.

What is not bounded here is the system's look-up of a host name, which no Python call can bound.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection as _Base
else:
    _Base = object

MAX_ANSWER = 96 * 1024
"""Bytes of an answer's body that are read. A list of 500 invalid events takes about 40,000; and text
takes up to four times its bytes in memory, twice while JSON is read."""

MAX_RAW = MAX_ANSWER + 128 * 1024
"""Bytes of a whole answer, head and framing included. http.client alone would take 6.5 MB of headers."""


class AnswerTooLarge(http.client.HTTPException):
    """The answer's head alone is larger than any that makes sense."""


@dataclass(slots=True)
class Attempt:
    """What one request may still take.

    Attributes:
        deadline: on `clock`.
        room: bytes that may still be read.
        reused: the request went out on a connection that had carried an answer before.
        head: status and headers of the answer, once they have been read.
    """

    deadline: float
    clock: Callable[[], float] = time.monotonic
    room: int = MAX_RAW
    reused: bool = False
    head: tuple[int, Any] | None = None

    def left(self) -> float:
        """Seconds until the deadline, more than 0.

        Raises:
            TimeoutError: there are none.
        """
        left = self.deadline - self.clock()
        if left <= 0:
            raise TimeoutError("the request took too long as a whole")
        return left


_current: ContextVar[Attempt | None] = ContextVar("zaius_attempt", default=None)


@contextmanager
def bounded(attempt: Attempt) -> Iterator[None]:
    """Put requests of this thread under the bounds of an attempt."""
    token = _current.set(attempt)
    try:
        yield
    finally:
        _current.reset(token)


@cache
def bounded_class(connection: type[Any]) -> type[Any]:
    """A urllib3 connection class that keeps the bounds of whoever uses it."""
    if issubclass(connection, _Bounded):
        return connection
    return type(connection.__name__, (_Bounded, connection), {})


class _Reader(io.RawIOBase):
    """Reads from a socket while there is time and room."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, attempt: Attempt) -> None:
        self._sock = sock
        self._raw = raw
        self._attempt = attempt

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int | None:
        attempt = self._attempt
        if not attempt.room:
            raise AnswerTooLarge
        self._sock.settimeout(attempt.left())
        count = self._raw.readinto(memoryview(buffer)[: attempt.room])
        attempt.room -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer that is read through `_Reader`, and begins with its final status."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        attempt = _current.get()
        if attempt is not None:
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_Reader(sock, raw, attempt))

    def begin(self) -> None:
        attempt = _current.get()
        super().begin()
        if attempt is not None:
            attempt.head = (self.status, self.headers)

    def _read_status(self) -> tuple[str, int, str]:
        # Interim answers (103 Early Hints) come before the final one and are to be skipped (RFC 9110,
        # section 15.2). http.client does so for 100 only. 101 ends HTTP, and nobody asked for it.
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 102 <= status < 200:  # noqa: PLR2004
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Bounded(_Base):
    """Goes in front of a connection class of urllib3."""

    response_class: Any = _Response
    _answered = False

    def connect(self) -> None:
        self._answered = False
        super().connect()

    def _new_conn(self) -> socket.socket:
        attempt = _current.get()
        if attempt is None:
            return super()._new_conn()
        # urllib3 gives each address of a name the whole time; one that swallows packets would leave
        # none for the next.
        self.timeout = attempt.left() / self._addresses()
        sock = super()._new_conn()
        sock.settimeout(attempt.left())
        return sock

    def _addresses(self) -> int:
        if hasattr(self, "_socks_options"):
            return 1  # the proxy looks the name up
        return len(socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM))

    def request(self, *args: Any, **kwargs: Any) -> None:
        attempt = _current.get()
        if attempt is not None:
            attempt.reused = self._answered and self.sock is not None
            attempt.head = None
        super().request(*args, **kwargs)

    def send(self, data: Any) -> None:
        attempt = _current.get()
        if attempt is not None and self.sock is not None:
            self.sock.settimeout(attempt.left())
        super().send(data)

    def getresponse(self) -> Any:
        answer = super().getresponse()
        self._answered = True
        return answer
