"""One term of leadership: a listener between a Redis stream and the API, for as long as a lease is held."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zaius_logging._delivery.listener import Listener
from zaius_logging._delivery.machine import Delivery
from zaius_logging._delivery.reporter import Callback
from zaius_logging._operators.notices import Notices
from zaius_logging._stats import Stats
from zaius_logging._transport.base import Transport
from zaius_logging._transport.outcome import Outcome, Retry
from zaius_logging._transport.redis_address import RedisAddress

from .lease import FleetPace, Lease
from .scripts import LOOK, RELEASE
from .server import Server
from .spool import RedisSpool

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """How a relay works.

    Attributes:
        group: the consumer group.
        rate: requests a second over all relays of the stream; None for no limit.
        batch: events in a request.
        linger: seconds that an event waits for the batch to fill at the most.
        lease: seconds after which a leader that is not heard of is replaced.
        max_age: seconds after which an event that could not be delivered is given up.
        close_timeout: seconds for the request in flight at the end.
        timeout: seconds for a wait for Redis, a third of the lease at the most.
    """

    group: str = "zaius"
    rate: float | None = 10.0
    batch: int = 500
    linger: float = 1.0
    lease: float = 15.0
    max_age: float = 72 * 3600.0
    close_timeout: float = 15.0
    timeout: float = 10.0

    @property
    def redis_timeout(self) -> float:
        """Seconds for a wait for Redis: short enough to hear of it before the lease runs out."""
        return min(self.timeout, self.lease / 3)


class Term:
    """Leads from the grant of a lease to its end.

    Args:
        address: of the stream.
        settings: of the relay.
        name: of the relay.
        granted: the lease, as Redis granted it.
        asked: when it was asked for.
        ends: when the last leader's requests ended; None where nobody knows.
        transport: the way to the API.
        on_reject: called with each event that the API rejected, and its reason.
        notices: tells operators.
        clock: steady seconds.
    """

    def __init__(
        self,
        address: RedisAddress,
        settings: RelaySettings,
        *,
        name: str,
        granted: str,
        asked: float,
        ends: Sequence[float] | None,
        transport: Transport,
        on_reject: Callback | None,
        notices: Notices,
        clock: Callable[[], float],
    ) -> None:
        self.granted = granted
        self._address = address
        self._clock = clock
        self._lease = Lease(settings.lease, asked)
        self._pace = FleetPace(settings.rate, ends, clock())
        self._spool = RedisSpool(
            Server(address, timeout=settings.redis_timeout),
            granted,
            group=settings.group,
            name=name,
        )
        self._listener = Listener(
            self._spool,
            _Leading(transport, self),
            Delivery(
                batch_size=settings.batch,
                batch_bytes=1_000_000,
                flush_interval=settings.linger,
                pace=self._pace,
                uniform=random.SystemRandom().uniform,
            ),
            max_age=settings.max_age,
            on_reject=on_reject,
            notices=notices,
        )
        self.fenced = False

    def holds(self) -> bool:
        """Whether the lease cannot be another's yet."""
        return not (self.fenced or self._spool.fenced) and self._lease.held(self._clock())

    @property
    def problem(self) -> str:
        """Why the listener cannot use Redis, for people; blank when it can."""
        return self._spool.problem

    def sent(self, transport: Transport, items: Sequence[bytes]) -> Outcome:
        """Send a batch, unless the lease ran out since it was read: a pause can be anywhere."""
        if not self.holds():
            return Retry("the lease ran out")
        try:
            return transport.send(items)
        finally:
            self._pace.ended(self._clock())

    def look(self, server: Server) -> None:
        """Renew the lease when it is due, and tell the listener what has come.

        Raises:
            Exception: whatever redis-py raises; FENCED where another leads.
        """
        asked = self._clock()
        renew = self._lease.due(asked)
        milliseconds = int(self._lease.seconds * 1000) if renew else 0
        keys = (self._address.key("lease"), self._address.stream, self._address.key("bytes"))

        def ask() -> tuple[int, int]:
            events, size = server.run(LOOK, keys, (self.granted, milliseconds))
            return events, size

        count, _ = self._spool.grown(ask)
        if renew:
            self._lease = self._lease.renewed(asked)
        if count:
            self._listener.wake()

    def stats(self) -> Stats:
        """What became of the events of this term."""
        return self._listener.stats()

    def end(self, timeout: float) -> bool:
        """End it, waiting so long for the request in flight. Gives whether nothing is under way."""
        return self._listener.end(timeout, begin_more=False)

    def release(self, server: Server) -> None:
        """Give the lease back, with a note for the next leader of what was sent last.

        Raises:
            Exception: whatever redis-py raises.
        """
        ages = [int(age * _MICRO) for age in self._pace.ages(self._clock())]
        keys = (self._address.key("lease"), self._address.key("note"))
        keep = int(self._pace.period * 1000) + 1
        server.run(RELEASE, keys, (self.granted, keep, *ages))


class _Leading:
    """A transport that sends only while a term lasts."""

    def __init__(self, transport: Transport, term: Term) -> None:
        self._transport = transport
        self._term = term
        self.loggers = transport.loggers

    def send(self, items: Sequence[bytes]) -> Outcome:
        """Send a batch and say what came of it."""
        return self._term.sent(self._transport, items)

    def after_fork_in_child(self) -> None:
        """Forget connections."""
        self._transport.after_fork_in_child()

    def close(self) -> None:
        """Close connections."""
        self._transport.close()
