"""What a call waits for while everything behind it hangs: a server that never answers, a full spool, a slow disk.

The one figure here that is a time, and so never taken from a single run: noise only adds to it, and the
best of a few is what the code itself takes.
"""

import json
import logging
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from faults import environment, python
from faults.lives import event, handler_of, logger_of
from zaius_logging.sandbox import SandboxProcess

CALLS = 5_000
PAUSE = 0.0005  # seconds between two calls: about what a busy service does
SYNC = 100_000  # microseconds by which a disk is slowed down, each time it is asked to sync
STRACE = (
    *("strace", "-f", "-qqq", "-o", "/dev/null", "--seccomp-bpf", "-e", "trace=fsync,fdatasync"),
    *("-e", f"inject=fsync,fdatasync:delay_enter={SYNC}"),
)
SETTINGS = {
    "a server that hangs": {},
    "a full spool": {"capacity": 1_000},
    "a slow disk": {"spool": "journal"},
}
GOAL = {"a server that hangs": 1.0, "a full spool": 1.0, "a slow disk": 10.0}  # ms, of p99


def run(kind, *, runs=3, blocking=False):
    """Milliseconds of the 99th percentile of calls: the best of some runs.

    Args:
        kind: of what hangs.
        runs: at the most; the first that reaches the goal is enough.
        blocking: the control: calls wait for room in a small spool, behind a server that is slow.
    """
    best = float("inf")
    with SandboxProcess() as sandbox:
        sandbox.faults(**({"latency": 0.1} if blocking else {"hang": True}))
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as top:
                said = _calls(kind, sandbox.endpoint, Path(top, "spool"), blocking=blocking)
            best = min(best, said)
            if best <= GOAL[kind]:
                break
    return best


def _calls(kind, endpoint, directory, *, blocking):
    slowly = [*STRACE] if kind == "a slow disk" else []
    ended = subprocess.run(
        [*slowly, *python("latency", kind, endpoint, directory, int(blocking))],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(ended.stdout)


def _main(kind, endpoint, directory, blocking):
    settings = {"spool": "journal", **SETTINGS[kind]}
    directory = directory if kind == "a slow disk" else None
    if int(blocking):
        settings |= {"overflow": "block", "capacity": 10}
    handler = handler_of(directory, endpoint, close_timeout=0.0, timeout=5.0, **settings)
    logger, took = logger_of(handler), []
    calls = 200 if int(blocking) else CALLS
    for number in range(calls):
        extra = {"zaius": event(f"{number}")}
        began = time.perf_counter()
        logger.info("x", extra=extra)
        took.append(time.perf_counter() - began)
        time.sleep(PAUSE)
    print(json.dumps(sorted(took)[int(calls * 0.99)] * 1000))  # noqa: T201 - the protocol
    logging.shutdown()


if __name__ == "__main__":
    _main(*sys.argv[1:])
