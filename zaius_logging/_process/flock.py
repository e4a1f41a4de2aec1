"""One lock on an open file, which the system gives back when its process dies, however it dies."""

from __future__ import annotations

import errno
import sys

if sys.platform == "win32":
    import msvcrt
    import os

    _FAR = 1 << 40  # a byte that nobody writes: a lock there keeps others from reading nothing
    _HELD = (errno.EACCES, errno.EDEADLK)

    def _lock(fd: int) -> None:
        os.lseek(fd, _FAR, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    _HELD = (errno.EWOULDBLOCK, errno.EACCES)

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def attempt(fd: int) -> bool | None:
    """Lock the file. False if somebody else has it, None where it cannot be known.

    Lustre without its `flock` option answers ENOSYS, NFS without its lock daemon ENOLCK.
    """
    try:
        _lock(fd)
    except OSError as error:
        return False if error.errno in _HELD else None
    return True


def try_lock(fd: int) -> bool:
    """Lock the file. False if somebody else has it, or the file system knows no locks."""
    return attempt(fd) is True
