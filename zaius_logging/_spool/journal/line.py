"""The format of a segment: a header, then one JSON object on each line, whose first members have a fixed width.

    {"journal":"zaius_logging","version":1,"account":"…","role":"own","boot":"…","wall":…,"steady":"…","c":"…","lines":"…","k":"…"}
    {"s":"w","c":"9f3a01bc","n":"0000000042","t":1764355200123,"event":{…}}

The state is one byte, changed in place. Checksums are CRC-32: a line's `c` covers what follows it, the newline
included; the header's `c` covers what stands before it, `k` the ten digits of `lines`. So a line can change
its state, and the header its count, without a second store.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator
from typing import NamedTuple
from zlib import crc32

VERSION = 1

WAITING, DELIVERED, ASIDE = b"w", b"d", b"x"
"""Each differs from the others in three bits or more; any other byte is a damaged one, and means waiting."""

MARK = b'{"s":"'
STATE_AT = len(MARK)

_TIME_AT, _ITEM_AT = 23, 45  # in what the checksum covers

OVERHEAD = STATE_AT + 16 + _ITEM_AT + 2
"""Bytes of a line beside its item: the head, a brace and the newline."""

STARTS = b"\n" + MARK + WAITING + b'"'
"""What precedes an item that waits; no item holds it, for no item holds a newline."""

ANY = b"\n" + MARK
"""The same of an item in any state."""

_LINE = re.compile(
    rb'\{"s":"(.)","c":"(.{8})(","n":"(\d{10})","t":\d{13},"(?:event|bytes)":.*\}\n)'
)
_FIRST_TIME, _LAST_TIME = 10**12, 9 * 10**12  # milliseconds: from 2001 to 2255
_MOST_LINES = 10**10


def written(number: int, milliseconds: int, item: bytes) -> bytes:
    """Write the line of an item that waits. What is not one line of JSON stands there in base 64."""
    if item[:1] != b"{" or b"\n" in item:
        return _written(number, milliseconds, b'"bytes":"%b"' % b64encode(item))
    # As `_written`, without its call.
    rest = b'","n":"%010d","t":%d,"event":%b}\n' % (number, milliseconds, item)
    return b'{"s":"w","c":"%08x%b' % (crc32(rest), rest)


def _written(number: int, milliseconds: int, member: bytes) -> bytes:
    rest = b'","n":"%010d","t":%d,%b}\n' % (number, milliseconds, member)
    return b'{"s":"w","c":"%08x%b' % (crc32(rest), rest)


def clipped(milliseconds: float) -> int:
    """Make a time of 13 digits, for thirty years to come: a clock may stand at 1970."""
    return max(_FIRST_TIME, min(int(milliseconds), _LAST_TIME))


def sound(data: bytes) -> Iterator[re.Match[bytes]]:
    """Find the undamaged lines: of each its state, checksum, what that covers, ordinal.

    Where half a line stands before a whole one, which a failing disk can leave, the whole one is found.
    """
    for found in _LINE.finditer(data):
        if found[2] == b"%08x" % crc32(found[3]):
            yield found
        elif (inner := data.rfind(MARK, found.start() + 1, found.end())) > 0:
            within = _LINE.match(data, inner)
            if within and within[2] == b"%08x" % crc32(within[3]):
                yield within


def time_of(covered: bytes) -> int:
    """Read the time out of what a line's checksum covers, in milliseconds."""
    return int(covered[_TIME_AT : _TIME_AT + 13])


def item_of(covered: bytes) -> bytes:
    """Read the item out of what a line's checksum covers."""
    member = covered[_ITEM_AT:-2]
    return member if member[:1] == b"{" else b64decode(member[1:-1])


def size_of(every: Collection[bytes]) -> int:
    """Add up the bytes of the items in these, as they stand there."""
    return sum(map(len, every)) - len(every) * (_ITEM_AT + 2)


def tallied(data: bytes, starts: bytes = STARTS) -> tuple[int, int]:
    """Count the lines that wait, by their first bytes alone, and the bytes of their items as they stand there.

    Args:
        data: from the newline before the first of them on.
        starts: how those begin that are counted: `STARTS`, or `ANY`.
    """
    waiting = data.count(starts)
    if not waiting:
        return 0, 0
    text = data.rstrip(b"\n")
    size = len(text)
    if text.count(b"\n") != waiting:
        texts = text.split(starts)[1:]
        size = sum(len(starts) + len(each.partition(b"\n")[0]) for each in texts)
    return waiting, max(0, size - waiting * OVERHEAD)


class Header(NamedTuple):
    """What the first line of a segment says.

    Attributes:
        account: whose events these are.
        role: `own` where the writing process changes states, `agent` where another one does.
        boot: which start of the machine `steady` counts from; blank where that is not known.
        wall: milliseconds since 1970 when the segment was made.
        steady: milliseconds of the machine's clock at the same instant.
        lines: so many lines there were, whatever their state, at the last sync.
    """

    account: str
    role: str
    boot: str
    wall: int
    steady: int
    lines: int = 0

    def written(self) -> bytes:
        """Write the line, with its newline."""
        start = (
            b'{"journal":"zaius_logging","version":%d,"account":"%b","role":"%b","boot":"%b","wall":%d,"steady":"%013d"'
            % (
                VERSION,
                self.account.encode(),
                self.role.encode(),
                self.boot.encode(),
                self.wall,
                self.steady,
            )
        )
        return b'%b,"c":"%08x","lines":"%b"}\n' % (start, crc32(start), count(self.lines))


_COUNT = re.compile(rb',"lines":"(\d{10})","k":"([0-9a-f]{8})"\}')
_HEADER = re.compile(
    rb'(\{"journal":"zaius_logging","version":1,"account":"([\w.-]+)","role":"(own|agent)","boot":"([\w-]*)"'
    rb',"wall":(\d{13}),"steady":"(\d{13})"),"c":"([0-9a-f]{8})"(.{37})\n',  # damage to the count costs the count alone
    re.ASCII,
)
_ANY_VERSION = re.compile(rb'\{"journal":"zaius_logging","version":(\d{1,9}),')

COUNT_BEFORE_END = 25 + len('"}\n')
"""Where the count of lines begins, in bytes before the end of the header."""


def count(lines: int) -> bytes:
    """Write a count of lines with its checksum: what a sync puts in the old one's place."""
    digits = b"%010d" % min(lines, _MOST_LINES - 1)
    return b'%b","k":"%08x' % (digits, crc32(digits))


def header_of(data: bytes) -> tuple[Header, int] | None:
    """Read the header at the beginning of a segment, and its length; None where it is damaged or not ours."""
    found = _HEADER.match(data)
    if found is None or b"%08x" % crc32(found[1]) != found[7]:
        return None
    account, role, boot = (found[at].decode() for at in (2, 3, 4))
    said = _COUNT.fullmatch(found[8])
    lines = int(said[1]) if said and b"%08x" % crc32(said[1]) == said[2] else 0
    return Header(account, role, boot, int(found[5]), int(found[6]), lines), found.end()


def is_newer(data: bytes) -> bool:
    """Whether a file is a segment of a version of this format that we do not know."""
    found = _ANY_VERSION.match(data)
    return found is not None and int(found[1]) != VERSION
