"""What the API refused, kept for people: `buried.db`, one for all processes of a directory.

It is written seldom, so it is opened for each batch of refusals and closed again, and no process holds
it over a fork.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

MAX_ROWS = 10_000
"""Paused events that are kept; the oldest go first."""

MAX_BYTES = 32 * 1024 * 1024
"""Of the file. When it is full, the older half goes."""

_BUSY = 2.0  # seconds to wait for another process that buries

Grave = tuple[str, int, str, bytes]
"""Where it came from, as `file:row`; milliseconds since the epoch; the API's reason; the event."""


def bury(path: Path, graves: Sequence[Grave]) -> None:
    """Keep refused events. The same one twice, after a crash in between, is kept once.

    Raises:
        sqlite3.Error: the file cannot be written.
        OSError: it cannot be made.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite alone would let others read it
    with closing(sqlite3.connect(path, timeout=_BUSY, isolation_level=None)) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS buried (number INTEGER PRIMARY KEY AUTOINCREMENT,"
            " source TEXT UNIQUE NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL,"
            " body BLOB NOT NULL)"
        )
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute(f"PRAGMA max_page_count = {MAX_BYTES // page}").fetchone()
        try:
            _insert(connection, graves)
        except sqlite3.OperationalError as error:
            if "is full" not in str(error):
                raise
            connection.execute(
                "DELETE FROM buried WHERE number <= (SELECT (min(number) + max(number)) / 2"
                " FROM buried)"
            )
            _insert(connection, graves)


def _insert(connection: sqlite3.Connection, graves: Sequence[Grave]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(
            "INSERT OR REPLACE INTO buried (source, at, reason, body) VALUES (?, ?, ?, ?)", graves
        )
        connection.execute(
            "DELETE FROM buried WHERE number <= (SELECT max(number) FROM buried) - ?", (MAX_ROWS,)
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
