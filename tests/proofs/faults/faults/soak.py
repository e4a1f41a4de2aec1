"""Everything at once, for long: two applications on one spool, one of them killed again and again, all weathers.

One application lives throughout, and what it holds - memory, threads, descriptors - is looked at each second.
"""

import os
import random
import signal
import socket
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from faults.lives import KEY, Lives
from faults.oracle import MAX_DUPLICATES, Tally, acknowledged, names
from zaius_logging._spool.journal import line
from zaius_logging._transport.endpoint import account_of
from zaius_logging.sandbox import SandboxProcess

RATE = 1_000  # events a second, of both together
THREADS = 3
WEATHERS = (
    [],
    [],
    [{"status": 503}],
    [{"status": 429, "retry_after": "1"}],
    [{"latency": 0.3}],
    [{"reset": True, "share": 0.5}],
    [{"status": 503, "taken": True, "share": 0.2}],
    [{"hang": True, "share": 0.2}],
    [{"rate": 5, "retry_after": "0.5"}],
)
TIMEOUT = 2.0  # seconds of a request, so that those who hang are many
WARM = 0.3  # of the time; what is reached by then, is what it takes
SLACK = 16 * 1024 * 1024  # bytes that memory may differ, fragmented as it is


@dataclass
class Held:
    """What a process holds, look by look: bytes, threads, descriptors."""

    memory: list = field(default_factory=list)
    threads: list = field(default_factory=list)
    files: list = field(default_factory=list)

    def look(self, pid):
        status = Path(f"/proc/{pid}/status").read_text()
        said = dict(line.split(":", 1) for line in status.splitlines())
        self.memory.append(int(said["VmRSS"].split()[0]) * 1024)
        self.threads.append(int(said["Threads"]))
        self.files.append(len(list(Path(f"/proc/{pid}/fd").iterdir())))

    def growth(self):
        """How much more of each the rest of the time took than the beginning."""
        warm = max(1, int(len(self.memory) * WARM))
        return {
            name: max(values[warm:]) - max(values[:warm])
            for name, values in vars(self).items()
            if values[warm:]
        }


def neighbours(directory, account):
    """Put other programs' files, and another user's, where the spool lies. Gives what they are."""
    made = [directory / "folder", directory / account / "folder"]
    for where in (directory, directory / account):
        (where / "folder").mkdir(parents=True)
        for name in ("uv.lock", "poetry.lock", "foreign.db", "foreign.jsonl"):
            made.append(where / name)
            made[-1].write_bytes(name.encode() * 99)
        made.append(where / "socket")
        os.mkfifo(where / "pipe")
        made.append(where / "pipe")
        with socket.socket(socket.AF_UNIX) as each:
            each.bind(f"{where}/socket")
    (directory / account).chmod(0o700)
    theirs = directory / account / "00000000000000000001-1-000001.jsonl"
    made.append(theirs)
    theirs.write_bytes(line.Header(account, "own", "", 10**12, 0).written())
    if os.geteuid() == 0:
        os.chown(theirs, 12345, 12345)
    else:
        theirs.write_bytes(b"no header")
    return looked(made)


def looked(paths):
    """What stands in these files, and what the system says of them."""
    return {
        path: (
            path.lstat()[:6],
            path.lstat().st_mtime_ns * path.is_file(),
            path.is_file() and path.read_bytes(),
        )
        for path in map(Path, paths)
    }


def taken_without_an_answer(sandbox):
    """The events of each request that were taken though its client got no 202; of the last 2,000, which it keeps."""
    return {each["request"]: each["count"] for each in sandbox.requests() if each["status"] != 202}


def run(seconds, *, seed=0, spool="journal"):
    """Let it rage for so long, heal everything, start once more, and count.

    Returns:
        The tally, and what the application that lived throughout held.
    """
    chance = random.Random(seed)
    tally = Tally("all of it at once (soak)")
    held = Held()
    pause = 2 * THREADS / RATE
    with (
        SandboxProcess(capacity=10_000_000) as sandbox,
        Lives() as lives,
        tempfile.TemporaryDirectory() as top,
    ):
        directory, acks = Path(top, "spool"), Path(top, "acks")
        before = neighbours(directory, account_of(sandbox.endpoint, KEY))
        settings = {"spool": spool, "pause": pause, "timeout": TIMEOUT, "threads": THREADS}

        def begin(name):
            return lives.start("live", name, acks, directory, sandbox.endpoint, **settings)

        steady, victim, deaths = begin("steady"), begin("victim-0"), 0
        until = time.monotonic() + seconds
        look_at, unanswered = 0.0, {}
        while (now := time.monotonic()) < until:
            if now >= look_at:
                held.look(steady)
                unanswered |= taken_without_an_answer(sandbox)
                look_at = now + 1.0
            sandbox.faults(*chance.choice(WEATHERS))
            if chance.random() < 0.25:
                lives.end(victim, chance.choice([signal.SIGKILL, signal.SIGTERM]))
                deaths += 1
                victim = begin(f"victim-{deaths}")
            time.sleep(chance.uniform(0.1, 0.9))
        for life in (steady, victim):
            lives.end(life, signal.SIGKILL)
        sandbox.heal()
        began = time.monotonic()
        lives.end(lives.start("drain", "last", acks, directory, sandbox.endpoint))
        owed = acknowledged(acks)
        numbers = {}
        for each in owed:
            who, _, number = each.rpartition("-")
            numbers[who] = max(numbers.get(who, -1), int(number) if number.isdigit() else -1)
        lived = ["steady", *(f"victim-{death}" for death in range(deaths + 1))]
        following = {
            f"{name}-{who}-{numbers.get(f'{name}-{who}', -1) + 1}"
            for name in lived
            for who in range(THREADS)
        }
        restart = time.monotonic() - began
        assert looked(before) == before, "a file of another program has changed"
        arrived = sandbox.events()
        # It keeps 256 MiB: after some minutes more the first would be gone, and pass for lost.
        assert len(arrived) == sandbox.stats()["events"], "the sandbox has let go of events"
        tally.add(owed, names(arrived), allowed=following, restart=restart)
        doubled = sum((unanswered | taken_without_an_answer(sandbox)).values())
        limit = doubled + MAX_DUPLICATES * (deaths + 2)
        assert tally.duplicated <= limit, (tally.duplicated, doubled, deaths)
    tally.trials = deaths + 2
    tally.notes.append(
        f"{seconds:,} s, {deaths} deaths; {doubled:,} events were taken without an answer that says so, which doubles them"
    )
    tally.notes.append(
        "the application that lived throughout grew by at most "
        + ", ".join(
            f"{value / 2**20:.1f} MiB" if name == "memory" else f"{value} {name}"
            for name, value in held.growth().items()
        )
        + " after it was warm"
    )
    return tally, held
