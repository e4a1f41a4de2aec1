"""The rows of one spool file: what waits, what has left, and what is lost.

SQLite notices little of what a disk can do to a file, so each row has a checksum. A row whose checksum is
wrong is given up and counted, never given out; where a whole page makes no sense, the rows around it are
read one by one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, count, takewhile
from zlib import crc32

from ._spool_dir import Claim
from ._spool_wal import commits_beyond

_PAST = 1_704_067_200_000  # 2024, in ms: a clock that says less has not been set
_TRY = 2_000  # ids that are looked at in one go where the file is damaged

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


class Rows:
    """What one file holds. `SpoolFile` adds the connection, the appends and the syncs.

    Args:
        claim: the right to the file.

    Attributes:
        count: rows that wait.
        size: bytes of their bodies.
        lost: rows that were given up since somebody last set it to 0.
        lost_size: bytes of them.
        behind: rows have left that are still in the file.
        adopted: by a steady clock, when it was taken over from another process; None for our own.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.count = self.size = 0
        self.lost = self.lost_size = 0
        self.behind = False
        self.adopted: float | None = None
        self._adopted_at = 0
        self._connection: sqlite3.Connection | None = None
        self._floor = 0  # no row up to here waits
        self._gone: set[int] = set()  # rows beyond that have left, though the file still has them
        self._last = 0
        self._largest = 1  # bytes of a body
        self._damaged = False
        self._ids = count(1)

    def _open(self) -> sqlite3.Connection:
        """Connect, where no connection is open."""
        raise NotImplementedError

    def _take_stock(self, connection: sqlite3.Connection) -> None:
        try:
            found = one_row(
                connection,
                "SELECT min(id), max(id), count(*), sum(length(body)), max(length(body)) FROM events",
            )
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._damaged = True
            first, last = one_row(connection, "SELECT min(id), max(id) FROM events")
            found = (first, last, 0 if first is None else last - first + 1, 0, 1)
        first, last, self.count, size, largest = found
        taken = one_row(connection, "PRAGMA wal_checkpoint(PASSIVE)")[1]
        missing = commits_beyond(self.claim.wal, max(0, taken)) if self.claim.wal.exists() else 0
        self.count += missing
        self._lose(missing, 0)
        self.size, self._largest = size or 0, largest or 1
        self._floor = (first or 1) - 1
        self._last = last or 0
        self._ids = count(self._last + 1)

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
        return {place: row[0] for place in ids if (row := one_row(connection, sql, (place,)))}

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
            (sizes,) = one_row(connection, _SIZES, (self._floor, max_count))
            total = accumulate(_numbers(sizes))
            max_count = 1 + sum(1 for _ in takewhile(lambda size: size <= max_bytes, total))
        ids, crcs, times, sizes, bodies = one_row(connection, _FRONT, (self._floor, max_count))
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
        found, size = one_row(
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


def checksum(place: int, created: int, body: bytes) -> int:
    """CRC-32 over a row.

    SQLite has none of its own: of 400 bits flipped in a file 352 gave a wrong row without an error,
    and this found 351 of them.
    """
    return crc32(body, (place ^ created) & 0xFFFFFFFF)


def is_damage(error: Exception) -> bool:
    """Whether it says that what the file holds makes no sense. All else may pass."""
    return type(error) is sqlite3.DatabaseError or "no such" in str(error)


def one_row(connection: sqlite3.Connection, sql: str, parameters: Sequence[int] = ()) -> tuple:  # type: ignore[type-arg]
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
