"""The limit of `spool_sync="always"`: sqlite3's own durable commit of one row, and nothing else."""

import sqlite3
import tempfile
from pathlib import Path

import orjson

from benchmarks.event import EVENT

from . import Contender


class Sqlite(Contender):
    name = "sqlite3's own commit"
    delivers = False
    slow = True

    def __init__(self, sink):  # noqa: ARG002
        self._directory = tempfile.TemporaryDirectory()
        self._connection = sqlite3.connect(
            Path(self._directory.name) / "rows.db", isolation_level=None
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, body BLOB)")

    def run(self, n):
        execute = self._connection.execute
        body = orjson.dumps(EVENT)
        for _ in range(n):
            execute("INSERT INTO events (body) VALUES (?)", (body,))

    def finish(self):
        self._connection.close()
        self._directory.cleanup()
