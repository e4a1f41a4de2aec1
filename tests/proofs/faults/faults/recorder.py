"""Records what happens to the files of a directory, stores into mapped pages included, so that a power cut can be replayed.

A store into a mapped page makes no system call, so nothing that watches calls can see it. The recorder looks at
the files themselves: before and after each sync and at each mark it compares all names and all bytes with
what it saw last. What it finds new happened before it looked, and is not safe before a sync that began later.
It knows nothing of the journal.

A file is known by its inode, so each one that was seen has a second name elsewhere: a disk gives the inode of a removed
file to the next one, whose content an old name would then have in the replay, as no journaling disk can.
"""

import json
import os
import threading
import time
from pathlib import Path

SECTOR = 512


class Recorder:
    """Writes one JSON line for each step.

    Args:
        directory: whose files are watched, with its folders.
        path: of the record.
    """

    def __init__(self, directory, path):
        self._directory = Path(directory)
        self._kept = self._directory.with_name("kept")
        self._kept.mkdir()
        self._file = Path(path).open("w", encoding="ascii", buffering=1 << 20)  # noqa: SIM115 - the process is killed
        self._lock = threading.RLock()
        self._names, self._bytes = {}, {}
        self._syncs = 0

    def install(self):
        """See each sync of this process."""
        for name in ("fsync", "fdatasync"):
            setattr(os, name, self._seen(getattr(os, name)))

    def _seen(self, real):
        def sync(fd):
            with self._lock:
                self._syncs += 1
                number, which = self._syncs, os.fstat(fd).st_ino
                self.look()
                self._write("sync begins", number, which)
            real(fd)
            with self._lock:
                self._write("sync ends", number, which)

        return sync

    def mark(self, what, number):
        """Note that something has been done."""
        with self._lock:
            self.look()
            self._write(what, number)

    def end(self):
        """Write all of it."""
        with self._lock:
            self.look()
            self._file.close()

    def _write(self, *step):
        self._file.write(json.dumps([time.time(), *step]) + "\n")

    def look(self):
        """Compare names and bytes with those of the last look."""
        names, folders = {}, []
        for path in sorted(self._directory.rglob("*")):
            try:
                if path.is_dir():
                    folders.append(path)
                    continue
                with path.open("rb", buffering=0) as file:
                    inode = os.fstat(file.fileno()).st_ino
                    if inode not in self._bytes:
                        self._keep(path, inode)
                    self._compare(inode, file.read())
                names[str(path.relative_to(self._directory))] = inode
            except FileNotFoundError:
                continue
        if names != self._names:
            parents = {
                str(path.relative_to(self._directory)): path.stat().st_ino for path in folders
            }
            self._write("names", names, parents)
            self._names = names

    def _keep(self, path, inode):
        kept = self._kept / str(inode)
        os.link(path, kept)
        if kept.stat().st_ino != inode:  # another file has the name by now
            kept.unlink()
            raise FileNotFoundError(path)

    def _compare(self, inode, data):
        before = self._bytes.setdefault(inode, b"")
        if data == before:
            return
        for at in range(0, len(data), SECTOR):
            part = data[at : at + SECTOR]
            if part != before[at : at + SECTOR]:
                self._write("store", inode, at, part.hex())
        if len(data) < len(before):
            self._write("cut", inode, len(data))
        self._bytes[inode] = data
