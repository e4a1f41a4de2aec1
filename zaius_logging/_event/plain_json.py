"""What all that writes JSON has in common: the limits of an event, and the standard json without detours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

MAX_DEPTH = 200
"""Levels of nesting, the event itself being the first. Real events have four; orjson ends at 254."""

SHALLOW = 450
"""Bytes of an event that cannot be nested deeper than `MAX_DEPTH`: 199 levels open and close in 398 bytes, and
the names that the API asks for take 60 more."""

MAX_BYTES = 1_000_000
"""Bytes of one event, so that any event fits into a request of the default size."""

ATOMS = frozenset({str, int, float, bool, type(None)})
"""JSON's own types of single values."""


def may_be_deep(body: bytes) -> bool:
    """Whether JSON could be nested deeper than `MAX_DEPTH`; short text cannot, and is not looked at."""
    return len(body) > SHALLOW and body.count(b"{") + body.count(b"[") > MAX_DEPTH


def json_writer(
    stand_in: Callable[[Any], Any] | None = None,
) -> Callable[[Any, int], Iterable[str]]:
    """What JSONEncoder.encode would join, without what it builds anew for each call (2 of 5 µs)."""
    encoder = json.JSONEncoder(
        ensure_ascii=False,
        allow_nan=False,
        check_circular=False,
        separators=(",", ":"),
        default=stand_in,
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # PyPy
        return lambda tree, _: (encoder.encode(tree),)
    text = json.encoder.encode_basestring
    write: Callable[[Any, int], Iterable[str]] = make(
        None, encoder.default, text, None, ":", ",", False, False, False
    )
    return write


json_parts = json_writer()
"""(value, 0) -> its JSON in parts, to be joined."""


def json_encode(value: Any) -> str:
    """The JSON of a value that is made of JSON's own types."""
    return "".join(json_parts(value, 0))
