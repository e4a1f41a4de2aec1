"""Bit rot: bits flipped, bytes zeroed, files cut, in what a killed process has left.

Nothing altered is ever sent. What is lost is counted, or its file is left where it is and named.
"""

import random
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import reader

from faults.oracle import Tally
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.journal import line, reading
from zaius_logging._spool.journal.spool import JournalSpool

ITEMS = 400


def body(number):
    text = bytes(32 + (number * n) % 90 for n in range(number % 700)).replace(b'"', b"'")
    return b'{"n":%d,"x":"%b"}' % (number, text.replace(b"\\", b"/"))


def number_of(item):
    head = item.partition(b",")[0].rpartition(b":")[2]
    number = int(head) if head.isdigit() and len(head) < 6 else -1
    return number if item == body(number) else None


STATES = ("sealed", "active and synced", "active, not synced")


def _left(directory, state):
    """Files as SIGKILL leaves them, in one of the three states."""
    spool = JournalSpool(directory / "alive", "shop", notices=Notices(_quiet))
    with closing(spool):
        for number in range(ITEMS):
            spool.append(body(number))
            if number == ITEMS // 2:
                spool.sync()
        if state == "active and synced":
            spool.sync()
        if state == "sealed":
            spool.close()
        shutil.copytree(
            directory / "alive", directory / "dead", ignore=shutil.ignore_patterns("*.new")
        )
    return directory / "dead"


def _quiet(line):
    """Tell nobody."""


KINDS = ("flip", "flips", "zero", "cut")


def damage(path, chance, kinds=KINDS):
    """Damage a file in one of these ways: a bit, eight bits, a page, or all from somewhere on. Give which."""
    content = bytearray(path.read_bytes())
    kind = chance.choice(kinds)
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


def unchecked(data):
    """Find lines by their form alone: the control. What is no item by its first byte would be an exception."""
    return (each for each in line._LINE.finditer(data) if each[3][line._ITEM_AT :][:1] == b"{")


def uncounted(self, lines):
    """A spool that counts no ordinals: the other control."""
    return 0


def run(trials, *, seed=0, kinds=KINDS, control=None):
    """Damage what was left so many times, send what is there, and count.

    Args:
        trials: each on a copy.
        seed: of the damage.
        kinds: of damage.
        control: `unchecked` or `uncounted`.
    """
    real = line.sound, reading.Reading.lost
    if control == "unchecked":
        line.sound = unchecked
    if control == "uncounted":
        reading.Reading.lost = uncounted
    try:
        return _run(trials, seed, kinds, control)
    finally:
        line.sound, reading.Reading.lost = real


def _run(trials, seed, kinds, control):
    chance = random.Random(seed)
    tally = Tally("bit rot: flips, zeroed pages, cut files")
    silent = ends = 0
    with tempfile.TemporaryDirectory() as top:
        left = [(state, _left(Path(top, state), state)) for state in STATES]
        for trial in range(trials):
            state, dead = left[trial % 3]
            directory = Path(top, f"{trial}")
            shutil.copytree(dead, directory)
            files = sorted(directory.glob("*/*.jsonl"))
            path = chance.choice([each for each in files if b'"event"' in each.read_bytes()])
            kind = damage(path, chance, kinds)
            kept = _kept(path)
            found, lost = drained(directory)
            missing = ITEMS - len({number for number in found if number is not None})
            tally.add([n for n in found if n is not None], found, allowed=range(ITEMS))
            tally.lost += missing
            if kept is None:  # its first line is damaged: it is left as it was
                assert path.exists(), kind
            else:
                assert control or sorted(kept) == sorted(set(kept) & set(found)), kind
                # What was newer than the last sync, with nothing behind it, looks as if its call had never returned.
                last = max(number for number in found if number is not None)
                end = state == "active, not synced" and kind in ("cut", "zero")
                newer = ITEMS - 1 - last if end else 0
                not_counted = max(0, missing - lost)
                ends += min(newer, not_counted)
                silent += max(0, not_counted - newer)
            shutil.rmtree(directory)
    tally.notes.append(
        f"{silent} of the lost were neither counted nor left in a file that is named"
    )
    tally.notes.append(
        f"{ends} more were newer than the last sync, with nothing behind them that is whole"
    )
    return tally


def _kept(path):
    """What the independent reader finds in a file; None where its first line is damaged."""
    try:
        return [number_of(item) for item in reader.events(path.read_bytes())[0]]
    except (AssertionError, ValueError, KeyError, UnicodeDecodeError):
        return None


def drained(directory):
    """What a start finds there, and how many it counts as lost. None stands for an altered item."""
    found = []
    with closing(JournalSpool(directory, "shop", notices=Notices(_quiet))) as spool:
        while spool.maintain() == 0 or spool.peek(1, 1):  # 0 seconds: some of the folder is left
            pairs = spool.peek(500, 10_000_000)
            found += [number_of(item) for _, item in pairs]
            spool.remove([place for place, _ in pairs])
        return found, spool.waiting().lost
