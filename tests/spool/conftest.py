"""Spools to test, all closed in the end, and what operators read."""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from zaius_logging import MemorySpool
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.journal.spool import JournalSpool

sys.path.insert(0, str(Path(__file__).parent))  # for `reader`

MADE = shutil.ignore_patterns("*.new")  # which gets its name, and is gone, at any moment


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
    """What operators read, line by line."""
    return []


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "spool"


class Patient(Notices):
    """Waits until each line is written: on a busy machine the thread that writes it starts late."""

    def _write_apart(self, line, patience):
        super()._write_apart(line, 60 * patience)


@pytest.fixture
def journal(directory, said):
    """Make journals on one directory, all of one account unless another is named."""
    made = []

    def make(path=directory, account="shop", **settings):
        settings = {"notices": Patient(said.append), **settings}
        made.append(JournalSpool(path, account, **settings))
        return made[-1]

    yield make
    for spool in made:
        spool.close()


KINDS = {
    "mapped": {},
    "written": {"use_map": False},
    "always": {"sync": "always"},
    "always written": {"sync": "always", "use_map": False},
}


@pytest.fixture(params=["memory", *KINDS])
def kind(request):
    return request.param


@pytest.fixture
def spool(kind, journal, clock):
    """A fresh one of each kind, on a clock of the test's."""
    if kind == "memory":
        return MemorySpool(clock=clock)
    return journal(clock=clock, **KINDS[kind])


@pytest.fixture
def brief(tmp_path):
    """A directory for many short lives, in memory where the system has such a place."""
    if not Path("/dev/shm").is_dir():  # noqa: S108 - need not be durable
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", ignore_cleanup_errors=True) as top:
        yield Path(top)


@pytest.fixture(params=[True, False], ids=["mapped", "written"])
def disk(request, journal):
    """A journal on disk, once mapped and once written by system calls."""
    return journal(use_map=request.param)


@pytest.fixture
def segments(directory):
    """The files of an account."""

    def segments(account="shop", where=directory):
        return sorted((where / account).glob("*.jsonl"))

    return segments


@pytest.fixture
def died(tmp_path):
    """Copy a spool's directory: what is there if its process is killed now."""
    copies = []

    def died(directory):
        copies.append(tmp_path / f"after-death-{len(copies)}")
        shutil.copytree(directory, copies[-1], ignore=MADE)
        return copies[-1]

    return died
