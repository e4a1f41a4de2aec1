"""The durable spool: events survive the process in SQLite files, one for each process.

This module is what the listener sees, and what it means to sync, to end and to fork. Behind it: the line
that events wait in (`line.py`), its tail, where they join (`tail.py`), and files of dead processes, which
join at its head (`orphans.py`). The order of the locks stands in `base.py`.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from zaius_logging._operators.notices import Notices
from zaius_logging._spool.base import Waiting

from .base import ERRORS, Base
from .directory import Directory
from .file import SpoolFile
from .keeper import Keeper
from .line import Line
from .orphans import Orphans
from .tail import MiB, Tail

BARRIER_DELAY = 0.25
"""Seconds from a commit to the sync that makes it survive a power cut; with the sync itself it must
stay under the second that is promised."""

_HOLD = 5.0  # seconds that a fork waits for other threads; then it goes on, as without us


class SQLiteSpool:
    """Events wait on disk, and are still there when the process is not.

    Once `append` has returned, the event survives any death of the process, SIGKILL included. A power
    cut costs at most the last second (`sync="interval"`), or nothing (`"always"`).

    Nothing is raised for what disks do. While one is full, read-only, failing or gone, events wait in
    memory, `degraded` is True, and one line on stderr says so.

    Args:
        directory: made when needed. It may be shared by processes of one machine, not by a network.
        sync: `interval`, or `always`, which waits for the disk in each append; threads share syncs.
        max_bytes: of this process's file and of those that it adopted.
        capacity: items at the most in memory, while the disk fails.
        capacity_bytes: their bytes.
        notices: tells operators.
        clock: steady seconds.
        wall: seconds since the epoch. Asked once: a clock that is set later changes no event's age.

    Attributes:
        appended: events that `append` took in this process, adopted ones not included. It never falls.
        appended_size: their bytes.
    """

    durable = True

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        sync: str = "interval",
        max_bytes: int = 256 * MiB,
        capacity: int = 100_000,
        capacity_bytes: int = 64 * MiB,
        notices: Notices | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._always = sync == "always"
        self._base = Base(Directory(directory), notices or Notices(), clock, wall)
        self._max_bytes = max_bytes
        self._memory_bounds = (capacity, capacity_bytes)
        self._ignored: set[str] = set()
        self._found = self._lost = 0
        self._fresh()
        _all.add(self)

    def _fresh(self) -> None:
        base = self._base
        self._lock = base.lock
        self._line = line = Line(base, self._failed)
        self._tail = Tail(base, line, self._max_bytes, self._memory_bounds)
        self._orphans = Orphans(base, line, self._max_bytes, self._ignored)
        self._keeper = Keeper(self._barrier, BARRIER_DELAY)
        self._held: list[Any] = []  # locks, during a fork
        self._forked = False
        self._closed: Waiting | None = None  # what it held when it was closed

    @property
    def shared(self) -> bool:
        """Whether to look for what dead processes left. A forked child looks no sooner than it logs."""
        return not self._forked

    @property
    def degraded(self) -> bool:
        """Whether events wait in memory for now, because the disk fails."""
        return self._tail.memory is not None

    def waiting(self) -> Waiting:
        """What waits now."""
        if self._closed is not None:
            return self._closed
        pending_loss = sum(file.lost for file in self._line.files)
        return Waiting(len(self._line), self._line.size, self._found, self._lost + pending_loss)

    def __len__(self) -> int:
        return self.waiting().count

    @property
    def size(self) -> int:
        """Bytes of the items that wait."""
        return self.waiting().size

    def __repr__(self) -> str:
        state = ", degraded" if self.degraded else ""
        path = self._base.directory.path
        return f"<SQLiteSpool {path} {self.waiting().count} events{state}>"

    # Appending

    def append(self, item: bytes) -> bool:
        """Put an item at the end, committed. False where there is no room; then nothing has changed."""
        if self._closed is not None:
            self._fresh()
        size = len(item)  # before `+=`: a signal handler that logs can run where a call is made
        with self._lock:
            tail = self._tail
            file = tail.file or tail.begin()
            try:
                if file is not None:
                    commit = file.append(item, self._base.now())
            except ERRORS as error:
                if tail.is_at_limit(error, size):
                    return False
                tail.degrade(error)
                file = None
            if file is None:
                taken = tail.memory is not None and tail.memory.append(item)
        if file is None:
            self._base.tell()
            return taken
        if self._always:
            self._sync(file, commit)
        elif not self._keeper.rung:
            self._keeper.wake()
        return True

    # Making durable

    def _barrier(self) -> None:
        """Make everything so far survive a power cut."""
        for file in self._line.files:
            self._sync(file)
        self._base.tell()

    def _sync(self, file: SpoolFile, commit: int = 0) -> None:
        try:
            file.sync(commit)
        except OSError as error:
            file.synced = file.commits  # once is enough: its promise is broken, and told
            with self._lock:
                self._failed(file, error)
            self._base.tell()

    def _failed(self, file: SpoolFile, error: Exception) -> None:
        """Append to it no more."""
        if file is self._tail.file:
            self._tail.degrade(error)

    # Giving out and letting go

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front, in order: at most so many, but at least one if any.

        Only a batch is read into memory. Rows whose checksum is wrong are not given out but counted
        as lost; a file that cannot be read is passed over, and tried again later.
        """
        found = self._line.peek(max_count, max_bytes)
        self._base.tell()
        return found

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """Some of the pairs at the front that were appended more than `max_age` seconds ago."""
        return self._line.expired(max_age)

    def remove(self, ids: Iterable[int]) -> None:
        """Forget delivered items; in memory only, where the disk does not let us."""
        self._line.remove(ids)

    def dead_letter(self, reasons: Mapping[int, str], fate: str) -> None:
        """Put refused items aside in `buried.db`, each with its reason."""
        if fate == "rejected":
            self._line.dead_letter(reasons)
        else:
            self._line.remove(reasons)
        self._base.tell()

    # Tending

    def maintain(self) -> float:
        """Adopt, return to the disk, remove what is empty; tell what was found and lost."""
        base, tail, orphans = self._base, self._tail, self._orphans
        with base.tending:
            now = base.clock()
            if now >= tail.due:
                tail.restore()
            self._lost += self._line.harvest()[0]
            if self._line.clean(tail.file) or now >= orphans.due:  # there is room, or it is time
                found, _ = orphans.adopt()
                self._found += found
                if found:
                    tail.make_room()
            wait = max(0.0, min(orphans.due, tail.due) - base.clock())
        base.tell()
        return wait

    # Ends and forks

    def perishable(self) -> list[bytes]:
        """What waits in memory and could not be written."""
        with self._base.untended() as alone:
            if alone:
                self._tail.restore()
            self._barrier()
            memory = self._tail.memory
            return [] if memory is None else memory.perishable()

    def close(self) -> None:
        """Let go of the files, for the next process; the empty ones are removed."""
        with self._base.untended() as alone, self._lock:
            self._closed = self.waiting()
            self._keeper.end()
            if not alone:  # whoever tends may use the files; the end of the process lets go of them
                return
            for file in self._line.files:
                with suppress(*ERRORS):
                    if file.count == 0:
                        file.dispose()
                with suppress(*ERRORS):
                    file.close()
            self._line.parts = []
            self._tail.file = self._tail.memory = None

    def before_fork(self) -> None:
        """Before a fork: close the connections, and let no thread open one.

        A child that so much as closes a connection that it inherited can remove the log, and with it
        the parent's rows (https://www.sqlite.org/howtocorrupt.html, section 2.6).
        """
        locks = (self._base.tending, self._base.lock)
        self._held = [lock for lock in locks if lock.acquire(timeout=_HOLD)]
        for file in self._line.files:
            with suppress(*ERRORS):
                file.suspend()

    def after_fork_in_parent(self) -> None:
        """After a fork, in the parent: go on; connections open when they are needed."""
        for lock in reversed(self._held):
            lock.release()
        self._held = []

    def after_fork_in_child(self) -> None:
        """After a fork, in the child: these files are the parent's; ours begins with our first event."""
        _inherited.append(
            self._line
        )  # a connection that `before_fork` could not close must never be
        for file in self._line.files:
            file.claim.drop()  # the parent's own descriptor keeps the lock
        self._base.after_fork_in_child()
        self._fresh()
        self._forked = True


_inherited: list[Line] = []
_all: weakref.WeakSet[SQLiteSpool] = weakref.WeakSet()


def _before_fork() -> None:
    for spool in sorted(_all, key=id):  # always in the same order: two threads may fork
        spool.before_fork()


def _after_fork_in_parent() -> None:
    for spool in list(_all):
        spool.after_fork_in_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent)
