"""Reads a file of dead letters for people, and marks in place what they have done with one.

A line keeps its length, so that processes go on appending meanwhile: `"fate":"rejected"` becomes
`"fate":"retried" `, whose blank JSON passes over, and a line that is purged becomes blanks.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from .files import File, is_mine
from .place import ForeignError

RETRIED = "retried"
_FATE = re.compile(rb'"fate":"([a-z]+)" ?')
_ID = 12  # digits of a letter's name: two of a thousand share one with a chance of 1 in 10^9


class Letter(NamedTuple):
    """A dead letter.

    Attributes:
        id: a name for it, which stays when it is marked.
        at: when it died, as ISO 8601 text in UTC.
        fate: `rejected`, `expired`, or `retried`.
        reason: the API's words, or ours.
        logged: milliseconds since 1970 of the call.
        event: as a dictionary; None for what was no JSON.
        where: the file, and the byte where it begins.
    """

    id: str
    at: str
    fate: str
    reason: str
    logged: int
    event: dict[str, Any] | None
    where: tuple[str, int]


def letters(path: str) -> Iterator[Letter]:
    """Read the letters of a file, in order; lines that are none are passed over.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        at = 0
        for raw in file:
            if (found := _letter(raw, path, at)) is not None:
                yield found
            at += len(raw)


def _letter(raw: bytes, path: str, at: int) -> Letter | None:
    try:
        said = json.loads(raw)
        event = said["event"]
        return Letter(
            _id(raw),
            str(said["at"]),
            str(said["fate"]),
            str(said["reason"]),
            int(said["logged"]),
            event if isinstance(event, dict) else None,
            (path, at),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _id(raw: bytes) -> str:
    """Name a letter by all of it but its fate."""
    return hashlib.sha256(_FATE.sub(b"", raw, count=1).strip()).hexdigest()[:_ID]


def mark(marked: Collection[Letter]) -> None:
    """Mark letters as retried.

    Raises:
        OSError: the file cannot be written.
        ForeignError: it is not ours.
    """
    _change(marked, _retried)


def purge(gone: Collection[Letter]) -> None:
    """Overwrite letters with blanks.

    Raises:
        OSError: the file cannot be written.
        ForeignError: it is not ours.
    """
    _change(gone, lambda raw: b" " * len(raw))


def _retried(raw: bytes) -> bytes:
    found = _FATE.search(raw)
    if found is None:
        return raw
    room = len(found[0])
    return raw[: found.start()] + b'"fate":"retried"'.ljust(room) + raw[found.end() :]


def _change(chosen: Collection[Letter], change: Any) -> None:
    for path in {each.where[0] for each in chosen}:
        names = {each.id for each in chosen if each.where[0] == path}
        file = File(path, os.O_RDWR)
        try:
            if not is_mine(os.fstat(file.fd)):
                raise ForeignError("belongs to another user, or is no plain file")
            at = 0
            # Found by name, not by place: the file may have got another name since it was read.
            for raw in file.read(file.size(), 0).splitlines(keepends=True):
                text = raw.rstrip(b"\n")
                if text and _letter(raw, path, at) is not None and _id(raw) in names:
                    file.write(change(text), at)
                at += len(raw)
            file.sync()
        finally:
            file.close()
