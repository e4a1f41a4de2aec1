"""The spool in memory: bounded by count and by bytes, and gone with the process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate, islice, takewhile
from threading import RLock

from .base import QUIET, Maintenance


class MemorySpool:
    """Events wait in memory, bounded by count and by bytes; they do not outlive the process.

    Args:
        capacity: items at the most.
        capacity_bytes: bytes of items at the most.
        clock: steady seconds, for `expired`.

    Attributes:
        appended: items that `append` took, ever.
        appended_size: their bytes.
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
        self.appended: int = 0
        self.appended_size: int = 0
        self.after_fork_in_child()

    def after_fork_in_child(self) -> None:
        """Forget what was inherited: in a forked child, these items are the parent's."""
        # Re-entrant: a signal handler or a finaliser that logs may interrupt append in its own thread.
        # Who takes out has a lock of its own, so that no caller waits for it: of the numbers each side
        # changes its own, and a deque may be added to at one end while the other is emptied.
        self._lock = RLock()
        self._taking = RLock()
        # An item's id is how many were appended before it: those that wait follow without gaps.
        self._items: deque[bytes] = deque()
        self._first = self.appended  # id of the item at the front
        self._left_size = self.appended_size  # bytes of the items that have left
        self._marks: deque[tuple[float, int]] = deque()  # (when, id): all before id were there then
        self._old = self._first  # id: all before it are too old
        self._gone: set[int] = (
            set()
        )  # buried behind the front; they leave when the front reaches them
        self._preserved = False
        self._set_bounds()

    def _set_bounds(self) -> None:
        """Say up to where `append` may count, so that it need not reckon."""
        self._end = -1 if self._preserved else self._first + len(self._gone) + self._capacity
        self._end_size = self._left_size + self._capacity_bytes

    @property
    def size(self) -> int:
        """Bytes of the items that wait."""
        return self.appended_size - self._left_size

    def append(self, item: bytes) -> bool:
        """Put an item at the end. False where there is no room; then nothing has changed."""
        size = len(item)  # before `+=`: a signal handler that logs can run where a call is made
        with self._lock:
            if self.appended >= self._end or self.appended_size + size > self._end_size:
                return False
            self.appended_size += size
            # Not `append`: after a call the interpreter may let another thread run (CPython's "eval
            # breaker"). Without one it does not, from 3.11 on, so nobody ever waits for this lock: once
            # they had to, sixteen threads took 16 us a call instead of 6.
            self._items += (item,)
            self.appended += 1
        return True

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front, in order: at most so many, but at least one if any."""
        with self._taking:
            first = self._first
            front = self._front(max_count + len(self._gone))
            fits = self.size <= max_bytes
        pairs = list(enumerate(front, first))
        if self._gone:
            pairs = [pair for pair in pairs if pair[0] not in self._gone][:max_count]
        if fits or sum(map(len, front)) <= max_bytes:
            return pairs
        sizes = accumulate(len(item) for _, item in pairs)
        return pairs[: max(1, sum(1 for _ in takewhile(lambda size: size <= max_bytes, sizes)))]

    def _front(self, count: int) -> list[bytes]:
        """So many items at the most. One step of the interpreter, where it has a global lock."""
        try:
            return list(islice(self._items, count))
        except RuntimeError:  # it has none, and the deque grew meanwhile
            with self._lock:
                return list(islice(self._items, count))

    def remove(self, ids: Iterable[int]) -> None:
        """Forget delivered items."""
        with self._taking:
            others = list(ids) if self._gone else self._remove_front(ids)
            for place in others:
                at = place - self._first
                if 0 <= at < len(self._items) and place not in self._gone:
                    self._left_size += len(self._items[at])
                    self._items[at] = b""  # its memory goes now, its place later
                    self._gone.add(place)
            while self._gone and self._first in self._gone:
                self._gone.remove(self._first)
                self._items.popleft()
                self._first += 1
            self._set_bounds()

    def _remove_front(self, ids: Iterable[int]) -> list[int]:
        """Remove what stands at the front, as a delivered batch does. Returns the other ids."""
        first, size, others = self._first, 0, []
        end = first + len(self._items)
        take = self._items.popleft
        for place in ids:
            if place == first < end:
                size += len(take())
                first += 1
            else:
                others.append(place)
        self._first = first
        self._left_size += size
        return others

    def dead_letter(self, reasons: Mapping[int, str]) -> None:
        """Put items aside for good. Memory keeps none of them; `on_reject` hears of each."""
        self.remove(reasons)

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """The pairs at the front that have waited for more than `max_age` seconds.

        Ages are counted from the first call that meets an item, not from `append`: the listener calls
        after every failure, so that is seconds of 72 hours, and the call that logs pays nothing.
        """
        now = self._clock()
        with self._taking:
            end = self._first + len(self._items)
            if not self._marks or now >= self._marks[-1][0] + max_age / 1000:
                self._marks.append((now, end))
            while self._marks and self._marks[0][0] < now - max_age:
                self._old = self._marks.popleft()[1]
            front = self._front(max(0, self._old - self._first))
        return [(n, item) for n, item in enumerate(front, self._first) if n not in self._gone]

    def __len__(self) -> int:
        with self._taking:
            return len(self._items) - len(self._gone)

    def __repr__(self) -> str:
        return f"<MemorySpool {len(self)} events, {self.size} bytes>"

    def close(self) -> None:
        """Nothing to let go of."""

    def maintain(self) -> Maintenance:
        """Nothing is ever due."""
        return QUIET

    def before_fork(self) -> None:
        """Nothing to let go of: `after_fork_in_child` makes a new lock in the child."""

    def after_fork_in_parent(self) -> None:
        """Nothing was held."""

    def preserve(self) -> list[bytes]:
        """Nothing can be preserved: all that waits, in order."""
        with self._taking, self._lock:
            self._preserved = True
            self._set_bounds()
            return [item for n, item in enumerate(self._items, self._first) if n not in self._gone]
