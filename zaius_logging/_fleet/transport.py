"""Appends batches to a Redis stream, for hosts that do not send to the API themselves."""

from __future__ import annotations

from collections.abc import Sequence

from zaius_logging._operators.notices import Notices
from zaius_logging._transport.outcome import Delivered, Outcome, Paused, Retry, Split
from zaius_logging._transport.redis_address import redis_address

from .checks import weaknesses
from .failures import code_of, redis_failure
from .scripts import APPEND
from .server import LOGGERS, Server


class RedisTransport:
    """The transport to a Redis stream, from where a relay takes the events to the API.

    A batch is appended whole or not at all. Where the stream is at its bound the batch waits here,
    in the spool: nothing in the stream is ever trimmed to make room.

    Args:
        url: the stream's address, see `redis_address`.
        timeout: seconds for each wait for the network.
        notices: gets a line if the server would forget events in a crash.

    Raises:
        ConfigError: the address cannot be used, or redis-py is not installed.
    """

    loggers: Sequence[str] = LOGGERS

    def __init__(self, url: str, *, timeout: float = 10.0, notices: Notices | None = None) -> None:
        self._address = redis_address(url)
        self._server = Server(self._address, timeout=timeout)
        self._notices = notices or Notices()
        self._checked = False
        self._unconfirmed = False

    def send(self, items: Sequence[bytes]) -> Outcome:
        """Append one batch. Never raises."""
        try:
            weak = self._check()
            if weak is not None:
                return Paused(weak)
            return self._append(items)
        except Exception as error:  # noqa: BLE001 - whatever it was, the events stay
            # The next try may find another primary behind the same name, and then it looks again.
            self._server.drop()
            self._checked = False
            return redis_failure(error)

    def _check(self) -> str | None:
        """Look at the server once a connection. Gives why it must not be used, if so."""
        if self._checked:
            return None
        problem = durability(self._server)
        if problem and self._address.require_durable:
            return f"{problem} (require_durable)"
        if problem:
            self._notices.tell("durable", f"WARNING: {problem}")
        self._checked = True
        return None

    def _append(self, items: Sequence[bytes]) -> Outcome:
        address = self._address
        if len(items) > address.max_events or sum(map(len, items)) > address.max_bytes:
            return Split("larger than the whole stream may be", too_large=True)
        if self._unconfirmed and not self._replicated():
            return Retry("too few replicas have what was sent")
        keys = (address.stream, address.key("bytes"))
        done, events, _ = self._server.run(
            APPEND, keys, (address.max_events, address.max_bytes, *items)
        )
        if not done:
            return Retry(f"the stream is full ({events:,} events)")
        # A batch that is not replicated in time may not survive: it is sent again, but not before the
        # replicas are back, so it is doubled once and not with every try. Noted before they are asked
        # for, which may fail: a right may be missing, memory may be full.
        self._unconfirmed = bool(address.wait_replicas)
        self._unconfirmed = self._unconfirmed and not self._replicated()
        return Retry("too few replicas have the batch") if self._unconfirmed else Delivered()

    def _replicated(self) -> bool:
        address = self._address
        return self._server.replicated(
            address.key("bytes"), address.wait_replicas, address.wait_timeout
        )

    def after_fork_in_child(self) -> None:
        """Forget connections without closing them: a forked child shares them with its parent."""
        self._server.after_fork_in_child()
        self._checked = False

    def close(self) -> None:
        """Close connections. May be called twice."""
        self._server.drop()

    def __repr__(self) -> str:
        return f"<RedisTransport {self._address.shown} {self._address.stream}>"


def durability(server: Server) -> str:
    """Say why a server may forget what it has acknowledged; blank where it keeps it.

    Raises:
        Exception: whatever redis-py raises, but for a lack of rights.
    """
    shown = f"Redis at {server.address.shown}"
    try:
        found = weaknesses(server.facts())
    except Exception as error:
        if code_of(error) != "NOPERM":
            raise
        return f"{shown} does not let us see whether it keeps events: allow +info"
    return f"{shown} {'; and it '.join(found)}" if found else ""
