"""Bounds one HTTP request as a whole: its seconds and the bytes of its answer, whatever the server does.

requests and urllib3 bound each wait for the network, not their sum: a server that sends one byte a
second is listened to for ever (requests' documentation, "Timeouts"). Here every wait gets what is left
of one deadline: connecting, a proxy's tunnel, sending, the head, the body. One call of `ssl` waits no
longer than its socket's timeout, however many reads it takes (CPython, `_ssl.c`), so TLS needs nothing more.

The bounds sit on the socket, below whatever session, proxy or TLS is in use: the connections of a pool get
a class of ours in front, whose `sock` wraps what is put there. The pool gets one, too: it sends a request of
ours once, whatever its adapter is set to, for between two tries it sleeps for as long as the server asks
(`Retry-After`), and nothing ends that. Only public names are used: `ConnectionCls` and `urlopen` of a pool;
`sock`, `timeout`, `connect` and `getresponse` of a connection; `makefile`, `sendall` and `settimeout` of a
socket. A pool whose connections are not `http.client`'s (urllib3.future, vcr) is left as it is.

No Python call can bound the system's look-up of a host name; so it is not bounded here either.
"""

from __future__ import annotations

import http.client
import io
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from urllib3.util import Retry

from zaius_logging._process.clock import steady

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection as _Base
    from urllib3.connectionpool import HTTPConnectionPool as _Pool
else:
    _Base = _Pool = object

MAX_ANSWER = 96 * 1024
"""Bytes of an answer's body that are read. A list of 500 invalid events takes about 40,000; and text
takes up to four times its bytes in memory, twice while JSON is read."""

MAX_RAW = MAX_ANSWER + 128 * 1024
"""Bytes of a whole answer, head and framing included. http.client alone would take 6.5 MB of headers."""

_CHUNK = 8192  # as io.DEFAULT_BUFFER_SIZE: what one read of a head asks for


class AnswerTooLarge(http.client.HTTPException):
    """The head of an answer is larger than any that makes sense."""


@dataclass(slots=True)
class Attempt:
    """What one request may still take.

    Attributes:
        deadline: seconds on the steady clock.
        room: bytes that may still be read.
        asked: the request has gone out; what came before was the answer of a proxy to CONNECT.
        status: of the answer, once its whole head has come; None before.
    """

    deadline: float
    room: int = MAX_RAW
    asked: bool = False
    status: int | None = None

    def left(self) -> float:
        """Seconds until the deadline, more than 0.

        Raises:
            TimeoutError: there are none.
        """
        left = self.deadline - steady()
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


def bind(pool: Any) -> bool:
    """Let the connections of a pool keep the bounds.

    Returns:
        False where they are not connections of `http.client`: then only each wait is bounded.
    """
    kind: Any = getattr(pool, "ConnectionCls", None)
    if not _is_known(kind):
        return False
    pool.ConnectionCls = _bounded_class(kind)
    above: Any = type(pool)
    pool.__class__ = _once_class(above)
    return True


def _is_known(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, http.client.HTTPConnection)


@cache
def _bounded_class(kind: type[Any]) -> type[Any]:
    return kind if issubclass(kind, _Bounded) else type(kind.__name__, (_Bounded, kind), {})


@cache
def _once_class(kind: type[Any]) -> type[Any]:
    return kind if issubclass(kind, _Once) else type(kind.__name__, (_Once, kind), {})


class _Once(_Pool):
    """Goes in front of a pool's class; it does nothing for a request that is not ours."""

    def urlopen(self, *args: Any, **kwargs: Any) -> Any:
        if _current.get() is not None:
            kwargs["retries"] = Retry(0, read=False)  # as requests has it by default
        return super().urlopen(*args, **kwargs)


