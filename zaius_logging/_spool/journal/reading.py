"""What is known of a segment's lines: counted, then read, then removed; and what damage has cost.

All of it is one record that is replaced as a whole, so that an interruption leaves the old one or the new one.
Only lines that were read leave by themselves, one by one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from . import line

_TEXTS = re.compile(rb"[^\n]+")
_GONE = tuple(b"\n%b%b" % (line.MARK, state) for state in (line.DELIVERED, line.ASIDE))


class Reading(NamedTuple):
    """How far a segment is known.

    Attributes:
        counted: up to where its lines are counted.
        read: up to where they are read.
        unread: lines that wait between the two.
        unread_size: the bytes of their items.
        lines: those that were read and wait, by offset: what their checksum covers.
        sound: lines that were read and were not damaged, whatever their state.
        gone: damaged ones whose state says that they had left.
        top: the highest ordinal.
        damaged: whether damage was met.
        gap: whether more came after it, so that missing ordinals were lost in it. A torn end is none.
    """

    counted: int
    read: int
    unread: int = 0
    unread_size: int = 0
    lines: dict[int, bytes] = {}  # noqa: RUF012 - a default; it is replaced, not changed
    sound: int = 0
    gone: int = 0
    top: int = 0
    damaged: bool = False
    gap: bool = False

    @property
    def waiting(self) -> int:
        """Lines that wait, as far as they are counted."""
        return self.unread + len(self.lines)

    @property
    def size(self) -> int:
        """The bytes of their items."""
        return self.unread_size + line.size_of(self.lines.values())

    def counting(self, data: bytes, starts: bytes = line.STARTS) -> Reading:
        """Count on.

        Args:
            data: from the newline before `counted` on.
            starts: how lines begin that are counted.
        """
        new, size = line.tallied(data, starts)
        return self._replace(
            counted=self.counted + len(data) - 1,
            unread=self.unread + new,
            unread_size=self.unread_size + size,
        )

    def skipping(self, until: int) -> Reading:
        """Pass over what cannot be read."""
        return self._replace(read=min(until, self.counted), damaged=True).settled()

    def reading(self, data: bytes) -> Reading:
        """Read on: whole lines from `read` on. A damaged one costs itself."""
        text = data if data.endswith(b"\n") else data + b"\n"
        lines, at, counted, bad = dict(self.lines), 0, 0, []
        sound, gap, top = self.sound, self.gap, b"%010d" % self.top
        for found in line.sound(text):
            start = found.start()
            if start != at and (between := text[at:start].strip(b"\n")):
                bad.append(between)
                counted -= text[start - 1 : start] != b"\n"  # counted with the half before it
            at = found.end()
            sound += 1
            gap = gap or self.damaged or bool(bad)
            state, _, covered, number = found.groups()
            top = max(top, number)
            if state == line.WAITING:
                counted += 1
            if state not in (line.DELIVERED, line.ASIDE):
                lines[self.read + start] = covered
        ends = _TEXTS.findall(text, at)
        bad += ends
        while ends and b"}}" not in ends[-1][-3:]:  # torn, or damage to the free rest
            ends.pop()
        if ends:  # no call was in the middle of these
            gap, top = True, b"%010d" % (int(top) + len(ends))
        damage = b"\n" + b"\n".join(bad)
        return self._replace(
            read=self.read + len(data),
            unread=max(0, self.unread - counted - damage.count(line.STARTS)),
            unread_size=max(0, self.size - line.size_of(lines.values())),
            lines=lines,
            sound=sound,
            gone=self.gone + sum(map(damage.count, _GONE)),
            top=int(top),
            damaged=self.damaged or bool(bad),
            gap=gap,
        ).settled()

    def settled(self) -> Reading:
        """Correct the count where all is read."""
        return self if self.read < self.counted else self._replace(unread=0, unread_size=0)

    def lost(self, lines: int) -> int:
        """Count the lines that were written and are not there.

        Args:
            lines: what the header says. Beyond its last sync the ordinals around damage tell.
        """
        last = self.top if self.gap and self.top > lines else lines
        return max(0, last - self.sound - self.gone)
