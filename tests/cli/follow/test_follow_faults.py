"""A writer, a rotation and a follower that is killed at random instants: no event is passed over.

Each is a process of its own. The writer gives each line its id, as ZaiusFormatter does, and counts what
it has written; a line is an obligation once `write` returned. The API is the sandbox.
"""

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows renames no open file, and these logs rotate so"
)

WRITER = """
import fcntl, json, os, sys, time
path, number, total, pause = sys.argv[1], 0, int(sys.argv[2]), float(sys.argv[3])
gate = os.open(path + ".gate", os.O_RDWR | os.O_CREAT)
while number < total:
    fcntl.flock(gate, fcntl.LOCK_EX)
    # As WatchedFileHandler does: open what has the name now, write a few lines, let go.
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for _ in range(5):
        event = {"type": "list", "action": "subscribe", "identifiers": {"email": "a@b.c"},
                 "data": {"idempotence_id": f"id-{number}", "number": number, "fill": "x" * 80}}
        line = json.dumps(event).encode() + b"\\n"
        if number % 7 == 0:  # a line comes in two parts
            os.write(fd, line[:50]); time.sleep(pause / 5); line = line[50:]
        os.write(fd, line)
        if number % 10 == 0:
            os.write(fd, b'{"message": "an ordinary line"}\\n')
        number += 1
    os.close(fd)
    fcntl.flock(gate, fcntl.LOCK_UN)
    time.sleep(pause)  # the log's pace
"""

EARLY = """
import sys
from zaius_logging.cli.sending import tracker as _tracker
def safe(self):  # the wrong variant: what was read is taken for what has arrived
    with self._lock:
        marks, self._marks = list(self._marks), type(self._marks)()
    return marks[-1][1] if marks else None
_tracker.Tracker.safe = safe
from zaius_logging.__main__ import main
sys.exit(main())
"""


def rename(log, keep=500):
    """What logrotate does with `create` and `delaycompress`. Nothing is thrown away."""
    for number in range(keep, 0, -1):
        for ending in ("", ".gz"):
            old = Path(f"{log}.{number}{ending}")
            if old.exists():
                old.rename(f"{log}.{number + 1}{ending}")
    two = Path(f"{log}.2")
    if two.exists():
        packed = Path(f"{log}.2.gz")
        packed.write_bytes(gzip.compress(two.read_bytes()))
        os.utime(packed, ns=(0, two.stat().st_mtime_ns))
        two.unlink()
    if log.exists():
        log.rename(f"{log}.1")


def copy_and_truncate(log, keep=500):
    """What logrotate does with `copytruncate`, with the one mercy that no writer writes meanwhile."""
    import fcntl

    with Path(f"{log}.gate").open("ab") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        for number in range(keep, 0, -1):
            old = Path(f"{log}.{number}")
            if old.exists():
                old.rename(f"{log}.{number + 1}")
        if log.exists():
            Path(f"{log}.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)


class Follower:
    def __init__(self, environment, log, code=None):
        self.environment, self.log, self.code = environment, log, code
        self.position = log.with_name("position.json")
        self.err = log.with_name("err.txt")
        self.process = None
        self.lives = 0

    def start(self):
        self.lives += 1
        self.begun = self.err.read_text().count("following ") if self.err.exists() else 0
        how = ["-c", self.code] if self.code else ["-m", "zaius_logging"]
        with self.err.open("ab") as err:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, *how, "send", "--follow", self.log),
                    *("--position", self.position, "--rotate-wait", "0.6"),
                ],
                stdout=subprocess.DEVNULL,
                stderr=err,
                env=self.environment,
            )

    def has_begun(self):
        """Whether this life of it has said so: from then on it is bound."""
        return self.err.read_text().count("following ") == self.begun + 1

    def wait_until_it_has_begun(self):
        deadline = time.monotonic() + 30
        while not self.has_begun():
            assert time.monotonic() < deadline, self.err.read_text()
            time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.wait_until_it_has_begun()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0, self.err.read_text()


