"""The line that events wait in: parts, each a file or, while the disk fails us, a piece of memory.

Events leave from its head and join at its tail. What is given out has an id: the part's number and the
place in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from typing import TypeAlias

from zaius_logging._spool.memory import MemorySpool

from .base import ERRORS, Base
from .buried import Grave, bury
from .connection import is_full
from .file import SpoolFile

MAX_BACKOFF = 30.0
"""Seconds between two tries of a disk that failed; the first comes after one, and each doubles."""

GRACE = 3600.0
"""Seconds that an adopted event is tried at least, however old it looks: the clock may be wrong."""

MAX_FAILURES = 6
"""Failed reads in a row, each after a rest, until a file is given up."""

_PLACE_BITS = 44  # of an id given out: the part's number above, the row's below
_PLACES = (1 << _PLACE_BITS) - 1
_BURIED = 8 * 1024 * 1024  # bytes of memory that are searched for refused events
_EXPIRED = 500  # items that are given up as too old in one go

Part: TypeAlias = "SpoolFile | MemorySpool"


class Line:
    """Parts in order, and what happens to the events in them.

    Args:
        base: of the spool.
        failed: told of a file that could not be read, and why.

    Attributes:
        parts: each with its number. Whoever changes them holds `base.lock`.
    """

    def __init__(self, base: Base, failed: Callable[[SpoolFile, Exception], None]) -> None:
        self._base = base
        self._failed = failed
        self.parts: list[tuple[int, Part]] = []
        self._numbers = count(1)
        self._failures: dict[int, int] = {}  # number of a part -> failed reads in a row
        self._rests: dict[int, float] = {}  # number of a part -> when to read it again
        self._clean_at = 0.0

    @property
    def size(self) -> int:
        """Bytes of the items that wait."""
        return sum(_size(part) for _, part in list(self.parts))

    def __len__(self) -> int:
        return sum(_length(part) for _, part in list(self.parts))

    @property
    def files(self) -> list[SpoolFile]:
        """The parts on disk, in order."""
        return [part for _, part in list(self.parts) if isinstance(part, SpoolFile)]

    def join(self, part: Part, at: int | None = None) -> None:
        """Put a part at the tail, or at a place, the head being 0."""
        self.parts.insert(len(self.parts) if at is None else at, (next(self._numbers), part))

    def leave(self, part: Part) -> None:
        """Take a part out."""
        self.parts = [pair for pair in self.parts if pair[1] is not part]

    # Giving out

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front, in order: at most so many, but at least one if any.

        Only a batch is read into memory. Rows whose checksum is wrong are not given out but counted
        as lost; a file that cannot be read is passed over, and tried again later.
        """
        found: list[tuple[int, bytes]] = []
        for number, part in self._readable():
            with self._base.lock, self._reading(number, part):
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
        return found

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """Some of the pairs at the front that were appended more than `max_age` seconds ago."""
        found: list[tuple[int, bytes]] = []
        for number, part in self._readable():
            with self._base.lock, self._reading(number, part):
                if isinstance(part, SpoolFile):
                    pairs = self._older(part, max_age)
                else:
                    pairs = part.expired(max_age)
                found += [(number << _PLACE_BITS | place, body) for place, body in pairs]
                if len(pairs) < _length(part):
                    break
        return found

    def _older(self, file: SpoolFile, max_age: float) -> list[tuple[int, bytes]]:
        if file.adopted is not None and self._base.clock() - file.adopted < min(max_age, GRACE):
            return []
        before = self._base.now() - int(max_age * 1000)
        return [(place, body) for place, _, body in file.older(before, _EXPIRED)]

    def _readable(self) -> list[tuple[int, Part]]:
        now = self._base.clock()
        return [pair for pair in self.parts if self._rests.get(pair[0], now) <= now]

    @contextmanager
    def _reading(self, number: int, part: Part) -> Iterator[None]:
        """Let a file that cannot be read rest, and give it up after some tries."""
        try:
            yield
        except ERRORS as error:
            if not isinstance(part, SpoolFile):
                raise
            self._failures[number] = failures = self._failures.get(number, 0) + 1
            self._rests[number] = self._base.clock() + min(MAX_BACKOFF, 0.5 * 2**failures)
            self._failed(part, error)
            with suppress(*ERRORS):
                part.suspend()  # a connection that failed is not trusted
            if failures >= MAX_FAILURES:
                part.give_up()
        else:
            self._failures.pop(number, None)

    # Letting go

    def remove(self, ids: Iterable[int]) -> None:
        """Forget delivered items; in memory only, where the disk does not let us."""
        for _, part, places in self._by_part(ids):
            self._remove(part, places)

    def _remove(self, part: Part, places: list[int]) -> None:
        try:
            with self._base.lock:
                part.remove(places)
        except ERRORS as error:
            if is_full(error) and isinstance(part, SpoolFile) and part.claim.give_ballast():
                self._catch_up(part)

    def dead_letter(self, reasons: Mapping[int, str]) -> None:
        """Put refused items aside in `buried.db`, each with its reason."""
        try:
            with self._base.lock:
                bury(self._base.directory.buried, list(self._graves(reasons)))
        except ERRORS:
            self._base.later("buried", "refused events could not be kept in buried.db")
        self.remove(reasons)

    def _graves(self, reasons: Mapping[int, str]) -> Iterator[Grave]:
        for number, part, places in self._by_part(reasons):
            if isinstance(part, SpoolFile):
                name, bodies = part.claim.path.stem, part.bodies(places)
            else:
                name, bodies = "memory", dict(part.peek(_length(part), _BURIED))
            for place in places:
                if place in bodies:
                    reason = reasons[number << _PLACE_BITS | place]
                    yield f"{name}:{place}", self._base.now(), reason, bodies[place]

    def _by_part(self, ids: Iterable[int]) -> list[tuple[int, Part, list[int]]]:
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place in ids:
            places[place >> _PLACE_BITS].append(place & _PLACES)
        parts = list(self.parts)
        return [(number, part, places[number]) for number, part in parts if number in places]

    # Tending

    def harvest(self) -> tuple[int, int]:
        """Items, and their bytes, that damage has taken since the last call."""
        lost = lost_size = 0
        for file in self.files:
            lost += file.lost
            lost_size += file.lost_size
            file.lost = file.lost_size = 0
        if lost:
            self._base.later("lost", f"{lost:,} events were lost: their file is damaged")
        return lost, lost_size

    def clean(self, own: SpoolFile | None) -> bool:
        """Remove files that are empty, our own excepted, and rows that a full disk would not let go of.

        Returns:
            Whether a file went.
        """
        if self._base.clock() < self._clean_at:
            return False
        went = False
        for file in self.files:
            if file.lost:
                continue
            if file.behind:
                self._catch_up(file)
            if file is not own and file.count == 0:
                went |= self._dispose(file)
        return went

    def _dispose(self, file: SpoolFile) -> bool:
        try:
            with self._base.lock:
                gone = file.dispose()
                if gone:
                    self.leave(file)
        except ERRORS:
            self._clean_at = self._base.clock() + 1.0
            return False
        return gone

    def _catch_up(self, file: SpoolFile) -> None:
        with self._base.lock:
            try:
                file.catch_up()
            except ERRORS:
                self._clean_at = self._base.clock() + 1.0
            else:
                file.claim.lay_ballast()


def _length(part: Part) -> int:
    return part.count if isinstance(part, SpoolFile) else part.waiting().count


def _size(part: Part) -> int:
    return part.size if isinstance(part, SpoolFile) else part.waiting().size
