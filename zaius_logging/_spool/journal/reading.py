"""What is known of a segment's lines: counted, then read, then removed; and what damage has cost.

All of it is one record that is replaced as a whole, so that an interruption leaves the old one or the new one.
Only lines that were read leave by themselves, one by one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from . import line

_FREE = re.compile(rb"\n+")


class Waiting(NamedTuple):
    """A line that waits, was read, and has not been removed."""

    time: int
    item: bytes


class Reading(NamedTuple):
    """How far a segment is known.

    Attributes:
        counted: up to where its lines are counted.
        read: up to where they are read.
        unread: lines that wait between the two.
        unread_size: the bytes of their items.
        lines: those that were read and wait, by offset.
        sound: lines that were read and were not damaged, whatever their state.
        gone: damaged ones whose state says that they had left.
        top: the highest ordinal.
        missing: ordinals below it that were not read.
        damaged: whether damage was met.
        gap: whether a sound line came after it, so that missing ordinals were lost in it. A torn end is none.
    """

    counted: int
    read: int
    unread: int = 0
    unread_size: int = 0
    lines: dict[int, Waiting] = {}  # noqa: RUF012 - a tuple's default; it is replaced, not changed
    sound: int = 0
    gone: int = 0
    top: int = 0
    missing: frozenset[int] = frozenset()
    damaged: bool = False
    gap: bool = False

    @property
    def waiting(self) -> int:
        """Lines that wait, as far as they are counted."""
        return self.unread + len(self.lines)

    @property
    def size(self) -> int:
        """The bytes of their items."""
        return self.unread_size + sum(len(each.item) for each in self.lines.values())

    def counting(self, data: bytes) -> Reading:
        """Count on.

        Args:
            data: from the newline before `counted` on.
        """
        new, size = line.tallied(data)
        return self._replace(
            counted=self.counted + len(data) - 1,
            unread=self.unread + new,
            unread_size=self.unread_size + size,
        )

    def skipping(self, until: int) -> Reading:
        """Pass over what cannot be read."""
        return self._replace(read=min(until, self.counted), damaged=True).settled()

    def reading(self, data: bytes) -> Reading:
        """Read on: whole lines from `read` on."""
        now = _Now(self)
        start = 0
        while start < len(data):
            free = _FREE.match(data, start)
            if free is not None:
                start = free.end()
                continue
            stop = data.find(b"\n", start)
            raw = data[start:] if stop < 0 else data[start:stop]
            now.take(raw, self.read + start)
            start += len(raw) + 1
        return now.reading(self.read + len(data)).settled()

    def settled(self) -> Reading:
        """Correct the count where all is read."""
        return self if self.read < self.counted else self._replace(unread=0, unread_size=0)

    def lost(self, lines: int) -> int:
        """Count the lines that were written and are not there.

        Args:
            lines: what the header says. Beyond its last sync the ordinals around damage tell.
        """
        by_number = len(self.missing) if self.gap and self.top > lines else 0
        return max(0, max(lines - self.sound, by_number) - self.gone)


class _Now:
    """A `Reading` in the making."""

    def __init__(self, before: Reading) -> None:
        self._before = before
        self._lines = dict(before.lines)
        self._missing = set(before.missing)
        self._unread, self._size = before.unread, before.unread_size
        self._sound, self._gone, self._top = before.sound, before.gone, before.top
        self._damaged, self._gap = before.damaged, before.gap

    def take(self, raw: bytes, at: int) -> None:
        """Read one line. A damaged one costs itself."""
        found = line.parsed(raw)
        was_counted = raw[: len(line.STARTS) - 1] == line.STARTS[1:]
        self._unread -= was_counted
        if found is None:
            self._damaged = True
            self._gone += not was_counted and raw[: line.STATE_AT] == line.MARK
            inner = raw.rfind(
                line.MARK, 1
            )  # half a line, that a failing disk left before a whole one
            found = line.parsed(raw[inner:]) if inner > 0 else None
            if found is None:
                return
            at += inner
        self._gap |= self._damaged
        self._sound += 1
        if found.number > self._top:
            self._missing.update(range(self._top + 1, found.number))
            self._top = found.number
        else:
            self._missing.discard(found.number)
        if found.state not in (line.DELIVERED, line.ASIDE):
            self._lines[at] = Waiting(found.time, found.item)
            self._size -= len(found.item)

    def reading(self, read: int) -> Reading:
        """Give it."""
        return self._before._replace(
            read=read,
            unread=max(0, self._unread),
            unread_size=max(0, self._size),
            lines=self._lines,
            sound=self._sound,
            gone=self._gone,
            top=self._top,
            missing=frozenset(self._missing),
            damaged=self._damaged,
            gap=self._gap,
        )
