"""The spool of an agent: what processes with `deliver=False` append, read while they go on appending.

The agent changes states of whole lines, in place, and removes a segment when its writer has let go of the lock and
nothing of it waits. What ended processes of the usual kind have left, it adopts as any of them would.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from contextlib import suppress
from typing import Any

from zaius_logging._spool.base import Waiting

from . import line
from .adoption import MAX_ADOPTED, Adoption
from .files import File
from .place import ForeignError
from .segment import Segment
from .spool import JournalSpool

LOOK = 1.0
"""Seconds between two looks at what was appended: a request a second at the most, while little comes."""

_CHUNK = 64 * 1024
_HEAD = 1024


class Followed(Segment):
    """A segment that another process may still append to.

    Attributes:
        released: its writer has let go of it, and nobody appends any more.
    """

    released = False
    _seen = 0

    def release(self) -> None:
        """Take the lock, if the writer has let go of it."""
        self.released = self.released or self.file.lock() is True

    def end(self) -> int:
        """Where its lines end: while somebody may be in the middle of one, behind the last that is sound."""
        if self.released:
            return super().end()
        at = self._seen = self._seen or self.start
        rest = b""
        while data := self.file.read(_CHUNK, at):
            at += len(data)
            if not rest and not data.strip(b"\n"):
                break  # the free rest
            rest += data
            found = 0
            for each in line.sound(rest):
                found = each.end()
            self._seen += found
            rest = rest[found:]
        return self._seen

    def is_spent(self) -> bool:
        """Whether nobody appends any more, and nothing waits."""
        return self.released and super().is_spent()


class Following(Adoption):
    """The segments of living writers, and those of dead ones, as far as there is room."""

    def look(self, ignore: Container[str], clock: Callable[[], float]) -> None:  # noqa: ARG002
        """Take what is new. A process's segments are taken in order, or not yet."""
        for segment in self.taken:
            if isinstance(segment, Followed):
                segment.release()
        known = {each.file.path for each in self.taken}
        over = sum(getattr(each, "released", True) for each in self.taken)
        later: set[str] = set()
        self.more = False
        for name in self._place.segments():
            path = os.path.join(self._place.path, name)
            writer = name.rpartition("-")[0]
            if path in known or path in ignore:
                continue
            if over >= MAX_ADOPTED or writer in later:
                later.add(writer)
                self.more = True
                continue
            with suppress(OSError):
                new = self._claim(name, path)
                if new is not None:
                    self._add(new)
                    over += getattr(new, "released", True)

    def _take(self, name: str, path: str) -> Segment | None:
        try:
            file = self._place.open(name)
        except ForeignError as error:
            self.tell_once(path, f"{path} {error}: it is left alone")
            return None
        found = line.header_of(file.read(_HEAD, 0))
        if found is None or found[0].role != "agent":
            file.close()
            return super()._take(name, path)
        if name.endswith(".new") and file.lock() is not True:
            file.close()  # a living writer's next one, which will get another name
            return None
        return self._followed(file, found)

    def _followed(self, file: File, found: tuple[line.Header, int]) -> Segment:
        segment = Followed(file, found[1], found[0], self._clocks)
        segment.release()
        segment.count()
        self._serial += 1
        segment.serial = self._serial
        return segment


class AgentSpool(JournalSpool):
    """What processes with `deliver=False` have appended. One agent at a time may have it.

    Args:
        directory: the spool_dir.
        account: the folder in it.
        **settings: as for `JournalSpool`.
    """

    def __init__(self, directory: str, account: str, **settings: Any) -> None:
        super().__init__(directory, account, **settings)
        self._adoption = Following(self._place, self._clocks, self._notices)

    def _adopt(self, now: float) -> None:
        if now < self._adopt_due and not self._adoption.left:
            return
        self._adopt_due = -float("inf")
        super()._adopt(now)
        self._adopt_due = now + LOOK

    def _count(self) -> Waiting:
        for segment in reversed(self._adoption.taken):  # as of own ones, in `Upkeep`
            if isinstance(segment, Followed):
                before = segment.known.waiting
                with suppress(OSError):
                    segment.count()
                self._adoption.found += segment.known.waiting - before
        return super()._count()