def trial(
    sandbox, environment, folder, *, seed, kills, lines, rotate, pause=0.01, code=None, slow=0.05
):
    """Run all three; give how often each number came, and how many lives the follower had."""
    chance = random.Random(seed)
    log = folder / "app.log"
    sandbox.faults({"latency": slow}, {"status": 503, "share": 0.2})
    follower = Follower(environment, log, code)
    follower.start()
    follower.wait_until_it_has_begun()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(log), str(lines), str(pause)])
    killed, death = 0, None
    rotation = time.monotonic() + 1.5
    while writer.poll() is None or killed < kills:
        now = time.monotonic()
        if now >= rotation and writer.poll() is None:
            rotate(log)
            rotation = now + chance.uniform(0.7, 1.6)
        if death is None and (follower.has_begun() or chance.random() < 0.002):
            death = now + chance.uniform(0, 1.2)
        if death is not None and now >= death and killed < kills:
            follower.kill()
            killed, death = killed + 1, None
            if chance.random() < 0.3 and writer.poll() is None:  # while nobody looks
                rotate(log)
            time.sleep(chance.uniform(0, 0.3))  # how long nobody follows
            follower.start()
        time.sleep(0.01)
    follower.wait_until_it_has_begun()
    assert writer.returncode == 0
    sandbox.faults()
    wait_for_all(sandbox, lines, 3.0 if code else 15.0)
    follower.end()
    return count(sandbox), follower


def count(sandbox):
    return Counter(event["data"]["number"] for event in sandbox.events())


def wait_for_all(sandbox, lines, patience):
    """Until all have come, or nothing new has come for some seconds."""
    came, since = -1, 0.0
    while came < lines:
        now = len(count(sandbox))
        if now != came:
            came, since = now, time.monotonic()
        elif time.monotonic() - since > patience:
            return
        time.sleep(0.1)


def assert_all_came(sandbox, came, lines):
    assert sorted(came) == list(range(lines)), f"lost: {sorted(set(range(lines)) - set(came))[:20]}"
    ids = {event["data"]["number"]: set() for event in sandbox.events()}
    for event in sandbox.events():
        ids[event["data"]["number"]].add(event["data"]["idempotence_id"])
    assert all(ids[number] == {f"id-{number}"} for number in ids)


@pytest.mark.slow
def test_a_follower_that_is_killed_passes_over_nothing(sandbox, environment, tmp_path):
    """Renames, compression, an API that fails, SIGKILLs: each line arrives, again only with its id."""
    came, follower = trial(
        sandbox, environment, tmp_path, seed=1, kills=3, lines=1000, rotate=rename
    )
    assert_all_came(sandbox, came, 1000)
    assert follower.lives == 4
    assert "missed" not in follower.err.read_text()


@pytest.mark.slow
def test_copies_and_truncation(sandbox, environment, tmp_path):
    """The same where the log is copied and emptied, also while nobody looks."""
    came, _ = trial(
        *(sandbox, environment, tmp_path),
        seed=3,
        kills=2,
        lines=1000,
        rotate=copy_and_truncate,
    )
    assert_all_came(sandbox, came, 1000)


@pytest.mark.slow
def test_a_position_that_runs_ahead_is_caught(sandbox, environment, tmp_path):
    """The control: saved at reading and not at arrival, the position passes over what was in flight."""
    came, _ = trial(
        sandbox,
        environment,
        tmp_path,
        seed=2,
        kills=2,
        lines=700,
        rotate=rename,
        code=EARLY,
        slow=0.4,
    )
    assert len(came) < 700


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10, 30))
def test_a_follower_that_is_killed_two_hundred_times(sandbox, environment, tmp_path, seed):
    """The long form: twenty runs of ten kills, of each kind of rotation."""
    rotate = copy_and_truncate if seed % 2 else rename
    came, follower = trial(
        sandbox, environment, tmp_path, seed=seed, kills=10, lines=5000, rotate=rotate
    )
    assert_all_came(sandbox, came, 5000)
    print(  # noqa: T201 - a proof prints its figures
        f"seed {seed}: {len(came)} of 5000, {sum(came.values()) - len(came)} again, "
        f"{follower.lives - 1} kills"
    )
