"""The bytes of a stream, some at a time, with the place of each."""

from __future__ import annotations

import re
from io import BufferedReader

from .items import MAX_LINE, Place

_CHUNK = 262_144
_BREAKS = re.compile(rb"\n+")


class Window:
    """Gives lines of a stream, and says where they end.

    Args:
        stream: the bytes from `start` on.
        start: where it begins in its file.

    Attributes:
        start: where it began.
        offset: bytes before what was not given yet.
        line: lines before that. While a line is read, its number.
        begin: the place before the line that was given last.
    """

    def __init__(self, stream: BufferedReader, start: Place) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._closed = False
        self.start = start
        self.offset = start.offset
        self.line = start.line
        self.begin = start

    def place(self) -> Place:
        """Behind what was given."""
        return Place(self.offset, self.line)

    def more(self) -> bool:
        """Read on. Gives whether there was anything."""
        if self._closed:
            return False
        data = self._stream.read1(_CHUNK)
        self._buffer = self._buffer[self._at :] + data if self._at < len(self._buffer) else data
        self._at = 0
        return bool(data)

    def close(self) -> None:
        """Give nothing more."""
        self._buffer, self._at, self._closed = b"", 0, True

    def readline(self) -> bytes:
        """Give the next line, or the beginning of one that is too long; blank at the end."""
        end = self._buffer.find(b"\n", self._at)
        while end < 0:
            held = len(self._buffer) - self._at
            if held >= MAX_LINE or not self.more():
                end = min(len(self._buffer), self._at + MAX_LINE) - 1
                break
            end = self._buffer.find(b"\n", held)
        raw = self._buffer[self._at : end + 1]
        if raw:
            self.begin = Place(self.offset, self.line)
            self._at = end + 1
            self.offset += len(raw)
            self.line += 1
        return raw

    def pass_blank(self) -> None:
        """Pass over lines that hold nothing, as far as they were read: there can be millions."""
        if blank := _BREAKS.match(self._buffer, self._at):
            count = blank.end() - self._at
            self._at += count
            self.offset += count
            self.line += count

    def unread(self, raw: bytes) -> None:
        """Take the line back that was given last."""
        self._buffer = raw + self._buffer[self._at :]
        self._at = 0
        self.offset -= len(raw)
        self.line -= 1

    def skip_line(self) -> None:
        """Pass over the rest of a line."""
        end = self._buffer.find(b"\n", self._at)
        while end < 0:
            self.offset += len(self._buffer) - self._at
            self._at = len(self._buffer)
            if not self.more():
                return
            end = self._buffer.find(b"\n", self._at)
        self.offset += end + 1 - self._at
        self._at = end + 1

    def skip_to(self, mark: bytes) -> None:
        """Go behind the next byte like this."""
        end = self._buffer.index(mark, self._at) + 1
        self.offset += end - self._at
        self._at = end

    def ahead(self) -> bytes:
        """What stands next, at least a few bytes of it if there are any."""
        while len(self._buffer) - self._at < len(b"[ {") and self.more():
            pass
        return self._buffer[self._at : self._at + 8]

    def next_byte(self) -> bytes:
        """The next byte that is no white space, read on for if need be."""
        at = self._at
        while True:
            while at < len(self._buffer) and self._buffer[at] in b" \t\r\n":
                at += 1
            if at < len(self._buffer):
                return self._buffer[at : at + 1]
            at -= self._at
            if at > MAX_LINE or not self.more():
                return b""

    def rest(self, most: int) -> bytes:
        """Give all that is left of the stream, behind the line that was given last.

        Raises:
            ValueError: it is more than can be held.
        """
        parts, size = [self.take_all()], 0
        while self.more() and size <= most:
            parts.append(self.take_all())
            size += len(parts[-1])
        if size > most:
            self.close()
            raise ValueError(f"is a document of more than {most:,} bytes")
        self.offset += sum(map(len, parts))
        self.line += sum(part.count(b"\n") for part in parts)
        return b"".join(parts)

    # For whoever reads text, not lines

    def take_all(self) -> bytes:
        """Give all that is held. `passed` says how much of it was read."""
        data = self._buffer[self._at :]
        self._buffer, self._at = b"", 0
        return data

    def passed(self, text: str) -> None:
        """Count text that was read of what `take_all` gave."""
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
        self.offset += size
        self.line += text.count("\n")

    def give_back(self, rest: bytes) -> None:
        """Hold what was not read of what `take_all` gave."""
        self._buffer = rest + self._buffer[self._at :]
        self._at = 0
