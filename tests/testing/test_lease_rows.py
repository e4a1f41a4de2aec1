"""The rows of a lease that need no server: a lease in a file, which is right, and one that is wrong for each row.

Those of time, order and many who ask stand in tests/proofs/fleet/test_lease_contract.py.
"""

import json
import os
import re
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from zaius_logging.testing.contracts import check_lease

SECONDS = 0.5

fcntl = pytest.importorskip("fcntl", reason="Windows has no fcntl")


class InAFile:
    """A lease that many processes of one host can ask for: who has it, and until when, stands in a file."""

    seconds = SECONDS

    def __init__(self, folder):
        self.path = Path(folder, "lease.json")

    @contextmanager
    def state(self):
        with self.path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            before = file.read()
            kept = json.loads(before or '{"count": 0, "until": 0}')
            yield kept
            if json.dumps(kept) != before:
                file.truncate(0)
                file.write(json.dumps(kept))

    def acquire(self):
        with self.state() as kept:
            if time.monotonic() < kept["until"]:
                return None
            kept["count"] += 1
            kept["until"] = time.monotonic() + self.seconds
            return self.name(kept["count"])

    def name(self, count):
        return f"grant-{count}"

    def mine(self, kept, token):
        return token == self.name(kept["count"]) and time.monotonic() < kept["until"]

    def renew(self, token):
        with self.state() as kept:
            mine = self.mine(kept, token)
            if mine:
                kept["until"] = time.monotonic() + self.seconds
            return mine

    def holds(self, token):
        with self.state() as kept:
            return self.mine(kept, token)

    def release(self, token):
        with self.state() as kept:
            if self.mine(kept, token):
                kept["until"] = 0

    def close(self):
        pass


class GivenBack(InAFile):
    """P9: whoever closes gives back, a child too."""

    def close(self):
        with self.state() as kept:
            kept["until"] = 0


class Hopeful(InAFile):
    """P11: where nobody can be asked, it is taken for granted."""

    def acquire(self):
        try:
            with self.path.with_suffix(".log").open("a") as file:
                file.write("asked\n")
            return super().acquire()
        except OSError:
            return "granted"


class Signed(InAFile):
    """P12: a grant is named by the key."""

    def name(self, count):
        return f"{os.environ['ZAIUS_API_KEY']}-{count}"


class Open(InAFile):
    """P12: the key stands in its repr."""

    def __repr__(self):
        return f"<Open {os.environ['ZAIUS_API_KEY']}>"


class Cleaner(InAFile):
    """P16: it removes what lies beside its file."""

    def release(self, token):
        super().release(token)
        for path in self.path.parent.iterdir():
            if path != self.path:
                path.unlink()


class Holding(InAFile):
    """P17: it holds all threads up."""

    def renew(self, token):
        re.match(r"(a+)+b", "a" * 24)
        return super().renew(token)


@pytest.mark.slow
def test_a_sound_one_passes(tmp_path):
    """Every row, in forked children too."""
    assert [each for each in check_lease(lambda: InAFile(tmp_path)) if not each.passed] == []


@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        (GivenBack, "P9"),
        (Hopeful, "P11"),
        (Signed, "P12"),
        (Open, "P12"),
        (Cleaner, "P16"),
        (Holding, "P17"),
    ],
)
def test_a_wrong_one_is_caught(tmp_path, wrong, promise, monkeypatch):
    """The controls: each breaks the row that it was made to break, and the sound one keeps it."""
    monkeypatch.setenv("ZAIUS_API_KEY", "certified.0a1b2c3d4e5f")
    found = list(check_lease(lambda: wrong(tmp_path), only=(promise,)))
    assert [each.promise for each in found if not each.passed] == [promise]
    sound = check_lease(lambda: InAFile(tmp_path), only=(promise,))
    assert [each for each in sound if not each.passed] == []
