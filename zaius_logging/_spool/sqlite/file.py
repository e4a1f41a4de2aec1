"""One SQLite file of events: its connection, appends, and the barrier that makes commits durable.

It raises what sqlite3 and the disk raise; `SQLiteSpool` knows what to do then, and keeps all calls but
`sync` under one lock.

Each append is a statement of its own and never part of a transaction: SQLite commits it before
`execute` returns, and a signal handler or a finaliser that logs runs before or after, never within it.

Appends share one read: a cursor that is left open. A commit alone begins and ends a read of its own, with
four of its six locks: 9.2 µs, and 6.6 without. While a read is open, SQLite cannot copy the log to the database,
so it ends from time to time, before all that deletes, and on any error.

Why commits do not sync, and how they become durable all the same. With `synchronous=NORMAL` SQLite
writes a commit to the write-ahead log (WAL) and leaves it in the kernel's cache: safe from the death
of the process, not from a power cut. It syncs the log before it copies pages from there to the
database, the database after that, and a new log's header before frames follow. So at any time a commit
is either in the log or in the synced part of the database, and one fsync of the log makes all earlier
commits durable (https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous).
We make it through a descriptor of our own, so that no append waits for it. That breaks none of
SQLite's locks: those are on the database and its -shm, never on the log.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import RLock

from .connection import PAGE, configure, connect, is_ours, make_table, one_row
from .directory import Claim
from .rows import Rows, checksum
from .wal import Log

if sys.platform != "win32":
    import fcntl

MAX_WAL = 32 * 1024 * 1024
"""Bytes of log after which SQLite copies it to the database, while an append waits for three fsyncs.
At its default of 4 MB that is one append in 800, and p99.9 was 2.5 ms; at 64 MB 0.1 ms."""

READS = 8
"""An eighth of the log's pages is how many appends share a read."""

_PATIENCE = 0.1  # seconds that `suspend` waits for a sync: else a forked child keeps its descriptor

_INSERT = "INSERT INTO events VALUES (?, ?, ?, ?)"
_READ = "SELECT 1 FROM sqlite_master"


