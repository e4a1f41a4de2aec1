"""Opens what is to be sent, one file after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedReader, FileIO
from pathlib import Path

from zaius_logging.cli.problems import JobError

from .compression import BROKEN, unpacked, why
from .items import STDIN, Item, Origin, Unusable

DASH = "-"

Read = Callable[[BufferedReader, str], Iterable[Item]]
"""(stream, its name for people) -> items."""


class Sources:
    """The files of a command line, in order; `-` is stdin. Any of them may be gzip.

    Args:
        paths: as given.
        read: reads one.

    Attributes:
        total: bytes in all, or None where that cannot be known.
        done: bytes read so far, as they are on the disk.
    """

    def __init__(self, paths: Sequence[str], read: Read) -> None:
        self._paths = paths
        self._read = read
        self._pipes: dict[str, tuple[FileIO, Iterable[Item]]] = {}
        self.total: int | None = None
        self.done = 0
        if all(map(_is_file, paths)):
            self.total = sum(Path(path).stat().st_size for path in paths)

    def check(self) -> None:
        """Open each: what is wrong with the beginning of any is told before the first is sent.

        Raises:
            OSError: one cannot be opened.
            JobError: one cannot be read as it should be.
        """
        for path in self._paths:
            if _is_file(path):
                with FileIO(path) as raw:
                    self._begin(raw, path)
            else:  # a pipe gives what it has only once, so it stays open
                pipe = _pipe(path)
                name = STDIN if path == DASH else path
                self._pipes[path] = (pipe, self._begin(pipe, name))

    def _begin(self, raw: FileIO, name: str) -> Iterable[Item]:
        try:
            return self._read(unpacked(raw), name)
        except BROKEN as error:
            raise JobError(f"{name}: {why(error)}") from None

    def __iter__(self) -> Iterator[tuple[int | None, Item]]:
        """Give each item with its place in its file, from 1; without one if it came by a pipe."""
        for path in self._paths:
            if path in self._pipes:
                raw, items = self._pipes.pop(path)
                with raw:
                    name = STDIN if path == DASH else path
                    yield from ((None, item) for item in _to_the_break(items, name))
                continue
            before = self.done
            with FileIO(path) as raw:
                items = _to_the_break(self._read(unpacked(raw), path), path)
                for number, item in enumerate(items, 1):
                    self.done = before + raw.tell()
                    yield number, item


def _to_the_break(items: Iterable[Item], source: str) -> Iterator[Item]:
    """Give what can be read of a damaged file, and at last that it is damaged."""
    line = 0
    try:
        for item in items:
            line = item.origin.line
            yield item
    except BROKEN as error:
        reason = f"{why(error)}; nothing from here on was read"
        yield Unusable(Origin(source, line + 1), reason)


def _is_file(path: str) -> bool:
    return path != DASH and Path(path).is_file()


def _pipe(path: str) -> FileIO:
    if path == DASH:
        # Not `sys.stdin`: a thread that waits in its lock stops the interpreter from ending.
        return FileIO(sys.stdin.fileno(), closefd=False)
    return FileIO(path)
