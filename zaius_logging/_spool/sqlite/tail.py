"""The tail of the line, where events join: our own file or, while the disk fails us, memory.

When the disk fails, a part of memory joins at the tail, bounded as without a spool; when a new file can
be written, what waits in memory moves there.
"""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path

from zaius_logging._spool.memory import MemorySpool

from .base import ERRORS, Base
from .connection import is_full
from .file import SpoolFile
from .line import MAX_BACKOFF, Line

MiB = 1024 * 1024

_MOVED = 1_000  # items that move from memory to disk in one transaction


class Tail:
    """What takes the next event.

    Args:
        base: of the spool.
        line: whose tail it is.
        max_bytes: of this process's file and of those that it adopted.
        memory_bounds: items at the most in memory, while the disk fails, and their bytes.

    Attributes:
        file: takes what is appended ...
        memory: ... unless this does. Before the first event there is neither.
    """

    def __init__(
        self, base: Base, line: Line, max_bytes: int, memory_bounds: tuple[int, int]
    ) -> None:
        self._base = base
        self._line = line
        self._max_bytes = max_bytes
        self._memory_bounds = memory_bounds
        self.file: SpoolFile | None = None
        self.memory: MemorySpool | None = None
        self._backoff = 1.0
        self._retry_at = 0.0

    # On disk

    def begin(self) -> SpoolFile | None:
        """Make our own file, with the first event. None where events go to memory."""
        if self.memory is None:
            try:
                self.file = file = self.create()
                self._line.join(file)
            except ERRORS as error:
                self.degrade(error)
        return self.file

    def create(self) -> SpoolFile:
        """Make a file that is nobody's part yet.

        Raises:
            sqlite3.Error: it cannot be written.
            OSError: it, or the directory, cannot be made.
        """
        claim = self._base.directory.claim()
        file = SpoolFile(claim, self._room())
        try:
            file.create()
            self._base.directory.sync()
        except BaseException:
            with suppress(*ERRORS):
                file.erase()
            claim.drop()
            raise
        claim.lay_ballast()
        return file

    def make_room(self) -> None:
        """Leave to files that were adopted what they take of the quota."""
        if self.file is not None:
            with self._base.lock, suppress(*ERRORS):
                self.file.resize(self._room())

    def _room(self) -> int:
        """What the adopted files leave of the quota, but always some."""
        taken = sum(_bytes_of(file.claim.path) for file in self._line.files)
        return max(MiB, self._max_bytes - taken)

    def is_at_limit(self, error: Exception, size: int) -> bool:
        """Whether it was our own limit that refused an item of `size` bytes, and not the disk."""
        try:
            return self.file is not None and is_full(error) and self.file.at_limit(size)
        except ERRORS:
            return False

    # Without the disk, and back

    def degrade(self, error: Exception) -> None:
        """Take what comes into memory; the file, as far as it can be read, is sent from still."""
        if self.memory is None:
            self.memory = MemorySpool(*self._memory_bounds, clock=self._base.clock)
            self._line.join(self.memory)
        self.file = None
        self._retry_at = self._base.clock() + self._backoff
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        line = (
            f"spool_dir cannot be written ({reason}): events wait in memory, and are lost if the "
            "process dies; trying again"
        )
        self._base.later("spool", line)

    @property
    def due(self) -> float:
        """When the disk is to be tried again, by the steady clock."""
        return math.inf if self.memory is None else self._retry_at

    def restore(self) -> None:
        """Try to make a new file, and move there what waits in memory."""
        memory = self.memory
        if memory is None:
            return
        try:
            file = self.create()
            with self._base.lock:
                at = [part for _, part in self._line.parts].index(memory)
                self._line.join(file, at)
            while not self._moved(memory, file):
                pass
        except ERRORS:
            self._backoff = min(MAX_BACKOFF, self._backoff * 2)
            self._retry_at = self._base.clock() + self._backoff
        else:
            self._backoff = 1.0
            self._base.later("spool", "spool_dir can be written again")

    def _moved(self, memory: MemorySpool, file: SpoolFile) -> bool:
        """Move some items. True if nothing is left; then new ones go to the file."""
        with self._base.lock:
            pairs = memory.peek(_MOVED, 8 * MiB)
            if pairs:
                file.extend([item for _, item in pairs], self._base.now())
                memory.remove([place for place, _ in pairs])
                return False
            file.sync_alone()
            self.file, self.memory = file, None
            self._line.leave(memory)
            return True


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
