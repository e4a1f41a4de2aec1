"""The rows of one spool file: what waits, what has left, and what is lost.

SQLite notices little of what a disk can do to a file, so each row has a checksum. A row whose checksum is
wrong is given up and counted, never given out; where a whole page makes no sense, the rows around it are
read one by one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import count, takewhile
from zlib import crc32

from .connection import is_damage, one_row
from .directory import Claim
from .wal import commits_beyond

_PAST = 1_704_067_200_000  # 2024, in ms: a clock that says less has not been set
_TRY = 2_000  # ids that are looked at in one go where the file is damaged

_DELETE = "DELETE FROM events WHERE id BETWEEN ? AND ?"

_ROWS = "SELECT id, crc, created, body FROM events WHERE id > ? ORDER BY id"
_ROW = "SELECT id, crc, created, body FROM events WHERE id = ?"

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
        self._damaged = False
        self._ids = count(1)

    def _open(self) -> sqlite3.Connection:
        """Connect, where no connection is open."""
        raise NotImplementedError

    def _take_stock(self, connection: sqlite3.Connection) -> None:
        try:
            found = one_row(
                connection,
                "SELECT min(id), max(id), count(*), sum(length(body)) FROM events",
            )
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._damaged = True
            first, last = one_row(connection, "SELECT min(id), max(id) FROM events")
            found = (first, last, 0 if first is None else last - first + 1, 0)
        first, last, self.count, size = found
        taken = one_row(connection, "PRAGMA wal_checkpoint(PASSIVE)")[1]
        missing = commits_beyond(self.claim.wal, max(0, taken)) if self.claim.wal.exists() else 0
        self.count += missing
        self._lose(missing, 0)
        self.size = size or 0
        self._floor = (first or 1) - 1
        self._last = last or 0
        self._ids = count(self._last + 1)

    def front(self, max_count: int, max_bytes: int) -> list[Row]:
        """Rows at the front that are sound: at most so many, but at least one if any.

        Rows that are not are given up, and counted in `lost`.
        """
        found: list[Row] = []
        size = 0
        rows = self._singly() if self._damaged else self._in_order()
        try:
            for row in rows:
                size += len(row[2])
                if found and size > max_bytes:
                    break
                found.append(row)
                if len(found) == max_count:
                    break
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._damaged = True
            return found or self.front(max_count, max_bytes)
        finally:
            rows.close()
            if found:  # rot can hide the end of a file from `max(id)`
                self._last = max(self._last, found[-1][0])
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

    def _in_order(self) -> Generator[Row, None, None]:
        """As SQLite reads them: one at a time, so that only what is asked for is in memory."""
        cursor = (self._connection or self._open()).execute(_ROWS, (self._floor,))
        before, none = self._floor, True
        try:
            for place, *rest in cursor:
                if place <= before:
                    raise sqlite3.DatabaseError("rows are out of order")
                if none:
                    self._pass_over(place - 1)  # there is nothing before the first
                before, none = place, False
                if place not in self._gone and (row := self._sound(place, *rest)):
                    yield row
        finally:
            cursor.close()
        if none and self.count:  # the file has fewer rows than it said
            self._lose(self.count, self.size)

    def _singly(self) -> Generator[Row, None, None]:
        """What can be read of a damaged file; an id that cannot be is given up."""
        end = min(self._last, self._floor + 20 * self.count + 10 * _TRY)
        for place in range(self._floor + 1, min(end, self._floor + _TRY) + 1):
            row = None if place in self._gone else self._single(place)
            if row is not None:
                yield row
            else:
                self._forget([place])
        if self._floor >= end and self.count:
            self._lose(self.count, self.size)

    def _single(self, place: int) -> Row | None:
        try:
            found = one_row(self._connection or self._open(), _ROW, (place,))
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._lose(1, 0)
            return None
        return self._sound(*found) if found else None

    def _sound(self, place: int, crc: object, created: object, body: object) -> Row | None:
        """The row, if its checksum is right; else it is given up."""
        if (
            isinstance(created, int)
            and isinstance(body, bytes)
            and checksum(place, created, body) == crc
        ):
            return place, created, body
        self._lose(1, len(body) if isinstance(body, bytes) else 0)
        self._forget([place])
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
            waited = sum(self._waiting(first, last) for first, last in _runs(left))
            self._leave(waited, self.size * waited // max(1, self.count))
            self._forget(left)
            raise

    def _delete(self, first: int, last: int) -> None:
        last = min(last, self._last)  # no id beyond was ever given out
        if last < first:
            return
        connection = self._connection or self._open()
        (size,) = one_row(
            connection,
            "SELECT coalesce(sum(length(body)), 0) FROM events WHERE id BETWEEN ? AND ?",
            (first, last),
        )
        connection.execute(_DELETE, (first, last))
        self._leave(self._waiting(first, last), size)
        # The file's word is not enough: where rot has put a page in two places, what was deleted in one
        # can still be seen in the other, and would be sent again.
        if self._floor == first - 1:
            self._floor = last
        else:
            self._forget(range(first, last + 1))

    def _waiting(self, first: int, last: int) -> int:
        """How many of these ids had not left before."""
        ids = range(max(first, self._floor + 1), last + 1)
        return len(ids) - len(self._gone.intersection(ids))

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

    def _pass_over(self, place: int) -> None:
        """No row up to here waits."""
        if place > self._floor:
            self._floor = place
            self._gone = {each for each in self._gone if each > place}

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
