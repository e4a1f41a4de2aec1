"""A power cut at a random instant: recorded stores are replayed with the unsynced ones lost or torn.

SIGKILL cannot show whether events survive a power cut, for the kernel still has what was written. So a real
process runs beside a recorder, which sees each store, written or mapped, each name and each sync. A cut
is any instant of that record. A store is safe if a sync of its file began after it and ended before the
cut; a name, if a sync of its folder did. Everything else may be there, be absent, or be torn into sectors,
by chance. What a disk could look like then is laid out, opened by the real spool, and emptied.
"""

import json
import random
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import reader

from faults import environment, python
from faults.oracle import Tally
from faults.recorder import Recorder
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.journal import files, place
from zaius_logging._spool.journal.spool import JournalSpool

PROMISED = 1.0  # seconds that `interval` may lose
ITEMS = 600
THREADS = 2
MODES = ("always", "interval", "always, not mapped", "interval, not mapped")
CONTROLS = ("no sync", "names not synced")
"""Wrong on purpose: lines are never synced, or the names of files are not."""


def body(number):
    return b'{"n":%d,"x":"%b"}' % (number, b"%d " % number * (1 + number * 7919 % 200))


def number_of(item):
    head = item.partition(b",")[0].rpartition(b":")[2]
    number = int(head) if head.isdigit() else -1
    return number if item == body(number) else None


def by_thread(number):
    """What the oracle calls an item: by its thread, whose items have an order."""
    return number if number is None else f"{number % THREADS}-{number}"


def work(mode, directory, record):
    """Append from two threads, deliver some of it, and mark each step after it is done."""
    if mode == "no sync":
        files.File.sync = lambda self: None
    if mode == "names not synced":
        place._sync = lambda path: None
    recorder = Recorder(directory, record)
    recorder.install()
    sync = "interval" if mode.startswith("interval") else "always"
    spool = JournalSpool(directory, "shop", sync=sync, use_map="not mapped" not in mode)

    def put(numbers):
        for number in numbers:
            assert spool.append(body(number))
            recorder.mark("put", number)
            time.sleep(0.006)

    threads = [
        threading.Thread(target=put, args=(range(who, ITEMS, THREADS),)) for who in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.15)
        spool.maintain()
        pairs = spool.peek(6, 1_000_000)
        for _, item in pairs:
            recorder.mark("gone", number_of(item))
        spool.remove([place_ for place_, _ in pairs])
    recorder.end()


def record(mode):
    """Run `work` and read what it did: (seconds, what, …) for each step, in order."""
    with tempfile.TemporaryDirectory() as top:
        directory, path = Path(top, "spool"), Path(top, "record")
        directory.mkdir()
        subprocess.run(
            python("power", mode, directory, path), env=environment(), check=True, timeout=300
        )
        return [json.loads(line) for line in path.read_text().splitlines()]


# The cut


def disk_after(steps, cut, chance):
    """What the directory may hold when the power fails after `cut` steps: name -> content."""
    keep = chance.choice((0.0, 0.3, 0.7, 1.0))  # the share of what was not synced that got there
    begun, synced = {}, {}
    for at, (_, what, *said) in enumerate(steps[:cut]):
        if what == "sync begins":
            begun[said[0]] = at
        if what == "sync ends":
            synced[said[1]] = max(synced.get(said[1], -1), begun[said[0]])
    contents, names = {}, {}
    for at, (_, what, *said) in enumerate(steps[:cut]):
        if what == "store":
            inode, offset, data = said
            if at < synced.get(inode, -1) or chance.random() < keep:
                content = contents.setdefault(inode, bytearray())
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data) // 2] = bytes.fromhex(data)
        elif what == "cut" and (at < synced.get(said[0], -1) or chance.random() < keep):
            del contents.setdefault(said[0], bytearray())[said[1] :]
        elif what == "names":
            now, folders = said
            safe = all(at < synced.get(folder, -1) for folder in folders.values())
            if safe or chance.random() < keep:
                names = now
    return {name: bytes(contents.get(inode, b"")) for name, inode in names.items()}


def owed_at(steps, cut, mode):
    """Numbers of the items that must survive a cut."""
    now = steps[cut - 1][0]
    gone = {said[0] for _, what, *said in steps[:cut] if what == "gone"}
    return {
        said[0]
        for seconds, what, *said in steps[:cut]
        if what == "put" and (not mode.startswith("interval") or seconds < now - PROMISED)
    } - gone


def found_in(directory):
    """Open what is left with the real spool and empty it: numbers, None for an altered item."""
    spool = JournalSpool(directory, "shop", notices=Notices(lambda line: None))
    found = []
    try:
        # A look at the folder is bounded in time: 0 seconds until the next one says that some is left.
        while spool.maintain() == 0 or spool.peek(1, 1):
            pairs = spool.peek(500, 10_000_000)
            found += [number_of(item) for _, item in pairs]
            spool.remove([place_ for place_, _ in pairs])
    finally:
        spool.close()
    return found


def run(trials, mode, *, seed=0):
    """Record once, then cut so many times."""
    chance = random.Random(f"{seed} {mode}")
    steps = record(mode)
    first = next(at for at, step in enumerate(steps) if step[1] == "put")
    tally = Tally(f"power cut, `{mode}`" if mode in MODES else f"control: power cut, {mode}")
    shm = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - it need not be durable
    for _ in range(trials):
        cut = chance.randrange(first, len(steps)) + 1
        disk = disk_after(steps, cut, chance)
        with tempfile.TemporaryDirectory(dir=shm) as top:
            for name, content in disk.items():
                Path(top, name).parent.mkdir(exist_ok=True)
                Path(top, name).write_bytes(content)
            by_the_page = _read(disk)
            started = time.monotonic()
            found = found_in(top)
            restart = time.monotonic() - started
        assert sorted(by_the_page) == sorted(found), "the independent reader finds other events"
        owed = map(by_thread, owed_at(steps, cut, mode))
        every = map(by_thread, range(ITEMS))
        tally.add(
            [*owed], [*map(by_thread, found)], allowed=[*every], restart=restart, power_cut=True
        )
    stores = sum(step[1] == "store" for step in steps)
    syncs = sum(step[1] == "sync begins" for step in steps)
    tally.notes.append(f"{stores:,} recorded stores of a sector, {syncs:,} syncs")
    return tally


def _read(disk):
    """The events of each file whose first line is whole, by the independent reader."""
    found = []
    for content in disk.values():
        with suppress(AssertionError, ValueError, KeyError):
            found += [number_of(item) for item in reader.events(content)[0]]
    return found


if __name__ == "__main__":
    import sys

    work(*sys.argv[1:])
