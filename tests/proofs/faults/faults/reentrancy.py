"""Logging from where nobody expects it: a signal handler, `__del__`, the handler's own libraries, a reconfiguration.

One process for each, with a watchdog: whoever waits for himself is ended with a traceback, and counts as hung.
"""

import faulthandler
import gc
import logging
import logging.config
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from faults import environment, python
from faults.lives import acknowledge, configure, event
from faults.oracle import Tally, acknowledged, names
from zaius_logging._spool.memory import MemorySpool
from zaius_logging.sandbox import SandboxProcess

KINDS = ("signal", "__del__", "root at DEBUG", "dictConfig")
WATCH = 15.0  # seconds beyond the scenario's own until a process counts as hung
HERTZ = 300
BURST, REST = 50, 0.01  # calls in a row, and seconds
WAITING = 5_000  # events, which no machine is too busy to send before the watchdog barks


class NotReentrant(MemorySpool):
    """Wrong on purpose: who interrupts an append and logs waits for ever. The proofs must catch it."""

    def __init__(self):
        super().__init__(100_000, 64 * 1024 * 1024)
        self._plain = threading.Lock()

    def append(self, item):
        with self._plain:
            time.sleep(0.001)  # long enough that a signal falls into it
            return super().append(item)


def run(seconds, *, kinds=KINDS, control=False):
    """Let each scenario run for so long, and compare what went in with what came out.

    Args:
        seconds: of each.
        kinds: of scenario.
        control: with the spool that is not re-entrant.
    """
    tally = Tally("logging from a signal, `__del__`, our own libraries, during dictConfig")
    with SandboxProcess(capacity=1_000_000) as sandbox, tempfile.TemporaryDirectory() as top:
        for kind in kinds:
            acks = Path(top, f"{kind}.acks")
            sandbox.clear()
            sandbox.faults(latency=0.02)
            ended = subprocess.run(
                python("reentrancy", kind, seconds, acks, sandbox.endpoint, int(control)),
                env=environment(),
                capture_output=True,
                text=True,
                timeout=seconds + 4 * WATCH,
                check=False,
            )
            if ended.returncode:
                tally.notes.append(f"{kind} hung or failed: {ended.stderr[-500:]}")
            tally.add(acknowledged(acks), names(sandbox.events()))
    return tally


# In the process


def _configure(endpoint, control):
    configure(endpoint, close_timeout=30.0, spool=NotReentrant() if control else None)


class _Pen:
    """Logs events under one name, and writes down each whose call has returned."""

    def __init__(self, name, acks):
        self._name, self._number, self._depth = name, 0, 0
        self._fd = os.open(acks, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def log(self):
        # One that interrupts another of the same pen may come before it or after it: it has a name of its own.
        depth, self._depth = self._depth, self._depth + 1
        number, self._number = self._number, self._number + 1
        each = f"{self._name}-{depth}-{number}"
        logging.getLogger("life").info("x", extra={"zaius": event(each)})
        self._depth = depth
        acknowledge(self._fd, each)

    def log_a_burst(self):
        for _ in range(BURST):
            self.log()
        time.sleep(REST)
        while logging.getLogger().handlers[-1].stats().pending > WAITING:
            time.sleep(REST)


def _signals(until, pen_of):
    """A signal handler logs, 300 times a second, in the middle of whatever the main thread does."""
    interrupting, main = pen_of("signal"), pen_of("main")
    signal.signal(signal.SIGALRM, lambda *_: interrupting.log())
    signal.setitimer(signal.ITIMER_REAL, 1 / HERTZ, 1 / HERTZ)
    while time.monotonic() < until:
        main.log_a_burst()
    signal.setitimer(signal.ITIMER_REAL, 0)


def _garbage(until, pen_of):
    """Objects in cycles log as they are collected, which can happen at any allocation."""
    dying, main = pen_of("dying"), pen_of("main")

    class Dying:
        def __init__(self):
            self.me = self

        def __del__(self):
            dying.log()

    gc.set_threshold(50)
    while time.monotonic() < until:
        for _ in range(BURST):
            Dying()
        main.log_a_burst()
    gc.collect()


def _debugging(until, pen_of):
    """The handler is on the root logger, and all libraries log at DEBUG, urllib3 in our thread among them."""
    main = pen_of("main")
    while time.monotonic() < until:
        main.log()
        time.sleep(0.001)


def _reconfiguring(until, pen_of, again):
    """Replace the handler by dictConfig twice a second, while another thread logs and batches are on their way."""
    main, ended = pen_of("main"), threading.Event()

    def chat():
        while not ended.wait(0.0005):
            main.log()

    thread = threading.Thread(target=chat)
    thread.start()
    while time.monotonic() < until:
        time.sleep(0.5)
        again()
    ended.set()
    thread.join()


def _main(kind, seconds, acks, endpoint, control):
    seconds = float(seconds)
    faulthandler.dump_traceback_later(seconds + WATCH, exit=True)
    _configure(endpoint, int(control))
    until = time.monotonic() + seconds

    def pen_of(name):
        return _Pen(name, acks)

    if kind == "dictConfig":
        _reconfiguring(until, pen_of, lambda: _configure(endpoint, int(control)))
    else:
        {"signal": _signals, "__del__": _garbage, "root at DEBUG": _debugging}[kind](until, pen_of)
    logging.shutdown()


if __name__ == "__main__":
    _main(*sys.argv[1:])
