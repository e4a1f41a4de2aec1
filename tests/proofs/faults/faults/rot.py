"""Bit rot: bits flipped, bytes zeroed, files cut, in what a killed process has left.

Nothing altered is ever sent. What is lost is counted, or its file is kept as `.bad`.
"""

import random
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from faults.oracle import Tally
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.sqlite import orphans
from zaius_logging._spool.sqlite.file import SpoolFile
from zaius_logging._spool.sqlite.spool import SQLiteSpool

ITEMS = 400


def body(number):
    return b"%d %s" % (number, bytes((number * n) % 251 for n in range(number % 700)))


def _left(directory, *, copied):
    """Files as SIGKILL leaves them: `copied` says whether the log is in the database already."""
    spool = SQLiteSpool(directory / "alive", notices=Notices(_quiet))
    with closing(spool):
        for number in range(ITEMS):
            spool.append(body(number))
        if copied:
            spool.before_fork()
            spool.after_fork_in_parent()
        shutil.copytree(
            directory / "alive", directory / "dead", ignore=shutil.ignore_patterns("*.lock")
        )
    return directory / "dead"


def _quiet(line):
    """Tell nobody."""


KINDS = ("flip", "flips", "zero", "cut")


def damage(path, chance, kinds=KINDS):
    """Damage a file in one of these ways: a bit, eight bits, a page, or all from somewhere on. Give which."""
    content = bytearray(path.read_bytes())
    kind = chance.choice(kinds)
    if not content:
        return kind
    if kind in ("flip", "flips"):
        for _ in range({"flip": 1, "flips": 8}[kind]):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    elif kind == "zero":
        at = chance.randrange(len(content)) // 4096 * 4096
        content[at : at + 4096] = bytes(len(content[at : at + 4096]))
    else:
        del content[chance.randrange(len(content)) :]
    path.write_bytes(content)
    return kind


def unchecked(self, place, crc, created, body):
    """What a spool would give that takes SQLite's word: the control."""
    return place, created, body if isinstance(body, bytes) else str(body).encode()


def trusting(self, first, last):
    """Ask the file how many rows have left, and believe that what was deleted is gone: the control."""
    within = "FROM events WHERE id BETWEEN ? AND ?"
    ((found, size),) = self._connection.execute(
        f"SELECT count(*), coalesce(sum(length(body)), 0) {within}", (first, last)
    )
    self._connection.execute(f"DELETE {within}", (first, last))
    self._leave(found, size)
    if self._floor == first - 1:
        self._floor = last
    elif found <= last - first:
        self._forget(range(first, last + 1))


TRUSTING = {"_delete": trusting, "_pass_over": lambda self, place: None}


def run(trials, *, seed=0, kinds=KINDS, wrong=None):
    """Damage what was left so many times, send what is there, and count.

    Args:
        trials: each on a copy.
        seed: of the damage.
        kinds: of damage.
        wrong: for a control, methods of the file that are wrong on purpose.
    """
    orphans.SpoolFile = type("Wrong", (SpoolFile,), wrong) if wrong else SpoolFile
    try:
        return _run(trials, seed, kinds)
    finally:
        orphans.SpoolFile = SpoolFile


def _run(trials, seed, kinds):
    chance = random.Random(seed)
    tally = Tally("bit rot: flips, zeroed pages, cut files")
    silent = cut = 0
    with tempfile.TemporaryDirectory() as top:
        left = [_left(Path(top, f"{copied}"), copied=copied) for copied in (False, True)]
        for trial in range(trials):
            directory = Path(top, f"{trial}")
            shutil.copytree(left[trial % 2], directory)
            path = chance.choice(
                [
                    each
                    for each in sorted(directory.iterdir())
                    if each.name.endswith((".db", "-wal"))
                ]
            )
            kind = damage(path, chance, kinds)
            found, lost = drained(directory)
            tally.add([n for n in found if n is not None], found, allowed=range(ITEMS))
            missing = ITEMS - len(set(found))
            tally.lost += missing
            if missing > lost and not list(directory.glob("*.bad")):
                if kind == "cut" and path.name.endswith("-wal"):
                    cut += missing - lost
                else:
                    silent += missing - lost
            shutil.rmtree(directory)
    tally.notes.append(f"{silent} of the lost were neither counted nor kept aside")
    tally.notes.append(
        f"{cut} more were at the end of a log that was cut, which looks like its end"
    )
    return tally


def drained(directory):
    """What a start finds there, and how many it counts as lost. None stands for an altered item."""
    found, lost = [], 0
    with closing(SQLiteSpool(directory, notices=Notices(_quiet))) as spool:
        for _ in range(1_000):
            tended = spool.maintain()
            lost += tended.lost
            pairs = spool.peek(500, 10_000_000)
            for _, item in pairs:
                head = item.split(b" ")[0]
                number = int(head) if head.isdigit() and len(head) < 6 else None
                found.append(number if number is not None and item == body(number) else None)
            spool.remove([place for place, _ in pairs])
            if not pairs and not len(spool) and not tended.lost:
                break
    return found, lost
