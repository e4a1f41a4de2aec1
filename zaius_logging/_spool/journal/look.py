"""Looks at the folders of a journal from outside: changes no byte, takes over nothing, needs no configuration.

A living process may append, and change states, while it is looked at: what is found was true at some moment of
the look.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from . import line
from .ages import boot_id, steady
from .files import File, is_mine
from .place import SEGMENT

DEAD_LETTERS = ("dead-letters.1.jsonl", "dead-letters.jsonl")
"""The files of dead letters in an account's folder, the older one first."""

_CHUNK = 1024 * 1024
_MOST = 64 * _CHUNK  # bytes without a newline: no line of ours is so long
_HEAD = 1024


class Line(NamedTuple):
    """A sound line.

    Attributes:
        state: one byte, see `line`.
        number: its ordinal in the segment, from 1 on.
        time: milliseconds since 1970, by the segment's own clock.
        item: the event.
    """

    state: bytes
    number: int
    time: int
    item: bytes


class Found(NamedTuple):
    """A line of a segment, or damage that stands in a line's place.

    Attributes:
        at: where it begins, in bytes.
        end: where the next one begins.
        line: None where it is damaged.
    """

    at: int
    end: int
    line: Line | None


class Segment(NamedTuple):
    """A segment as it was found.

    Attributes:
        path: of the file.
        pid: of the process that made it, by its name.
        made: nanoseconds since 1970, by its name.
        header: None where it is not ours to read.
        start: bytes of the header.
        size: bytes.
        allocated: bytes of the disk that it takes.
        held: whether a living process holds its lock; None where that cannot be known.
        problem: why it cannot be read; blank for a sound one.
    """

    path: str
    pid: int
    made: int
    header: line.Header | None
    start: int
    size: int
    allocated: int
    held: bool | None
    problem: str = ""

    def lines(self, start: int = 0) -> Iterator[Found]:
        """Read the lines from there on, up to the last sound one where a living process may still write.

        Args:
            start: bytes from the beginning of the file; 0 for the first line behind the header.

        Raises:
            OSError: it cannot be read any more.
        """
        with open(self.path, "rb") as file:
            yield from _whole(_lines(file, start or self.start), written=bool(self.held))

    def age(self, milliseconds: int) -> float:
        """Seconds since a line of that time was written, by the best clock there is; not below 0."""
        if self.header is not None and self.header.boot and self.header.boot == boot_id():
            ahead = (self.header.wall - self.header.steady) / 1000
            return max(0.0, steady() + ahead - milliseconds / 1000)
        return max(0.0, time.time() - milliseconds / 1000)


