"""What lies in a spool directory, in numbers: by process, by account, and by file where checksums are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

from zaius_logging._spool.journal import letters, line, look

GONE = (line.DELIVERED, line.ASIDE)


def account(folder: Path) -> dict[str, Any]:
    """Count an account: its processes, what waits, how old the oldest is, bytes, dead letters.

    Raises:
        OSError: the folder cannot be read.
    """
    found = look.segments(str(folder))
    processes = [
        _process(list(each)) for _, each in groupby(found, key=lambda one: (one.pid, one.made))
    ]
    ages = [each["oldest_seconds"] for each in processes if each["oldest_seconds"] is not None]
    return {
        "account": folder.name,
        "waiting": sum(each["waiting"] for each in processes),
        "oldest_seconds": max(ages, default=None),
        "bytes": sum(each["bytes"] for each in processes),
        "damaged": sum(each["damaged"] for each in processes),
        "dead_letters": sum(_left(folder / name) for name in look.DEAD_LETTERS),
        "processes": processes,
        "left_alone": [
            {"file": each.path, "problem": each.problem} for each in found if each.problem
        ],
    }


def _process(segments: list[look.Segment]) -> dict[str, Any]:
    counts = [counted(each) for each in segments if not each.problem]
    ages = [each["oldest_seconds"] for each in counts if each["oldest_seconds"] is not None]
    roles = {each.header.role for each in segments if each.header}
    held = {each.held for each in segments}
    return {
        "pid": segments[0].pid,
        "owner": "alive" if True in held else "unknown" if None in held else "ended",
        "sender": "an agent" if "agent" in roles else "itself",
        "files": len(segments),
        "waiting": sum(each["waiting"] for each in counts),
        "oldest_seconds": max(ages, default=None),
        "bytes": sum(each.allocated for each in segments),
        "damaged": sum(each["damaged"] for each in counts),
    }


def counted(segment: look.Segment) -> dict[str, Any]:
    """Count the lines of a segment by what has become of them, and the damage."""
    waiting = gone = top = sound = 0
    damaged, oldest, unread = [], None, ""
    try:
        for found in segment.lines():
            if found.line is None:
                damaged.append(found.at)
                continue
            sound += 1
            top = max(top, found.line.number)
            if found.line.state in GONE:
                gone += 1
                continue
            waiting += 1
            oldest = found.line.time if oldest is None else min(oldest, found.line.time)
    except FileNotFoundError:  # all of it was delivered meanwhile, and its process has removed it
        waiting, oldest = 0, None
    except OSError as error:
        unread = error.strerror or type(error).__name__
    said = segment.header.lines if segment.header else 0
    written = max(said, top if damaged else sound)
    return {
        "file": segment.path,
        "lines": sound,
        "waiting": waiting,
        "gone": gone,
        "damaged": len(damaged),
        "damaged_at": damaged,
        "missing": max(0, written - sound - len(damaged)),
        "oldest_seconds": None if oldest is None else segment.age(oldest),
        "problem": segment.problem or unread,
    }


def _left(path: Path) -> int:
    """Dead letters that nobody has retried."""
    with suppress(OSError):
        return sum(each.fate != letters.RETRIED for each in letters.letters(str(path)))
    return 0


def waiting(folder: Path, *, ended_only: bool = False) -> Iterator[tuple[look.Segment, look.Line]]:
    """Give the events that wait in an account's folder, in the order of its files.

    Args:
        folder: the account's.
        ended_only: only those whose process is gone.
    """
    for segment in look.segments(str(folder)):
        if segment.problem or (ended_only and segment.held is not False):
            continue
        with suppress(FileNotFoundError):
            for found in segment.lines():
                if found.line is not None and found.line.state not in GONE:
                    yield segment, found.line
