"""What the modules of one durable spool share: its directory, its clocks, its locks, and its news.

Locks, in the order in which they are taken; all are re-entrant, and none is waited for by whoever
holds a later one, for a signal handler that logs may interrupt its own thread anywhere:
`tending` (files come and go), `lock` (a connection is used), a file's own (its log is synced). The last
is held while the disk works, where a signal handler that logs waits for `lock`: so who holds that one
waits for the last a moment only, and goes on without it.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import RLock

from zaius_logging._operators.notices import Notices

from .directory import Directory

ERRORS = (sqlite3.Error, OSError)
"""What a disk can do to us."""

_PATIENCE = 1.0  # seconds that the end waits for whoever tends


class Base:
    """A directory, clocks, locks and news.

    Args:
        directory: where the files are.
        notices: tells operators.
        clock: steady seconds.
        wall: seconds since the epoch. Asked once: a clock that is set later changes no event's age.
    """

    def __init__(
        self,
        directory: Directory,
        notices: Notices,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.directory = directory
        self.clock = clock
        self._notices = notices
        self._epoch = wall() - clock()
        self.after_fork_in_child()

    def after_fork_in_child(self) -> None:
        """In a forked child: locks that nobody holds, and no news."""
        self.tending = RLock()
        self.lock = RLock()
        self._news: deque[tuple[str, str]] = deque()

    @contextmanager
    def untended(self) -> Iterator[bool]:
        """Wait until nobody tends, for a moment only. Gives whether that is so.

        Whoever ends the spool in a signal handler may have interrupted an append, and so hold `lock`,
        for which the one that tends may wait.
        """
        alone = self.tending.acquire(timeout=_PATIENCE)
        try:
            yield alone
        finally:
            if alone:
                self.tending.release()

    def now(self) -> int:
        """Milliseconds since the epoch, steady."""
        return int((self.clock() + self._epoch) * 1000)

    def later(self, kind: str, line: str) -> None:
        """Keep a line for operators until no lock is held."""
        self._news.append((kind, line))

    def tell(self) -> None:
        """Tell operators what was kept for them."""
        while self._news:
            with suppress(IndexError):  # another thread was faster
                kind, line = self._news.popleft()
                self._notices.tell(kind, line, always=kind == "spool")
