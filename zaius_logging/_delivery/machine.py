"""The delivery machine: when to send, how much, how long to wait, what to bury.

Rule 1: every decision about delivery is made here, and nothing else is. There is no clock, thread,
socket, lock or randomness: time comes as `now` in seconds of any steady clock, chance as `uniform`.

Rule 2: the machine holds numbers, never events. Events wait in the spool, in order; a batch is always
what stands at its front, so "the first 250" says which events are meant.

The caller's loop is: `next(now)`; on Send take that many from the front and send them; tell `answered`
what came of it; bury the places it returns; tell `removed` what has left the spool.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zaius_logging._transport.outcome import Delivered, Outcome, Paused, Rejected, Retry, Split

from . import backoff as _backoff
from .pace import Pace

PROBE_INTERVAL = 60.0
"""Seconds between two tries while key, address or network are refused: often enough to resume soon
after someone mends it, and seldom enough not to look like an attack."""

_MAX_AFTER = 3600.0  # seconds: what `_wire` clamps Retry-After to


@dataclass(frozen=True, slots=True)
class Send:
    """Send from the front of the spool: at most `count` events and `size` bytes, at least one event."""

    count: int
    size: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until` (may be infinite), unless something is added, flushed or closed."""

    until: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Closed: all is settled, or nothing more can be done before the deadline."""


Decision = Send | Wait | Stop


@dataclass(slots=True)
class _Group:
    """Events at the front that must be sent together, on the search for a bad one.

    `suspect`: if the group before it goes through whole, the bad one must be in here.
    """

    count: int
    suspect: bool = False


class Delivery:
    """Decides.

    Args:
        batch_size: events in a request at the most.
        batch_bytes: bytes in a request at the most.
        flush_interval: seconds that an event waits for company at the most.
        pace: spaces the requests.
        uniform: (low, high) -> a number between them, for the jitter.

    Attributes:
        count: events waiting, those being sent included.
        size: their bytes.
        settled: events that have left the spool, since the start.
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
        self.count = 0
        self.size = 0
        self.settled = 0
        self._batch_size = batch_size
        self._batch_bytes = batch_bytes
        self._flush_interval = flush_interval
        self._pace = pace
        self._uniform = uniform
        self._limit = batch_size  # falls when the API says "too large", recovers slowly
        self._since: float | None = None  # since when the oldest has waited for company ...
        self._younger: tuple[int, float] | None = None  # ... but for so many in front, since then
        self._flushed = False  # since the last request started
        self._urgent = 0  # events that someone who called flush() waits for
        self._failures = 0  # answers in a row that asked for another try
        self._refused = False
        self._backoff = -math.inf  # our own waiting: flush and close end it
        self._not_before = -math.inf  # the server's: nothing ends it
        self._groups: list[_Group] = []  # the next one last
        self._found = False  # a bad event was found in the batch that _groups came from
        self._deadline: float | None = None

    # What happens

    def added(self, count: int, size: int) -> None:
        """Events have come to stand at the end of the spool."""
        self.count += count
        self.size += size

    def removed(self, count: int, size: int) -> None:
        """Events have left the spool, delivered or buried."""
        self.count -= count
        self.size -= size
        self.settled += count
        self._urgent = max(0, self._urgent - count)
        if self._younger is not None:
            older, since = self._younger
            self._younger = (older - count, since)
            if older <= count:
                self._since, self._younger = since, None

    def front_changed(self) -> None:
        """What stands at the front is not what was sent last: a search under way starts again."""
        self._groups.clear()

    def hurry(self) -> None:
        """Do not wait for company: there is no room for it. Waits after failures stay as they are."""
        self._urgent = self.count

    def flush(self) -> None:
        """Send all that waits now, at once.

        It is worth one try that begins after it, also where one under way is about to fail.
        """
        self._urgent = self.count
        self._backoff = -math.inf
        self._flushed = True

    def close(self, deadline: float) -> None:
        """Send what can be sent until `deadline`, then stop."""
        self._deadline = deadline
        self._backoff = -math.inf

    # What to do

    def next(self, now: float) -> Decision:
        """What to do now. A Send counts as done: the request starts now."""
        if self.count <= 0:
            self._since = self._younger = None
            return Wait(math.inf) if self._deadline is None else Stop()
        if self._since is None:
            self._since = now
        due = -math.inf if self._hurried() else self._since + self._flush_interval
        when = max(due, self._backoff, self._not_before, self._pace.ready())
        if self._deadline is not None and max(when, now) >= self._deadline:
            return Stop()
        if when > now:
            return Wait(when)
        if self._younger is None:
            self._younger = (self.count, now)  # who comes from here on has not waited so long
        self._pace.started(now)
        self._flushed = False
        group = self._groups[-1].count if self._groups else self._limit
        return Send(min(group, self.count), self._batch_bytes)

    def answered(self, outcome: Outcome, count: int, now: float) -> Mapping[int, str]:
        """Take in what came of the `count` events at the front.

        Returns:
            Place in the batch -> reason, for each event to bury. With `Delivered` all have left;
            otherwise those that are not buried stay at the front, to be sent again.
        """
        match outcome:
            case Retry(after=after, throttled=throttled):
                if throttled:
                    self._pace.throttled(now)
                self._failures += 1
                self._refused = False
                self._wait(now + _backoff.delay(self._failures, self._uniform))
                self._not_before = now + _bounded(after)
                return {}
            case Paused():
                self._refused = True
                self._wait(now + PROBE_INTERVAL)
                return {}
        self._failures = 0
        self._refused = False
        self._backoff = -math.inf
        self._group(count)
        match outcome:
            case Delivered():
                self._went_through()
                return {}
            case Rejected(places=places) if places and all(0 <= at < count for at in places):
                self._shrink(len(places))
                return places
            case Rejected():  # a transport that names nobody in the batch: search, or it never ends
                outcome = Split("refused, and the one named is not in the batch")
        return self._halve(outcome.reason, too_large=outcome.too_large)

    def _wait(self, until: float) -> None:
        self._backoff = -math.inf if self._flushed else until

    def room(self) -> tuple[float, float]:
        """With how many more events, or bytes of them, waiting is over: the first, or a full batch.

        Infinite where more of them change nothing.
        """
        if self.count <= 0:
            return 1 - self.count, math.inf
        if self._hurried():
            return math.inf, math.inf
        return self._batch_size - self.count, self._batch_bytes - self.size

    @property
    def state(self) -> str:
        """`idle`, `waiting`, `retrying`, `paused` or `closed`."""
        if self._deadline is not None:
            return "closed"
        if self._refused:
            return "paused"
        if self._failures:
            return "retrying"
        return "waiting" if self.count > 0 else "idle"

    # How a full batch, and one in a hurry, are known

    def _full(self) -> bool:
        return self.count >= self._batch_size or self.size >= self._batch_bytes

    def _hurried(self) -> bool:
        return bool(
            self._urgent
            or self._groups
            or self._failures
            or self._refused
            or self._deadline is not None
            or self._full()
        )

    # The search for a bad event
    #
    # Halving finds k bad events of n in at most 1 + 2k·log2(n) requests. Two rules keep it there: where
    # the first half went through whole, the second is split unsent; and after the first find all that
    # is left goes as one, since a single bad event is what happens.

    def _group(self, count: int) -> None:
        """Make the last group exactly what was sent; a byte limit may have cut it."""
        if not self._groups:
            self._found = False
            self._groups.append(_Group(count))
        elif self._groups[-1].count > count:
            self._groups[-1].count -= count
            self._groups.append(_Group(count))

    def _went_through(self) -> None:
        self._limit = min(self._batch_size, self._limit + max(1, self._limit // 10))
        self._groups.pop()
        if self._groups and self._groups[-1].suspect:
            self._split_last(too_large=False)

    def _shrink(self, buried: int) -> None:
        self._clear_suspicion()
        self._groups[-1].count -= buried
        if not self._groups[-1].count:
            self._groups.pop()

    def _halve(self, reason: str, *, too_large: bool) -> Mapping[int, str]:
        self._clear_suspicion()
        if self._groups[-1].count > 1:
            if too_large:
                self._limit = (self._groups[-1].count + 1) // 2
            self._split_last(too_large=too_large)
            return {}
        self._groups.pop()
        if self._groups and not self._found and not too_large:
            self._groups = [_Group(sum(group.count for group in self._groups))]
        self._found = True
        return {0: reason}

    def _split_last(self, *, too_large: bool) -> None:
        if self._groups[-1].count > 1:
            whole = self._groups.pop().count
            self._groups.append(_Group(whole - whole // 2, suspect=not too_large))
            self._groups.append(_Group(whole // 2))

    def _clear_suspicion(self) -> None:
        # At most one has it, deeper where a byte limit cut the last group.
        for group in self._groups:
            group.suspect = False


def _bounded(after: float | None) -> float:
    """Seconds that a transport asks for, which may be anybody's: never for ever, never NaN."""
    return min(after, _MAX_AFTER) if after is not None and after > 0 else 0.0
