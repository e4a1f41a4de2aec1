"""A power cut at a random instant: recorded writes are replayed with the unsynced ones lost or torn.

SIGKILL cannot show whether events survive a power cut, for the kernel still has what was written: with
`synchronous=OFF` it loses nothing either. So a real process runs under strace, which records each write,
sync, creation and removal in the spool's directory. A cut is any instant of that record. A write is
safe if a sync of its file began after it and ended before the cut; a name, if a sync of the directory did.
Everything else may be there, be absent, or be torn into sectors, by chance. What a disk could look like
then is laid out, opened by the real spool, and emptied.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from faults import environment, python
from faults.oracle import Tally
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.sqlite import tail
from zaius_logging._spool.sqlite.file import SpoolFile
from zaius_logging._spool.sqlite.spool import SQLiteSpool

SECTOR = 512
PROMISED = 1.0  # seconds that `interval` may lose
CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,mkdir"
STRACE = ("strace", "-f", "-ttt", "-y", "-xx", "-s", "1000000", "-e")
ITEMS = 600
MODES = ("always", "interval", "interval, long log")
CONTROLS = ("no barrier", "off")
"""Wrong on purpose: commits are never synced, or nothing is."""

_LONG = (
    "interval, long log",
    "no barrier",
)  # too long to be copied, and thereby synced, in between


# What is recorded


class Unsynced(SpoolFile):
    """A file without our barrier."""

    def sync(self, commit=0, *, force=False):
        if force:
            super().sync(force=True)


class Off(Unsynced):
    """A file that nobody ever syncs."""

    def _configure(self, connection):
        super()._configure(connection)
        connection.execute("PRAGMA synchronous = OFF")


def body(number):
    return b"%d " % number * (1 + number * 7919 % 200)


def work(mode, directory, marks):
    """Append from two threads, deliver some of it, and mark each step after it is done."""
    tail.SpoolFile = {"no barrier": Unsynced, "off": Off}.get(mode, SpoolFile)
    sync = "always" if mode == "always" else "interval"
    spool = SQLiteSpool(directory, sync=sync, max_bytes=(64 if mode in _LONG else 1) * 1024 * 1024)
    fd = os.open(marks, os.O_CREAT | os.O_WRONLY)

    def put(numbers):
        for number in numbers:
            assert spool.append(body(number))
            os.write(fd, b"put %d\n" % number)
            time.sleep(0.006)

    threads = [threading.Thread(target=put, args=(range(who, ITEMS, 2),)) for who in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.15)
        pairs = spool.peek(6, 1_000_000)
        for _, item in pairs:
            os.write(fd, b"gone %d\n" % int(item.split()[0]))
        spool.remove([place for place, _ in pairs])
    os.write(fd, b"end\n")
    os._exit(0)


@dataclass(slots=True)
class Step:
    """One recorded call: lines of the record where it began and ended."""

    kind: str
    path: str
    begun: int
    ended: int = 1 << 60
    offset: int = 0
    data: bytes = b""


@dataclass
class Record:
    steps: list
    marks: list  # (line, seconds, "put" or "gone", number)
    times: list  # seconds of each line


_LINE = re.compile(r"^(\d+) +([\d.]+) (.*)$")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>")
_RESULT = re.compile(r" = (-?\d+)[^=]*$")


def record(mode):
    """Run `work` under strace and read what it did."""
    with tempfile.TemporaryDirectory() as top:
        directory, marks, trace = f"{top}/spool", f"{top}/marks", f"{top}/trace"
        subprocess.run(
            [*STRACE, f"trace={CALLS}", "-o", trace, *python("power", mode, directory, marks)],
            env=environment(),
            check=True,
            timeout=110,
        )
        return parse(Path(trace).read_text().splitlines(), directory, marks)


def parse(lines, directory, marks):
    steps, marked, times, open_ = [], [], [], {}
    for number, line in enumerate(lines):
        pid, seconds, call = _LINE.match(line).groups()
        times.append(float(seconds))
        if _RESUMED.match(call):
            step = open_.pop(pid, None)
        else:
            step = _step(call, number, directory, marks)
            if "<unfinished" in call:
                open_[pid] = step
                if step:
                    steps.append(step)
                continue
            if step:
                steps.append(step)
        result = _RESULT.search(call)
        if step is None or result is None:
            continue
        if int(result[1]) < 0:
            steps.remove(step)
        step.ended = number
        if step.path == marks and step.kind == "write":
            what, _, which = step.data.decode().strip().partition(" ")
            marked.append((number, float(seconds), what, int(which or -1)))
    return Record([step for step in steps if step.path != marks], marked, times)


def _step(call, number, directory, marks):
    name, _, rest = call.partition("(")
    strings = [_text(each) for each in re.findall(r'"([^"]*)"', rest)]
    at = re.match(r"\d+<([^>]*)>", rest)
    if name == "openat":
        path = strings[0].decode(errors="replace")
        kind = "create" if "O_CREAT" in rest else None
    elif name in ("unlink", "unlinkat"):
        path, kind = strings[0].decode(errors="replace"), "remove"
    elif name in ("write", "pwrite64", "ftruncate", "fsync", "fdatasync") and at:
        path = _text(at[1]).decode(errors="replace") if "\\x" in at[1] else at[1]
        kind = {"ftruncate": "cut", "fsync": "sync", "fdatasync": "sync"}.get(name, "write")
    else:
        return None
    path = path.removesuffix(" (deleted)")
    ours = path in (directory, marks) or path.startswith(directory + "/")
    if kind is None or not ours or path.endswith((".lock", ".ballast", "-shm")):
        return None
    step = Step(kind, path, number)
    numbers = re.findall(r", (\d+)(?=[,)\s]|$)", re.sub(r'"[^"]*"(\.\.\.)?', "", rest))
    if kind == "write":
        step.data = strings[0]
        step.offset = int(numbers[-1]) if name == "pwrite64" else 0
    elif kind == "cut":
        step.offset = int(numbers[-1])
    return step


def _text(escaped):
    return bytes.fromhex(escaped.replace("\\x", "")) if "\\x" in escaped else escaped.encode()


# The cut


def disk_after(steps, cut, directory, chance):
    """What the directory may hold when the power fails at line `cut`: name -> content."""
    syncs = [step for step in steps if step.kind == "sync" and step.ended <= cut]
    keep = chance.choice((0.0, 0.3, 0.7, 1.0))  # the share of what was not synced that got there

    def safe(step, path):
        return any(sync.path == path and sync.begun > step.ended for sync in syncs)

    files, there = {}, {}
    for step in sorted(steps, key=lambda step: step.ended):
        if step.begun > cut:
            continue
        name = Path(step.path).name
        if step.kind in ("create", "remove"):
            if step.kind == "create" and there.get(name):
                continue  # it was there
            if safe(step, directory) or chance.random() < keep:
                there[name] = step.kind == "create"
            if step.kind == "remove":
                files.pop(name, None) if not there.get(name) else None
        elif step.kind in ("write", "cut"):
            content = files.setdefault(name, bytearray())
            _apply(content, step, 1.0 if safe(step, step.path) else keep, chance)
    return {name: bytes(files.get(name, b"")) for name, is_there in there.items() if is_there}


def _apply(content, step, share, chance):
    if step.kind == "cut":
        if chance.random() < share:
            del content[step.offset :]
            content.extend(bytes(step.offset - len(content)))
        return
    at = step.offset
    while at < step.offset + len(step.data):
        end = min(step.offset + len(step.data), (at // SECTOR + 1) * SECTOR)
        if share == 1.0 or chance.random() < share:
            content.extend(bytes(max(0, end - len(content))))
            content[at:end] = step.data[at - step.offset : end - step.offset]
        at = end


def owed_at(record, cut, mode):
    """Numbers of the items that must survive a cut."""
    now = record.times[cut]
    barrier = max(
        (step.begun for step in record.steps if _is_barrier(step) and step.ended <= cut), default=-1
    )
    gone = {number for at, _, what, number in record.marks if what == "gone" and at <= cut}
    return {
        number
        for at, seconds, what, number in record.marks
        if what == "put"
        and at <= cut
        and number not in gone
        and (mode == "always" or at < barrier or seconds < now - PROMISED)
    }


def _is_barrier(step):
    return step.kind == "sync" and step.path.endswith("-wal")


def found_in(directory):
    """Open what is left with the real spool and empty it: numbers, None for an altered item."""
    spool = SQLiteSpool(directory, notices=Notices(lambda line: None))
    found = []
    try:
        while spool.maintain().found or len(spool):
            pairs = spool.peek(500, 10_000_000)
            for _, item in pairs:
                number = int(item.split()[0]) if item.split()[:1] else -1
                found.append(number if item == body(number) else None)
            spool.remove([place for place, _ in pairs])
    finally:
        spool.close()
    return found


def run(trials, mode, *, seed=0):
    """Record once, then cut so many times."""
    chance = random.Random(f"{seed} {mode}")
    recorded = record(mode)
    directory = Path(recorded.steps[0].path).parent
    first = recorded.marks[0][0] // 2
    tally = Tally(f"power cut, `{mode}`" if mode in MODES else f"control: power cut, {mode}")
    shm = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - it need not be durable
    for _ in range(trials):
        cut = chance.randrange(first, len(recorded.times))
        disk = disk_after(recorded.steps, cut, str(directory), chance)
        owed = owed_at(recorded, cut, mode)
        with tempfile.TemporaryDirectory(dir=shm) as top:
            for name, content in disk.items():
                Path(top, name).write_bytes(content)
            started = time.monotonic()
            found = found_in(top)
            restart = time.monotonic() - started
        tally.add(owed, found, allowed=range(ITEMS), restart=restart, power_cut=True)
    syncs = sum(step.kind == "sync" for step in recorded.steps)
    tally.notes.append(f"{len(recorded.steps)} recorded steps, {syncs} syncs")
    return tally


if __name__ == "__main__":
    work(*sys.argv[1:])
