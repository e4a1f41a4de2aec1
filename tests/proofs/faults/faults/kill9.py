"""SIGKILL at a random instant: three threads log, the server is well, slow or down."""

import random
import signal
import tempfile
import time
from pathlib import Path

from faults.lives import WRONG, Lives
from faults.oracle import Tally, acknowledged, names
from zaius_logging.sandbox import SandboxProcess

WEATHER = {
    "well": [],
    "slow": [{"latency": 0.05}],
    "answers late": [{"latency": 0.03, "status": 503, "taken": True, "share": 0.5}],
    "down": [{"status": 503}],
}


def run(trials, *, seed=0, spool="journal", weather=tuple(WEATHER), sync="interval", within=0.1):
    """Kill so many lives, start each again, and count."""
    chance = random.Random(seed)
    how = ", not mapped" if spool == "written" else ""
    tally = Tally(f"SIGKILL at a random instant (`{sync}`{how})")
    settings = {} if spool in WRONG else {"spool_sync": sync}
    with SandboxProcess() as sandbox, Lives() as lives, tempfile.TemporaryDirectory() as top:
        for trial in range(trials):
            directory, acks = Path(top, f"{trial}"), Path(top, f"{trial}.acks")
            sandbox.clear()
            sandbox.faults(*WEATHER[weather[trial % len(weather)]])
            life = lives.start(
                "live", f"{trial}", acks, directory, sandbox.endpoint, spool=spool, **settings
            )
            if trial % 8:  # the others may die while they start
                while not acks.exists():
                    time.sleep(0.001)
            time.sleep(chance.uniform(0.0, within))  # the instant
            lives.end(life, signal.SIGKILL)
            sandbox.heal()
            started = time.monotonic()
            lives.end(lives.start("drain", f"{trial}", acks, directory, sandbox.endpoint))
            restart = time.monotonic() - started
            owed = acknowledged(acks)
            # Each thread may have been killed between the commit and its acknowledgement.
            following = {f"{trial}-{who}-{count(owed, trial, who)}" for who in range(3)}
            tally.add(owed, names(sandbox.events()), allowed=following, restart=restart)
    return tally


def count(owed, trial, who):
    return sum(name.startswith(f"{trial}-{who}-") for name in owed)
