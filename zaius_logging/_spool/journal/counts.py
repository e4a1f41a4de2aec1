"""A process's numbers in a small file of the account's folder, for whoever looks at the host.

    <when>-<pid>.stats.json     of a living process, which holds flock on it; written in place, each half second at most
    totals.stats.json           the sums of processes that have ended

A process that ends adds its own to the totals; what a killed one has left, whoever adopts adds. The totals name
the files that they hold, until those are removed: no crash in between adds one twice, and no sum ever falls. What
waits is not in them, since the segments tell it.
"""

from __future__ import annotations

import json
import os
import re
import time
import weakref
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Protocol
from zlib import crc32

from zaius_logging._stats import Stats

from . import line
from .files import File, is_mine
from .place import Place

NAME = re.compile(r"\d{20}-\d+\.stats\.json")
TOTALS = "totals.stats.json"
BUCKETS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400, 259_200)
"""Seconds between the call and the API's answer: upper bounds; what is above the last is in one more."""

SUMS = ("delivered", "rejected", "invalid", "requests", "retries")
_EVERY = 0.5
_FOLD = 25.0
_SAMPLE = 16  # events of a batch whose age is looked at
_BLOCK = 1024


class Aged(Protocol):
    """What tells the ages of its lines: a segment."""

    known: Any

    def age(self, milliseconds: int) -> float:
        """Seconds since a line of that time was appended."""
        ...


