"""The published contracts: ours keep them, and each is broken by a part that is wrong on purpose."""

import subprocess
import sys

import pytest

from zaius_logging import JournalSpool, MemorySpool, StubTransport
from zaius_logging.testing.contracts import check_spool, check_transport


class Forgetful(MemorySpool):
    def remove(self, ids):
        ids = list(ids)
        super().remove([*ids, *(place for place, _ in self.peek(len(ids) + 1, 10**9)[-1:])])


class Backward(MemorySpool):
    def peek(self, max_count, max_bytes):
        return super().peek(max_count, max_bytes)[::-1]


class Boundless(MemorySpool):
    def __init__(self):
        super().__init__(10**9, 10**12)


class ClosedForEver(MemorySpool):
    closed = False

    def close(self):
        self.closed = True

    def append(self, item):
        return not self.closed and super().append(item)


class Inheriting(MemorySpool):
    def after_fork_in_child(self):
        if not hasattr(self, "_items"):  # the constructor calls it
            super().after_fork_in_child()


class Raising(StubTransport):
    def send(self, items):
        raise OSError("no")


def test_ours_keep_them(tmp_path):
    """Memory, the journal, and the stub."""
    for make in (
        lambda: MemorySpool(20_000, 8 << 20),
        lambda: JournalSpool(tmp_path, "shop", max_bytes=8 << 20),
    ):
        assert [each for each in check_spool(make) if not each.passed] == []
    assert [each for each in check_transport(StubTransport) if not each.passed] == []


@pytest.mark.parametrize(
    ("make", "promise"),
    [
        (Forgetful, "P2"),
        (Backward, "P7"),
        (ClosedForEver, "P14"),
        (Inheriting, "P9"),
    ],
)
def test_a_wrong_spool_is_caught(make, promise):
    """The controls: each breaks the promise that it was made to break."""
    assert promise in {each.promise for each in check_spool(make) if not each.passed}


@pytest.mark.slow
def test_a_spool_without_a_bound_is_caught():
    """It took 300,000 items of 4 kB."""
    assert "P13" in {each.promise for each in check_spool(Boundless) if not each.passed}


def test_a_wrong_transport_is_caught():
    """One that raises."""
    assert "P1" in {each.promise for each in check_transport(Raising) if not each.passed}


def test_the_command_prints_a_dated_table(tmp_path):
    """Status 0 and a line for each; 1 with why, where one is broken; 2 where nothing can be made."""
    (tmp_path / "mine.py").write_text(
        "from zaius_logging import MemorySpool\n"
        "def small(): return MemorySpool(5_000, 1 << 20)\n"
        "class Backward(MemorySpool):\n"
        "    def peek(self, *bounds): return super().peek(*bounds)[::-1]\n"
    )

    def certify(what):
        return subprocess.run(
            [sys.executable, "-m", "zaius_logging", "certify", what],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    good = certify("mine:small")
    assert (good.returncode, good.stderr) == (0, "")
    assert "P7   ok  Items come out in the order of the calls" in good.stdout
    bad = certify("mine:Backward")
    assert bad.returncode == 1
    assert "wrong" in bad.stdout
    assert certify("mine:nothing").returncode == 2