def accounts(directory: str) -> list[str]:
    """Give the paths of the accounts' folders in a spool directory, or of the directory where it is one itself.

    Raises:
        OSError: it cannot be read.
    """
    with os.scandir(directory) as entries:
        inside = [
            (entry.path, entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries
        ]
    if any(_is_ours(name) for _, name, is_dir in inside if not is_dir):
        return [directory]
    return sorted(path for path, _, is_dir in inside if is_dir and _holds_ours(path))


def _is_ours(name: str) -> bool:
    return name in DEAD_LETTERS or SEGMENT.fullmatch(name) is not None


def _holds_ours(folder: str) -> bool:
    try:
        return any(_is_ours(name.removesuffix(".new")) for name in os.listdir(folder))
    except PermissionError:
        return True  # whoever may read it shall hear of it


def segments(folder: str) -> list[Segment]:
    """Look at the segments of an account's folder, the oldest first.

    Raises:
        OSError: the folder cannot be read.
    """
    found = []
    for name in sorted(os.listdir(folder)):
        if SEGMENT.fullmatch(name):
            with suppress(FileNotFoundError):  # sent and removed at this moment
                found.append(segment(os.path.join(folder, name)))
    return found


def segment(path: str) -> Segment:
    """Look at one segment.

    Raises:
        OSError: it cannot be opened.
    """
    made, pid, _ = os.path.basename(path).split("-")
    file = File(path, os.O_RDONLY)
    try:
        status = os.fstat(file.fd)
        head = file.read(_HEAD, 0)
        header = line.header_of(head)
        problem = ""
        if header is None:
            newer = line.is_newer(head)
            problem = "of a newer version" if newer else "damaged in its first line, or not ours"
        elif not is_mine(status):
            problem = "of another user"
        return Segment(
            path,
            int(pid),
            int(made),
            header[0] if header else None,
            header[1] if header else 0,
            status.st_size,
            getattr(status, "st_blocks", -(-status.st_size // 512)) * 512,
            _is_held(file),
            problem,
        )
    finally:
        file.close()


def _is_held(file: File) -> bool | None:
    """Whether another process has the lock. To know it, a shared one is had for a moment.

    Processes that look for what dead ones have left may take the segment for held in that moment, and
    find it at their next look.
    """
    if sys.platform == "win32":
        taken = file.lock()
        return None if taken is None else not taken
    import fcntl

    try:
        fcntl.flock(file.fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    fcntl.flock(file.fd, fcntl.LOCK_UN)
    return False


class Follower:
    """Gives the lines of an account's folder as they are written, those of files that are removed meanwhile too.

    Args:
        folder: the account's.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._open: dict[str, tuple[BinaryIO, int]] = {}  # path -> file, up to where it was read

    def new(self) -> Iterator[Line]:
        """The lines that came since the last call, by file; first those that are there.

        Raises:
            OSError: the folder cannot be read.
        """
        for found in segments(self._folder):
            if found.path not in self._open and not found.problem:
                with suppress(FileNotFoundError):
                    self._open[found.path] = open(found.path, "rb", 0), found.start  # noqa: SIM115
        gone = {
            path for path, (file, _) in self._open.items() if not os.fstat(file.fileno()).st_nlink
        }
        # The last file's end first: before what stands there, its thread may still have put a line into an earlier one.
        ends = {path: _end(file, at) for path, (file, at) in reversed(self._open.items())}
        for path, end in reversed(ends.items()):
            file, at = self._open[path]
            for each in _whole(_lines(file, at, end), written=True):
                self._open[path] = file, each.end
                if each.line is not None:
                    yield each.line
            if path in gone:
                file.close()
                del self._open[path]

    def close(self) -> None:
        """Close the files."""
        for file, _ in self._open.values():
            file.close()
        self._open.clear()


def _whole(lines: Iterator[Found], *, written: bool) -> Iterator[Found]:
    """Leave out what stands behind the last sound line, where somebody may be in the middle of writing it."""
    torn: list[Found] = []
    for found in lines:
        if found.line is None and written:
            torn.append(found)
            continue
        yield from torn
        torn.clear()
        yield found


def _end(file: BinaryIO, at: int) -> int:
    """Find where what stands there from `at` on ends: behind it all is free."""
    file.seek(at)
    while (data := file.read(_CHUNK)) and (text := data.rstrip(b"\n")):
        at += len(data) if text[-1:] == data[-1:] else len(text) + 1
    return at


def _lines(file: BinaryIO, start: int, until: int = sys.maxsize) -> Iterator[Found]:
    at, rest = start, b""
    file.seek(start)
    while data := file.read(min(_CHUNK, until - at - len(rest))):
        data = rest + data
        end = data.rfind(b"\n") + 1
        if not end and len(data) < _MOST:
            rest = data
            continue
        yield from _in(data[:end], at)
        at, rest = at + end, data[end:]
    if rest:  # a last line without its newline
        yield Found(at, at + len(rest), None)


def _in(data: bytes, at: int) -> Iterator[Found]:
    done = 0
    for found in line.sound(data):
        if data[done : found.start()].strip(b"\n"):
            yield Found(at + done, at + found.start(), None)
        state, _, covered, number = found.groups()
        done = found.end()
        whole = Line(state, int(number), line.time_of(covered), line.item_of(covered))
        yield Found(at + found.start(), at + done, whole)
    if data[done:].strip(b"\n"):
        yield Found(at + done, at + len(data), None)
