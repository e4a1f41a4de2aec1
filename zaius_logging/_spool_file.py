"""One SQLite file of events: rows, their checksums, and the barrier that makes commits durable.

It raises what sqlite3 and the disk raise; `SQLiteSpool` knows what to do then, and keeps all calls but
`sync` under one lock.

Each append is a statement of its own and never part of a transaction: SQLite commits it before
`execute` returns, and a signal handler or a finaliser that logs runs before or after, never within it.

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
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, count, takewhile
from threading import RLock
from zlib import crc32

from ._spool_dir import Claim
from ._spool_wal import commits_beyond

if sys.platform != "win32":
    import fcntl

APPLICATION_ID = 0x5A616975
"""In the file's header: "Zaiu" in ASCII."""

VERSION = 1
"""Of the table's form, in the file's header. A newer one is left to the program that wrote it."""

PAGE = 4096
"""Bytes of a page. 1,024 or 8,192 changed the median of a commit by less than 15 %."""

MAX_WAL = 32 * 1024 * 1024
"""Bytes of log after which SQLite copies it to the database, while an append waits for three fsyncs.
At its default of 4 MB that is one append in 800, and p99.9 was 2.5 ms; at 64 MB 0.1 ms."""

_PAST = 1_704_067_200_000  # 2024, in ms: a clock that says less has not been set
_BUSY = 0.5  # seconds to wait for somebody's sqlite3 shell
_TRY = 2_000  # ids that are looked at in one go where the file is damaged

_CREATE = """\
CREATE TABLE events (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, created INTEGER NOT NULL,
                     body BLOB NOT NULL)"""
_INSERT = "INSERT INTO events VALUES (?, ?, ?, ?)"
_DELETE = "DELETE FROM events WHERE id BETWEEN ? AND ?"

# All rows of a batch as one: sqlite3 gives the GIL away for each row, and a thread that computes
# gives it back after 5 ms only, so 500 rows one by one can take 2.5 s.
_FRONT = """\
SELECT group_concat(id), group_concat(crc), group_concat(created), group_concat(length(body)),
       CAST(group_concat(body, '') AS BLOB)
FROM (SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?)"""
_SIZES = """\
SELECT group_concat(size) FROM (SELECT length(body) AS size FROM events WHERE id > ?
                                ORDER BY id LIMIT ?)"""

Row = tuple[int, int, bytes]
"""Id, milliseconds since the epoch, body."""


class UnusableFileError(Exception):
    """It is no spool file, or none that this version can read. It must not be touched."""


