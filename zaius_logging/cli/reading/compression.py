"""Reads what is compressed with gzip as if it were not; what is compressed, the bytes themselves say."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any, Protocol

BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading raises where compressed data is damaged."""

_MAGIC = b"\x1f\x8b"


class Raw(Protocol):
    """What is needed of a stream: `read` gives what there is, and nothing only at the end."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Read at most so many bytes."""
        ...


def unpacked(raw: Raw) -> io.BufferedReader:
    """Give a stream of the text in a stream that may be compressed.

    Nothing is read before the first read: a pipe can be silent for long. Members that were joined
    (`cat a.gz b.gz`) are one text.
    """
    return io.BufferedReader(_Unpacking(raw))


def why(error: Exception) -> str:
    """Say what is wrong with compressed data, for people."""
    if isinstance(error, EOFError):
        return "its gzip data ends too soon (is it a part of a file?)"
    return "its gzip data is damaged"


class _Unpacking(io.RawIOBase):
    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._source: Any = None

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any, /) -> int:
        if self._source is None:
            self._source = self._begin()
        view = memoryview(room)
        # read1, not read: what is there is given at once, and before what comes of damage behind it.
        data = self._source.read1(len(view))
        view[: len(data)] = data
        return len(data)

    def _begin(self) -> Any:
        """Look at the first two bytes, which may come one after the other."""
        start = b""
        while len(start) < len(_MAGIC) and (more := self._raw.read(len(_MAGIC) - len(start))):
            start += more
        whole: Any = _Rejoined(start, self._raw)
        return gzip.GzipFile(fileobj=whole, mode="rb") if start == _MAGIC else whole


class _Rejoined:
    """A stream whose first bytes were read already."""

    def __init__(self, start: bytes, raw: Raw) -> None:
        self._start = start
        self._raw = raw

    def read1(self, size: int = -1, /) -> bytes:
        if self._start:
            start, self._start = self._start, b""
            return start
        return self._raw.read(size) or b""

    read = read1  # GzipFile's name for it
