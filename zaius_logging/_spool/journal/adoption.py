"""Takes over the segments of processes that are gone: the kernel gives their locks back, however they ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from contextlib import suppress

from zaius_logging._operators.notices import Notices

from . import line
from .ages import Clocks
from .files import File
from .place import ForeignError, Place
from .segment import Segment

EVERY = 25.0
"""Seconds between two looks at the folder."""

MAX_ADOPTED = 16
"""Segments at a time, so that descriptors stay few; the next when these are sent."""

_FIRST_SERIAL = 1 << 24  # beyond those of own segments: ids differ, though these are sent first
_SLICE = 0.05  # seconds of counting, until the thread sends what was found so far
_STALE = 3600.0  # seconds after which nobody seems to send for an account any more

_HELP = (
    "start a handler with its key and endpoint and the same spool_dir, or send them by hand: "
    "jq -c 'select(.s==\"w\").event' FILE | zaius-logging send -"
)


class Adoption:
    """The segments that other processes have left.

    Args:
        place: the folder.
        clocks: for ages.
        notices: tells operators.

    Attributes:
        taken: those that are ours now, the oldest first.
        more: whether the last look left some, or has not been made.
        found: events in them, ever.
    """

    def __init__(self, place: Place, clocks: Clocks, notices: Notices) -> None:
        self._place = place
        self._clocks = clocks
        self._notices = notices
        self._reported: set[str] = set()
        self.renew()

    def renew(self) -> None:
        """Begin with none."""
        self.taken: list[Segment] = []
        self.more = True  # until the first look
        self.found = 0
        self._serial = _FIRST_SERIAL

    def look(self, ignore: Container[str], clock: Callable[[], float]) -> None:
        """Take what no living process holds, the oldest first, as far as there is room and time.

        Args:
            ignore: paths not to look at.
            clock: steady seconds.
        """
        until, before = clock() + _SLICE, len(self.taken)
        process, held = "", list[str]()
        self.more = False
        for name in self._place.segments():
            path, owner = os.path.join(self._place.path, name), name.rpartition("-")[0]
            if owner != process:
                process, held = owner, []
            if path in ignore or any(each.file.path == path for each in self.taken):
                continue
            came = len(self.taken) - before  # one at least: a slow folder would never be done
            if len(self.taken) >= MAX_ADOPTED or (came and clock() > until):
                self.more = True
                return
            try:
                segment = self._take(name, path)
            except BlockingIOError:
                held.append(path)
                continue
            except OSError:
                continue
            if segment is None:
                continue
            if any(map(_waits, held)):  # who sends its earlier file sends this one after it
                segment.close()
                continue
            self.taken.append(segment)
            self.found += segment.known.waiting

    def _take(self, name: str, path: str) -> Segment | None:
        """Take a file. None for one that is left alone, or that is gone.

        Raises:
            BlockingIOError: a living process holds it.
            OSError: it cannot be read.
        """
        try:
            file = self._place.open(name)
        except ForeignError as error:
            self.tell_once(path, f"{path} {error}: it is left alone")
            return None
        locked = file.lock()
        if not locked or not file.is_there():
            file.close()
            if locked is False:
                raise BlockingIOError
            return None
        found = line.header_of(file.read(1024, 0))
        if found is None:  # its process died before it had written the first line
            file.remove()
            return None
        header, start = found
        if header.role != "own":
            file.close()
            return None
        segment = Segment(file, start, header, self._clocks)
        segment.count()
        self._serial += 1
        segment.serial = self._serial
        return segment

    def look_around(self) -> None:
        """Name, once each, what somebody should know of: an old spool, and events that nobody sends."""
        old = self._place.old_format()
        if old:
            where = os.path.join(self._place.top, old)
            self.tell_once("old", f"{where} is of an earlier version: it is left alone")
        for path in self._place.others(_STALE):
            with suppress(OSError):
                self._look_at_other(path)

    def _look_at_other(self, path: str) -> None:
        folder = os.path.dirname(path)
        if folder in self._reported:
            return
        file = File(path, os.O_RDONLY)
        try:
            if file.lock() is True and line.STARTS in file.read(file.size(), 0):
                self.tell_once(
                    folder,
                    f"events of another account wait in {folder}, unsent for an hour: {_HELP}",
                )
        finally:
            file.close()

    def tell_once(self, key: str, text: str) -> None:
        """Tell operators what does not change any more."""
        if key not in self._reported:
            self._reported.add(key)
            self._notices.tell(f"spool {key}", text)

    def abandon(self) -> None:
        """Let go of all."""
        for segment in self.taken:
            segment.close()
        self.renew()


def _waits(path: str) -> bool:
    """Whether an event of a file waits; not of one that cannot be read."""
    with suppress(OSError), open(path, "rb") as file:
        return line.STARTS in file.read()
    return False
