"""A disk that fails: errors at each system call, a full disk, a read-only one, a directory that vanishes.

The application never sees an exception, the counts stay exact, and once the disk is well again all that
was not counted as dropped arrives.
"""

import errno
import itertools
import json
import mmap
import os
import random
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from faults import environment, python
from faults.lives import event, handler_of, live_once, logger_of, segments
from faults.oracle import Tally, acknowledged, names
from zaius_logging.sandbox import SandboxProcess

ERRORS = ("EIO", "ENOSPC", "EROFS", "EDQUOT", "EACCES")
CALLS = ("pwrite64", "fdatasync", "fsync", "pread64", "unlink", "ftruncate", "rename", "flock")
INSIDE = ("open", "mmap", "mkdir")
"""Calls that the interpreter makes for itself, too: these fail inside it, and only for files of the spool."""


def errors(trials, *, seed=0, calls=CALLS + INSIDE, spool="journal", within=12):
    """Let the Nth call, some, or all from the Nth on fail, in a life that goes on to its end.

    Args:
        trials: a life each.
        seed: of what fails when, and how.
        calls: their names.
        spool: `blind` for the control.
        within: the first of so many calls may fail first.
    """
    chance = random.Random(seed)
    tally = Tally("I/O error at a random system call")
    with SandboxProcess() as sandbox, tempfile.TemporaryDirectory() as top:
        for trial in range(trials):
            directory, acks = Path(top, f"{trial}"), Path(top, f"{trial}.acks")
            sandbox.clear()
            error, call, first = (
                chance.choice(ERRORS),
                chance.choice(calls),
                chance.randint(1, within),
            )
            if call == "pread64":
                first += 20  # the dynamic loader's own come first
            when = chance.choice([f"{first}", f"{first}+", f"{first}..{first + 20}", f"{first}+3"])
            inject = f"inject={call}:error={error}:when={when}"
            life_of = f"{call}:{error}:{first}" if call in INSIDE else ""
            life = (f"{trial}", acks, directory, sandbox.endpoint, spool)
            stats = _stats_of_a_life(inject, life_of, *life)
            check(stats)
            owed = acknowledged(acks)
            assert len(owed) == stats["accepted"] or spool == "blind", (inject, stats)
            # What the failing disk did not let go of is sent again by the next start: once, with its id.
            _empty(directory, sandbox.endpoint)
            lost = tally.add(owed, names(sandbox.events()))
            counted = len(lost) <= sum(stats["dropped"].values())
            assert counted or spool == "blind", (inject, stats, lost)
    return tally


def check(stats):
    """Promise 2: every accepted event has exactly one fate."""
    fates = stats["delivered"] + stats["rejected"] + sum(stats["dropped"].values())
    assert stats["accepted"] == fates + stats["pending"], stats


