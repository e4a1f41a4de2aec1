"""Open files that nobody can change under us unnoticed: a daemon may close our descriptors, a cleaner remove our files.

A number of a descriptor proves nothing: it may stand for a file of the application by now. So each call
that writes to one, locks, or closes it asks fstat first whether it still is the file that was opened.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import stat
import sys
from collections.abc import Callable
from typing import Any

from zaius_logging._process.flock import attempt

NOFOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

Key = tuple[int, int]


def key_of(status: os.stat_result) -> Key:
    """Say which file it is, whatever it is called."""
    return status.st_dev, status.st_ino


def is_open(fd: int, key: Key) -> bool:
    """Whether a descriptor still is of that file."""
    try:
        return key_of(os.fstat(fd)) == key
    except OSError:
        return False


def is_mine(status: os.stat_result) -> bool:
    """Whether it is a plain file of this user: in a directory that others can write, not all are."""
    return stat.S_ISREG(status.st_mode) and (
        sys.platform == "win32" or status.st_uid == os.geteuid()
    )


class File:
    """An open file, by its name, its descriptor, and the proof that the two belong together.

    Args:
        path: its name.
        flags: as for `os.open`.

    Raises:
        OSError: as `os.open`.
    """

    __slots__ = ("fd", "key", "path")

    def __init__(self, path: str, flags: int) -> None:
        self.fd = -1
        self.path = path
        self.fd = os.open(path, flags | NOFOLLOW, 0o600)
        self.key = key_of(os.fstat(self.fd))

    def is_open(self) -> bool:
        """Whether the descriptor still is of this file."""
        return is_open(self.fd, self.key)

    def is_there(self) -> bool:
        """Whether the name still is of this file."""
        try:
            return key_of(os.stat(self.path, follow_symlinks=False)) == self.key
        except OSError:
            return False

    def lock(self) -> bool | None:
        """Lock it for as long as it is open. False if somebody else has it, None where nobody can."""
        try:
            return attempt(self._proven())
        except OSError:
            return None

    def reopen(self, *, mapped: bool) -> bool:
        """Open and lock it anew, after somebody has closed our descriptor. False if it is not ours any more.

        Args:
            mapped: whether it is, for a map keeps the file open, and thereby locked, without a descriptor.
        """
        try:
            again = File(self.path, os.O_RDWR)
        except OSError:
            return False
        if again.key != self.key or not self.is_there():
            return False
        if not mapped and again.lock() is False:
            return False
        self.fd, again.fd = again.fd, -1
        return True

    def _proven(self) -> int:
        fd = self.fd
        if not is_open(fd, self.key):
            raise OSError(errno.EBADF, "somebody has closed our descriptor")
        return fd

    def length(self) -> int:
        """Bytes that it is long, or -1 where the descriptor is not of this file."""
        try:
            status = os.fstat(self.fd)
        except OSError:
            return -1
        return status.st_size if key_of(status) == self.key else -1

    def size(self) -> int:
        """Bytes that it is long."""
        return os.fstat(self._proven()).st_size

    def read(self, size: int, at: int) -> bytes:
        """Read so many bytes from there on, fewer only at its end."""
        fd, parts = self._proven(), []
        while size > 0 and (part := _pread(fd, size, at)):
            parts.append(part)
            size, at = size - len(part), at + len(part)
        return b"".join(parts)

    def write(self, data: bytes, at: int) -> None:
        """Write all of it there."""
        fd = self._proven()
        while data:
            done = _pwrite(fd, data, at)
            data, at = data[done:], at + done

    def sync(self) -> None:
        """Make what was written survive a power cut."""
        getattr(os, "fdatasync", os.fsync)(self._proven())

    def cut(self, size: int) -> None:
        """Give the disk back what lies beyond."""
        os.ftruncate(self._proven(), size)

    def remove(self) -> None:
        """Close and remove it, unless its name is another file's by now."""
        if sys.platform != "win32" and self.is_there():
            os.unlink(self.path)
        elif sys.platform == "win32":  # which removes nothing that is open
            there = self.is_there()
            self.close()
            if there:
                os.unlink(self.path)
        self.close()

    def close(self) -> None:
        """Close it, and nothing else. May be called twice.

        A lock is not undone: after a fork, that would take it from the parent too.
        """
        if self.fd >= 0 and is_open(self.fd, self.key):
            with contextlib.suppress(OSError):
                os.close(self.fd)
        self.fd = -1  # last: cut before it, the collector does all this again

    def __del__(self, ending: Callable[[], bool] = sys.is_finalizing) -> None:
        if not ending() and getattr(self, "key", None) is not None:
            self.close()


def _pread_by_seeking(fd: int, size: int, at: int) -> bytes:
    os.lseek(fd, at, os.SEEK_SET)
    return os.read(fd, size)


def _pwrite_by_seeking(fd: int, data: bytes, at: int) -> int:
    os.lseek(fd, at, os.SEEK_SET)
    return os.write(fd, data)


# Windows has neither; there nothing else moves the position, for the lock of the spool is held.
_pread: Any = getattr(os, "pread", _pread_by_seeking)
_pwrite: Any = getattr(os, "pwrite", _pwrite_by_seeking)


class Map:
    """The bytes of a file, in memory.

    Args:
        file: open, and as long as is to be mapped.
        size: bytes.

    Raises:
        OSError: where it cannot be mapped so that it can be undone safely.
    """

    __slots__ = ("_fd", "_key", "bytes", "write")

    def __init__(self, file: File, size: int) -> None:
        self._key = file.key
        self._fd = -1
        if sys.version_info >= (3, 13):
            self.bytes = mmap.mmap(file.fd, size, trackfd=False)
            self.write = self.bytes.write
            return
        # CPython's mmap keeps a duplicate and closes it by its number, which it does not say: it is the
        # lowest one that is free, or where another thread opens a file in between the only other one of ours.
        self._fd = os.dup(file.fd)
        os.close(self._fd)
        self.bytes = mmap.mmap(file.fd, size)
        if not is_open(self._fd, self._key):
            found = [fd for fd in _descriptors() if fd != file.fd and is_open(fd, self._key)]
            if len(found) != 1:
                _never_closed.append(self.bytes)
                raise OSError(errno.EMFILE, "it is not known which descriptor the map has")
            self._fd = found[0]
        self.write = self.bytes.write

    def close(self) -> bool:
        """Undo it; `write` raises ValueError then. False where that would close somebody else's file."""
        if self._fd >= 0 and not is_open(self._fd, self._key):
            _never_closed.append(self.bytes)
            return False
        self.bytes.close()
        self._fd = -1
        return True

    def __del__(self, ending: Callable[[], bool] = sys.is_finalizing) -> None:
        if not ending() and hasattr(self, "write"):
            self.close()


_never_closed: list[mmap.mmap] = []


def _descriptors() -> list[int]:
    """The numbers of all open files of this process, where the system lists them."""
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir("/dev/fd")]
    return []