class _Bounded(_Base):
    """Goes in front of a connection class; it does nothing for a request that is not ours."""

    @property
    def sock(self) -> Any:
        """The socket, wrapped so that each wait keeps the bounds."""
        return self.__dict__.get("sock")

    @sock.setter
    def sock(self, sock: Any) -> None:
        self.__dict__["sock"] = sock if sock is None else _Socket(sock)

    def connect(self) -> None:
        attempt = _current.get()
        if attempt is not None:
            # urllib3 gives each address of a name the whole time: one that swallows packets would leave
            # none for the next, nor for the TLS handshake.
            self.timeout = attempt.left() / (self._addresses() + 1)
        super().connect()

    def getresponse(self) -> Any:
        attempt = _current.get()
        if attempt is not None:
            attempt.asked = True
        return super().getresponse()

    def _addresses(self) -> int:
        socks = sys.modules.get("urllib3.contrib.socks")
        if socks is not None and isinstance(self, socks.SOCKSConnection):
            return 1  # the proxy looks the name up
        # By position: applications replace this function by ones that know no keywords.
        return len(socket.getaddrinfo(self.host, self.port, 0, socket.SOCK_STREAM))


class _Socket:
    """A connected socket, plain or TLS, whose waits get what is left of the current attempt."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: Any, *flags: Any) -> None:
        attempt = _current.get()
        if attempt is not None:
            self._sock.settimeout(attempt.left())
        self._sock.sendall(data, *flags)

    def makefile(self, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        attempt = _current.get()
        if attempt is None or mode != "rb":
            return self._sock.makefile(mode, *args, **kwargs)
        return io.BufferedReader(_Reader(self._sock, self._sock.makefile("rb", 0), attempt))


class _Reader(io.RawIOBase):
    """Reads one answer from a socket while there is time and room.

    It leaves out interim answers (100, 103 and so on), which come before the final one and are to be
    skipped (RFC 9110, section 15.2); http.client skips 100 only. 101 stays: it ends HTTP.
    """

    def __init__(self, sock: Any, raw: Any, attempt: Attempt) -> None:
        self._sock = sock
        self._raw = raw
        self._attempt = attempt
        self._ready: bytes | None = (
            None  # read and not handed on; None before the final head has come
        )

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        found: int = self._raw.fileno()
        return found

    def readinto(self, buffer: Any) -> int:
        if self._ready is None:
            self._ready = self._head()
        data = self._ready[: len(buffer)] or self._some(len(buffer))
        self._ready = self._ready[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def _some(self, most: int) -> bytes:
        attempt = self._attempt
        if not attempt.room:
            raise AnswerTooLarge
        self._sock.settimeout(attempt.left())
        data: bytes = self._raw.read(min(most, attempt.room)) or b""
        attempt.room -= len(data)
        return data

    def _head(self) -> bytes:
        """What has come once the head of the final answer is whole, or the connection has ended."""
        head = bytearray()
        while True:
            seen = 0
            while (end := _end_of_head(head, seen)) < 0:
                seen = len(head)
                data = self._some(_CHUNK)
                if not data:
                    return bytes(head)
                head += data
            status = _status(head)
            if not 100 <= status < 200 or status == http.HTTPStatus.SWITCHING_PROTOCOLS:  # noqa: PLR2004
                if self._attempt.asked:
                    self._attempt.status = status or None
                return bytes(head)
            del head[:end]

    def close(self) -> None:
        self._raw.close()
        super().close()


def _end_of_head(data: bytearray, seen: int) -> int:
    """Where the first head ends, or -1; what was `seen` before is not searched again."""
    start = max(0, seen - 3)
    ends = [
        at + len(mark) for mark in (b"\n\r\n", b"\n\n") if (at := data.find(mark, start)) >= 0
    ]  # http.client takes both
    return min(ends, default=-1)


def _status(head: bytearray) -> int:
    """The status in a head's first line; 0 where it has none."""
    code = bytes(head[9:12])
    return int(code) if head.startswith(b"HTTP/1.") and code.isdigit() else 0
