"""Knows up to which place the API has taken, or rejected, everything that was read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

from zaius_logging._spool.memory import MemorySpool

Mark = TypeVar("Mark")


class CountingSpool(MemorySpool):
    """Counts what has left it from the front. Nothing is ever too old: the file keeps it, too.

    Items are counted as they are peeked at, which is in the order of their arrival; so nothing need be
    known of the spool itself.

    Attributes:
        passed: how many items, counted from the first of all, have left without a gap.
        rejected: items that the API rejected.
    """

    def __init__(self, *bounds: Any) -> None:
        self._ordinals: dict[int, int] = {}  # id -> which of all it is, from 0
        self._early: set[int] = set()  # behind a gap
        self._counted = 0
        self._newest = -1
        self.passed = 0
        self.rejected = 0
        super().__init__(*bounds)

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """Give items from the front, and number those that are new."""
        items = super().peek(max_count, max_bytes)
        for id_, _ in items:
            if id_ > self._newest:
                self._ordinals[id_] = self._counted
                self._counted += 1
                self._newest = id_
        return items

    def remove(self, ids: Iterable[int]) -> None:
        """Let items go that were delivered."""
        ids = list(ids)
        super().remove(ids)
        self._left(ids)

    def let_go(self, ids: Iterable[int]) -> None:
        """Let items go that were not delivered: they have not passed."""
        super().remove(ids)

    def dead_letter(self, reasons: Mapping[int, str], fate: str) -> None:
        """Let items go that were rejected."""
        self.rejected += len(reasons)  # first: see Tracker.safe
        super().dead_letter(reasons, fate)
        self._left(reasons)

    def _left(self, ids: Iterable[int]) -> None:
        self._early.update(self._ordinals.pop(id_) for id_ in ids if id_ in self._ordinals)
        passed = self.passed
        while passed in self._early:
            self._early.remove(passed)
            passed += 1
        self.passed = passed

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:  # noqa: ARG002 - the spool's
        """None."""
        return []


class Tracker(Generic[Mark]):
    """Remembers places until all before them is settled.

    One thread reads and calls `logged` and `reached`, another asks for what is `safe`, and the handler's
    own says `kept`. It holds at most one mark for each event that waits.

    Args:
        spool: where the handler's events wait.
    """

    def __init__(self, spool: CountingSpool) -> None:
        self._spool = spool
        self._lock = Lock()
        self._marks: deque[tuple[int, Mark]] = deque()
        self._logged = 0
        self._kept = 0

    def logged(self) -> None:
        """Count an event that was given to the handler. If it came too late, no later mark is safe."""
        self._logged += 1

    def kept(self) -> None:
        """A rejection by the API was reported and written down."""
        self._kept += 1

    def reached(self, mark: Mark) -> None:
        """Remember that all before this place was given to the handler, invalid or passed over."""
        with self._lock:
            if self._marks and self._marks[-1][0] == self._logged:
                self._marks.pop()
            self._marks.append((self._logged, mark))

    def safe(self) -> Mark | None:
        """The last place before which all is settled; None where there is no new one."""
        passed = self._spool.passed  # before `rejected`: what was rejected since does not count yet
        if self._spool.rejected != self._kept:
            return None
        found = None
        with self._lock:
            while self._marks and self._marks[0][0] <= passed:
                found = self._marks.popleft()[1]
        return found
