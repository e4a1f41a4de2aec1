"""The spool in memory: bounded by count and by bytes, and gone with the process.

Nothing here is kept in step with anything else, so nothing can be left out of step by an exception or a
signal handler in between, and no lock is taken:

- The items are a deque of (number, item). Number and place are given in one call of C, so that numbers
  rise by one from place to place; the count is the deque's length, and (last number - length) says how
  many have left so far.
- Their bytes are a fact that says for which state it holds, and is reckoned anew where it does not hold.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate, count, islice, takewhile
from typing import NamedTuple

from .base import Waiting

SMALL = 2048
"""Bytes of an item up to which `append` need not measure while there is plenty of room. Most events have
300 to 1,000."""

_EXPIRED = 1_000  # items that are given up as too old in one go


class _Measured(NamedTuple):
    """When the last item had number `last` and so many had left, so many bytes waited."""

    last: int
    left: int
    size: int


class MemorySpool:
    """Events wait in memory, bounded by count and by bytes; they do not outlive the process.

    While several threads append at the same instant, each may exceed a bound by one item.

    Args:
        capacity: items at the most.
        capacity_bytes: bytes of items at the most.
        clock: steady seconds, for `expired`.

    Attributes:
        items: those that wait, each with its number.
    """

    durable = False
    shared = False
    degraded = False

    def __init__(
        self,
        capacity: int = 100_000,
        capacity_bytes: int = 64 * 1024 * 1024,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity = capacity
        self._capacity_bytes = capacity_bytes
        self._clock = clock
        self.after_fork_in_child()

    def after_fork_in_child(self) -> None:
        """In a forked child: forget all that was inherited. These items are the parent's."""
        self._calls = count()  # of append
        self._certain = 0  # for calls below this number there is room, if the item is small
        self._numbers = count(1)
        self._measured = _Measured(0, 0, 0)
        self._ages: deque[tuple[float, int]] = (
            deque()
        )  # (when, number): all up to it were there then
        self.items: deque[tuple[bytes, int]] = (
            deque()
        )  # last: an append cut by the fork has the old

    def append(self, item: bytes) -> bool:
        """Put an item at the end. False where there is no room; then nothing has changed."""
        items = self.items
        call = next(self._calls)
        if (call >= self._certain or len(item) > SMALL) and not self._has_room(call, len(item)):
            return False
        # One call of C that draws the number and appends: whatever interrupts, the numbers have no gap.
        items.extend(zip((item,), self._numbers))  # noqa: B905 - `strict` would draw a second number
        return True

    def _has_room(self, call: int, size: int) -> bool:
        """Measure. Where there is room, say for how many more calls that is certain."""
        waiting = self.waiting()
        room = self._capacity_bytes - waiting.size - size
        if waiting.count >= self._capacity or room < 0:
            return False
        self._certain = call + 1 + min(self._capacity - waiting.count - 1, room // SMALL)
        return True

    def waiting(self) -> Waiting:
        """What waits now. Measures only what has come since the last time."""
        items = self.items
        for _ in range(3):  # a try fails only where another thread appends in the middle of it
            try:
                known, length, last = self._measured, len(items), items[-1][1]
                if last - length != known.left:
                    break
                new = list(islice(reversed(items), last - known.last))
            except IndexError:
                return Waiting(0, 0)
            except RuntimeError:
                continue
            if not new or new[0][1] == last:
                size = known.size + sum(len(item) for item, _ in new)
                self._measured = _Measured(last, known.left, size)
                return Waiting(length, size)
        return self._measure_all()

    def _measure_all(self) -> Waiting:
        every = self.items.copy()  # one call of C
        size = sum(len(item) for item, _ in every)
        if every:
            last = every[-1][1]
            self._measured = _Measured(last, last - len(every), size)
        return Waiting(len(every), size)

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front, in order: at most so many, but at least one if any."""
        front = self._front(max_count)
        if sum(len(item) for item, _ in front) > max_bytes:
            sizes = accumulate(len(item) for item, _ in front)
            front = front[
                : max(1, sum(1 for _ in takewhile(lambda size: size <= max_bytes, sizes)))
            ]
        return [(number, item) for item, number in front]

    def _front(self, most: int) -> list[tuple[bytes, int]]:
        try:
            return list(islice(self.items, most))  # one step, where there is a global lock
        except RuntimeError:  # there is none, and the deque grew meanwhile
            return list(islice(self.items.copy(), most))

    def remove(self, ids: Iterable[int]) -> None:
        """Forget delivered items."""
        wanted = set(ids)
        self.waiting()
        before, newest = self._measured, max(wanted, default=0)
        gone = size = 0
        window = len(wanted)
        while wanted:  # they stand at the front, or nearly
            front = self._front(window)
            for pair in front:
                if pair[1] in wanted:
                    self.items.remove(pair)  # looks from the front, in C
                    wanted.discard(pair[1])
                    gone += 1
                    size += len(pair[0])
            if len(front) < window:
                break
            window *= 2
        # Interrupted before this, the next look finds that more have left, and measures all.
        if newest <= before.last:
            self._measured = _Measured(before.last, before.left + gone, before.size - size)

    def dead_letter(self, reasons: Mapping[int, str], fate: str) -> None:  # noqa: ARG002 - see Spool
        """Remove items for good. Memory keeps none of them; the callbacks are given each."""
        self.remove(reasons)

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """The pairs at the front that have waited for more than `max_age` seconds.

        Ages are counted from the first call that meets an item, not from `append`: the listener calls
        after every failure, so that is seconds of 72 hours, and the call that logs pays nothing.
        """
        now, ages = self._clock(), self._ages
        last = self._last()
        if not ages or now >= ages[-1][0] + max_age / 1000:
            ages.append((now, last))
        while len(ages) > 1 and ages[1][0] < now - max_age:
            ages.popleft()
        if not ages or ages[0][0] >= now - max_age:
            return []
        old = ages[0][1]
        found = takewhile(lambda pair: pair[1] <= old, self._front(_EXPIRED))
        return [(number, item) for item, number in found]

    def _last(self) -> int:
        try:
            return self.items[-1][1]
        except IndexError:
            return self._measured.last

    def perishable(self) -> list[bytes]:
        """All that waits."""
        return [item for item, _ in self.items.copy()]

    def maintain(self) -> float:
        """Nothing is ever due."""
        return float("inf")

    def close(self) -> None:
        """Nothing to let go of."""

    def __repr__(self) -> str:
        waiting = self.waiting()
        return f"<MemorySpool {waiting.count} events, {waiting.size} bytes>"
