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
from .reading import Reading
from .segment import Segment

EVERY = 25.0
"""Seconds between two looks at the folder."""

MAX_ADOPTED = 16
"""Segments at a time, so that descriptors stay few; the next when these are sent."""

_FEW = 1  # segments with events to send that are left when the next are looked for
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
        more: whether there may be some to take: the last look or a close has left them, or no look was made.
        found: events in them, ever, but for those that were in `left`.
        left: files that a close has let go of, and what is known of them, until they are here again, another's or gone.
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
        self.left: dict[str, Reading] = {}
        self.more = True  # until the first look
        self.found = 0
        self._serial = _FIRST_SERIAL

    @property
    def has_room(self) -> bool:
        """Whether one more could be taken."""
        return len(self.taken) < MAX_ADOPTED

    @property
    def is_due(self) -> bool:
        """Whether there are more, and of those that are here little is left to send."""
        waits = sum(each.known.waiting > 0 for each in self.taken)
        return self.more and self.has_room and waits <= _FEW

    @property
    def stands_first(self) -> bool:
        """Whether what is to come here is older than what this process has appended since: it let go of it before."""
        waits = any(each.known.waiting > 0 for each in self.taken)
        return bool(self.left) and self.more and (self.has_room or waits)

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
            if not self.has_room or (came and clock() > until):
                self.more = True
                return
            try:
                segment = self._claim(name, path)
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
            self._add(segment)

    def _claim(self, name: str, path: str) -> Segment | None:
        """Take a file, see `_take`. What a close has left is no longer ours to send where another has it by now."""
        try:
            segment = self._take(name, path)
        except BlockingIOError:
            self.left.pop(path, None)
            raise
        if segment is None:
            self.left.pop(path, None)
        return segment

    def _add(self, segment: Segment) -> None:
        left = self.left.get(segment.file.path, Reading(0, 0))
        self.taken.append(segment)
        self.found += max(0, segment.known.waiting - left.waiting)
        self.left.pop(segment.file.path, None)

    def forget_gone(self) -> None:
        """Expect no more what a close has left and somebody else has sent and removed."""
        for path in list(self.left):
            if not os.path.lexists(path):
                self.left.pop(path, None)

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