class SpoolFile(Rows):
    """A file and the connection to it, which opens when it is needed.

    Args:
        claim: the right to the file.
        max_bytes: of database and log together.

    Attributes:
        commits: appends that have returned.
        synced: those of them that survive a power cut.
    """

    def __init__(self, claim: Claim, max_bytes: int) -> None:
        super().__init__(claim)
        self.commits = self.synced = 0
        self._wal_pages = max(8, min(MAX_WAL, max_bytes // 4) // PAGE)
        self._max_pages = max(8, max_bytes // PAGE - self._wal_pages)
        self._log: Log | None = None
        self._read: sqlite3.Cursor | None = None
        self._read_until = 0  # commits
        # For threads to share syncs; who holds the spool's lock waits for it no longer than _PATIENCE:
        # a signal handler that logs may have interrupted a sync, and wants that lock.
        self._sync_lock = RLock()

    # Opening and closing

    def create(self) -> None:
        """Make the table in a new file, and make the file itself survive a power cut."""
        connection = connect(self.claim.path)
        try:
            one_row(connection, f"PRAGMA page_size = {PAGE}")
            self._configure(connection)
            make_table(connection)
            self._hold(connection)
        except BaseException:
            connection.close()
            raise
        self.sync(force=True)

    def adopt(self, now: float, created: int) -> bool:
        """Open a file that another process has left, and count what is in it.

        Args:
            now: by a steady clock.
            created: the same in milliseconds since the epoch, for rows whose own time cannot be.

        Returns:
            False for one that nothing was ever written to.

        Raises:
            UnusableFileError: it is of another program or of a newer version.
        """
        connection = connect(self.claim.path)
        try:
            if not is_ours(connection):
                connection.close()
                return False
            self._configure(connection)
            self._take_stock(connection)
            self._hold(connection)
            self.adopted, self._adopted_at = now, created
        except BaseException:
            connection.close()
            raise
        return True

    def _configure(self, connection: sqlite3.Connection) -> None:
        configure(connection, self._wal_pages, self._max_pages)

    def _hold(self, connection: sqlite3.Connection) -> None:
        self._log = Log(self.claim.wal)
        self._connection = connection

    def _open(self) -> sqlite3.Connection:
        """Open again, after `suspend`."""
        connection = connect(self.claim.path)
        try:
            self._configure(connection)
            one_row(
                connection, "SELECT 1 FROM events LIMIT 1"
            )  # the log exists after the first read
            self._hold(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def suspend(self) -> None:
        """Close the connection; what comes next opens it again."""
        waited = self._sync_lock.acquire(timeout=_PATIENCE)
        try:
            self._end_read()
            log = self._log
            if log is not None and self.synced < self.commits:
                _flush(log.fd)
                self.synced = self.commits
        finally:
            self._log = None
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()  # which copies the log to the database and removes it
            if waited:
                self._sync_lock.release()

    def close(self) -> None:
        """Let go of the file, for somebody else to own."""
        try:
            self.suspend()
        finally:
            self.claim.drop()

    def erase(self) -> None:
        """Remove the file.

        Raises:
            OSError: it stays, and stays ours.
        """
        self.suspend()
        self.claim.erase()

    def resize(self, max_bytes: int) -> None:
        """Change how large the file may become."""
        self._max_pages = max(8, max_bytes // PAGE - self._wal_pages)
        if self._connection is not None:
            one_row(self._connection, f"PRAGMA max_page_count = {self._max_pages}")

    def dispose(self) -> bool:
        """Remove the file, or set it aside if it is damaged. False if it turns out to hold rows.

        Raises:
            sqlite3.Error: it cannot be read.
            OSError: it cannot be removed.
        """
        if self._damaged:
            self.suspend()
            self.claim.set_aside()
            return True
        if not self.behind and one_row(
            self._connection or self._open(), "SELECT 1 FROM events LIMIT 1"
        ):
            return False
        self.erase()
        return True

    # Rows

    def append(self, item: bytes, created: int) -> int:
        """Write a row and commit it.

        Args:
            item: the body.
            created: milliseconds since the epoch.

        Returns:
            What to give to `sync` to make it survive a power cut.
        """
        place = next(self._ids)  # one step of C: an append that interrupts this one gets the next
        size = len(item)
        row = (place, checksum(place, created, item), created, item)
        if self.commits >= self._read_until or size > PAGE:
            self._end_read()
        try:
            (self._connection or self._open()).execute(_INSERT, row)
        except sqlite3.Error:
            if self._read is None:
                raise
            self._end_read()  # it is the reason if somebody's sqlite3 shell has written
            (self._connection or self._open()).execute(_INSERT, row)
        if place > self._last:  # noqa: PLR1730 - `max` costs 0.1 µs
            self._last = place
        self.count += 1
        self.size += size
        self.commits += 1
        if self._read is None:
            self._begin_read()
        return self.commits

    def remove(self, ids: Sequence[int]) -> None:
        """Delete rows, as `Rows` does."""
        self._end_read()
        super().remove(ids)

    def catch_up(self) -> None:
        """Delete what has left, but is still in the file."""
        self._end_read()
        super().catch_up()

    def _begin_read(self) -> None:
        """Let the next appends share one read."""
        connection = self._connection
        if connection is not None:
            with suppress(sqlite3.Error):  # they can do without
                self._read = connection.execute(_READ)
                self._read_until = self.commits + max(1, self._wal_pages // READS)

    def _end_read(self) -> None:
        reading, self._read = self._read, None
        if reading is not None:
            reading.close()

    def extend(self, items: Sequence[bytes], created: int) -> None:
        """Write rows as one transaction. Only for a file that nobody appends to yet."""
        self._end_read()
        connection = self._connection or self._open()
        rows = [
            (n, checksum(n, created, item), created, item)
            for item, n in zip(items, self._ids, strict=False)  # the ids never end
        ]
        connection.execute("BEGIN")
        try:
            connection.executemany(_INSERT, rows)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._last = rows[-1][0]
        self.count += len(items)
        self.size += sum(map(len, items))
        self.commits += 1

    def at_limit(self, size: int) -> bool:
        """Whether it was our own limit, and no full disk, that an item of `size` bytes met."""
        found = one_row(self._connection or self._open(), "PRAGMA page_count")
        return int(found[0]) + size // PAGE + 3 >= self._max_pages

    # The barrier

    def sync(self, commit: int = 0, *, force: bool = False) -> None:
        """Make all that has been committed so far survive a power cut. For any thread.

        Threads that come while one syncs wait for it and then find, most of them, that the sync of
        the first that came after it was theirs too.

        Args:
            commit: what `append` gave; nothing is done where that one is durable.
            force: sync in any case.

        Raises:
            OSError: it failed, and nobody can say what the disk holds now; or the file has been
                removed by somebody.
        """
        with self._sync_lock:
            if force or self.synced < (commit or self.commits):
                self.sync_alone()

    def sync_alone(self) -> None:
        """Do so at once, without a look at who else does. For who holds the spool's lock.

        Raises:
            OSError: as `sync`.
        """
        covered = self.commits  # before the log: what was in an earlier one was synced with it
        log = self._log
        if log is None:
            return
        status = os.fstat(log.fd)
        if status.st_nlink == 0 and log is self._log:  # else it was us, just now
            raise FileNotFoundError("the spool's file has been removed")
        if status.st_size > 4 * MAX_WAL:
            raise OSError("the spool's log cannot be copied to its database")
        _flush(log.fd)
        self.synced = max(self.synced, covered)


if hasattr(os, "fdatasync"):

    def _flush(fd: int) -> None:
        os.fdatasync(fd)

elif sys.platform == "darwin":

    def _flush(fd: int) -> None:
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # fsync there leaves data in the drive's cache

else:

    def _flush(fd: int) -> None:
        os.fsync(fd)
