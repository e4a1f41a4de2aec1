"""Dead letters: events that the API rejected or that grew too old, kept for people as JSON lines.

    {"at":"2026-11-28T21:04:05Z","fate":"rejected","reason":"…","logged":1764355200123,"event":{…}}

Two files at the most, the older one with `.1` in its name; all processes of an account append to the same.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress

from .files import File, is_mine
from .place import ForeignError, Place

MAX_BYTES = 8 * 1024 * 1024
MAX_LINES = 5_000
"""Of each of the two files."""

MAX_AGE = 30 * 86_400.0
"""Seconds after the last one came, until a file goes."""


class DeadLetters:
    """Appends to the file of dead letters.

    Args:
        place: the folder.
        wall: seconds since 1970.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._path = os.path.join(place.path, "dead-letters.jsonl")
        self._older = os.path.join(place.path, "dead-letters.1.jsonl")
        self._max_bytes = min(MAX_BYTES, place.max_bytes // 8)

    def write(self, letters: Sequence[tuple[int, bytes, str]], fate: str, now: float) -> None:
        """Append (milliseconds of the call, event, reason) for each.

        Raises:
            OSError: where the disk does not take them.
            ForeignError: the file is not ours.
        """
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        text = b"".join(
            b'{"at":"%b","fate":"%b","reason":%b,"logged":%d,"event":%b}\n'
            % (at.encode(), fate.encode(), json.dumps(reason).encode(), logged, _member(event))
            for logged, event, reason in letters
        )
        file = self._open(len(text), now)
        try:
            while text:  # O_APPEND: lines of several processes stand one after the other
                text = text[os.write(file.fd, text) :]
            file.sync()
        finally:
            file.close()

    def _open(self, more: int, now: float) -> File:
        while True:
            file = self._place.create(self._path, os.O_RDWR | os.O_APPEND)
            status = os.fstat(file.fd)
            if not is_mine(status):
                raise ForeignError("belongs to another user, or is no plain file")
            full = status.st_size + more > self._max_bytes or now - status.st_mtime > MAX_AGE
            if not status.st_size or not (full or self._lines(file) > MAX_LINES):
                break
            # Who has the lock of the file that has this name may give it another; the rest append.
            if file.lock() is False:
                break
            if file.is_there():
                os.replace(self._path, self._older)
            file.close()
        with suppress(OSError):
            if now - os.stat(self._older).st_mtime > MAX_AGE:
                os.unlink(self._older)
        return file

    @staticmethod
    def _lines(file: File) -> int:
        return file.read(file.size(), 0).count(b"\n")


def _member(event: bytes) -> bytes:
    return event if event[:1] == b"{" and b"\n" not in event else json.dumps(repr(event)).encode()
