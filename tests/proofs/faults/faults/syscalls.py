"""SIGKILL at each system call that touches the spool or the network, one after the other.

strace kills the process at the entry of its Nth write, sync, creation, removal or send, for every N until
a life gets through. So no gap between two steps is left out, however short it is.
"""

import subprocess
import tempfile
import time
from pathlib import Path

from faults import environment, python
from faults.lives import Lives
from faults.oracle import Tally, acknowledged, names
from zaius_logging.sandbox import SandboxProcess

CALLS = ("pwrite64", "fdatasync", "fsync", "unlink", "ftruncate", "rename", "sendto", "flock")
EVENTS = 24


def run(*, step=1, calls=CALLS, spool="journal"):
    """Kill at every `step`-th call of each kind, start again, and count.

    Args:
        step: 1 for all.
        calls: their names.
        spool: `eager` for the control.
    """
    tally = Tally("SIGKILL at each system call")
    with SandboxProcess() as sandbox, Lives() as lives, tempfile.TemporaryDirectory() as top:
        for call in calls:
            for number in range(1, 10_000, step):
                name = f"{call}-{number}"
                directory, acks = Path(top, name), Path(top, f"{name}.acks")
                sandbox.clear()
                inject = f"inject={call}:signal=KILL:when={number}"
                killed = _live(inject, name, acks, directory, sandbox.endpoint, spool)
                started = time.monotonic()
                lives.end(lives.start("drain", name, acks, directory, sandbox.endpoint))
                restart = time.monotonic() - started
                owed = acknowledged(acks)
                following = f"{name}-0-{len(owed) - 1}"  # killed before its acknowledgement
                tally.add(owed, names(sandbox.events()), allowed={following}, restart=restart)
                if not killed:
                    tally.notes.append(f"{call}: {number - 1}")
                    break
    return tally


def _live(inject, *arguments):
    """One life under strace. Whether it was killed."""
    ended = subprocess.run(
        [
            *("strace", "-f", "-qqq", "-o", "/dev/null"),
            *("-e", f"trace={inject[7:].partition(':')[0]}", "-e", inject),
            *python("lives", *arguments),
        ],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert ended.returncode in (0, -9, 137), ended.stderr.decode()
    return ended.returncode != 0
