"""Takes a fleet's events from a Redis stream to the API, by the listener that handlers use.

Any number of relays run; one leads by a lease, the others stand by. A term of leadership has listeners and
spools of its own, and ends with them: what is left stays in Redis. Its HTTP transports serve the next term too,
unless one of them still has a request under way.

A term has a thread for each request in flight, a listener's, and that of `run`, which renews the lease and
reads what has come to the stream.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence

from zaius_logging._operators.notices import Notices
from zaius_logging._process.wakeup import Wakeup
from zaius_logging._transport.base import Transport
from zaius_logging._transport.redis_address import RedisAddress

from .failures import code_of, redis_failure
from .redis_lease import Grant, RedisLease
from .scripts import FENCED, MEASURE
from .server import Server
from .stats import RelayStats, Totals
from .term import RelaySettings, Term
from .transport import durability

TICK = 0.1
"""Seconds between two looks at the stream while leading."""

STANDBY = 1.0
"""Seconds between two tries to lead, at the most; a lease that ends sooner is tried for when it ends."""

AWAY = 60.0
"""Seconds after which `once` gives up a Redis that does not answer: a restart takes less, and a job must end."""

_MEASURE_EVERY = 1.0
_SOON = 0.005


class Relay:
    """One relay of a stream.

    Args:
        address: of the stream.
        transport: makes a way to the API, one for each request in flight.
        settings: how it works.
        notices: writes lines for operators.
        clock: steady seconds.
    """

    def __init__(
        self,
        address: RedisAddress,
        transport: Callable[[], Transport],
        settings: RelaySettings | None = None,
        *,
        notices: Notices | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._address = address
        self._transport = transport
        self._settings = settings or RelaySettings()
        self._notices = notices or Notices()
        self._clock = clock
        self._server = Server(address, timeout=self._settings.redis_timeout)
        self._lease = RedisLease(self._server, self.name, self._settings.lease)
        self._wakeup = Wakeup()
        self._stopping = False
        self._totals = Totals(self.name, address.stream)
        self._term: Term | None = None
        self._checked = False
        self._next_measure = 0.0

    # For any thread, and for signal handlers

    def stop(self) -> None:
        """Ask it to end. Does not wait."""
        self._stopping = True
        self._wakeup.wake()

    def stats(self) -> RelayStats:
        """The numbers of this moment; those of the stream are up to a second old."""
        term = self._term
        return self._totals.stats(None if term is None else term.stats())

    # For the thread that leads or stands by

    def run(self, *, once: bool = False) -> bool:
        """Lead, or stand by, until `stop` is called.

        Args:
            once: end as soon as the stream is empty, nothing can be delivered before a person
                changes key, address or network, or Redis does not answer for a minute.

        Returns:
            False where `require_durable` does not allow this server, or `once` left events or gave Redis up.
        """
        transports: Sequence[Transport] = ()
        answered = self._clock()
        try:
            while not self._stopping:
                if not self._trustworthy():
                    return False
                # Before the lease is asked for: each may read a CA bundle, which took four of them 2.3 s on a
                # busy machine, and a lease of 1 s was over before it was used.
                transports = transports or self._made()
                granted = self._apply(once=once)
                if once and self._totals.length == 0:
                    return True
                if granted:
                    idle = self._lead(*granted, transports, once=once)
                    transports = transports if idle else ()
                    if once and not self._stopping:
                        return self._totals.length == 0
                if not self._totals.redis_problem:
                    answered = self._clock()
                elif once and self._clock() - answered > AWAY:
                    return False
            return True
        finally:
            self._server.drop()

    def _trustworthy(self) -> bool:
        """Look, once for each connection, whether the server keeps what it has acknowledged."""
        if self._checked:
            return True
        try:
            problem = durability(self._server)
        except Exception as error:  # noqa: BLE001 - Redis is away: so are its events
            self._trouble(error)
            return True
        self._checked = True
        unusable = bool(problem) and self._address.require_durable
        if problem:
            words = f"{problem} (require_durable)" if unusable else f"WARNING: {problem}"
            self._notices.tell("durable", words, always=True)
        return not unusable

    def _apply(self, *, once: bool) -> tuple[Grant, float] | None:
        """Ask for the lease; where another holds it, wait. Gives the grant, and when it was asked for."""
        try:
            self._measure()
            if once and self._totals.length == 0:
                return None
            asked = self._clock()
            found = self._lease.ask()
            self._tell("")
        except Exception as error:  # noqa: BLE001 - Redis is away: so are its events
            self._trouble(error)
            self._wakeup.wait(STANDBY)
            return None
        if isinstance(found, Grant):
            return found, asked
        self._wakeup.wait(min(found + _SOON, STANDBY))
        return None

    def _made(self) -> Sequence[Transport]:
        """Make the transports of a term, one for each request in flight."""
        return [self._transport() for _ in range(self._settings.in_flight)]

    def _lead(
        self, granted: Grant, asked: float, transports: Sequence[Transport], *, once: bool
    ) -> bool:
        """Lead for a term. Gives whether nothing of it is under way any more."""
        term = Term(
            self._address,
            self._settings,
            name=self.name,
            granted=granted,
            asked=asked,
            lease=self._lease,
            transports=transports,
            notices=self._notices,
            clock=self._clock,
        )
        self._totals.terms += 1
        self._term = term
        self._notices.tell("lead", f"{self.name} leads {self._address.stream}", always=True)
        try:
            while not self._stopping and term.holds():
                self._look(term)
                if once and self._done(term):
                    break
                self._wakeup.wait(TICK)
        finally:
            idle = self._end(term)
        return idle

    def _look(self, term: Term) -> None:
        try:
            term.look()
            self._measure()
            self._tell(term.problem)  # what it needs more rights for, say
        except Exception as error:  # noqa: BLE001 - it is the lease that says when to give up
            if code_of(error) != FENCED:
                self._trouble(error)

    def _done(self, term: Term) -> bool:
        stats = term.stats()
        if stats.state == "paused":
            return True
        if not stats.pending:
            self._next_measure = 0.0  # it may be the end: look at once
        return not stats.pending and self._totals.length == 0

    def _end(self, term: Term) -> bool:
        """End a term. The lease is given back only where nothing of ours is still under way; gives whether so."""
        lost = not term.holds()
        idle = self._ended(term, 0.0 if lost else self._settings.close_timeout)
        self._totals.ended(term.stats())
        self._term = None
        lost = lost or not term.holds()
        if idle and not lost:
            try:
                term.release()
            except Exception as error:  # noqa: BLE001 - then it runs out by itself
                self._trouble(error)
        how = ": it lost its lease" if lost else ""
        self._notices.tell(
            "lead", f"{self.name} leads {self._address.stream} no more{how}", always=True
        )
        return idle

    def _ended(self, term: Term, timeout: float) -> bool:
        """Wait for the request in flight, and renew the lease meanwhile.

        Another relay would otherwise send the same batch before this one's answer is there.

        Returns:
            Whether nothing is under way any more.
        """
        idle: list[bool] = []
        ending = threading.Thread(target=lambda: idle.append(term.end(timeout)), daemon=True)
        ending.start()
        while ending.is_alive():
            if term.holds():
                self._look(term)
            ending.join(TICK)
        return bool(idle and idle[0])

    def _measure(self) -> None:
        if self._clock() < self._next_measure:
            return
        keys = [self._address.key(each) for each in ("lease", "bytes", "dead", "forgot")]
        keys.insert(1, self._address.stream)
        self._totals.measured(self._server.run(MEASURE, keys, (self._settings.group,)))
        self._next_measure = self._clock() + _MEASURE_EVERY

    def _trouble(self, error: Exception) -> None:
        """Redis fails: begin again with new connections."""
        self._tell(getattr(redis_failure(error), "reason", ""))
        self._checked = False
        self._server.drop()

    def _tell(self, problem: str) -> None:
        """Tell operators of trouble with Redis when it begins or changes, and of its end."""
        before, self._totals.redis_problem = self._totals.redis_problem, problem
        if problem != before:
            words = f"{problem}; trying again" if problem else "Redis answers again"
            self._notices.tell("redis", words, always=True)
