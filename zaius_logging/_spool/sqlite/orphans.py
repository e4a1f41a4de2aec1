"""Orphans: files of dead processes. Whoever lives adopts them, at the head of the line."""

from __future__ import annotations

import sqlite3

from .base import ERRORS, Base
from .connection import UnusableFileError, is_damage
from .directory import Claim
from .file import SpoolFile
from .line import Line

INTERVAL = 20.0
"""Seconds between two looks for files of dead processes: less than the promised 30, of which sending
needs some."""

MAX_ADOPTED = 8
"""Files adopted at a time, each with four descriptors. The next follow as these are emptied."""


class Orphans:
    """Looks for orphans now and then.

    Args:
        base: of the spool.
        line: that they join.
        max_bytes: that one of them may grow to.
        ignored: names of files that are none of ours; more come in here.

    Attributes:
        due: when to look again, by the steady clock.
    """

    def __init__(self, base: Base, line: Line, max_bytes: int, ignored: set[str]) -> None:
        self._base = base
        self._line = line
        self._max_bytes = max_bytes
        self._ignored = ignored
        self.due = 0.0

    def adopt(self) -> tuple[int, int]:
        """Take over files whose owners are gone, the oldest first.

        Returns:
            Events in them, lost ones included, and their bytes.
        """
        self.due = self._base.clock() + INTERVAL
        adopted = sum(file.adopted is not None for file in self._line.files)
        new = []
        for claim in self._base.directory.orphans(self._ignored):
            if adopted >= MAX_ADOPTED:
                claim.drop()
                break
            file = self._opened(claim)
            if file is not None:
                with self._base.lock:
                    self._line.join(file, adopted)
                adopted += 1
                new.append(file)
        return (
            sum(file.count + file.lost for file in new),
            sum(file.size + file.lost_size for file in new),
        )

    def _opened(self, claim: Claim) -> SpoolFile | None:
        file = SpoolFile(claim, self._max_bytes)
        name = claim.path.name
        try:
            there = claim.path.exists() and file.adopt(self._base.clock(), self._base.now())
            if there and (file.count or file.lost):
                return file
            file.erase()
        except UnusableFileError as error:
            self._ignored.add(name)
            self._base.later("foreign", f"{name} in spool_dir is left alone: {error}")
        except ERRORS as error:
            if isinstance(error, sqlite3.Error) and is_damage(error):
                claim.set_aside()
                self._base.later("bad", f"{name} in spool_dir is damaged; kept as .bad")
        claim.drop()
        return None
