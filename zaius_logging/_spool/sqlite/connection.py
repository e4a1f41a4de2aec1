"""A connection to one spool file: how it is opened and set up, and what its errors say."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

APPLICATION_ID = 0x5A616975
"""In the file's header: "Zaiu" in ASCII."""

VERSION = 1
"""Of the table's form, in the file's header. A newer one is left to the program that wrote it."""

PAGE = 4096
"""Bytes of a page. 1,024 or 8,192 changed the median of a commit by less than 15 %."""

_BUSY = 0.5  # seconds to wait for somebody's sqlite3 shell

_CREATE = """\
CREATE TABLE events (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, created INTEGER NOT NULL,
                     body BLOB NOT NULL)"""


class UnusableFileError(Exception):
    """It is no spool file, or none that this version can read. It must not be touched."""


def connect(path: Path) -> sqlite3.Connection:
    """Open a file that is there."""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",  # never creates
        uri=True,
        timeout=_BUSY,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.text_factory = bytes
    return connection


def configure(connection: sqlite3.Connection, wal_pages: int, max_pages: int) -> None:
    """Set what SQLite does not keep in the file.

    Args:
        connection: to it.
        wal_pages: after which SQLite copies the log to the database.
        max_pages: of the database.
    """
    if one_row(connection, "PRAGMA journal_mode = WAL") != (b"wal",):
        raise sqlite3.OperationalError("this file system cannot hold a write-ahead log")
    for pragma in (
        "synchronous = NORMAL",
        f"wal_autocheckpoint = {wal_pages}",
        f"max_page_count = {max_pages}",
        "cell_size_check = ON",  # find damage before it is followed
        "secure_delete = OFF",  # some builds overwrite what they delete
    ):
        one_row(connection, f"PRAGMA {pragma}")


def make_table(connection: sqlite3.Connection) -> None:
    """Write the header and the table of a new file, as one transaction."""
    connection.execute("BEGIN")
    one_row(connection, f"PRAGMA application_id = {APPLICATION_ID}")
    one_row(connection, f"PRAGMA user_version = {VERSION}")
    connection.execute(_CREATE)
    connection.execute("COMMIT")


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether a file holds our table; False for one that nothing was ever written to.

    Raises:
        UnusableFileError: it is of another program or of a newer version.
    """
    application = one_row(connection, "PRAGMA application_id")[0]
    version = one_row(connection, "PRAGMA user_version")[0]
    if application == 0 and one_row(connection, "SELECT count(*) FROM sqlite_master")[0] == 0:
        return False
    if application != APPLICATION_ID:
        raise UnusableFileError("it belongs to another program")
    if version > VERSION:
        raise UnusableFileError("a newer version of zaius_logging wrote it")
    return True


def is_full(error: Exception) -> bool:
    """Whether it says that the disk, or the file by our limit, is full."""
    return "is full" in str(error)  # Python 3.10 gives no error code


def is_damage(error: Exception) -> bool:
    """Whether it says that what the file holds makes no sense. All else may pass."""
    return type(error) is sqlite3.DatabaseError or "no such" in str(error)


def one_row(connection: sqlite3.Connection, sql: str, parameters: Sequence[int] = ()) -> tuple:  # type: ignore[type-arg]
    """The first row, or an empty tuple."""
    cursor = connection.execute(sql, parameters)
    try:
        return cursor.fetchone() or ()
    finally:
        cursor.close()
