"""The folder of one account: its names, its room, and who may write what in it."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

from . import line
from .files import File, is_mine

SEGMENT = re.compile(r"(\d{20})-(\d+)-(\d{6})\.jsonl")
_OURS = re.compile(
    r"\d{20}-\d+-\d{6}\.jsonl(\.new)?|\d{20}-\d+\.stats\.json|totals\.stats\.json|dead-letters(\.1)?\.jsonl"
)
_OLD_FORMAT = re.compile(r"\d{20}-\d+-[0-9a-f]{8}\.db")

# What a store into a mapped page needs no room for, once the page was written. XFS and btrfs can share a
# page with a copy (`cp --reflink`) and then need a new one; overlay may lie on either.
_MAPPED = {"ext2", "ext3", "ext4", "tmpfs"}

_changes = count(1)
_serials = count(1)  # of all spools in this process: no name twice
_NUMBERS = 10**6  # that a name has room for; then the process was born a nanosecond later


class Place:
    """The folder `<directory>/<account>`.

    Args:
        directory: made when it is first needed, its parents too. Links are followed once, here.
        account: its name in there.
        max_bytes: what the disk may hold for it, of all processes.

    Attributes:
        path: of the folder.
    """

    def __init__(self, directory: str | os.PathLike[str], account: str, max_bytes: int) -> None:
        self.top = os.path.realpath(os.path.expanduser(directory))
        self.path = os.path.join(self.top, account)
        self.account = account
        self.max_bytes = max_bytes
        self._changes = self._synced = 0
        self._parents: list[str] = []  # folders in which others were made since the last `sync`
        self.renew()

    def renew(self) -> None:
        """Begin new names: in a forked child the old ones are the parent's."""
        self._born, self._pid = time.time_ns(), os.getpid()

    def name(self) -> str:
        """Give a path for a segment, that sorts after those of before."""
        more, number = divmod(next(_serials), _NUMBERS)
        return os.path.join(self.path, f"{self._born + more:020d}-{self._pid}-{number:06d}.jsonl")

    def create(self, path: str, flags: int) -> File:
        """Open a new file, and make the folder where it is missing.

        Raises:
            OSError: where it cannot be made.
        """
        flags |= os.O_CREAT
        try:
            file = File(path, flags)
        except FileNotFoundError:
            self._make()
            file = File(path, flags)
        if sys.platform != "win32":
            os.fchmod(file.fd, 0o600)
        self.change()
        return file

    def change(self) -> None:
        """Note that a name has come or gone, for the next `sync`."""
        self._changes = next(_changes)

    def _make(self) -> None:
        missing = []
        path = self.path
        while not os.path.isdir(path):
            missing.append(path)
            path = os.path.dirname(path)
        for each in reversed(missing):
            with suppress(FileExistsError):  # another process was faster
                os.mkdir(each, 0o700)
                os.chmod(each, 0o700)  # under any umask
            self._parents.append(os.path.dirname(each))

    def sync(self) -> None:
        """Make the names survive a power cut."""
        for parent in list(self._parents):
            _sync(parent)
            with suppress(ValueError):  # another thread was faster
                self._parents.remove(parent)
        now = self._changes
        if self._synced != now:  # noted afterwards: who comes meanwhile must not take it for done
            _sync(self.path)
            self._synced = now

    def used(self) -> int:
        """Bytes of the disk that our files take."""
        with suppress(OSError), os.scandir(self.path) as entries:
            return sum(_allocated(entry) for entry in entries if _OURS.fullmatch(entry.name))
        return 0

    def segments(self) -> list[str]:
        """The names of segments, of all processes, the oldest first; each one's unfinished ones after its others.

        One that was in use has such a name where a power cut has undone the last one's: the newest, then.
        """
        with suppress(OSError):
            return sorted(
                (
                    name
                    for name in os.listdir(self.path)
                    if SEGMENT.fullmatch(name.removesuffix(".new"))
                ),
                key=lambda name: (
                    name.partition(".")[0].rpartition("-")[0],
                    name.endswith(".new"),
                    name,
                ),
            )
        return []

    def open(self, name: str) -> File:
        """Open a segment that some process has left, for reading and writing.

        Raises:
            ForeignError: it is not ours to write: another user's, no plain file, or its header is not ours.
            OSError: as `os.open`.
        """
        path = os.path.join(self.path, name)
        looked = File(path, os.O_RDONLY)  # opened for writing only once it is known to be ours
        try:
            if not is_mine(os.fstat(looked.fd)):
                raise ForeignError("belongs to another user, or is no plain file")
            start = looked.read(1024, 0)
        finally:
            looked.close()
        found = line.header_of(start)
        unfinished = name.endswith(".new") and not start.strip(b"\n")
        if not unfinished and (found is None or found[0].account != self.account):
            newer = line.is_newer(start)
            raise ForeignError(
                "is of a newer version" if newer else "is damaged in its first line, or not ours"
            )
        file = File(path, os.O_RDWR)
        if file.key != looked.key:
            raise FileNotFoundError(path)
        return file

    def fits(self) -> bool:
        """Whether segments here are mapped: by the type of the mount, and the interpreter.

        A store into a mapped page must need nothing of the disk, for a page that cannot be had ends the
        process. And only an interpreter that runs one thread at a time makes a copy of it one step.
        """
        if not getattr(sys, "_is_gil_enabled", lambda: True)():
            return False
        with suppress(OSError):
            device = os.stat(self.path).st_dev
            wanted = f"{os.major(device)}:{os.minor(device)}"
            with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
                for mount in mounts:
                    fields = mount.split()
                    if fields[2] == wanted:
                        return fields[fields.index("-") + 1] in _MAPPED
        return False

    def old_format(self) -> str:
        """Name a file that an earlier version has left; blank where there is none."""
        with suppress(OSError):
            found = [name for name in os.listdir(self.top) if _OLD_FORMAT.fullmatch(name)]
            return min(found, default="")
        return ""

    def others(self, age: float) -> Iterator[str]:
        """The segments of other accounts in which nothing has changed for `age` seconds."""
        before = time.time() - age
        with suppress(OSError), os.scandir(self.top) as folders:
            for folder in folders:
                if folder.path == self.path or not folder.is_dir(follow_symlinks=False):
                    continue
                with suppress(OSError), os.scandir(folder.path) as entries:
                    yield from (
                        entry.path
                        for entry in entries
                        if SEGMENT.fullmatch(entry.name) and entry.stat().st_mtime < before
                    )


class ForeignError(Exception):
    """A file is not ours to change."""


def _allocated(entry: os.DirEntry[str]) -> int:
    with suppress(OSError):
        status = entry.stat(follow_symlinks=False)
        return getattr(status, "st_blocks", -(-status.st_size // 512)) * 512
    return 0


def _sync(path: str) -> None:
    """Make the names in a folder survive a power cut."""
    if sys.platform == "win32":  # which has no such thing
        return
    folder = File(path, os.O_RDONLY)
    try:
        os.fsync(folder.fd)
    finally:
        folder.close()
