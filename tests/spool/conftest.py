"""Spools to test, all closed in the end, and what they tell operators."""

import shutil

import pytest

from zaius_logging import MemorySpool
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.sqlite.spool import SQLiteSpool


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now=1_000.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said():
    """What operators were told, line by line."""
    return []


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def sqlite(directory, said):
    """Make SQLite spools on one directory."""
    made = []

    def make(path=directory, **kwargs):
        made.append(SQLiteSpool(path, notices=Notices(said.append), **kwargs))
        return made[-1]

    yield make
    for spool in made:
        spool.close()


@pytest.fixture(params=["memory", "interval", "always"])
def kind(request):
    return request.param


@pytest.fixture
def spool(kind, sqlite, clock):
    """A fresh one of each kind, on a clock of the test's."""
    if kind == "memory":
        return MemorySpool(clock=clock)
    return sqlite(sync=kind, clock=clock)


@pytest.fixture
def died(tmp_path):
    """What a spool's directory would be had its process been killed now: a copy, locks excepted."""
    copies = []

    def died(directory):
        copies.append(tmp_path / f"after-death-{len(copies)}")
        shutil.copytree(directory, copies[-1], ignore=shutil.ignore_patterns("*.lock"))
        return copies[-1]

    return died
