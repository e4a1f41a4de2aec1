"""Appends to this process's own segments, and makes them.

The active segment is the last of the list; whoever finds it full puts another one behind it. Nothing else is
kept in step, so any thread and any signal handler may do so at any moment, and no lock is taken.
"""

from __future__ import annotations

import errno
import os
from bisect import insort
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from operator import attrgetter

from . import line
from .ages import Clocks
from .files import File
from .place import Place
from .segment import Segment

KiB = 1024
MiB = 1024 * KiB

_FIRST = 64 * KiB
_SMALLEST = 4 * KiB
_LARGEST = 8 * MiB
_LARGEST_IN_CALL = 1 * MiB
_GROWTH = 4
"""Bytes of the first segment, or fewer so that 128 processes find room; of the largest, and of the largest that a
call makes. Each has four times the bytes of the one before: few events take little of a disk, many few system calls."""

_FREE = b"\n" * MiB
_TRIES = 8
"""New files of which somebody removes or locks one after the other."""


_by_name = attrgetter("file.path")


class Writer:
    """The own segments of a spool.

    Args:
        place: the folder.
        clocks: for the lines.
        role: see `Header`.
        use_map: whether segments may be mapped, where the mount is fit for it.

    Attributes:
        own: segments that hold lines, the active one last.
        locks: whether files can be locked here.
    """

    def __init__(self, place: Place, clocks: Clocks, *, role: str, use_map: bool) -> None:
        self._place = place
        self._clocks = clocks
        self._role = role
        self._use_map = use_map
        self._fit: bool | None = None
        self.locks = True
        self.renew()

    def renew(self) -> None:
        """Begin with none."""
        self.own: list[Segment] = []
        self._serials = count(1)

    @property
    def last(self) -> Segment | None:
        """The active one. In one step: a close in another thread may let go of it between two."""
        return next(iter(self.own[-1:]), None)

    def append(self, item: bytes) -> Segment | None:
        """Append an item. Gives the segment, or None where the quota has no room.

        Raises:
            OSError: where the disk does not take it.
        """
        try:
            segment: Segment | None = self.own[-1]
        except IndexError:
            segment = self._next(None, len(item))
        while segment is not None and not segment.put(item):
            segment = self._next(segment, len(item))
        return segment

    def _next(self, full: Segment | None, size: int) -> Segment | None:
        last = self.last
        if last is not None and last is not full:
            return last  # another thread was faster
        need = size + line.OVERHEAD + size // 2 + 1024  # an item may be written in base 64
        made = self._begin(self._grown(full, _LARGEST_IN_CALL), self._grown(None, MiB), need)
        # The last one: where another thread has begun one behind this, it may have gone on there.
        return made and (self.last or made)

    def _begin(self, *sizes: int) -> Segment | None:
        """Make a segment, see `_made`, and put it behind the others: from now on calls append to it."""
        while (made := self._made(*sizes)) is not None:
            path = self._place.name()  # which says when it was first used
            try:
                os.rename(made.file.path, path)
            except FileNotFoundError:  # somebody has removed it
                made.close()
                continue
            self._place.change()
            made.file.path, made.serial = path, next(self._serials)
            # Before one that another thread made at the same time, and faster. In one step, for that thread makes and
            # removes others meanwhile.
            insort(self.own, made, key=_by_name)
            break
        return made

    def _made(self, *sizes: int) -> Segment | None:
        """Make a segment of the first of these sizes for which there is room; none is below the last.

        Raises:
            OSError: the disk takes none of them.
        """
        least = sizes[-1]
        for size in sizes[:-1]:
            with suppress(OSError):  # a disk that is nearly full takes a small one
                made = self.make(max(size, least))
                if made is not None:
                    return made
        return self.make(least)

    def _grown(self, last: Segment | None, most: int) -> int:
        """Bytes of the segment that follows that one."""
        first = max(_SMALLEST, min(_FIRST, self._place.max_bytes // 128))
        grown = first if last is None else last.limit * _GROWTH
        return max(first, min(grown, most, self._place.max_bytes // 8))

    def fresh(self) -> Segment | None:
        """Begin a new segment though the active one has room: it is not trusted any more."""
        return self._next(self.last, 0)

    def make(self, size: int) -> Segment | None:
        """Make a segment without its name; None where the quota has no room.

        Raises:
            OSError: where the disk has none, or fails.
        """
        if self._place.used() + size > self._place.max_bytes:
            return None
        for _ in range(_TRIES):
            path = self._place.name() + ".new"
            file = self._place.create(path, os.O_RDWR | os.O_EXCL)
            locked = file.lock()
            if locked is False or not file.is_there():
                file.close()  # somebody took it for a dead process's
                continue
            self.locks = locked is True
            try:
                return self._filled(file, size)
            except OSError:
                file.remove()
                raise
        raise OSError(errno.EAGAIN, "somebody removes or locks each new file")

    def _filled(self, file: File, size: int) -> Segment:
        """Write the header, and where it is to be mapped all of the file: a full disk shows here, not at a store."""
        if self._fit is None:
            self._fit = self._use_map and self._place.fits()
        clocks = self._clocks
        wall, steady = (line.clipped(1000 * clocks.wall()), int(1000 * clocks.steady()))
        header = line.Header(self._place.account, self._role, clocks.boot, wall, steady)
        text = header.written()
        file.write(text, 0)
        at = len(text)
        while self._fit and at < size:
            file.write(_FREE[: size - at], at)
            at += min(len(_FREE), size - at)
        segment = Segment(file, len(text), header, clocks)
        if self._role == "agent":
            segment.starts = line.ANY
        try:
            segment.activate(size, mapped=self._fit)
        except (OSError, ValueError):
            if not self._fit:
                raise
            file.cut(len(text))
            segment.activate(size, mapped=False)
        return segment

    # For one thread at a time

    def prepare(self) -> None:
        """Begin the next segment before the active one is full, so that no call must do it."""
        last = self.last
        if last is None or last.mapped is None:
            return
        if last.limit - last.end() < min(last.limit // 2, MiB):
            with suppress(OSError):  # the call will find out
                self._begin(self._grown(last, _LARGEST))

    def seal(self, *, last: bool = False) -> None:
        """Seal all but the active one, or that one, too."""
        for segment in self.own[: None if last else -1]:
            if segment.is_active:
                with suppress(OSError):
                    segment.seal()

    def replace(self, segment: Segment, items: Sequence[bytes]) -> bool:
        """Put a new file with these events into a segment's place. False where the quota has no room.

        Raises:
            OSError: where the disk does not take them.
        """
        size = sum(map(len, items)) * 3 // 2 + (len(items) + 8) * line.OVERHEAD
        copy = self.make(size)
        if copy is None:
            return False
        try:
            # By the old name, if nobody has it: so the next process reads them in the old order, too.
            where = segment.file.path
            path = self._place.name() if os.path.lexists(where) else where
            os.rename(copy.file.path, path)
            copy.file.path = path
            self._place.change()
            for item in items:
                copy.put(item)
            copy.seal()
            copy.sync()
            copy.serial = next(self._serials)
            self.own[self.own.index(segment)] = copy
        except BaseException:
            copy.file.remove()  # else it would be found, beside the one of which it has the events
            raise
        segment.close()
        return True

    def abandon(self) -> None:
        """Let go of all, in a forked child: it is the parent's."""
        for segment in self.own:
            segment.close()
        self.renew()
