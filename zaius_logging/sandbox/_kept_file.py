"""Writes the content of the store to a SQLite file, for the next run (`--keep FILE`).

The file follows the store like any reader, by a cursor, a few times a second: nothing waits for
the disk, and the file is bounded as the store is. What a crash can lose is the last half second,
which is good enough for a sandbox.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from zaius_logging.sandbox import _reading as reading
from zaius_logging.sandbox._entries import Checked, Kept, Request
from zaius_logging.sandbox._errors import SandboxError
from zaius_logging.sandbox._reading import Cursor
from zaius_logging.sandbox._rules import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zaius_logging.sandbox._store import Store

_CHUNK: Final = 20_000
_CHUNK_BYTES: Final = 32 * 1024 * 1024
#: Says that a SQLite file is ours: "zaiu".
_APPLICATION: Final = 0x7A616975
_FORM: Final = 1
_TABLES: Final = """
create table kept (
  "order" integer primary key, taken integer, place integer, arrived real, request integer,
  position integer, findings text, id text, event text);
create index kept_place on kept (taken, place);
create table requests (place integer primary key, request text);
create table marks (name text primary key, value integer) without rowid;
"""
_INSERT_KEPT: Final = "insert into kept values (?,?,?,?,?,?,?,?,?)"


class KeptFile:
    """A file with the content of a store.

    Args:
        file: Its path.
        store: What it follows. One that is new is filled with what the file holds.
    """

    def __init__(self, file: str | os.PathLike[str], store: Store) -> None:
        self.name = os.fspath(file)
        #: Why the file no longer follows; None while it does.
        self.trouble: str | None = None
        self._store = store
        self._generation = store.generation
        self._cursor: Cursor | None = None
        self._database: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open or make the file.

        Raises:
            SandboxError: It is not ours, another sandbox uses it, or it cannot be read or made.
        """
        try:
            _make_private(self.name)
            # One thread at a time uses it: that of the server's loop, or after it another one's.
            self._database = sqlite3.connect(self.name, timeout=0.2, check_same_thread=False)
            _claim(self._database, self.name)
            if self._cursor is None:
                _load(self._database, self._store)
                self._cursor = _end(self._store)
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            self._let_go()
            raise SandboxError(_why(self.name, error)) from error
        except SandboxError:
            self._let_go()
            raise

    def follow(self) -> None:
        """Write new entries, and delete those that the store has dropped."""
        if self._database is None or self._cursor is None or self.trouble is not None:
            return
        try:
            with self._database:
                self._cursor = self._write(self._database, self._cursor)
        except sqlite3.Error as error:
            self.trouble = f"{self.name} cannot be written: {error}"

    def close(self) -> None:
        """Write the last entries, and close the file."""
        self.follow()
        self._let_go()

    def _let_go(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _write(self, database: sqlite3.Connection, cursor: Cursor) -> Cursor:
        store = self._store
        if store.generation != self._generation:
            self._generation = store.generation
            database.execute("delete from kept")
            database.execute("delete from requests")
        while cursor != _end(store):
            chunk = reading.read(store, cursor, _CHUNK, _CHUNK_BYTES)
            cursor = chunk.after
            database.executemany(_INSERT_KEPT, map(_row, chunk.kept))
            _insert_requests(database, chunk.requests, cursor.requests - len(chunk.requests))
        for taken, ring in ((1, store.events), (0, store.rejected)):
            database.execute("delete from kept where taken=? and place<?", (taken, ring.first))
        database.execute("delete from requests where place<?", (store.requests.first,))
        database.executemany("replace into marks values (?,?)", store.marks().items())
        return cursor


def _make_private(name: str) -> None:
    """Make the file, if it is new, for its owner alone: events are personal data.

    SQLite gives its journal the mode of its database.
    """
    with contextlib.suppress(OSError):  # what is wrong, SQLite says next
        os.close(os.open(name, os.O_RDWR | os.O_CREAT, 0o600))


def _end(store: Store) -> Cursor:
    return Cursor(store.events.next, store.rejected.next, store.requests.next)


def _claim(database: sqlite3.Connection, name: str) -> None:
    database.execute("pragma locking_mode=exclusive")
    database.execute("pragma synchronous=off")
    (tables,) = database.execute("select count(*) from sqlite_master").fetchone()
    (owner,) = database.execute("pragma application_id").fetchone()
    (form,) = database.execute("pragma user_version").fetchone()
    if not tables:
        database.executescript(
            f"begin exclusive;{_TABLES}"
            f"pragma application_id={_APPLICATION};pragma user_version={_FORM};commit"
        )
    elif (owner, form) != (_APPLICATION, _FORM):
        raise SandboxError(f"{name} is a database of something else: name another file")
    os.chmod(name, 0o600)  # noqa: PTH101 - it is ours, perhaps from a time of a wider umask
    # The exclusive lock is held from the first write on.
    database.execute("replace into marks values ('opened', 1)")
    database.commit()


def _why(name: str, error: Exception) -> str:
    if "locked" in str(error):
        return f"{name} is in use by another sandbox: name another file, or end that one"
    return f"{name} cannot be used to keep events: {error}"


def _load(database: sqlite3.Connection, store: Store) -> None:
    marks = dict(database.execute("select name, value from marks"))
    requests = [
        _request(*json.loads(text))
        for (text,) in database.execute("select request from requests order by place")
    ]
    store.restore(_kept(database), requests, marks)
    # The places of requests begin with 0 in each run.
    with database:
        database.execute("delete from requests")
        kept = store.requests.page(0, len(store.requests))
        _insert_requests(database, kept, store.requests.first)


def _kept(database: sqlite3.Connection) -> Iterator[Kept]:
    rows = database.execute(
        'select "order", taken, place, arrived, request, position, findings, id, event'
        ' from kept order by "order"'
    )
    for order, taken, place, arrived, request, position, findings, id_, text in rows:
        found = [Finding(*each) for each in json.loads(findings)]
        checked = Checked(text, found, json.loads(id_), position)
        yield Kept(place, order, arrived, request, bool(taken), checked)


def _row(entry: Kept) -> tuple[object, ...]:
    checked = entry.checked
    return (
        entry.order,
        int(entry.taken),
        entry.place,
        entry.arrived,
        entry.request,
        checked.position,
        json.dumps(checked.findings),
        # A lone surrogate is text in JSON; SQLite cannot store it.
        json.dumps(checked.idempotence_id),
        checked.text,
    )


def _request(*fields: Any) -> Request:
    facts = dict(zip(Request.__slots__, fields, strict=True))
    return Request(**facts | {"headers": tuple((name, value) for name, value in facts["headers"])})


def _insert_requests(database: sqlite3.Connection, requests: list[Request], first: int) -> None:
    rows = (
        (place, json.dumps([getattr(request, name) for name in Request.__slots__]))
        for place, request in enumerate(requests, first)
    )
    database.executemany("insert into requests values (?,?)", rows)
