"""Forks while another thread logs: the parent's events once, the child's once, and nobody hangs."""

import json
import logging
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import zaius_logging
from faults import environment, python
from faults.lives import acknowledge, event
from faults.oracle import Tally, acknowledged, names
from zaius_logging import ZaiusHandler
from zaius_logging.sandbox import SandboxProcess

KINDS = ("os.fork", "child of a child", "fork", "spawn", "forkserver")
EACH = 5  # events of a child
PATIENCE = 10.0  # seconds until a child counts as hung


class Careless(ZaiusHandler):
    """Wrong on purpose: in a child it goes on with what it inherited. The proofs must catch it."""

    def after_fork_in_child(self):
        """Forget nothing, and start nothing."""


def run(trials, *, kinds=KINDS, handler="ZaiusHandler", spool=False):
    """Fork so many children in each way, and count.

    Args:
        trials: of each kind.
        kinds: of fork, and of multiprocessing's start methods.
        handler: `Careless` for the control.
        spool: whether the events wait on disk.
    """
    tally = Tally("fork while a thread logs: os.fork, a child's child, multiprocessing")
    with SandboxProcess(capacity=1_000_000) as sandbox, tempfile.TemporaryDirectory() as top:
        for kind in kinds:
            acks = Path(top, f"{kind}.acks")
            directory = Path(top, kind) if spool else ""
            sandbox.clear()
            ended = subprocess.run(
                python("forks", kind, trials, acks, handler, sandbox.endpoint, directory),
                env=environment(),
                capture_output=True,
                text=True,
                timeout=trials * PATIENCE + 60,
                check=False,
            )
            assert ended.returncode == 0, (kind, ended.stderr)
            said = json.loads(ended.stdout)
            tally.add(acknowledged(acks), names(sandbox.events()), restart=said["slowest"])
            tally.trials += trials - 1
            if said["hung"]:
                tally.notes.append(f"{said['hung']} of {trials} children by {kind} hung")
    return tally


# In the process


def configure(handler, endpoint, directory):
    """Make the one handler of this process. For `spawn` and `forkserver`, which inherit none."""
    logger = logging.getLogger("life")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers[:] = [
        {"ZaiusHandler": ZaiusHandler, "Careless": Careless}[handler](
            api_key="key.secret",
            endpoint=endpoint,
            spool_dir=directory or None,
            flush_interval=0.02,
            close_timeout=PATIENCE / 2,
        )
    ]


def log(name, acks, count):
    """Log events, and write down each whose call has returned."""
    fd = os.open(acks, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for number in range(count):
        each = f"{name}-{number}"
        logging.getLogger("life").info("x", extra={"zaius": event(each)})
        acknowledge(fd, each)
    os.close(fd)


def inherited(name, acks):
    """What a forked child does."""
    log(name, acks, EACH)


def begun_anew(name, acks, *settings):
    """What a child does that inherits nothing."""
    configure(*settings)
    log(name, acks, EACH)


def _by_fork(name, acks, generations):
    """Fork a child, which logs and ends as a child of `os.fork` should. Gives a way to wait for it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            log(name, acks, EACH)
            if generations > 1:
                _wait_for(_by_fork(f"{name}-child", acks, generations - 1))
            status = 0 if zaius_logging.flush(PATIENCE / 2) else 2
        finally:
            os._exit(status)
    return child


def _wait_for(child):
    """Wait for a child, and end it if it hangs. Gives whether it did not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.001)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return False


def _by_multiprocessing(kind, name, acks, settings):
    context = multiprocessing.get_context(kind)
    if kind == "fork":
        process = context.Process(target=inherited, args=(name, acks))
    else:
        process = context.Process(target=begun_anew, args=(name, acks, *settings))
    process.start()
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
        return False
    return True


def _main(kind, trials, acks, *settings):
    warnings.simplefilter(
        "ignore", DeprecationWarning
    )  # of 3.12: that we fork among threads is the point
    configure(*settings)
    ended = threading.Event()

    def chat():
        number = 0
        while not ended.is_set():
            log(f"parent-{number}", acks, 1)
            number += 1
            ended.wait(0.0005)

    thread = threading.Thread(target=chat)
    thread.start()
    hung, slowest = 0, 0.0
    for trial in range(int(trials)):
        began = time.monotonic()
        if kind in ("os.fork", "child of a child"):
            child = _by_fork(f"child-{trial}", acks, 1 if kind == "os.fork" else 2)
            well = _wait_for(child)
        else:
            well = _by_multiprocessing(kind, f"child-{trial}", acks, settings)
        hung += not well
        slowest = max(slowest, time.monotonic() - began)
    ended.set()
    thread.join()
    assert zaius_logging.flush(30.0)
    print(json.dumps({"hung": hung, "slowest": slowest}))  # noqa: T201 - the protocol


if __name__ == "__main__":
    _main(*sys.argv[1:])
