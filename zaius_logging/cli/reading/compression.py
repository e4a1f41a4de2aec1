"""Reads what is compressed as if it were not; what is compressed, and how, the first bytes say."""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from zaius_logging.cli.problems import JobError

BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile)
"""What reading raises where compressed data is damaged; `why` knows bzip2's and zstd's own, too."""

ENDINGS = (".gz", ".bz2", ".xz", ".zst", ".zip")
"""Of names: a file is the same before and after it was compressed."""

ZIP = b"PK\x03\x04"


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
    return io.BufferedReader(_Unpacking(raw), 65_536)


def why(error: Exception) -> str:
    """Say what is wrong with compressed data, for people."""
    if isinstance(error, EOFError):
        return "its compressed data ends too soon (is it a part of a file?)"
    return "its compressed data is damaged"


def _zstd(raw: Any) -> Any:
    """Open zstd: by the standard library from Python 3.14 on, else by its backport.

    Raises:
        JobError: it is not there.
    """
    for name in ("compression.zstd", "backports.zstd"):
        with suppress(ImportError):
            return importlib.import_module(name).ZstdFile(raw, "rb")
    raise JobError(
        "is zstd, which needs Python 3.14 or: pip install 'zaius-logging[zstd]' "
        "(or: zstd -dc FILE | zaius-logging send -)"
    )


def _zip(_: Any) -> Any:
    raise JobError("is a zip, which a pipe cannot bring: name the file, or unpack it")


def _unreadable(what: str) -> Callable[[Any], Any]:
    def opener(_: Any) -> Any:
        raise JobError(f"is {what}, which is not read: export it as CSV or JSON, or unpack it")

    return opener


_OPENERS: Mapping[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw, mode="rb"),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _zstd,
    ZIP: _zip,
    b"PAR1": _unreadable("Parquet"),
    b"Obj\x01": _unreadable("Avro"),
    b"7z\xbc\xaf": _unreadable("7-Zip"),
    b"Rar!": _unreadable("RAR"),
    b"%PDF": _unreadable("PDF"),
    b"SQLi": _unreadable("a SQLite database"),
    b"\xd0\xcf\x11\xe0": _unreadable("an old Excel workbook"),
}


class _Unpacking(io.RawIOBase):
    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._source: Any = None
        self._packed = False

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any, /) -> int:
        if self._source is None:
            self._source = self._begin()
        view = memoryview(room)
        try:
            # read1: what is there is given at once, and before what comes of damage behind it.
            data = self._source.read1(len(view))
        except gzip.BadGzipFile:
            raise
        except OSError as error:
            if not self._packed or error.errno is not None:
                raise
            raise zlib.error(str(error)) from None  # bzip2 says "Invalid data stream" so
        except Exception as error:
            if type(error).__name__ == "ZstdError":
                raise zlib.error(str(error)) from None
            raise
        view[: len(data)] = data
        return len(data)

    def _begin(self) -> Any:
        """Look at the first bytes, which may come one after the other."""
        start = b""
        while any(magic.startswith(start) and magic != start for magic in _OPENERS):
            more = self._raw.read(1 if start else 2)
            if not more:
                break
            start += more
        whole = _Rejoined(start, self._raw)
        for magic, opener in _OPENERS.items():
            if start.startswith(magic):
                self._packed = True
                return opener(whole)
        return whole


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, start: bytes, raw: Raw) -> None:
        self._start = start
        self._raw = raw

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        return self.read(size)

    def read(self, size: int = -1, /) -> bytes:
        if self._start:
            start, self._start = self._start, b""
            return start
        return self._raw.read(size) or b""

    def readinto(self, room: Any, /) -> int:
        view = memoryview(room)
        data = self.read(len(view))
        if len(data) > len(view):  # a first read that is shorter than a magic number
            self._start, data = data[len(view) :], data[: len(view)]
        view[: len(data)] = data
        return len(data)
