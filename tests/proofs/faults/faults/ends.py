"""Ends of a process at a random instant: a new interpreter each time, which logs until it is ended.

Whatever it had logged when it ended must have arrived, or stand in the one line of losses on stderr; with
a spool, what did not arrive must come with the next start. And the end keeps its deadline.
"""

import contextlib
import logging
import logging.config
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from faults import environment, python
from faults.kill9 import WEATHER
from faults.lives import Lives, acknowledge, configure, event
from faults.oracle import Tally, acknowledged, names
from faults.timed import waited
from zaius_logging.sandbox import SandboxProcess

CLOSE_TIMEOUT = 1.0
MOST = 1.1 * CLOSE_TIMEOUT  # seconds of the handler's end, as `timed` takes them
PATIENCE = 5.0  # beyond CLOSE_TIMEOUT until the process is gone, interpreter and all: else it hangs
LOSSES = re.compile(r"closed: ([\d,]+) events? accepted, .*?(?:([\d,]+) closed|0) dropped")

SIGNALS = {
    "SIGINT": signal.SIGINT,
    "SIGTERM, handled": signal.SIGTERM,
    "SIGTERM, drained": signal.SIGTERM,
}
ANNOUNCED = ("return", "sys.exit", "exception", "dictConfig", *SIGNALS)
UNANNOUNCED = ("os._exit", "SIGTERM")  # need a spool


def run(trials, *, seed=0, kinds=ANNOUNCED + UNANNOUNCED, close_timeout=CLOSE_TIMEOUT):
    """End so many processes, in turn in each way, and count.

    Args:
        trials: of all kinds together.
        seed: of the instants.
        kinds: the ways; `SIGTERM in memory` is the control.
        close_timeout: the handler's, whose end may take MOST; a longer one is the control of that.
    """
    chance, after = random.Random(seed), 0
    tally = Tally("a process ends: return, exit, exception, signals, os._exit")
    with SandboxProcess() as sandbox, Lives() as lives, tempfile.TemporaryDirectory() as top:
        for trial in range(trials):
            kind = kinds[trial % len(kinds)]
            weather = list(WEATHER)[trial // len(kinds) % len(WEATHER)]
            directory, acks = Path(top, f"{trial}"), Path(top, f"{trial}.acks")
            spool = str(directory) if kind in UNANNOUNCED else ""
            sandbox.clear()
            sandbox.faults(*WEATHER[weather])
            words = f"{trial}", acks, sandbox.endpoint, close_timeout, spool
            took, own, said = _end(kind, chance.uniform(0.0, 0.2), *words)
            assert took < CLOSE_TIMEOUT + PATIENCE, (kind, weather, took, said)
            assert own <= MOST, (kind, weather, took, own, said)
            sandbox.heal()
            if spool:
                lives.end(lives.start("drain", f"{trial}", acks, directory, sandbox.endpoint))
            owed = acknowledged(acks)
            following = {f"{trial}-{who}-{_count(owed, trial, who)}" for who in range(2)}
            # A request of the last process may have been taken after it was dead, and all forgotten.
            arrived = [each for each in names(sandbox.events()) if f"{trial}-" in each]
            accepted, reported = _reported(said)
            if reported:  # no obligation any more: but each that is missing must be reported
                missing = len(set(owed) - set(arrived))
                if kind == "SIGTERM, drained":  # two threads log until the process is killed
                    late = max(0, len(owed) + len(following & set(arrived)) - accepted)
                    assert _youngest_alone(owed, arrived), (kind, weather, missing, said)
                    missing, after = missing - late, after + late
                exact = weather != "answers late"  # there the API takes what it says it has not
                assert missing <= reported, (kind, weather, reported, missing, said)
                assert reported <= missing + 2 or not exact, (
                    kind,
                    weather,
                    reported,
                    missing,
                    said,
                )
                owed = [each for each in owed if each in set(arrived)]
            tally.add(owed, arrived, allowed=following, restart=took)
    tally.notes.append(
        f"{after} events were logged after the last line of a process about to be killed"
    )
    return tally


def _youngest_alone(owed, arrived):
    """Whether of each thread none is missing that is older than one that has arrived."""
    there = set(arrived)
    for who in ("-0-", "-1-"):
        mine = [name in there for name in owed if who in name]
        if mine != sorted(mine, reverse=True):
            return False
    return True


def _count(owed, trial, who):
    return sum(name.startswith(f"{trial}-{who}-") for name in owed)


def _reported(said):
    """What the sum says: events accepted, and dropped at the end. It can say nothing of what is logged after it."""
    found = LOSSES.search(said)
    return [int((each or "0").replace(",", "")) for each in found.groups()] if found else (0, 0)


def _end(kind, instant, *arguments):
    """Let a process live until an instant.

    Returns:
        The seconds that its end took, those that are the handler's own, and its stderr.
    """
    with subprocess.Popen(
        python("timed", "ends", kind, *arguments),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            word, _, at_first = process.stdout.readline().partition(" ")
            assert word == "logging", process.stderr.read()
            time.sleep(instant)
            began = time.monotonic()
            number = SIGNALS.get(kind, signal.SIGTERM if kind.startswith("SIGTERM") else None)
            if number is None:
                process.stdin.write("end\n")
                process.stdin.flush()
            else:
                process.send_signal(number)
            timed, said = process.communicate(timeout=60)
        finally:
            process.kill()
    took = time.monotonic() - began
    return took, _own(took, float(at_first), timed), said


def _own(took, at_first, timed):
    """What of the end is the handler's, by what `timed` has printed: nothing where no function of Python's ran."""
    if not timed:
        return 0.0
    how, seconds, meanwhile = timed.split()
    if how == "exit":
        return float(seconds) - float(meanwhile)
    return took - (float(meanwhile) - at_first)


# In the process


class _Life:
    """Logs from the main thread and another one; what each call returned for is written down."""

    def __init__(self, name, acks):
        self._name = name
        self._fd = os.open(acks, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.log, args=(1,), daemon=True)

    def log(self, who):
        logger, number = logging.getLogger("life"), 0
        while not self.ended.is_set():
            each = f"{self._name}-{who}-{number}"
            logger.info("x", extra={"zaius": event(each)})
            acknowledge(self._fd, each)
            number += 1
            self.ended.wait(0.0005)  # a rest, as an application has

    def log_until(self, end):
        """Log from both threads until told to end, then call `end` after the other has stopped."""
        threading.Thread(
            target=lambda: (sys.stdin.readline(), self.ended.set()), daemon=True
        ).start()
        self.thread.start()
        print("logging", waited(), flush=True)  # noqa: T201 - the protocol
        self.log(0)
        self.thread.join()
        end()


def _fail():
    raise ValueError("of the application's own")


def _main(kind, name, acks, *settings):
    endpoint, close_timeout, spool = settings
    drained = kind == "SIGTERM, drained"
    configure(
        endpoint,
        "life",
        close_timeout=float(close_timeout),
        spool_dir=spool or None,
        drain_on_sigterm=drained,
    )
    life = _Life(name, acks)
    if kind == "SIGTERM, handled":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ends = {
        "sys.exit": lambda: sys.exit(3),
        "exception": _fail,
        "os._exit": lambda: os._exit(4),
        "dictConfig": lambda: logging.config.dictConfig({"version": 1}),
    }
    with contextlib.ExitStack() as stack:
        # Whoever is interrupted stops the other thread first, as a server stops its workers.
        stack.callback(lambda: (life.ended.set(), life.thread.join(5)))
        life.log_until(ends.get(kind, lambda: None))


if __name__ == "__main__":
    _main(*sys.argv[1:])
