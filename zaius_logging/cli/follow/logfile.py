"""One file of a log, read line by line from a place in it, while it may still grow."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from io import FileIO
from typing import NamedTuple

from zaius_logging.cli.reading.compression import BROKEN, unpacked
from zaius_logging.cli.reading.items import MAX_LINE

from .rotation import TAIL, Mark, Seen, digest

_CHUNK = 65_536


class Line(NamedTuple):
    """A line, and where it ends.

    Attributes:
        raw: its bytes; of one that is too long, none.
        before: what identifies its place: the offset and the digest of what stands before it.
        end: the mark behind it.
        whole: whether it could be held.
    """

    raw: bytes
    before: str
    end: Mark
    whole: bool


class LogFile:
    """A file that is open, whatever becomes of its name.

    Args:
        seen: which.
        start: the mark in it from which to read; None for its beginning.

    Attributes:
        seen: how it was when it last was as we had left it, or had grown.
        ended: whether nothing more will come to it; its owner says so.

    Raises:
        OSError: it cannot be opened, or is another by now.
        EOFError: it is packed and damaged before the mark (or another of `BROKEN`).
    """

    def __init__(self, seen: Seen, start: Mark | None = None) -> None:
        self._raw = FileIO(seen.path)
        self.seen = seen_of(self._raw.fileno(), seen.path)
        if not self.seen.is_(seen):
            self.close()
            raise FileNotFoundError(2, "was renamed just now", seen.path)
        self.packed = seen.packed
        self._stream = unpacked(self._raw) if self.packed else self._raw
        self._offset = 0  # of the end of the last line
        self._line = 0
        self._tail = b""  # the bytes before it
        self._digest = digest(b"")
        self._rest = bytearray()  # what was read of the line that has no end yet
        self._passed = 0  # bytes of it that were too many to be held
        self._looked = (self.seen.size, self.seen.modified)
        self._changed = time.monotonic()
        self.ended = False
        if start is not None:
            self._line = start.line
            try:
                self._tail = self._skip(start.offset)
            except BaseException:
                self.close()
                raise
            self._offset = start.offset
            self._digest = digest(self._tail)

    def _skip(self, offset: int) -> bytes:
        """Go to the offset. Gives the bytes before it."""
        if not self.packed:
            first = max(0, offset - TAIL)
            self._raw.seek(first)
            return _exactly(self._raw, offset - first)
        tail = b""
        while offset > 0 and (data := self._stream.read(min(_CHUNK, offset))):
            offset -= len(data)
            tail = (tail + data)[-TAIL:]
        return b"" if offset else tail

    def close(self) -> None:
        """Let go of it."""
        self._raw.close()

    def mark(self) -> Mark:
        """The place behind the last line that was given."""
        seen = self.seen
        return Mark(
            device=seen.device,
            inode=seen.inode,
            offset=self._offset,
            line=self._line,
            tail=self._digest,
            modified=seen.modified,
        )

    @property
    def read(self) -> int:
        """Bytes that were read."""
        return self._offset + self._passed + len(self._rest)

    # Lines

    def lines(self) -> Iterator[Line]:
        """Give the lines that are complete by now."""
        while data := self._more():
            self._changed = time.monotonic()
            yield from self._split(data)

    def _more(self) -> bytes:
        """Read on, if what stands before our place is ours: both in one read, so that no change comes between."""
        if self.packed:
            return self._stream.read(_CHUNK)
        ours = self._before()
        self._raw.seek(self.read - len(ours))
        data = self._raw.read(len(ours) + _CHUNK)
        if data.startswith(ours):
            return data[len(ours) :]
        self._looked = (-1, -1)  # the next look compares, whatever size and time say
        return b""

    def _before(self) -> bytes:
        """The last bytes that were read."""
        return (self._tail + self._rest)[-TAIL:]

    def _split(self, data: bytes) -> Iterator[Line]:
        at = 0
        while (end := data.find(b"\n", at)) >= 0:
            yield self._end(data[at : end + 1])
            at = end + 1
        self._rest += data[at:]
        if len(self._rest) > MAX_LINE:
            self._passed += len(self._rest)
            self._tail = (self._tail + self._rest)[-TAIL:]
            self._rest.clear()

    def last(self) -> Iterator[Line]:
        """Give the line without an end that a file may end with, where nothing more will come."""
        if self.read > self._offset:
            yield self._end(b"")

    def _end(self, data: bytes) -> Line:
        raw = bytes(self._rest) + data if self._rest else data
        before = f"{self._offset} {self._digest}"
        whole = not self._passed and len(raw) <= MAX_LINE
        self._offset += self._passed + len(raw)
        self._tail = (self._tail + raw)[-TAIL:]
        self._digest = digest(self._tail)
        self._passed = 0
        self._rest.clear()
        self._line += 1
        return Line(raw if whole else b"", before, self.mark(), whole)

    # How it is

    def look(self) -> tuple[Seen, bool]:
        """Give how the file is now, and whether what stands before our place is what we read there."""
        if self.packed:
            return replace(self.seen, size=self.read), True
        now = seen_of(self._raw.fileno(), self.seen.path)
        ours = True
        if (now.size, now.modified) != self._looked:
            before = self._before()
            self._raw.seek(self.read - len(before))
            ours = _exactly(self._raw, len(before)) == before
            self._looked = (now.size, now.modified)
            self._changed = time.monotonic()
        if ours and now.size >= self.read:
            self.seen = now  # else it is another's: what we know is how ours was last
        return now, ours

    def quiet(self) -> float:
        """Seconds for which nothing has come to it."""
        if self.packed:
            return float("inf")
        by_clock = time.time() - self.seen.modified / 1e9
        return max(by_clock, time.monotonic() - self._changed)


def seen_of(where: str | int, path: str) -> Seen:
    """Look at a file, by its name or its descriptor.

    Raises:
        OSError: it is not there.
    """
    status = os.stat(where)  # noqa: PTH116 - Path has no stat of a descriptor
    return Seen(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def holds(mark: Mark, seen: Seen) -> bool:
    """Whether a file has before the mark what stood there in the file that the mark was made in."""
    if not seen.readable or (not seen.packed and seen.size < mark.offset):
        return False
    try:
        file = LogFile(seen, mark)
    except (OSError, *BROKEN):
        return False
    file.close()
    return file.mark().tail == mark.tail


def _exactly(raw: FileIO, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := raw.read(count - len(data))):
        data += more
    return data