class SpoolFile:
    """A file and the connection to it, which opens when it is needed.

    Args:
        claim: the right to the file.
        max_bytes: of database and log together.

    Attributes:
        count: rows that wait.
        size: bytes of their bodies.
        lost: rows that were given up since somebody last set it to 0.
        lost_size: bytes of them.
        behind: rows have left that are still in the file.
        adopted: by a steady clock, when it was taken over from another process; None for our own.
        commits: appends that have returned.
        synced: those of them that survive a power cut.
    """

    def __init__(self, claim: Claim, max_bytes: int) -> None:
        self.claim = claim
        self.count = self.size = 0
        self.lost = self.lost_size = 0
        self.behind = False
        self.adopted: float | None = None
        self.commits = self.synced = 0
        self._wal_pages = max(8, min(MAX_WAL, max_bytes // 4) // PAGE)
        self._max_pages = max(8, max_bytes // PAGE - self._wal_pages)
        self._connection: sqlite3.Connection | None = None
        self._wal: int | None = None
        self._sync_lock = RLock()  # as every lock that an append can want
        self._floor = 0  # no row up to here waits
        self._gone: set[int] = set()  # rows beyond that have left, though the file still has them
        self._last = 0
        self._largest = 1  # bytes of a body
        self._damaged = False
        self._adopted_at = 0
        self._ids = count(1)

    # Opening and closing

    def create(self) -> None:
        """Make the table in a new file, and make the file itself survive a power cut."""
        connection = self._connect()
        try:
            _row(connection, f"PRAGMA page_size = {PAGE}")
            self._configure(connection)
            connection.execute("BEGIN")
            _row(connection, f"PRAGMA application_id = {APPLICATION_ID}")
            _row(connection, f"PRAGMA user_version = {VERSION}")
            connection.execute(_CREATE)
            connection.execute("COMMIT")
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
        connection = self._connect()
        try:
            if not _is_ours(connection):
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

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.claim.path.as_uri()}?mode=rw",  # never creates
            uri=True,
            timeout=_BUSY,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = bytes
        return connection

    def _configure(self, connection: sqlite3.Connection) -> None:
        if _row(connection, "PRAGMA journal_mode = WAL") != (b"wal",):
            raise sqlite3.OperationalError("this file system cannot hold a write-ahead log")
        for pragma in (
            "synchronous = NORMAL",
            f"wal_autocheckpoint = {self._wal_pages}",
            f"max_page_count = {self._max_pages}",
            "cell_size_check = ON",  # find damage before it is followed
            "secure_delete = OFF",  # some builds overwrite what they delete
        ):
            _row(connection, f"PRAGMA {pragma}")

    def _take_stock(self, connection: sqlite3.Connection) -> None:
        try:
            found = _row(
                connection,
                "SELECT min(id), max(id), count(*), sum(length(body)), max(length(body)) FROM events",
            )
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._damaged = True
            first, last = _row(connection, "SELECT min(id), max(id) FROM events")
            found = (first, last, 0 if first is None else last - first + 1, 0, 1)
        first, last, self.count, size, largest = found
        taken = _row(connection, "PRAGMA wal_checkpoint(PASSIVE)")[1]
        missing = commits_beyond(self.claim.wal, max(0, taken)) if self.claim.wal.exists() else 0
        self.count += missing
        self._lose(missing, 0)
        self.size, self._largest = size or 0, largest or 1
        self._floor = (first or 1) - 1
        self._last = last or 0
        self._ids = count(self._last + 1)

    def _hold(self, connection: sqlite3.Connection) -> None:
        with self._sync_lock:
            self._wal = os.open(self.claim.wal, os.O_RDWR | getattr(os, "O_BINARY", 0))
            self._connection = connection

    def _open(self) -> sqlite3.Connection:
        """Open again, after `suspend`."""
        connection = self._connect()
        try:
            self._configure(connection)
            _row(connection, "SELECT 1 FROM events LIMIT 1")  # the log exists after the first read
            self._hold(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def suspend(self) -> None:
        """Close the connection; what comes next opens it again."""
        with self._sync_lock:
            connection, self._connection = self._connection, None
            wal, self._wal = self._wal, None
            try:
                if wal is not None and self.synced < self.commits:
                    _flush(wal)
                    self.synced = self.commits
            finally:
                if wal is not None:
                    os.close(wal)
                if connection is not None:
                    connection.close()  # which copies the log to the database and removes it

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
            _row(self._connection, f"PRAGMA max_page_count = {self._max_pages}")

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
        if not self.behind and _row(
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
        (self._connection or self._open()).execute(
            _INSERT, (place, checksum(place, created, item), created, item)
        )
        if size > self._largest:  # noqa: PLR1730 - `max` costs 0.1 µs
            self._largest = size
        if place > self._last:  # noqa: PLR1730
            self._last = place
        self.count += 1
        self.size += size
        self.commits += 1
        return self.commits

    def extend(self, items: Sequence[bytes], created: int) -> None:
        """Write rows as one transaction. Only for a file that nobody appends to yet."""
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
        self._largest = max(self._largest, *map(len, items))
        self.count += len(items)
        self.size += sum(map(len, items))
        self.commits += 1

    def at_limit(self, size: int) -> bool:
        """Whether it was our own limit, and no full disk, that an item of `size` bytes met."""
        found = _row(self._connection or self._open(), "PRAGMA page_count")
        return int(found[0]) + size // PAGE + 3 >= self._max_pages

    def front(self, max_count: int, max_bytes: int) -> list[Row]:
        """Rows at the front that are sound: at most so many, but at least one if any.

        Rows that are not are given up, and counted in `lost`.
        """
        found: list[Row] = []
        size = 0
        for row in self._rows(max_count, max_bytes):
            size += len(row[2])
            if found and (size > max_bytes or len(found) == max_count):
                break
            found.append(row)
        return found

    def older(self, created: int, max_count: int) -> list[Row]:
        """Rows at the front that were made before `created` (ms since the epoch)."""
        rows = self.front(max_count, max_count * 2_000)
        return list(takewhile(lambda row: self._time_of(row) < created, rows))

    def _time_of(self, row: Row) -> int:
        """When it was made; where the clock was wrong then, when it was adopted."""
        if self.adopted is None or _PAST <= row[1] <= self._adopted_at:
            return row[1]
        return self._adopted_at

    def bodies(self, ids: Iterable[int]) -> dict[int, bytes]:
        """The bodies of some rows."""
        connection = self._connection or self._open()
        sql = "SELECT body FROM events WHERE id = ?"
        return {place: row[0] for place in ids if (row := _row(connection, sql, (place,)))}

    def _rows(self, max_count: int, max_bytes: int) -> Iterator[Row]:
        if not self._damaged:
            try:
                return iter(self._rows_at_once(max_count + len(self._gone), max_bytes))
            except ValueError:  # a value has become of another kind
                self._damaged = True
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self._damaged = True
        return self._rows_one_by_one()

    def _rows_at_once(self, max_count: int, max_bytes: int) -> list[Row]:
        connection = self._connection or self._open()
        if max_count * self._largest > 8 * max_bytes:  # some may be much larger than most
            (sizes,) = _row(connection, _SIZES, (self._floor, max_count))
            total = accumulate(_numbers(sizes))
            max_count = 1 + sum(1 for _ in takewhile(lambda size: size <= max_bytes, total))
        ids, crcs, times, sizes, bodies = _row(connection, _FRONT, (self._floor, max_count))
        if ids is None:
            if self.count:  # the file has fewer rows than it said
                self._lose(self.count, self.size)
            return []
        sound: list[Row] = []
        unsound: list[int] = []
        at = before = 0
        for place, crc, created, size in zip(
            _numbers(ids), _numbers(crcs), _numbers(times), _numbers(sizes), strict=True
        ):
            body = bodies[at : at + size]
            at += size
            if place <= before:
                raise ValueError("rows are out of order")
            before = place
            if place in self._gone:
                continue
            if checksum(place, created, body) == crc:
                sound.append((place, created, body))
            else:
                unsound.append(place)
                self._lose(1, size)
        self._forget(unsound)
        return sound

    def _rows_one_by_one(self) -> Iterator[Row]:
        """What can be read of a damaged file, ids that cannot being given up."""
        end = min(self._last, self._floor + 20 * self.count + 10 * _TRY)
        for place in range(self._floor + 1, min(end, self._floor + _TRY) + 1):
            row = None if place in self._gone else self._row_or_none(place)
            if row is not None:
                yield row
            else:
                self._forget([place])
        if self._floor >= end and self.count:
            self._lose(self.count, self.size)

    def _row_or_none(self, place: int) -> Row | None:
        try:
            found = (self._connection or self._open()).execute(
                "SELECT crc, created, body FROM events WHERE id = ?", (place,)
            )
            crc, created, body = next(found, (None, None, None))
            found.close()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._lose(1, 0)
            return None
        if crc is None:
            return None
        if not isinstance(body, bytes) or not isinstance(created, int):
            self._lose(1, 0)
        elif checksum(place, created, body) == crc:
            return place, created, body
        else:
            self._lose(1, len(body))
        return None

    def give_up(self) -> None:
        """Count all rows as lost: the file cannot be read."""
        self._damaged = True
        self._lose(self.count, self.size)

    def _lose(self, count_: int, size: int) -> None:
        count_ = min(count_, self.count)
        size = min(size, self.size) if self.count > count_ else self.size
        self.count -= count_
        self.size -= size
        self.lost += count_
        self.lost_size += size

    def remove(self, ids: Sequence[int]) -> None:
        """Delete rows.

        Raises:
            sqlite3.Error: the file cannot be changed. The rows have left all the same, for as long as
                this process lives; `catch_up` tries again.
        """
        left = sorted(ids)
        try:
            for first, last in _runs(ids):
                self._delete(first, last)
                left = left[last - first + 1 :]
        except Exception:
            self.behind = True
            share = len(left) / max(1, self.count)
            self._leave(len(left), int(self.size * share))
            self._forget(left)
            raise

    def _delete(self, first: int, last: int) -> None:
        connection = self._connection or self._open()
        found, size = _row(
            connection,
            "SELECT count(*), coalesce(sum(length(body)), 0) FROM events WHERE id BETWEEN ? AND ?",
            (first, last),
        )
        connection.execute(_DELETE, (first, last))
        self._leave(found, size)
        if self._floor == first - 1:
            self._floor = last
        elif found <= last - first:  # in a damaged file a row can be seen, but not found
            self._forget(range(first, last + 1))

    def _leave(self, count_: int, size: int) -> None:
        self.count = max(0, self.count - count_)
        self.size = max(0, self.size - size) if self.count else 0

    def catch_up(self) -> None:
        """Delete what has left, but is still in the file."""
        connection = self._connection or self._open()
        connection.execute(_DELETE, (0, self._floor))
        for first, last in _runs(self._gone):
            connection.execute(_DELETE, (first, last))
        self.behind = False

    def _forget(self, ids: Iterable[int]) -> None:
        self._gone.update(ids)
        while self._floor + 1 in self._gone:
            self._floor += 1
            self._gone.remove(self._floor)

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
            wal = self._wal
            if wal is None or not (force or self.synced < (commit or self.commits)):
                return
            covered = self.commits
            log = os.fstat(wal)
            if log.st_nlink == 0:
                raise FileNotFoundError("the spool's file has been removed")
            if log.st_size > 4 * MAX_WAL:
                raise OSError("the spool's log cannot be copied to its database")
            _flush(wal)
            self.synced = max(self.synced, covered)


def checksum(place: int, created: int, body: bytes) -> int:
    """CRC-32 over a row.

    SQLite has none of its own: of 400 bits flipped in a file 352 gave a wrong row without an error,
    and this found 351 of them.
    """
    return crc32(body, (place ^ created) & 0xFFFFFFFF)


def is_full(error: Exception) -> bool:
    """Whether it says that the disk, or the file by our limit, is full."""
    return "is full" in str(error)  # Python 3.10 gives no error code


def is_damage(error: Exception) -> bool:
    """Whether it says that what the file holds makes no sense. All else may pass."""
    return type(error) is sqlite3.DatabaseError or "no such" in str(error)


def _is_ours(connection: sqlite3.Connection) -> bool:
    application = _row(connection, "PRAGMA application_id")[0]
    version = _row(connection, "PRAGMA user_version")[0]
    if application == 0 and _row(connection, "SELECT count(*) FROM sqlite_master")[0] == 0:
        return False
    if application != APPLICATION_ID:
        raise UnusableFileError("it belongs to another program")
    if version > VERSION:
        raise UnusableFileError("a newer version of zaius_logging wrote it")
    return True


def _row(connection: sqlite3.Connection, sql: str, parameters: Sequence[int] = ()) -> tuple:  # type: ignore[type-arg]
    cursor = connection.execute(sql, parameters)
    try:
        return cursor.fetchone() or ()
    finally:
        cursor.close()


def _numbers(text: bytes | None) -> Iterator[int]:
    return map(int, text.split(b",")) if text else iter(())


def _runs(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ids as spans without gaps: (first, last)."""
    first = last = None
    for place in sorted(ids):
        if first is None or last is None:
            first = last = place
        elif place == last + 1:
            last = place
        else:
            yield first, last
            first = last = place
    if first is not None and last is not None:
        yield first, last


if hasattr(os, "fdatasync"):

    def _flush(fd: int) -> None:
        os.fdatasync(fd)

elif sys.platform == "darwin":

    def _flush(fd: int) -> None:
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # fsync there leaves data in the drive's cache

else:

    def _flush(fd: int) -> None:
        os.fsync(fd)
