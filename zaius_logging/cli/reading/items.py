"""What a source of events is made of: events, log lines to pass over, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, uuid5

MAX_LINE = 4_000_000
"""Characters of one line, or of one element of an array, that are held. An event has at most 1,000,000
bytes; without a bound a file without line breaks would be read into memory whole."""

STDIN = "<stdin>"
"""What stdin is called, where a file has its name."""

_NAMESPACE = uuid5(NAMESPACE_OID, "zaius-logging send")
_canonical = json.JSONEncoder(sort_keys=True).encode


class Origin(NamedTuple):
    """Where something was read.

    Attributes:
        source: the file as it was named, or `STDIN`.
        line: counted from 1.
    """

    source: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Found:
    """An event, in the API's form as far as that is known: the handler is the judge."""

    origin: Origin
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Skipped:
    """An ordinary log line: no event, and no error."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Unusable:
    """What should have been an event and cannot be read as one.

    Attributes:
        origin: where.
        reason: why, for people; never a value, which may be personal data.
        given: what stands there, for the file of refusals only.
    """

    origin: Origin
    reason: str
    given: object = None


Item = Found | Skipped | Unusable


def derived_id(name: str, number: int | str, event: Mapping[str, Any]) -> str:
    """The id of an event that brings none: the same whenever the same file is sent.

    Args:
        name: the file's name without its folder.
        number: the place among all that the file holds, from 1, or words that identify it. Two equal
            events in one file are two.
        event: the event, without an id.
    """
    return str(uuid5(_NAMESPACE, _canonical([name, number, event])))


def is_text(decoded: str) -> bool:
    """Whether all bytes could be decoded: `surrogateescape` makes lone surrogates of the others."""
    try:
        decoded.encode()
    except UnicodeEncodeError:
        return False
    return True
