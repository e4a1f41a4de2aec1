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
from typing import NamedTuple
from zlib import crc32

VERSION = 1

WAITING, DELIVERED, ASIDE = b"w", b"d", b"x"
"""Each differs from the others in three bits or more; any other byte is a damaged one, and means waiting."""

MARK = b'{"s":"'
STATE_AT = len(MARK)
_CRC_AT = STATE_AT + 8
_REST_AT = _CRC_AT + 8
_NUMBER_AT = _REST_AT + 7
_TIME_AT = _NUMBER_AT + 16
_KEY_AT = _TIME_AT + 13
_ITEM_AT = _KEY_AT + 9

OVERHEAD = _ITEM_AT + 2
"""Bytes of a line beside its item: the head, a brace and the newline."""

STARTS = b"\n" + MARK + WAITING + b'"'
"""What precedes an item that waits; no item holds it, for no item holds a newline."""

_BYTES = b',"bytes":'
_FIRST_TIME, _LAST_TIME = 10**12, 10**13 - 1  # milliseconds of 13 digits: from 2001 to 2286
_MOST_LINES = 10**10


class Line(NamedTuple):
    """A sound line.

    Attributes:
        state: one byte.
        number: its ordinal in the segment, from 1 on.
        time: milliseconds since 1970, by the segment's own clock.
        item: the event.
    """

    state: bytes
    number: int
    time: int
    item: bytes


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
    """Make a time of 13 digits: a clock may stand at 1970."""
    return max(_FIRST_TIME, min(int(milliseconds), _LAST_TIME))


def parsed(raw: bytes) -> Line | None:
    """Read a line without its newline; None where it is damaged."""
    if len(raw) < OVERHEAD - 1 or raw[:STATE_AT] != MARK:
        return None
    if raw[STATE_AT + 1 : _CRC_AT] != b'","c":"':
        return None
    if raw[_CRC_AT:_REST_AT] != b"%08x" % crc32(b"\n", crc32(raw[_REST_AT:])):
        return None
    item = raw[_ITEM_AT:-1]
    if raw[_KEY_AT:_ITEM_AT] == _BYTES:
        item = b64decode(item[1:-1])
    number, time = raw[_NUMBER_AT : _NUMBER_AT + 10], raw[_TIME_AT:_KEY_AT]
    return Line(raw[STATE_AT : STATE_AT + 1], int(number), int(time), item)


def tallied(data: bytes) -> tuple[int, int]:
    """Count the lines that wait, by their first bytes alone, and the bytes of their items.

    Args:
        data: from the newline before the first of them on.
    """
    waiting = data.count(STARTS)
    if not waiting:
        return 0, 0
    text = data.rstrip(b"\n")
    lines = text.count(b"\n")
    if lines == waiting and _BYTES not in text:
        return waiting, len(text) - lines * OVERHEAD
    return waiting, sum(map(_size, text.split(STARTS)[1:]))


def _size(rest: bytes) -> int:
    """The bytes of an item, given its line from behind the state on."""
    at = _ITEM_AT - STATE_AT - 2
    end = rest.find(b"\n")
    item = rest[at : end - 1] if end >= 0 else rest[at:-1]
    if rest[at - 9 : at] == _BYTES:
        return (len(item) - 2) // 4 * 3 - item.count(b"=")
    return len(item)


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


_COUNT = re.compile(rb'(\d{10})","k":"([0-9a-f]{8})')
_HEADER = re.compile(
    rb'(\{"journal":"zaius_logging","version":1,"account":"([\w.-]+)","role":"(own|agent)","boot":"([\w-]*)"'
    rb',"wall":(\d{13}),"steady":"(\d{13})"),"c":"([0-9a-f]{8})","lines":"(.{25})"\}\n',
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
