"""Knows up to which place in a log the API has taken, or refused, everything."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from threading import Lock

from zaius_logging._spool.memory import MemorySpool
from zaius_logging.cli.follow.rotation import Mark


class CountingSpool(MemorySpool):
    """Counts what has left it from the front. Nothing is ever too old: the log keeps it, too.

    Attributes:
        buried: items that the API refused.
    """

    buried = 0

    @property
    def passed(self) -> int:
        """How many items, counted from the first of all, have left without a gap."""
        with self._lock:
            return self._first

    def dead_letter(self, reasons: Mapping[int, str]) -> None:
        """Put items aside for good."""
        self.buried += len(reasons)  # first: see Tracker.safe
        super().dead_letter(reasons)

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:  # noqa: ARG002 - the spool's
        """None."""
        return []


class Tracker:
    """Remembers places in a log until all before them is settled.

    One thread reads the log and calls `logged` and `reached`, another asks for what is `safe`, and the
    handler's own says `kept`. It holds at most one mark for each event that waits.

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
        """A refusal by the API was told and written down."""
        self._kept += 1

    def reached(self, mark: Mark) -> None:
        """Remember that all before this place was given to the handler, refused or passed over."""
        with self._lock:
            if self._marks and self._marks[-1][0] == self._logged:
                self._marks.pop()
            self._marks.append((self._logged, mark))

    def safe(self) -> Mark | None:
        """The last place before which all is settled; None where there is no new one."""
        passed = (
            self._spool.passed
        )  # before `buried`: what was refused since then does not count yet
        if self._spool.buried != self._kept:
            return None
        found = None
        with self._lock:
            while self._marks and self._marks[0][0] <= passed:
                found = self._marks.popleft()[1]
        return found
