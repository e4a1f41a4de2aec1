"""Parses the body of a request into events, within bounds of size and nesting. Pure."""

from __future__ import annotations

import gzip
import io
import json
import math
import re
import zlib
from itertools import accumulate
from typing import Any, Final, NamedTuple, NoReturn

#: 10 MB, the payload limit of the gateway that the API seems to stand behind (inferred).
MAX_BODY: Final = 10 * 1024 * 1024
#: Levels of arrays and objects; the client's own limit is 200 within an event. Counted in the text,
#: because how deep a parser goes before it stops differs between Pythons: 3.14 measures its stack, not levels.
MAX_NESTING: Final = 250
#: At most so many events a request ("Events API": batches).
MAX_EVENTS: Final = 500

_UNREADABLE: Final = "Unable to parse request body."


class BodyError(ValueError):
    """The whole body is rejected.

    Attributes:
        status: The HTTP status that says so.
        message: The API's words for it, as far as they are known.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


class Posted(NamedTuple):
    """One event of a body.

    Attributes:
        event: The value as JSON gave it, of any type.
        text: The same as compact ASCII JSON, for keeping.
    """

    event: object
    text: str


def read(body: bytes, encoding: str = "") -> list[Posted]:
    """Read the events of a request.

    Args:
        body: The bytes as they came.
        encoding: The `Content-Encoding` of the request.

    Returns:
        The events in order; one for a bare object, as the official SDKs may send it.

    Raises:
        BodyError: The body cannot be read, or holds too much.
    """
    events = _parse(_plain(body, encoding.strip().lower()))
    if len(events) > MAX_EVENTS:
        raise BodyError(400, f"Too many events: {len(events)}, at most {MAX_EVENTS} a request.")
    return events


def _plain(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise BodyError(415, "Unsupported Content-Encoding: send gzip or none.")
    try:
        # One byte over the limit is enough to know; a bomb is never unpacked further.
        plain = gzip.GzipFile(fileobj=io.BytesIO(body)).read(MAX_BODY + 1)
    except (OSError, EOFError, zlib.error):
        raise BodyError(400, _UNREADABLE) from None
    if len(plain) > MAX_BODY:
        raise BodyError(413, "Request Too Long")
    return plain


def _parse(body: bytes) -> list[Posted]:
    try:
        # Decoded first: given bytes, json guesses UTF-16 and UTF-32 too.
        value = decode(body.decode())
        events = [value] if isinstance(value, dict) else value
        if isinstance(events, list):
            return [Posted(event, _ENCODER.encode(event)) for event in events]
    except ValueError:
        pass
    raise BodyError(400, _UNREADABLE)


def decode(text: str) -> Any:
    """Read JSON by its standard: no NaN, no number that is infinity, no bottomless nesting.

    Raises:
        ValueError: It is no JSON, or nested deeper than `MAX_NESTING`.
    """
    if nesting(text) > MAX_NESTING:
        raise ValueError("nested too deep")
    return _DECODER.decode(text)


def nesting(text: str) -> int:
    """Count the levels of arrays and objects in JSON, without parsing it; 0 where they are few."""
    if text.count("[") + text.count("{") <= MAX_NESTING:
        return 0
    steps = map(_STEPS.__getitem__, _NO_BRACKET.sub("", _STRING.sub("", text)))
    return max(accumulate(steps), default=0)


def _finite(text: str) -> float:
    """Reject 1e999, which is JSON by its grammar and infinity by its value."""
    number = float(text)
    if not math.isfinite(number):
        _not_json(text)
    return number


def _not_json(name: str) -> NoReturn:
    raise ValueError(name)


# It always matches from a quote on, to the end where no other quote comes: nothing to try again,
# so its time grows with the text's length and no faster.
_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NO_BRACKET: Final = re.compile(r"[^\[\]{}]+")
_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}
_DECODER: Final = json.JSONDecoder(parse_float=_finite, parse_constant=_not_json)
# ASCII, because a lone surrogate is JSON when it is escaped, and no UTF-8 when it is not.
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
