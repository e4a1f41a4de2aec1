"""One term of leadership: listeners between a Redis stream and the API, for as long as a lease is held."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from zaius_logging._delivery.listener import Listener
from zaius_logging._operators.notices import Notices
from zaius_logging._stats import Stats
from zaius_logging._transport.base import Transport
from zaius_logging._transport.redis_address import RedisAddress

from .failures import code_of
from .lanes import Lane
from .lease import FleetPace, Lease
from .redis_lease import Grant, RedisLease
from .scripts import FENCED
from .sending import LaneDelivery, LeadingTransport, together
from .server import Server
from .spool import RedisSpool
from .stream import Stream

_BATCH_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """How a relay works.

    Attributes:
        group: the consumer group.
        rate: requests a second over all relays of the stream; None for no limit.
        batch: events in a request.
        in_flight: requests at once, at the most.
        linger: seconds that an event waits for the batch to fill at the most.
        lease: seconds after which a leader that is not heard of is replaced.
        max_age: seconds after which an event that could not be delivered is given up.
        close_timeout: seconds for the request in flight at the end.
        timeout: seconds for a wait for Redis, a third of the lease at the most.
    """

    group: str = "zaius"
    rate: float | None = 10.0
    batch: int = 500
    in_flight: int = 4
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
        lease: in Redis.
        granted: as Redis granted it.
        asked: when it was asked for.
        transports: to the API, one for each request in flight.
        notices: tells operators.
        clock: steady seconds.
    """

    def __init__(
        self,
        address: RedisAddress,
        settings: RelaySettings,
        *,
        name: str,
        lease: RedisLease,
        granted: Grant,
        asked: float,
        transports: Sequence[Transport],
        notices: Notices,
        clock: Callable[[], float],
    ) -> None:
        self._redis_lease = lease
        self._token = granted.token
        self._clock = clock
        self._lease = Lease(settings.lease, asked)
        self._pace_lock = threading.Lock()
        now = clock()  # after the answer, so that no request counts as older than it is
        ends = None if granted.ages is None else [now - age for age in granted.ages]
        self._pace = FleetPace(settings.rate, ends, now)
        self._stream = Stream(
            Server(address, timeout=settings.redis_timeout),
            granted.token,
            group=settings.group,
            name=name,
            lanes=settings.in_flight,
            batch=settings.batch,
            batch_bytes=_BATCH_BYTES,
            tell=self._wake,
        )
        self._deliveries = [self._delivery(lane, settings) for lane in self._stream.lanes]
        self._listeners = [
            Listener(
                RedisSpool(self._stream, lane),
                LeadingTransport(transport, self.holds, partial(self._ended, lane)),
                delivery,
                max_age=settings.max_age,
                notices=notices,
            )
            for lane, delivery, transport in zip(
                self._stream.lanes, self._deliveries, transports, strict=True
            )
        ]

    def _delivery(self, lane: Lane, settings: RelaySettings) -> LaneDelivery:
        return LaneDelivery(
            lane.number,
            self._pace,
            self._pace_lock,
            batch_size=settings.batch,
            batch_bytes=_BATCH_BYTES,
            flush_interval=settings.linger,
            uniform=random.SystemRandom().uniform,
        )

    def holds(self) -> bool:
        """Whether the lease cannot be another's yet."""
        return not self._stream.fenced and self._lease.held(self._clock())

    @property
    def problem(self) -> str:
        """Why Redis cannot be used, for people; blank when it can."""
        return self._stream.problem

    def _wake(self, lane: Lane, hurry: bool) -> None:
        if hurry:
            self._deliveries[lane.number].hurry(len(lane.items))
        self._listeners[lane.number].wake()

    def _ended(self, lane: Lane) -> None:
        """Note the end of a lane's request, which others may wait for."""
        with self._pace_lock:
            self._pace.lands(lane.number)
            self._pace.ended(self._clock())
        for each in self._stream.lanes:
            if each.items:
                self._listeners[each.number].wake()

    def look(self) -> None:
        """Renew the lease when it is due, and read what has come.

        Raises:
            Exception: whatever redis-py raises; FENCED where another leads.
        """
        asked = self._clock()
        renew = self._lease.due(asked)
        try:
            length = self._redis_lease.look(self._token, renew=renew)
        except Exception as error:
            self._stream.fenced = self._stream.fenced or code_of(error) == FENCED
            raise
        if renew:
            self._lease = self._lease.renewed(asked)
        self._stream.look(length)

    def stats(self) -> Stats:
        """What became of the events of this term."""
        return together([each.stats() for each in self._listeners])

    def end(self, timeout: float) -> bool:
        """End it, waiting so long for the requests in flight. Gives whether nothing is under way."""
        with ThreadPoolExecutor(len(self._listeners)) as pool:
            return all(pool.map(lambda each: each.end(timeout, begin_more=False), self._listeners))

    def release(self) -> None:
        """Give the lease back, with a note for the next leader of what was sent last.

        Raises:
            Exception: whatever redis-py raises.
        """
        ages = self._pace.ages(self._clock())
        self._redis_lease.give_back(self._token, ages, self._pace.period)
