"""Opens what is to be sent, one file after the other, from its beginning or from a place in it."""

from __future__ import annotations

import struct
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedReader, FileIO
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from zaius_logging.cli.problems import JobError

from .compression import BROKEN, ZIP, unpacked, why
from .items import STDIN, Item, Origin, Place, Unusable

DASH = "-"
_CHUNK = 1 << 20
_TAR = slice(257, 262)  # where a tar says that it is one
_MALFORMED = (ValueError, OSError, struct.error)  # what zipfile raises besides its own
_SEEN = 256  # items after which the bar moves: to ask the system each time takes a tenth of the run

_HIDDEN = "."  # .DS_Store and others that nobody put there

Open = Callable[[int], BufferedReader]
"""(bytes to pass over, unpacked) -> what stands behind them."""

Read = Callable[[Open, str, Place], Iterable[Item]]
"""(opens it, its name for people, where to begin) -> items."""


class Spot(NamedTuple):
    """A place in one of the files.

    Attributes:
        number: of the file, from 0.
        member: of a zip, from 0.
        place: in it.
    """

    number: int
    member: int
    place: Place


@dataclass
class Sources:
    """The files of a command line, in order; `-` is stdin. Any of them may be compressed.

    Attributes:
        paths: as given.
        read: reads one.
        start: where to begin; None for the beginning.
        total: bytes in all, or None where that cannot be known.
        done: bytes read so far, as they are on the disk.
    """

    paths: Sequence[str]
    read: Read
    start: Spot | None = None
    total: int | None = None
    done: int = 0
    _pipes: dict[str, tuple[FileIO, Iterable[Item]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if all(map(is_file, self.paths)):
            self.total = sum(Path(path).stat().st_size for path in self.paths)

    def check(self) -> None:
        """Open each: what is wrong with the beginning of any is reported before the first is sent.

        Raises:
            OSError: one cannot be opened.
            JobError: one cannot be read as it should be.
        """
        for path in self.paths:
            if is_file(path):
                with _File(path) as file:
                    for member in range(len(file.names)):
                        self._begin(file, member)
            else:  # a pipe gives what it has only once, so it stays open
                pipe = _pipe(path)
                stream = unpacked(pipe)
                name = STDIN if path == DASH else path
                self._pipes[path] = (pipe, self._read(lambda _, it=stream: it, name, Place()))  # type: ignore[misc]

    def _begin(self, file: _File, member: int) -> None:
        opened, name = file.opener(member), file.names[member]
        try:
            beginning = opened(0).peek(_TAR.stop)
        except BROKEN:
            beginning = b""  # which is reported where it is read
        except JobError as error:
            raise JobError(f"{name} {error.message}") from None
        if beginning[_TAR] == b"ustar":
            raise JobError(f"{name} is a tar: unpack it (tar -xf FILE), and send its files")
        self._read(opened, name, Place())

    def _read(self, opener: Open, name: str, start: Place) -> Iterable[Item]:
        try:
            return self.read(opener, name, start)
        except BROKEN as error:
            raise JobError(f"{name}: {why(error)}") from None
        except JobError as error:
            if error.message.startswith("is "):
                raise JobError(f"{name} {error.message}") from None
            raise

    def __iter__(self) -> Iterator[tuple[Spot | None, Item]]:
        """Give each item with the place behind it; without one if it came by a pipe."""
        for number, path in enumerate(self.paths):
            if path in self._pipes:
                raw, items = self._pipes.pop(path)
                with raw:
                    name = STDIN if path == DASH else path
                    yield from ((None, item) for item in _to_the_break(items, name))
                continue
            yield from self._file(number, path)

    def _file(self, number: int, path: str) -> Iterator[tuple[Spot, Item]]:
        before = self.done
        start = self.start
        if start is not None and number < start.number:
            self.done = before + Path(path).stat().st_size
            return
        with _File(path) as file:
            here = (
                start if start is not None and start.number == number else Spot(number, 0, Place())
            )
            for member in range(here.member, len(file.names)):
                name = file.names[member]
                place = here.place if member == here.member else Place()
                items = self._read(file.opener(member), name, place)
                for count, item in enumerate(_to_the_break(items, name)):
                    if not count % _SEEN:
                        self.done = before + file.tell()
                    yield Spot(number, member, item.end), item
        self.done = before + Path(path).stat().st_size


class _File:
    """A file with one text in it, or a zip with several."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._raw = FileIO(path)
        self._zip: zipfile.ZipFile | None = None
        self._members: list[zipfile.ZipInfo] = []
        start = self._raw.read(8) or b""
        self._raw.seek(0)
        # What is not compressed is read from any place at once.
        self._plain = not start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"))
        self.names = [path]
        if start.startswith(ZIP):
            try:
                self._open_zip()
            except JobError:
                self._raw.close()
                raise

    def _open_zip(self) -> None:
        try:
            self._zip = zipfile.ZipFile(cast("IO[bytes]", self._raw))
        except (*_MALFORMED, zipfile.BadZipFile, NotImplementedError):
            raise JobError(f"{self._path} is a damaged zip (is it a part of a file?)") from None
        self._members = [
            each
            for each in self._zip.infolist()
            if not each.filename.startswith("__MACOSX/")
            and not each.filename.rpartition("/")[2].startswith(_HIDDEN)
            and not each.filename.endswith("/")
        ]
        names = {each.filename for each in self._members}
        if names & {"[Content_Types].xml", "META-INF/manifest.xml"}:  # of Excel, of OpenDocument
            raise JobError(f"{self._path} is a workbook: save its sheet as CSV")
        if any(each.flag_bits & 1 for each in self._members):
            raise JobError(f"{self._path} is a zip with a password: unpack it")
        self.names = [f"{self._path}/{each.filename}" for each in self._members]

    def _open_member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
        try:
            return archive.open(member)
        except NotImplementedError:
            raise JobError("is packed by a method that Python does not know: unpack it") from None
        except _MALFORMED:
            raise zipfile.BadZipFile from None

    def __enter__(self) -> _File:  # noqa: PYI034 - typing has no Self in Python 3.10
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    def tell(self) -> int:
        """Bytes read so far."""
        return self._raw.tell()

    def opener(self, member: int) -> Open:
        """Give what opens one of its texts."""

        def opened(offset: int) -> BufferedReader:
            if self._zip is not None:
                raw: Any = self._open_member(self._zip, self._members[member])
            else:
                self._raw.seek(offset if self._plain else 0)
                if self._plain and offset:
                    # Of its own, for who drops a reader closes what it reads; ours is closed by `__exit__`.
                    raw = FileIO(self._raw.fileno(), closefd=False)
                    return BufferedReader(raw, _CHUNK // 4)
                raw = self._raw
            stream = unpacked(raw)
            left = offset
            while left and (data := stream.read(min(_CHUNK, left))):
                left -= len(data)
            return stream

        return opened


def _to_the_break(items: Iterable[Item], source: str) -> Iterator[Item]:
    """Give what can be read of a damaged file, and at last that it is damaged."""
    line, end = 0, Place()
    try:
        for item in items:
            line, end = item.origin.line, item.end
            yield item
    except BROKEN as error:
        reason = f"{why(error)}; nothing from here on was read"
        yield Unusable(Origin(source, line + 1), reason, end=end, last=True)


def is_file(path: str) -> bool:
    """Whether it is a file, which can be read again."""
    return path != DASH and Path(path).is_file()


def _pipe(path: str) -> FileIO:
    if path == DASH:
        # Not `sys.stdin`: a thread that waits in its lock stops the interpreter from ending.
        return FileIO(sys.stdin.fileno(), closefd=False)
    return FileIO(path)
