"""Opens what is to be sent, one file after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path

from ._items import STDIN, Item

DASH = "-"

Read = Callable[[BufferedReader, str], Iterable[Item]]
"""(stream, its name for people) -> items."""


class Sources:
    """The files of a command line, in order; `-` is stdin.

    Args:
        paths: as given.
        read: reads one.

    Attributes:
        total: bytes in all, or None where that cannot be known.
        done: bytes read so far.
    """

    def __init__(self, paths: Sequence[str], read: Read) -> None:
        self._paths = paths
        self._read = read
        self._pipes: dict[str, tuple[BufferedReader, Iterable[Item]]] = {}
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
                with Path(path).open("rb") as stream:
                    self._read(stream, path)
            else:  # a pipe gives what it has only once, so it stays open
                pipe = _pipe(path)
                name = STDIN if path == DASH else path
                self._pipes[path] = (pipe, self._read(pipe, name))

    def __iter__(self) -> Iterator[tuple[int | None, Item]]:
        """Give each item with its place in its file, from 1; without one if it came by a pipe."""
        for path in self._paths:
            if path in self._pipes:
                stream, items = self._pipes.pop(path)
                with stream:
                    yield from ((None, item) for item in items)
                continue
            before = self.done
            with Path(path).open("rb") as stream:
                for number, item in enumerate(self._read(stream, path), 1):
                    self.done = before + stream.tell()
                    yield number, item


def _is_file(path: str) -> bool:
    return path != DASH and Path(path).is_file()


def _pipe(path: str) -> BufferedReader:
    if path == DASH:
        # Not `sys.stdin`: a thread that waits in its lock stops the interpreter from ending.
        return open(sys.stdin.fileno(), "rb", closefd=False)
    return Path(path).open("rb")