def _stats_of_a_life(inject, inside, *arguments):
    call = inject.split("=")[1].split(":")[0]
    strace = ("strace", "-f", "-qqq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
    ended = subprocess.run(
        [*(() if inside else strace), *python("disk", inside or "-", *arguments)],
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, (inject, ended.stderr.decode())
    return json.loads(ended.stdout)


def _empty(directory, endpoint):
    handler = handler_of(directory, endpoint)
    for _ in range(500):
        if not (handler.flush(1.0) and handler.stats().pending == 0 and _is_empty(directory)):
            time.sleep(0.01)
            continue
        break
    handler.close()


def _is_empty(directory):
    return not segments(directory)


@contextmanager
def small_disk(size="2m"):
    """A file system of its own in memory; None where this user may not mount one."""
    with tempfile.TemporaryDirectory() as top:
        try:
            _run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", top)
        except (OSError, subprocess.CalledProcessError):
            yield None
            return
        try:
            yield Path(top)
        finally:
            _run("umount", "-l", top)


def _run(*command):
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


def _fill(disk):
    """Leave no byte free, as other programs do."""
    with Path(disk, "filler").open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 512):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass


def full(disk):
    """Others fill the disk."""
    _fill(disk)
    return lambda: Path(disk, "filler").unlink()


def read_only(disk):
    """It is read-only when a new file must be made; the old ones, which stay writable, are gone."""
    while True:
        shutil.rmtree(disk / "spool", ignore_errors=True)
        with suppress(subprocess.CalledProcessError):
            _run("mount", "-o", "bind,ro", disk, disk)
            return lambda: _writable(disk)
        with suppress(
            subprocess.CalledProcessError
        ):  # the handler was faster, and has made a file there
            _run("umount", "-l", disk)


def _writable(disk):
    """Unmount, as soon as the handler looks at no folder there."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return _run("umount", disk)
        except subprocess.CalledProcessError:  # noqa: PERF203 - as often as it takes
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def vanished(disk):
    """Somebody removes the directory, under the open files."""
    shutil.rmtree(disk / "spool", ignore_errors=True)
    return lambda: None


def blocked(disk):
    """Somebody puts a file where the directory was."""
    while True:
        shutil.rmtree(disk / "spool", ignore_errors=True)
        with suppress(IsADirectoryError):  # the handler was faster, and has made it again
            (disk / "spool").write_text("not a directory")
            return (disk / "spool").unlink


TROUBLES = (full, read_only, vanished, blocked)


def troubles(trials, disk, kinds=TROUBLES, *, seed=0, spool="journal"):
    """Break the disk under a handler that logs, then cure it; `spool="blind"` is the control."""
    chance = random.Random(seed)
    sound = spool == "journal"
    settings, patience = ({}, 20.0) if sound else ({"close_timeout": 0.5}, 0.5)
    tally = Tally("disk full, read-only, directory gone or replaced")
    with SandboxProcess() as sandbox:
        for trial in range(trials):
            sandbox.clear()
            sandbox.faults(status=503)
            handler = handler_of(disk / "spool", sandbox.endpoint, spool=spool, **settings)
            logger = logger_of(handler)
            owed = []

            def log(count, owed=owed, logger=logger, trial=trial):
                for _ in range(count):
                    owed.append(f"{trial}-{len(owed)}")
                    logger.info("x", extra={"zaius": event(owed[-1])})

            log(chance.randint(0, 60))
            cure = kinds[trial % len(kinds)](disk)
            log(300)
            if chance.random() < 0.5:
                sandbox.heal()
                handler.flush(5.0)
            log(20)
            check(handler.stats().as_dict())
            cure()
            sandbox.heal()
            log(5)
            handler.flush(patience)
            _wait_until(lambda handler=handler: not handler.stats().degraded)
            log(5)
            handler.flush(patience)
            handler.close()
            stats = handler.stats().as_dict()
            check(stats)
            _empty(disk / "spool", sandbox.endpoint)
            lost = tally.add(owed, names(sandbox.events()))
            counted = len(lost) == sum(stats["dropped"].values())
            assert counted or not sound, (kinds[trial % len(kinds)], stats)
            logger.removeHandler(handler)
    return tally


def _wait_until(condition):
    deadline = time.monotonic() + 45  # a disk that has failed often is tried again after 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def _fail_inside(call, error, first, directory):
    """Have a function of the interpreter fail from its Nth call for a file of the spool on, 5 times."""
    home = {"open": os, "mkdir": os, "mmap": mmap}[call]
    real, calls = getattr(home, call), itertools.count(1)

    def fails(which, *arguments, **settings):
        path = os.readlink(f"/proc/self/fd/{which}") if isinstance(which, int) else str(which)
        if f"{path}/".startswith(f"{directory}/") and 0 <= next(calls) - int(first) < 5:
            raise OSError(getattr(errno, error), os.strerror(getattr(errno, error)))
        return real(which, *arguments, **settings)

    setattr(home, call, fails)


if __name__ == "__main__":
    import sys

    inside, *arguments, spool = sys.argv[1:]
    if inside != "-":
        _fail_inside(*inside.split(":"), arguments[2])
    ended = live_once(*arguments, spool=spool, close_timeout=0.5 if spool == "blind" else 30.0)
    print(json.dumps(ended.stats().as_dict()))  # noqa: T201 - the protocol
