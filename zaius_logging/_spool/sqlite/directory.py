"""A spool's directory: who owns which file.

Each process writes a file of its own, so that no two ever wait for each other's commits (measured with
four workers, median of an append: one file for all 564 ms, one each 1.2 ms). Beside each file lies a
lock file that its owner holds locked for as long as it lives. The kernel lets go of such a lock
however the process ends; whoever gets it then owns what was left.

    <when>-<pid>-<random>.db        the events, with SQLite's own -wal and -shm beside it
    <when>-<pid>-<random>.lock      held by the owner
    <when>-<pid>-<random>.ballast   space to give up when the disk is full
    <when>-<pid>-<random>.bad       a file that could not be read, kept for people to look at
    buried.db                       events that the API refused, with its reasons

The lock is on a file of its own because SQLite uses POSIX locks on the database, and a process loses
all of those that it has on a file as soon as it closes any descriptor of that file
(https://www.sqlite.org/howtocorrupt.html, section 2.2).
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
import time
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path

from zaius_logging._process.flock import try_lock

BALLAST = 256 * 1024
"""Bytes. A DELETE needs room in the write-ahead log first: one of 500 rows wrote 35 to 60 pages."""

MAX_BAD = 4
"""Unreadable files that are kept; the oldest go first."""

_FILE = 0o600
_PRIVATE = 0o700


class Claim:
    """A file that this process owns, for as long as the descriptor is open.

    Attributes:
        path: of the database; it need not exist.
    """

    __slots__ = ("_lock", "path")

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock: int | None = lock

    @property
    def wal(self) -> Path:
        """The write-ahead log that SQLite keeps beside the file."""
        return self.path.with_name(f"{self.path.name}-wal")

    def drop(self) -> None:
        """Own it no more; somebody else may.

        The descriptor is closed and not unlocked: after a fork, unlocking would take the lock from
        the parent too.
        """
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def erase(self) -> None:
        """Remove all that belongs to the file, and own it no more.

        Raises:
            OSError: where a file cannot be removed. Then it is still owned.
        """
        for suffix in (".db", ".db-wal", ".db-shm", ".db-journal", ".ballast"):
            self.path.with_suffix(suffix).unlink(missing_ok=True)
        if sys.platform == "win32":  # which does not remove what is open
            self.drop()
        self.path.with_suffix(".lock").unlink(missing_ok=True)
        self.drop()

    def set_aside(self) -> None:
        """Keep an unreadable file for people to look at, out of the way, and own it no more."""
        with suppress(OSError):
            self.path.replace(self.path.with_suffix(".bad"))
            bad = sorted(self.path.parent.glob("*.bad"))
            for old in bad[:-MAX_BAD]:
                old.unlink()
        with suppress(OSError):
            self.erase()
        self.drop()

    def lay_ballast(self) -> None:
        """Occupy some space now that can be given back when the disk is full."""
        with suppress(OSError):  # it is a help, no need
            ballast = os.open(self._ballast, os.O_CREAT | os.O_WRONLY, _FILE)
            try:
                os.write(ballast, bytes(BALLAST))
            finally:
                os.close(ballast)

    def give_ballast(self) -> bool:
        """Give the space back. False if there was none."""
        try:
            self._ballast.unlink()
        except OSError:
            return False
        return True

    @property
    def _ballast(self) -> Path:
        return self.path.with_suffix(".ballast")


class Directory:
    """The directory that the processes of an application share.

    Args:
        path: made with mode 0700 when it is first needed, its parents too.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()  # the application may change its working directory

    @property
    def buried(self) -> Path:
        """Where events go that the API refused."""
        return self.path / "buried.db"

    def claim(self) -> Claim:
        """Own a new name. The database exists then, empty, and nobody else may read it.

        Raises:
            OSError: where the directory cannot be made or written.
        """
        self.path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        while True:
            name = f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}.db"
            claim = _locked(self.path / name)
            if claim is None:
                continue  # somebody took it for an orphan before it was locked
            try:
                os.close(os.open(claim.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE))
            except OSError:
                claim.erase()
                raise
            return claim

    def orphans(self, ignore: Container[str] = ()) -> Iterator[Claim]:
        """Own the files whose owners are gone, one after the other, the oldest first.

        Args:
            ignore: names not to look at.
        """
        for name in self._names():
            if name not in ignore and (claim := _own(self.path / name)) is not None:
                yield claim

    def sync(self) -> None:
        """Make the directory's entries survive a power cut."""
        if sys.platform != "win32":  # which has no such thing
            fd = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    def _names(self) -> list[str]:
        """Of databases and of locks that have lost theirs: a process can die between any two steps."""
        try:
            names = [path.name for path in self.path.iterdir()]
        except OSError:
            return []
        stems = {
            name.rpartition(".")[0]
            for name in names
            if name.endswith((".db", ".lock")) and name != self.buried.name
        }
        return sorted(f"{stem}.db" for stem in stems)


def _own(path: Path) -> Claim | None:
    """Try to become the owner of a file; None if somebody else is, or if it is none of ours."""
    try:
        if path.exists() and not _is_mine(path.lstat()):
            return None
        return _locked(path)
    except OSError:
        return None


def _locked(path: Path) -> Claim | None:
    """Make the lock file and lock it; None if somebody was faster."""
    lock_path = path.with_suffix(".lock")
    lock = os.open(lock_path, os.O_CREAT | os.O_RDWR | _NOFOLLOW, _FILE)
    try:
        if try_lock(lock) and os.path.samestat(os.fstat(lock), lock_path.stat()):
            return Claim(path, lock)
    except OSError:  # its owner has just removed it
        pass
    os.close(lock)
    return None


def _is_mine(status: os.stat_result) -> bool:
    """Whether it is a plain file of this user: in a directory that others can write, not all are."""
    return stat.S_ISREG(status.st_mode) and (
        sys.platform == "win32" or status.st_uid == os.geteuid()
    )


_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
