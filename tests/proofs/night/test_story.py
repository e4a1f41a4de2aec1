"""A night at which everything fails, and an operator who has `zaius-logging` and nothing else.

The key is revoked, the disk fills, a release sends 2,000 invalid orders, a worker dies, and a framework closes a
handler. In the end every valid event is delivered once, and every rejected one explained, changed and retried.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager

import pytest

from tests.cli.operating.tools import Service
from zaius_logging.sandbox import SandboxProcess

OLD, NEW = "shop.secret-of-yesterday", "shop.secret-of-today"
BAD = {"bad": {"data": {"total": "12.50"}}, "message": "data.total must be a number"}
MiB = 1 << 20


@contextmanager
def small_disk(path):
    """A file system of its own, of 24 MiB."""
    mount = subprocess.run(
        [  # noqa: S607
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "size=24m,mode=700",
            "tmpfs",
            path,
        ],
        capture_output=True,
        check=False,
    )
    if mount.returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield path
    finally:
        subprocess.run(
            ["umount", "-l", path],  # noqa: S607
            check=True,
        )


class Night:
    """The service's workers, the API, and the operator with the command."""

    def __init__(self, api, disk):
        self.api = api
        self.disk = disk
        self.spool = disk / "spool"
        self.key = OLD
        self.workers = []
        self.logged = 0
        self.said = []

    def environment(self):
        own = {name: value for name, value in os.environ.items() if not name.startswith("ZAIUS_")}
        return {**own, "ZAIUS_ENDPOINT": self.api.endpoint, "ZAIUS_API_KEY": self.key}

    def start(self):
        settings = {
            "spool_dir": str(self.spool),
            "spool_bytes": 12 * MiB,
            "flush_interval": 0.2,
            "close_timeout": 1,
        }
        self.workers.append(Service(self.environment(), settings))
        return self.workers[-1]

    def log(self, worker, count, **data):
        """Have a worker log so many orders, each with a number of its own."""
        stats = worker.log(self.logged, self.logged + count, **{"total": 12.5, **data})
        self.logged += count
        return stats

    def operator(self, *words, status=0):
        """What the operator types."""
        done = subprocess.run(
            [sys.executable, "-m", "zaius_logging", *map(str, words)],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        self.said.append(f"$ zaius-logging {' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
        assert "Traceback" not in done.stderr, self.said[-1]
        assert done.returncode == status, self.said[-1]
        return done.stdout

    def listed(self):
        (account,) = json.loads(self.operator("spool", self.spool, "list", "--json"))["accounts"]
        return account

    def doctor(self):
        """What the doctor finds: check -> text."""
        words = ("doctor", "--send-test", "--json")
        environment = {**self.environment(), "ZAIUS_SPOOL_DIR": str(self.spool)}
        environment["ZAIUS_SPOOL_BYTES"] = str(12 * MiB)
        done = subprocess.run(
            [sys.executable, "-m", "zaius_logging", *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        checks = json.loads(done.stdout)["checks"]
        return {
            each["check"]: each["text"] for each in checks if each["grade"] in ("warn", "wrong")
        }


@pytest.fixture
def night(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk), SandboxProcess() as api:
        made = Night(api, disk)
        try:
            yield made
        finally:
            for worker in made.workers:
                worker.kill()


def the_key_is_revoked(night):
    """Workers pause and keep everything; a rolling restart with the new secret sends what they kept."""
    for worker in list(night.workers):
        night.log(worker, 100)
        assert worker.ask("flush 20")["pending"] == 0
    night.api.faults(forbidden=True)
    for worker in night.workers:
        night.log(worker, 400)
        assert worker.ask("flush 1")["pending"] == 400
    assert "403" in night.doctor()["test event"]
    assert night.listed()["waiting"] == 400 * len(night.workers)
    night.key = NEW
    night.api.heal()  # the API knows the new secret
    old, night.workers = night.workers, []
    for worker in old:
        worker.end()
        night.start()


def the_disk_fills(night):
    """Another program takes all of it: events wait in memory, and come back to the disk when there is room."""
    first = night.workers[0]
    night.api.faults(status=503)
    ballast = night.disk / "core.4711"
    free = os.statvfs(night.disk).f_bavail
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free * os.statvfs(night.disk).f_frsize)
    assert os.statvfs(night.disk).f_bavail == 0
    stats = night.log(first, 1500, filler="x" * 500)
    assert (stats["degraded"], stats["dropped"]) == (True, {})
    assert "are free, and spool_bytes allows" in night.doctor()["disk"]
    ballast.unlink()
    night.api.heal()
    assert first.ask("flush 60")["pending"] == 0


def a_release_sends_invalid_orders(night):
    """2,000 orders with the total as text, among good ones: rejected, explained, changed, retried."""
    second = night.workers[1]
    night.api.faults(BAD)
    for _ in range(20):
        night.log(second, 100, total="12.50")
        night.log(second, 10)
    stats = second.ask("flush 60")
    assert (stats["rejected"], stats["pending"]) == (2000, 0)
    assert "2,000 events the API has rejected" in night.doctor()["dead letters"]
    (group,) = json.loads(night.operator("dead", night.spool, "list", "--json"))
    assert (group["left"], group["kind"]) == (2000, "order/purchase")
    assert "data.total must be a number" in group["reason"]
    choice = ("--reason", "must be a number", "--number", "data.total")
    assert (
        len(night.operator("dead", night.spool, "retry", *choice, "--dry-run").splitlines()) == 2000
    )
    assert "2,000 events retried" in night.operator("dead", night.spool, "retry", *choice)
    night.operator("spool", night.spool, "drain")


def a_worker_dies(night):
    """SIGKILL in an outage: what it had accepted lies in the spool, and is sent from there."""
    night.api.faults(status=503)
    third = night.workers.pop(2)
    night.log(third, 300)
    third.kill()
    found = {each["pid"]: each for each in night.listed()["processes"]}[third.pid]
    assert (found["owner"], found["waiting"]) == ("ended", 300)
    night.api.heal()
    night.operator("spool", night.spool, "drain")
    assert night.listed()["processes"] == [] or night.listed()["waiting"] == 0


def a_framework_closes_a_handler(night):
    """Its dictConfig names no root: handlers are closed, and go on with the next event."""
    first = night.workers[0]
    first.ask("run logging.config = __import__('logging.config').config")
    first.ask("run logging.config.dictConfig({'version': 1, 'disable_existing_loggers': False})")
    night.log(first, 250)
    assert first.ask("flush 30")["pending"] == 0


def test_a_night(night):
    """In the end: each event once, none unknown, nothing waits, nothing is left dead, the doctor is content."""
    for _ in range(3):
        night.start()
    the_key_is_revoked(night)
    the_disk_fills(night)
    a_release_sends_invalid_orders(night)
    a_worker_dies(night)
    a_framework_closes_a_handler(night)

    for worker in night.workers:
        assert worker.ask("flush 60")["pending"] == 0
    night.operator("spool", night.spool, "verify")
    night.operator("spool", night.spool, "drain")
    assert night.listed()["waiting"] == 0
    (group,) = json.loads(night.operator("dead", night.spool, "list", "--json"))
    assert (group["left"], group["retried"]) == (0, 2000)
    night.operator("dead", night.spool, "purge", "--yes")
    assert night.doctor() == {}

    assert account(night) == ([], [])
    orders = [each for each in night.api.events() if each["type"] == "order"]
    assert len({each["data"]["idempotence_id"] for each in orders}) == night.logged
    assert all(each["data"]["total"] == 12.5 for each in orders)
    print(f"{night.logged:,} orders, each delivered once; {len(night.said)} lines typed")  # noqa: T201


def account(night):
    """The numbers of orders that did not arrive, and of those that arrived more than once."""
    orders = [each for each in night.api.events() if each["type"] == "order"]
    numbers = Counter(each["data"]["number"] for each in orders)
    missing = sorted(set(range(night.logged)) - set(numbers))
    return missing, [number for number, count in numbers.items() if count > 1]


def test_an_operator_who_sends_by_hand_is_caught(night, tmp_path):
    """The control: what is retried and also sent from an export, with its id taken out, is seen as doubled."""
    worker = night.start()
    night.api.faults(BAD)
    night.log(worker, 10, total="12.50")
    night.log(worker, 10)
    worker.ask("flush 20")
    assert account(night)[0] == list(range(10))
    letters = night.operator("dead", night.spool, "export").splitlines()[:10]
    night.operator("dead", night.spool, "retry", "--number", "data.total")
    night.operator("spool", night.spool, "drain")
    file = tmp_path / "by-hand.jsonl"
    with file.open("w") as out:
        for letter in letters:
            event = json.loads(letter)
            del event["data"]["idempotence_id"]
            event["data"]["total"] = 12.5
            out.write(json.dumps(event) + "\n")
    night.operator("send", file)
    assert account(night) == ([], list(range(10)))
