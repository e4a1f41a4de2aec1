"""What a source of events is made of: events, log lines to pass over, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

MAX_LINE = 4_000_000
"""Bytes of one line, or of one element of an array, that are held. An event has at most 1,000,000
bytes; without a bound a file without line breaks would be read into memory whole."""

MAX_DOCUMENT = 256_000_000
"""Bytes of a document that `--records` takes its records from: it is held whole."""

STDIN = "<stdin>"
"""What stdin is called, where a file has its name."""

_canonical = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode


class Origin(NamedTuple):
    """Where something was read.

    Attributes:
        source: the file as it was named, or `STDIN`.
        line: counted from 1.
        record: in the document that begins on that line, counted from 1; 0 where a line is a record.
    """

    source: str
    line: int
    record: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" + (f" record {self.record:,}" if self.record else "")


class Place(NamedTuple):
    """How far a source was read: reading can begin again here.

    Attributes:
        offset: bytes before it, unpacked.
        line: lines before it.
        inner: records that are done of the value that begins here; `IN_ARRAY` inside an array, before
            a comma or its end.
    """

    offset: int = 0
    line: int = 0
    inner: int = 0


IN_ARRAY = -1
UNSETTLED = Place(0, 0, -2)
"""No place to begin again."""

_START = Place()


@dataclass(slots=True)
class Found:
    """An event, in the API's form as far as that is known: the handler is the judge.

    Attributes:
        origin: where.
        event: the event.
        end: the place behind it.
        rows: of a table that it was made of.
        key: what its id is made of, where that is not its place and content.
        text: of the line that holds the event and nothing else; blank where there is none.
    """

    origin: Origin
    event: dict[str, Any]
    end: Place = field(default=_START, compare=False)
    rows: int = field(default=1, compare=False)
    key: str = field(default="", compare=False)
    text: str = field(default="", compare=False)


@dataclass(slots=True)
class Skipped:
    """An ordinary line of a log, or a row that is not wanted: no event, and no error.

    Attributes:
        origin: where.
        why: `log`, `text` or `row`.
        end: the place behind it.
        rows: of a table that it stands for.
    """

    origin: Origin
    why: str = "log"
    end: Place = field(default=_START, compare=False)
    rows: int = field(default=1, compare=False)


@dataclass(slots=True)
class Unusable:
    """What should have been an event and cannot be read as one.

    Attributes:
        origin: where.
        reason: why, for people; never a value, which may be personal data.
        given: what stands there, for the file of failures only.
        end: the place behind it.
        rows: of a table that it stands for.
        last: whether the rest of its source cannot be read.
    """

    origin: Origin
    reason: str
    given: object = None
    end: Place = field(default=_START, compare=False)
    rows: int = field(default=1, compare=False)
    last: bool = field(default=False, compare=False)


Item = Found | Skipped | Unusable


def derived_id(name: str, number: int | str, event: Mapping[str, Any] | str) -> str:
    """The id of an event that brings none: the same whenever the same file is sent.

    Args:
        name: of the file; files of one name in two folders are two.
        number: the place among all that the file holds, from 1, or words that identify it. Two equal
            events in one file are two.
        event: the event, without an id; or its text, which takes less time.
    """
    if isinstance(event, str):
        return _as_uuid(f"{name}\n{number}\n{event}")
    return _as_uuid(_canonical([name, number, event]))


def key_id(key: str, event: Mapping[str, Any]) -> str:
    """The id of an event by its key: the same from whatever file, place and columns it is made.

    A purchase and its refund may share an order's number, so the kind belongs to the key.
    """
    return _as_uuid(_canonical(["key", event.get("type"), event.get("action"), key]))


def _as_uuid(text: str) -> str:
    """128 bits of a digest, written as a UUID of version 8 (RFC 9562: made as one likes)."""
    digits = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def is_text(decoded: str) -> bool:
    """Whether all bytes could be decoded: `surrogateescape` makes lone surrogates of the others."""
    try:
        decoded.encode()
    except UnicodeEncodeError:
        return False
    return True
