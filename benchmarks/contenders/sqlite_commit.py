"""The limit of a durable call: sqlite3's own commit of one row, and nothing else."""

import sqlite3
import tempfile
import time
from pathlib import Path

import orjson

from benchmarks.event import EVENT

from . import Contender


class Sqlite(Contender):
    name = "sqlite3's own commit"
    synchronous = "FULL"  # as `spool_sync="always"`
    delivers = False
    slow = True

    def __init__(self, sink):  # noqa: ARG002
        self._body = orjson.dumps(EVENT)
        self._directory = tempfile.TemporaryDirectory()
        self._connection = sqlite3.connect(
            Path(self._directory.name) / "rows.db", isolation_level=None
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(f"PRAGMA synchronous={self.synchronous}")
        self._connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, body BLOB)")

    def run(self, n):
        execute = self._connection.execute
        body = self._body
        for _ in range(n):
            execute("INSERT INTO events (body) VALUES (?)", (body,))

    def emit(self):
        start = time.perf_counter_ns()
        self.run(1)
        return time.perf_counter_ns() - start

    def finish(self):
        self._connection.close()
        self._directory.cleanup()


class SqliteInterval(Sqlite):
    name = "sqlite3's own commit, no wait for the disk"
    synchronous = "NORMAL"  # as `spool_sync="interval"`