class Counts:
    """Keeps the file of this process.

    Args:
        place: the folder.
        clock: steady seconds.
    """

    def __init__(self, place: Place, clock: Callable[[], float]) -> None:
        self._place = place
        self._clock = clock
        self._stats: Callable[[], Callable[[], Stats] | None] = lambda: None
        self.renew()

    def renew(self) -> None:
        """Begin anew; a forked child's numbers are its own."""
        self._file: File | None = None
        self._size = 0
        self._ages = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0
        self._write_due = self._fold_due = -float("inf")
        self._base: Mapping[str, Any] = {}
        self._written = (0, 0, 0, "")

    def report_by(self, stats: Callable[[], Stats]) -> None:
        """Ask this bound method for the numbers; its object is not kept alive."""
        self._stats = weakref.WeakMethod(stats)

    def delivered(self, segment: Aged, offsets: list[int]) -> None:
        """Note how old delivered events are, from a few of the batch."""
        chosen = offsets[:: len(offsets) // _SAMPLE + 1]
        found = [segment.known.lines.get(at) for at in chosen]
        ages = [max(0.0, segment.age(line.time_of(each))) for each in found if each is not None]
        for at, age in enumerate(ages):
            share = len(offsets) * (at + 1) // len(ages) - len(offsets) * at // len(ages)
            self._ages[bisect_left(BUCKETS, age)] += share
            self._seconds += age * share

    def keep(self, *, fold: bool) -> float:
        """Write the numbers, and add up what dead processes have left, when either is due.

        Args:
            fold: whether this process may take over what others have left.

        Returns:
            Seconds until it wants to be called again; infinite where all is written.
        """
        now = self._clock()
        if now < self._write_due:
            return self._write_due - now
        newest = self._newest()
        if newest == self._written:
            rest = float("inf")
        else:
            rest, self._write_due, self._written = _EVERY, now + _EVERY, newest
        with suppress(OSError):
            if rest == _EVERY:
                self._write()
            if fold and now >= self._fold_due and os.path.isdir(self._place.path):
                self._fold_due = now + _FOLD
                _fold(self._place.path)
        return rest

    def _newest(self) -> tuple[int, int, int, str]:
        """What changes with all that is worth writing."""
        stats = self._stats()
        said = stats() if stats is not None else Stats()
        return said.requests, said.invalid, said.pending, said.state

    def _now(self) -> dict[str, Any] | None:
        stats = self._stats()
        if stats is None:
            return None
        said = stats()
        return {
            "pid": os.getpid(),
            "at": int(time.time()),
            **{name: getattr(said, name) for name in SUMS},
            "dropped": dict(said.dropped),
            "pending": said.pending,
            "state": said.state,
            "problem": said.problem,
            "degraded": said.degraded,
            "ages": self._ages,
            "age_seconds": round(self._seconds, 3),
        }

    def _write(self) -> None:
        now = self._now()
        if now is None or not (now["requests"] or now["pending"] or now["invalid"] or self._file):
            return  # nothing to say: no folder is made for it
        now = _less(now, self._base)
        if self._file is None or not self._file.is_there():
            name = f"{time.time_ns():020d}-{os.getpid()}.stats.json"
            file = self._place.create(os.path.join(self._place.path, name), os.O_RDWR | os.O_EXCL)
            file.lock()
            self._file, self._size = file, 0
        text = written(now)
        self._size = max(self._size, -(-len(text) // _BLOCK) * _BLOCK)
        self._file.write(text[:-1].ljust(self._size - 1) + b"\n", 0)

    def close(self) -> None:
        """Add the numbers to the totals, and remove the file. What comes later counts from there."""
        newest = self._newest()
        if self._file is None and newest == self._written:
            return
        self._written = newest
        with suppress(OSError):
            self._write()
            self._base = self._now() or {}
            if self._base:
                self._base = {**self._base, "ages": list(self._ages)}
        file, self._file = self._file, None
        if file is not None:
            file.close()  # its lock goes with it: anybody may add it up
        with suppress(OSError):
            _fold(self._place.path)

    def abandon(self) -> None:
        """Let go of what was inherited, in a forked child."""
        if self._file is not None:
            self._file.close()
        self.renew()


def written(value: Mapping[str, Any]) -> bytes:
    """Write a line with its checksum."""
    text = json.dumps(value)
    return f'{{"c":"{crc32(text.encode()):08x}","stats":{text}}}\n'.encode()


def read(path: str) -> dict[str, Any] | None:
    """Read such a file; None where it is damaged, or somebody is writing it at this moment."""
    try:
        with open(path, "rb") as file:
            data = file.read().strip()
        head, _, rest = data.partition(b',"stats":')
        if head != b'{"c":"%08x"' % crc32(rest[:-1]):
            return None
        found = json.loads(rest[:-1])
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def total(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up."""
    found: dict[str, Any] = dict.fromkeys(SUMS, 0)
    found.update(dropped={}, ages=[0] * (len(BUCKETS) + 1), age_seconds=0.0)
    for part in parts:
        for name in SUMS:
            found[name] += int(part.get(name, 0))
        for reason, count in part.get("dropped", {}).items():
            found["dropped"][reason] = found["dropped"].get(reason, 0) + count
        found["ages"] = [a + b for a, b in zip(found["ages"], part["ages"], strict=True)]
        found["age_seconds"] += part.get("age_seconds", 0.0)
    return found


def _less(now: dict[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """What came since `close` added the numbers up."""
    if not base:
        return now
    less = {name: now[name] - base[name] for name in SUMS}
    dropped = {name: now["dropped"][name] - base["dropped"].get(name, 0) for name in now["dropped"]}
    ages = [a - b for a, b in zip(now["ages"], base["ages"], strict=True)]
    seconds = now["age_seconds"] - base["age_seconds"]
    return {**now, **less, "dropped": dropped, "ages": ages, "age_seconds": seconds}


def names(folder: str) -> list[str]:
    """The files of processes in a folder."""
    return sorted(name for name in os.listdir(folder) if NAME.fullmatch(name))


def of(folder: str) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """Read the sums of processes that have ended, and the numbers of those whose files are there.

    Raises:
        OSError: the folder cannot be read.
    """
    ended = read(os.path.join(folder, TOTALS)) or {}
    held = set(ended.get("held", ()))
    there = [(name, read(os.path.join(folder, name))) for name in names(folder)]
    found = [(name, said) for name, said in there if said is not None and name not in held]
    return total([ended] if ended else []), found


def _fold(folder: str) -> None:
    """Add what dead processes have left to the totals.

    Raises:
        OSError: the folder cannot be written.
    """
    dead = list(_dead(folder))
    if not dead:
        return
    path = os.path.join(folder, TOTALS)
    lock = File(path, os.O_RDWR | os.O_CREAT)
    try:
        if not is_mine(os.fstat(lock.fd)) or lock.lock() is not True or not lock.is_there():
            return  # another process is adding up
        before = read(path) or {}
        held = set(before.get("held", ())) & set(names(folder))
        new = [(file, said) for file, said in dead if os.path.basename(file.path) not in held]
        parts = ([before] if before else []) + [said for _, said in new]
        held |= {os.path.basename(file.path) for file, _ in new}
        _replace(path, {**total(parts), "held": sorted(held)})
        for file, _ in dead:
            file.remove()
    finally:
        lock.close()
        for file, _ in dead:
            file.close()


def _dead(folder: str) -> Iterator[tuple[File, dict[str, Any]]]:
    for name in names(folder):
        with suppress(OSError):
            file = File(os.path.join(folder, name), os.O_RDWR)
            said = read(file.path)
            mine = is_mine(os.fstat(file.fd))
            if said is not None and mine and file.lock() is True and file.is_there():
                yield file, said
            else:
                file.close()


def _replace(path: str, value: Mapping[str, Any]) -> None:
    file = File(f"{path}.new", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    try:
        file.write(written(value), 0)
        file.sync()
    finally:
        file.close()
    os.replace(f"{path}.new", path)
