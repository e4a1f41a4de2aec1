"""The delivery machine: decides when to send, how much, how long to wait, and which events are bad.

Rule 1: every decision about delivery is made here, and nothing else is. There is no clock, thread,
socket, lock or randomness: time comes as `now` in seconds of any steady clock, chance as `uniform`.

Rule 2: the machine holds numbers, never events. Events wait in the spool, in order; a batch is always
taken from its front, so "the first 250" says which events are meant.

The caller's loop is: `next(now, count, size)`; on Send take that many from the front and send them; give
`answered` the outcome; put the places it returns aside; give `removed` how many have left the spool.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from zaius_logging._transport.outcome import Delivered, Outcome, Paused, Rejected, Retry, Split

from . import backoff as _backoff
from .bisection import Group, Search
from .pace import Pace

PROBE_INTERVAL = 60.0
"""Seconds between two tries while delivery is paused (key, address, network): often enough to resume soon
after a person has corrected it, and seldom enough not to look like an attack."""

NEVER = 1 << 62
"""More events than can come: where more of them change nothing."""

_MAX_AFTER = 3600.0  # seconds: what `wire` clamps Retry-After to


@dataclass(frozen=True, slots=True)
class Send:
    """Send from the front of the spool: at most `count` events and `size` bytes, at least one event.

    `skip`: leave out so many first; then it is a single event.
    """

    count: int
    size: int
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until` (may be infinite), unless something is added, flushed or closed."""

    until: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Closed: all is settled, or nothing more can be done before the deadline."""


Decision = Send | Wait | Stop


class Delivery:
    """Decides.

    Args:
        batch_size: events in a request at the most.
        batch_bytes: bytes in a request at the most.
        flush_interval: seconds that an event waits for the batch to fill at the most.
        pace: spaces the requests.
        uniform: (low, high) -> a number between them, for the jitter.
    """

    def __init__(
        self,
        *,
        batch_size: int,
        batch_bytes: int,
        flush_interval: float,
        pace: Pace,
        uniform: Callable[[float, float], float],
    ) -> None:
        self.flush_interval = flush_interval
        self._batch_size = batch_size
        self._batch_bytes = batch_bytes
        self._pace = pace
        self._uniform = uniform
        self._count = 0  # events that wait, as of the last `next` ...
        self._size = 0  # ... and their bytes
        self._limit = batch_size  # falls when the API says "too large", recovers slowly
        self._since: float | None = (
            None  # since when the oldest has waited for the batch to fill ...
        )
        self._younger: tuple[int, float] | None = None  # ... but for so many in front, since then
        self._flushed = False  # since the last request started
        self._urgent = 0  # events that someone who called flush() waits for
        self._failures = 0  # answers in a row that asked for another try
        self._paused = False
        self._backoff = -math.inf  # our own waiting: flush and close end it
        self._not_before = -math.inf  # the server's: nothing ends it
        self._search = Search()  # for a bad event
        self._foreign = 0  # answers in a row that were not the API's own, to single events
        self._skipped = False  # the last request left out events at the front
        self._deadline: float | None = None

    # What happens

    def removed(self, count: int) -> None:
        """So many events have left the spool from its front."""
        self._count = max(0, self._count - count)
        self._urgent = max(0, self._urgent - count)
        if self._younger is not None:
            older, since = self._younger
            self._younger = (older - count, since)
            if older <= count:
                self._since, self._younger = since, None

    def front_changed(self) -> None:
        """Other events stand at the front than were sent last: a search under way starts again."""
        self._search = Search()

    def hurry(self, count: int) -> None:
        """Do not wait for the batch to fill: there is no room for it. Other waits stay as they are."""
        self._urgent = count

    def flush(self, count: int) -> None:
        """Send all of the `count` events that wait now, at once.

        It is worth one try that begins after it, also where one under way is about to fail.
        """
        self._urgent = count
        self._backoff = -math.inf
        self._flushed = True

    def close(self, deadline: float) -> None:
        """Send what can be sent until `deadline`, then stop."""
        self._deadline = deadline
        self._backoff = -math.inf

    # What to do

    def next(self, now: float, count: int, size: int) -> Decision:
        """What to do now. A Send counts as done: the request starts now.

        Args:
            now: seconds of a steady clock.
            count: events that wait.
            size: their bytes.
        """
        self._count, self._size = count, size
        if count <= 0:
            self._since = self._younger = None
            self._urgent = 0
            return Wait(math.inf) if self._deadline is None else Stop()
        if self._since is None:
            self._since = now
        due = -math.inf if self._hurried() else self._since + self.flush_interval
        when = max(due, self._backoff, self._not_before, self._pace.ready())
        if self._deadline is not None and max(when, now) >= self._deadline:
            return Stop()
        if when > now:
            return Wait(when)
        if self._younger is None:
            self._younger = (count, now)  # events that come from here on have not waited so long
        self._pace.started(now)
        self._flushed = False
        most = self._search.count if self._search.groups else self._limit
        skip = self._foreign % min(count, self._batch_size)
        self._skipped = skip > 0
        if skip:
            return Send(1, NEVER, skip)
        most = min(most, count)
        # The body is a JSON array: two brackets, and a comma between two events.
        return Send(most, max(1, self._batch_bytes - most - 1))

    def meant(self, outcome: Outcome, count: int) -> Outcome:
        """Say what an answer means that may not be the API's own: an outage, unless other events go through.

        A gateway that answers everything with a 400 of its own costs no event, and one that stops a single
        event stops no other: the event is kept, and after the usual wait another one is tried. Only if that
        goes through and the first is stopped again is the first rejected.

        Args:
            outcome: of the transport.
            count: events that were sent.
        """
        if not isinstance(outcome, Split) or outcome.own or self._search.proven:
            return outcome
        if count > 1 and not self._foreign:
            return outcome
        self._foreign += 1
        return Retry(f"{outcome.reason}: not the API's own answer; check proxies and gateways")

    def answered(self, outcome: Outcome, count: int, now: float) -> Mapping[int, str]:
        """Take in what came of the `count` events at the front.

        Returns:
            Place in the batch -> reason, for each rejected event. With `Delivered` all have left;
            otherwise those that are not rejected stay at the front, to be sent again.
        """
        match outcome:
            case Retry(after=after, throttled=throttled):
                if throttled:
                    self._pace.throttled(now)
                self._failures += 1
                self._paused = False
                self._wait(now + _backoff.delay(self._failures, self._uniform))
                self._not_before = now + _bounded(after)
                return {}
            case Paused():
                self._paused = True
                self._wait(now + PROBE_INTERVAL)
                return {}
        self._failures = 0
        self._paused = False
        self._backoff = -math.inf
        self._foreign = 0
        if self._skipped:  # the way is open: send the first one again, alone
            self._search = Search((Group(1), Group(count)), proven=True)
        if isinstance(outcome, Delivered):
            self._limit = min(self._batch_size, self._limit + max(1, self._limit // 10))
            if self._search.groups:
                self._search = self._search.sent(count).went_through()
            return {}
        self._search = self._search.sent(count)
        match outcome:
            case Rejected(places=places) if places and all(0 <= at < count for at in places):
                self._search = self._search.named(len(places))
                return places
            case Rejected():  # a transport that names nobody in the batch: search, or it never ends
                outcome = Split("rejected, and the one named is not in the batch")
        return self._split(outcome)

    def _split(self, outcome: Split) -> Mapping[int, str]:
        alone = self._search.count == 1
        if outcome.too_large and not alone:
            self._limit = (self._search.count + 1) // 2
        proven = outcome.own or (self._search.proven and not alone)
        self._search = replace(self._search.failed(too_large=outcome.too_large), proven=proven)
        return {0: outcome.reason} if alone else {}

    def _wait(self, until: float) -> None:
        self._backoff = -math.inf if self._flushed else until

    def room(self) -> int:
        """After how many more events to look again: at the first, or when a batch may be full.

        Bytes are judged by the mean of the events that wait: looking once too often costs little.
        """
        if self._count <= 0:
            return 1
        if self._hurried():
            return NEVER
        mean = max(1, self._size // self._count)
        return max(1, min(self._batch_size - self._count, (self._batch_bytes - self._size) // mean))

    @property
    def searching(self) -> bool:
        """Whether events wait at the front that younger ones may have left behind: a bad one is looked for."""
        return bool(self._search)

    @property
    def state(self) -> str:
        """`idle`, `waiting`, `retrying`, `paused` or `closed`."""
        if self._deadline is not None:
            return "closed"
        if self._paused:
            return "paused"
        if self._failures:
            return "retrying"
        return "waiting" if self._count > 0 else "idle"

    def _full(self) -> bool:
        return self._count >= self._batch_size or self._size >= self._batch_bytes

    def _hurried(self) -> bool:
        return bool(
            self._urgent
            or self._search.groups
            or self._failures
            or self._paused
            or self._deadline is not None
            or self._full()
        )


def _bounded(after: float | None) -> float:
    """Seconds that a transport asks for, which may be anybody's: never for ever, never NaN."""
    return min(after, _MAX_AFTER) if after is not None and after > 0 else 0.0
