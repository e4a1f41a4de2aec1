"""Where to read next in a log that is rotated. Pure: what is seen comes in, the decision goes out.

| what happened to the log | how it is known | what is read next |
|---|---|---|
| it grew | more bytes than were read | the same file |
| it was renamed (logrotate's `create`) | its name has another inode, or none | the rest of it, then what came after it |
| it was emptied (`copytruncate`, `> log`) | fewer bytes, or other bytes before our place | the rest in the copy, if there is one, then it from 0 |
| it was deleted | its name is nobody's | what still comes to the open file, then what comes by the name |
| any of these, often, while nobody looked | our mark is in no file, or in an older one | from the mark on all that is newer, oldest first |

Files are set apart by inode and by the bytes that stand before a mark; they are put in order by the
time of their last change, which neither renaming nor gzip alters, and by the numbers in their names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cmp_to_key
from hashlib import blake2b
from pathlib import PurePath

TAIL = 1024
"""Bytes before a mark by which its file is known again."""

_SECOND = 1_000_000_000
_NEAR = 10 * _SECOND
_COUNTERS = 4  # digits of a number that counts rotations; more are a date
_COUNTED = r"[.\-_]\d[\dT:.\-_+Z]*"  # app.log.1, app.log-20260131, app.log.2026-01-31_12
_DATED = (
    r"[.\-_]\d{4}[.\-_]?\d\d[.\-_]?\d\d[\dT:.\-_+Z]*"  # app-20260131.log; app-2.log is another's
)
_PACKED = r"(?:\.(?:gz|bz2|xz|zst|lz4|Z))?"
_PACKED_ENDINGS = frozenset({".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a log: all before it is dealt with.

    Attributes:
        device: of the file.
        inode: of the file; 0 while there was none.
        offset: bytes before it, unpacked.
        line: lines before it.
        tail: digest of the last `TAIL` bytes before it.
        modified: when the file was last known to change, in nanoseconds.
    """

    device: int = 0
    inode: int = 0
    offset: int = 0
    line: int = 0
    tail: str = ""
    modified: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was seen.

    Attributes:
        path: where.
        device: of the file.
        inode: of the file.
        size: in bytes, packed or not.
        modified: when it was last changed, in nanoseconds.
    """

    path: str
    device: int
    inode: int
    size: int = 0
    modified: int = 0

    @property
    def packed(self) -> bool:
        """Whether its name says that it is compressed."""
        return PurePath(self.path).suffix in _PACKED_ENDINGS

    @property
    def readable(self) -> bool:
        """Whether it is text, or gzip."""
        return not self.packed or self.path.endswith(".gz")

    def is_(self, other: Seen | Mark | None) -> bool:
        """Whether it is the same file, as far as the inode shows."""
        return other is not None and (self.device, self.inode) == (other.device, other.inode)

    @property
    def count(self) -> int | None:
        """Which of the rotated files it is, the youngest being the first, if its name says so."""
        found = re.search(rf"\.(\d{{1,{_COUNTERS}}}){_PACKED}\Z", self.path)
        return int(found[1]) if found else None


def near(one: Seen, two: Seen) -> bool:
    """Whether two files were last changed within a few seconds of each other."""
    return abs(one.modified - two.modified) < _NEAR


def compare(one: Seen, two: Seen) -> int:
    """Decide which file is older: below 0 the first, above 0 the second.

    The last change decides; within a few seconds, where a late writer or a packer that keeps whole
    seconds can deceive, the numbers in the names do.
    """
    apart = one.modified - two.modified
    if near(one, two) and one.count is not None and two.count is not None:
        return two.count - one.count
    return apart or (one.path > two.path) - (one.path < two.path)


class Step(Enum):
    """What to do at the end of what could be read."""

    READ = auto()
    WAIT = auto()
    CUT = auto()  # it was emptied
    NEXT = auto()  # nothing more will come to this file


def step(
    read: int, here: Seen, live: Seen | None, *, ours: bool, quiet: float, patience: float
) -> Step:
    """Decide what to do at the end of what was read.

    Args:
        read: bytes read of the file.
        here: the file as it is now.
        live: what has the log's name now.
        ours: whether what stands before our place in the file is what we have read there.
        quiet: seconds for which nothing has come to the file.
        patience: how long a writer may go on writing to a file after it was renamed.
    """
    if here.size < read or not ours:
        return Step.CUT
    if here.size > read:
        return Step.READ
    if here.is_(live) or quiet < patience:
        return Step.WAIT
    return Step.NEXT


def rotated(name: str, found: Iterable[str]) -> list[str]:
    """Give those of the names found in a log's directory that its rotated files can have.

    A compressed file is left out as long as it is being made: the one that it is made of is there.
    """
    path = PurePath(name)
    forms = [re.escape(name) + _COUNTED]
    if path.suffix:
        forms.append(re.escape(path.stem) + _DATED + re.escape(path.suffix))
    pattern = re.compile(f"((?:{'|'.join(forms)})){_PACKED}")
    matches = [match for each in found if each != name and (match := pattern.fullmatch(each))]
    plain = {match[1] for match in matches if match[0] == match[1]}
    return [match[0] for match in matches if match[0] == match[1] or match[1] not in plain]


Holds = Callable[[Seen], bool]
"""Whether a file has, before the mark's offset, the bytes that stood before the mark."""


def holder(mark: Mark, files: Sequence[Seen], holds: Holds) -> Seen | None:
    """Find the file that a mark is in, whatever it is called now.

    First by its inode; else, where the log was copied or packed, by what it holds.
    """
    if not mark.offset:
        return None
    same = [each for each in files if each.is_(mark) and each.readable]
    others = [each for each in files if each.readable and not each.is_(mark)]
    others = [each for each in others if each.modified >= mark.modified - _SECOND]
    others.sort(key=lambda each: (each.packed, each.modified))
    return next((each for each in (*same, *others) if holds(each)), None)


def successor(
    done: Seen | Mark, live: Seen | None, others: Iterable[Seen], holds: Holds
) -> Seen | None:
    """Find the file to read after one that is done with: the oldest of the younger ones, else the log.

    Args:
        done: the file; or, where it is not to be found, the mark that was in it.
        live: what has the log's name.
        others: the rotated files.
        holds: whether a file is but a copy of what was read.
    """

    def younger(each: Seen) -> bool:
        if isinstance(done, Mark):
            return each.modified >= done.modified
        return not each.is_(done) and compare(each, done) > 0

    for each in sorted(others, key=cmp_to_key(compare)):
        if each.size and each.readable and younger(each) and not each.is_(live) and not holds(each):
            return each
    return None if live is None or (isinstance(done, Seen) and live.is_(done)) else live


def digest(tail: bytes) -> str:
    """What a mark keeps of the bytes before it."""
    return blake2b(tail[-TAIL:], digest_size=16).hexdigest()
