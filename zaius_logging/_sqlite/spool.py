"""The durable spool: events survive the process in SQLite files, one for each process.

It is a line of *parts*, each a file or, while the disk fails us, a piece of memory; events leave from
its head and join at its tail. An append goes to our own file, the last part. Files of dead processes
are adopted at the head. When the disk fails, a part of memory joins at the tail, bounded as without a
spool; when a new file can be written, what waits in memory moves there.

Locks, in the order in which they are taken; all are re-entrant, and none is waited for by whoever
holds a later one, for a signal handler that logs may interrupt its own thread anywhere:
`_tending` (files come and go), `_lock` (a connection is used), a file's own (its log is synced).
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any, TypeAlias

from zaius_logging._notices import Notices
from zaius_logging._spool import MemorySpool, Tended

from .buried import Grave, bury
from .directory import Claim, Directory
from .file import SpoolFile, UnusableFileError, is_full
from .keeper import Keeper
from .rows import is_damage

MiB = 1024 * 1024

BARRIER_DELAY = 0.25
"""Seconds from a commit to the sync that makes it survive a power cut; with the sync itself it must
stay under the second that is promised."""

ADOPT_INTERVAL = 20.0
"""Seconds between two looks for files of dead processes: less than the promised 30, of which sending
needs some."""

MAX_ADOPTED = 8
"""Files adopted at a time, each with four descriptors. The next follow as these are emptied."""

MAX_BACKOFF = 30.0
"""Seconds between two tries of a disk that failed; the first comes after one, and each doubles."""

GRACE = 3600.0
"""Seconds that an adopted event is tried at least, however old it looks: the clock may be wrong."""

MAX_FAILURES = 6
"""Failed reads in a row, each after a rest, until a file is given up."""

_PLACE_BITS = 44  # of an id given out: the part's number above, the row's below
_PLACES = (1 << _PLACE_BITS) - 1
_BURIED = 8 * MiB  # bytes of memory that are searched for refused events
_HOLD = 5.0  # seconds that a fork waits for other threads; then it goes on, as without us
_EXPIRED = 500  # items that are given up as too old in one go
_MOVED = 1_000  # items that move from memory to disk in one transaction
_ERRORS = (sqlite3.Error, OSError)

Part: TypeAlias = "SpoolFile | MemorySpool"


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
        self._directory = Directory(directory)
        self._always = sync == "always"
        self._max_bytes = max_bytes
        self._memory_bounds = (capacity, capacity_bytes)
        self._notices = notices or Notices()
        self._clock = clock
        self._epoch = wall() - clock()
        self._ignored: set[str] = set()
        self._fresh()

    def _fresh(self) -> None:
        self._lock = RLock()
        self._tending = RLock()
        self._keeper = Keeper(self._barrier, BARRIER_DELAY)
        self._parts: list[tuple[int, Part]] = []
        self._numbers = count(1)
        self._file: SpoolFile | None = None  # takes what is appended ...
        self._memory: MemorySpool | None = None  # ... unless this does
        self._backoff = 1.0
        self._retry_at = self._look_at = self._clean_at = 0.0
        self._failures: dict[int, int] = {}  # number of a part -> failed reads in a row
        self._rests: dict[int, float] = {}  # number of a part -> when to read it again
        self._news: deque[tuple[str, str]] = deque()  # what to tell once no lock is held
        self._held: list[Any] = []  # locks, during a fork
        self._forked = False
        self._closed = False
        self.appended: int = 0
        self.appended_size: int = 0

    @property
    def degraded(self) -> bool:
        """Whether events wait in memory for now, because the disk fails."""
        return self._memory is not None

    @property
    def size(self) -> int:
        """Bytes of the items that wait."""
        return sum(part.size for _, part in list(self._parts))

    def __len__(self) -> int:
        return sum(_length(part) for _, part in list(self._parts))

    def __repr__(self) -> str:
        state = ", degraded" if self.degraded else ""
        return f"<SQLiteSpool {self._directory.path} {len(self)} events, {self.size} bytes{state}>"

    # Appending

    def append(self, item: bytes) -> bool:
        """Put an item at the end, committed. False where there is no room; then nothing has changed."""
        if self._closed:
            return self._append_late(item)
        size = len(item)  # before `+=`: a signal handler that logs can run where a call is made
        with self._lock:
            file = self._file or self._begin()
            try:
                if file is not None:
                    commit = file.append(item, self._now())
            except _ERRORS as error:
                if _at_limit(file, error, size):
                    return False
                self._degrade(error)
                file = None
            if file is None:
                taken = self._memory is not None and self._memory.append(item)
            if file is not None or taken:
                self.appended += 1
                self.appended_size += size
        if file is None:
            self._tell()
            return taken
        if self._always:
            self._sync(file, commit)
        elif not self._keeper.rung:
            self._keeper.ring()
        return True

    def _begin(self) -> SpoolFile | None:
        """Make our own file, with the first event."""
        if self._memory is None:
            try:
                self._file = file = self._create()
                self._parts.append((next(self._numbers), file))
            except _ERRORS as error:
                self._degrade(error)
        return self._file

    def _create(self) -> SpoolFile:
        claim = self._directory.claim()
        file = SpoolFile(claim, self._room())
        try:
            file.create()
            self._directory.sync()
        except BaseException:
            with suppress(*_ERRORS):
                file.erase()
            claim.drop()
            raise
        claim.lay_ballast()
        return file

    def _room(self) -> int:
        """What the adopted files leave of the quota, but always some."""
        files = [part.claim.path for _, part in self._parts if isinstance(part, SpoolFile)]
        return max(MiB, self._max_bytes - sum(_bytes_of(path) for path in files))

    def _append_late(self, item: bytes) -> bool:
        """After close: for the next start, or for another process that lives."""
        size = len(item)
        with self._tending, self._lock:
            try:
                file = self._create()
                file.append(item, self._now())
                file.close()
            except _ERRORS:
                return False
            self.appended += 1
            self.appended_size += size
            return True

    def _now(self) -> int:
        """Milliseconds since the epoch, steady."""
        return int((self._clock() + self._epoch) * 1000)

    # Making durable

    def _barrier(self) -> None:
        """Make everything so far survive a power cut."""
        for _, part in list(self._parts):
            if isinstance(part, SpoolFile):
                self._sync(part)
        self._tell()

    def _sync(self, file: SpoolFile, commit: int = 0) -> None:
        try:
            file.sync(commit)
        except OSError as error:
            file.synced = file.commits  # once is enough: its promise is broken, and told
            with self._lock:
                if file is self._file:
                    self._degrade(error)
            self._tell()

    # Without the disk, and back

    def _degrade(self, error: Exception) -> None:
        """Take what comes into memory; the file, as far as it can be read, is sent from still."""
        if self._memory is None:
            self._memory = MemorySpool(*self._memory_bounds, clock=self._clock)
            self._parts.append((next(self._numbers), self._memory))
        self._file = None
        self._retry_at = self._clock() + self._backoff
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        line = (
            f"spool_dir cannot be written ({reason}): events wait in memory, and are lost if the "
            "process dies; trying again"
        )
        self._news.append(("spool", line))

    def _return(self) -> None:
        """Try to make a new file, and move there what waits in memory."""
        memory = self._memory
        if memory is None:
            return
        try:
            file = self._create()
            with self._lock:
                at = next(n for n, (_, part) in enumerate(self._parts) if part is memory)
                self._parts.insert(at, (next(self._numbers), file))
            while not self._moved(memory, file):
                pass
        except _ERRORS:
            self._backoff = min(MAX_BACKOFF, self._backoff * 2)
            self._retry_at = self._clock() + self._backoff
        else:
            self._backoff = 1.0
            self._news.append(("spool", "spool_dir can be written again"))

    def _moved(self, memory: MemorySpool, file: SpoolFile) -> bool:
        """Move some items. True if nothing is left; then new ones go to the file."""
        with self._lock:
            pairs = memory.peek(_MOVED, 8 * MiB)
            if pairs:
                file.extend([item for _, item in pairs], self._now())
                memory.remove([place for place, _ in pairs])
                return False
            file.sync()
            self._file, self._memory = file, None
            self._parts = [(number, part) for number, part in self._parts if part is not memory]
            return True

    # Giving out

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front, in order: at most so many, but at least one if any.

        Only a batch is read into memory. Rows whose checksum is wrong are not given out but counted
        as lost; a file that cannot be read is passed over, and tried again later.
        """
        found: list[tuple[int, bytes]] = []
        for number, part in self._readable():
            with self._lock, self._reading(number, part):
                if isinstance(part, SpoolFile):
                    rows = part.front(max_count - len(found), max_bytes)
                    pairs = [(place, body) for place, _, body in rows]
                else:
                    pairs = part.peek(max_count - len(found), max_bytes)
                size = sum(len(body) for _, body in pairs)
                if found and size > max_bytes:  # a single item, too large for this batch
                    break
                found += [(number << _PLACE_BITS | place, body) for place, body in pairs]
                max_bytes -= size
                if len(pairs) < _length(part) or len(found) >= max_count:
                    break  # what follows must not overtake what did not fit
        self._tell()
        return found

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """Some of the pairs at the front that were appended more than `max_age` seconds ago."""
        found: list[tuple[int, bytes]] = []
        for number, part in self._readable():
            with self._lock, self._reading(number, part):
                if isinstance(part, SpoolFile):
                    pairs = self._older(part, max_age)
                else:
                    pairs = part.expired(max_age)
                found += [(number << _PLACE_BITS | place, body) for place, body in pairs]
                if len(pairs) < _length(part):
                    break
        return found

    def _older(self, file: SpoolFile, max_age: float) -> list[tuple[int, bytes]]:
        if file.adopted is not None and self._clock() - file.adopted < min(max_age, GRACE):
            return []
        before = self._now() - int(max_age * 1000)
        return [(place, body) for place, _, body in file.older(before, _EXPIRED)]

    def _readable(self) -> list[tuple[int, Part]]:
        now = self._clock()
        return [pair for pair in self._parts if self._rests.get(pair[0], now) <= now]

    @contextmanager
    def _reading(self, number: int, part: Part) -> Iterator[None]:
        """Let a file that cannot be read rest, and give it up after some tries."""
        try:
            yield
        except _ERRORS as error:
            if not isinstance(part, SpoolFile):
                raise
            self._failures[number] = failures = self._failures.get(number, 0) + 1
            self._rests[number] = self._clock() + min(MAX_BACKOFF, 0.5 * 2**failures)
            if part is self._file:
                self._degrade(error)
            with suppress(*_ERRORS):
                part.suspend()  # a connection that failed is not trusted
            if failures >= MAX_FAILURES:
                part.give_up()
        else:
            self._failures.pop(number, None)

    def remove(self, ids: Iterable[int]) -> None:
        """Forget delivered items; in memory only, where the disk does not let us."""
        for _, part, places in self._by_part(ids):
            self._remove(part, places)

    def _remove(self, part: Part, places: list[int]) -> None:
        try:
            with self._lock:
                part.remove(places)
        except _ERRORS as error:
            if is_full(error) and isinstance(part, SpoolFile) and part.claim.give_ballast():
                self._catch_up(part)

    def bury(self, reasons: Mapping[int, str]) -> None:
        """Put refused items aside in `buried.db`, each with its reason."""
        try:
            with self._lock:
                bury(self._directory.buried, list(self._graves(reasons)))
        except _ERRORS:
            self._news.append(("buried", "refused events could not be kept in buried.db"))
        self.remove(reasons)
        self._tell()

    def _graves(self, reasons: Mapping[int, str]) -> Iterator[Grave]:
        for number, part, places in self._by_part(reasons):
            if isinstance(part, SpoolFile):
                name, bodies = part.claim.path.stem, part.bodies(places)
            else:
                name, bodies = "memory", dict(part.peek(len(part), _BURIED))
            for place in places:
                if place in bodies:
                    reason = reasons[number << _PLACE_BITS | place]
                    yield f"{name}:{place}", self._now(), reason, bodies[place]

    def _by_part(self, ids: Iterable[int]) -> list[tuple[int, Part, list[int]]]:
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place in ids:
            places[place >> _PLACE_BITS].append(place & _PLACES)
        parts = list(self._parts)
        return [(number, part, places[number]) for number, part in parts if number in places]

    # Tending

    @property
    def shared(self) -> bool:
        """Whether to look for files of dead processes. A forked child does no sooner than it logs."""
        return not self._forked

    def tend(self) -> Tended:
        """Adopt, return to the disk, remove what is empty; tell what was found and lost."""
        with self._tending:
            now = self._clock()
            if self._memory is not None and now >= self._retry_at:
                self._return()
            found = found_size = 0
            lost, lost_size = self._harvest()
            if now >= self._clean_at:
                self._clean()
            if now >= self._look_at:
                found, found_size = self._adopt()
            due = self._look_at
            if self._memory is not None:
                due = min(due, self._retry_at)
        self._tell()
        return Tended(found, found_size, lost, lost_size, max(0.0, due - self._clock()))

    def _harvest(self) -> tuple[int, int]:
        lost = lost_size = 0
        for _, part in self._parts:
            if isinstance(part, SpoolFile) and part.lost:
                lost += part.lost
                lost_size += part.lost_size
                part.lost = part.lost_size = 0
        if lost:
            self._news.append(("lost", f"{lost:,} events were lost: their file is damaged"))
        return lost, lost_size

    def _clean(self) -> None:
        """Remove files that are empty, and rows that a full disk would not let go of."""
        for number, part in list(self._parts):
            if not isinstance(part, SpoolFile) or part.lost:
                continue
            if part.behind:
                self._catch_up(part)
            if part is not self._file and part.count == 0:
                self._dispose(number, part)

    def _dispose(self, number: int, file: SpoolFile) -> None:
        try:
            with self._lock:
                if file.dispose():
                    self._parts = [pair for pair in self._parts if pair[0] != number]
        except _ERRORS:
            self._clean_at = self._clock() + 1.0
        else:
            self._look_at = 0.0  # there is room to adopt another

    def _catch_up(self, file: SpoolFile) -> None:
        with self._lock:
            try:
                file.catch_up()
            except _ERRORS:
                self._clean_at = self._clock() + 1.0
            else:
                file.claim.lay_ballast()

    def _adopt(self) -> tuple[int, int]:
        """Take over files whose owners are gone, the oldest first."""
        self._look_at = self._clock() + ADOPT_INTERVAL
        adopted = [part for _, part in self._parts if _is_adopted(part)]
        before = len(adopted)
        for claim in self._directory.orphans(self._ignored):
            if len(adopted) >= MAX_ADOPTED:
                claim.drop()
                break
            file = self._opened(claim)
            if file is not None:
                with self._lock:
                    self._parts.insert(len(adopted), (next(self._numbers), file))
                adopted.append(file)
        if len(adopted) > before and self._file is not None:
            with self._lock, suppress(*_ERRORS):
                self._file.resize(self._room())
        new = [part for part in adopted[before:] if isinstance(part, SpoolFile)]
        return (
            sum(part.count + part.lost for part in new),
            sum(part.size + part.lost_size for part in new),
        )

    def _opened(self, claim: Claim) -> SpoolFile | None:
        file = SpoolFile(claim, self._max_bytes)
        name = claim.path.name
        try:
            there = claim.path.exists() and file.adopt(self._clock(), self._now())
            if there and (file.count or file.lost):
                return file
            file.erase()
        except UnusableFileError as error:
            self._ignored.add(name)
            self._news.append(("foreign", f"{name} in spool_dir is left alone: {error}"))
        except _ERRORS as error:
            if isinstance(error, sqlite3.Error) and is_damage(error):
                claim.set_aside()
                self._news.append(("bad", f"{name} in spool_dir is damaged; kept as .bad"))
        claim.drop()
        return None

    def _tell(self) -> None:
        while self._news:
            with suppress(IndexError):  # another thread was faster
                kind, line = self._news.popleft()
                self._notices.tell(kind, line, always=kind == "spool")

    # Ends and forks

    def preserve(self) -> list[bytes]:
        """Make what waits survive even a power cut, as far as the disk lets us.

        Returns:
            What waits in memory and could not be written.
        """
        with self._tending:
            self._return()
            self._barrier()
            return [] if self._memory is None else self._memory.preserve()

    def close(self) -> None:
        """Let go of the files, for the next process; the empty ones are removed."""
        with self._tending, self._lock:
            self._closed = True
            self._keeper.end()
            for _, part in self._parts:
                if isinstance(part, SpoolFile):
                    with suppress(*_ERRORS):
                        if part.count == 0:
                            part.dispose()
                    with suppress(*_ERRORS):
                        part.close()
            self._parts = []
            self._file = self._memory = None

    def hold(self) -> None:
        """Before a fork: close the connections, and let no thread open one.

        A child that so much as closes a connection that it inherited can remove the log, and with it
        the parent's rows (https://www.sqlite.org/howtocorrupt.html, section 2.6).
        """
        self._held = [lock for lock in (self._tending, self._lock) if lock.acquire(timeout=_HOLD)]
        for _, part in self._parts:
            if isinstance(part, SpoolFile):
                with suppress(*_ERRORS):
                    part.suspend()

    def release(self) -> None:
        """After a fork, in the parent: go on; connections open when they are needed."""
        for lock in reversed(self._held):
            lock.release()
        self._held = []

    def reset(self) -> None:
        """After a fork, in the child: these files are the parent's; ours begins with our first event."""
        _inherited.append(self._parts)  # a connection that `hold` could not close must never be
        for _, part in self._parts:
            if isinstance(part, SpoolFile):
                part.claim.drop()  # the parent's own descriptor keeps the lock
        self._fresh()
        self._forked = True


_inherited: list[Any] = []


def _length(part: Part) -> int:
    return part.count if isinstance(part, SpoolFile) else len(part)


def _is_adopted(part: Part) -> bool:
    return isinstance(part, SpoolFile) and part.adopted is not None


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _at_limit(file: SpoolFile | None, error: Exception, size: int) -> bool:
    """Whether it was our own limit that refused an append, and not the disk."""
    try:
        return file is not None and is_full(error) and file.at_limit(size)
    except _ERRORS:
        return False
