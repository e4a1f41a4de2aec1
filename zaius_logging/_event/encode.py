"""Event -> the bytes of its JSON.

`orjson` where it is installed and can, the standard `json` where it must: both give equal JSON, so
installing the extra changes a price and no result. What is not made of exactly JSON's own types is
walked once, slowly (`_mend`): the walk mends what has one sensible meaning and refuses the rest by the
path of the field. (The standard json would read subclasses its own way: an Enum by what it inherits and not by
its value, so it is never shown one.)

| value | becomes |
|---|---|
| NaN, Infinity | null (ECMA-262, JSON.stringify) |
| lone surrogate in text | U+FFFD; in `type`, `action`, `identifiers` and in names: refused |
| Decimal | a number if a float holds it exactly, else its text; NaN, Infinity: null |
| int beyond 64 bits | its digits |
| aware datetime | ISO 8601, UTC, milliseconds, `Z`; naive: the same without a zone |
| date, time | ISO 8601 · timedelta: seconds |
| UUID | text · Enum: its value · dataclass: object of its fields |
| set, other sequences | array (sets in the order of their items' text) · other mappings: object of their items |
| number from NumPy and the like | number |
| names of fields that are int, float, bool, None | their JSON text, as the json module does · Enum: its value |
| bytes, cycles, deeper than 200 levels, over 1,000,000 bytes, a name twice, anything else | refused by path |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zaius_logging._errors import EventError

from .event import Event
from .plain_json import ATOMS, MAX_BYTES, MAX_DEPTH, json_encode, json_parts, may_be_deep

Encoder = Callable[[Event], bytes]
Dumper = Callable[[Any, Any], bytes]


def encoder(*, fast: bool | None = None) -> Encoder:
    """Make the function that encodes an event.

    Args:
        fast: True for orjson (ImportError where it is missing), False for the standard json,
            None for orjson where it is installed.

    Returns:
        Event -> UTF-8 JSON without white space. It raises EventError for what cannot be encoded.
    """
    from .coerce import mended  # here: who only imports us need not load what few events need

    dumps = dumper(fast=fast)

    def encode(event: Event) -> bytes:
        tree = {
            "type": event.type,
            "action": event.action,
            "identifiers": event.identifiers,
            "data": event.data,
        }
        try:
            # The copy gives back orjson's working buffer: 431 bytes kept for an event, not 4,117.
            body = bytes(memoryview(dumps(tree, tree)))
        except Exception:  # noqa: BLE001 - a value's own code may raise anything; the walk explains
            body = json_encode(mended(tree, "", 1, frozenset())).encode()
        if may_be_deep(body):
            mended(tree, "", 1, frozenset())
        if len(body) > MAX_BYTES:
            raise EventError(
                "data", f"makes an event of {len(body):,} bytes; the limit is {MAX_BYTES:,}"
            )
        return body

    return encode


def dumper(*, fast: bool | None = None) -> Dumper:
    """Make the function that writes what needs no mending.

    Args:
        fast: as for `encoder`.

    Returns:
        (value, unsure) -> UTF-8 JSON of the value without white space. `unsure` is the part of it that
        is not known to be made of JSON's own types; orjson looks at all of it anyway. It raises,
        anything, for what only the walk knows.
    """
    if fast is None:
        try:
            return dumper(fast=True)
        except ImportError:
            return dumper(fast=False)
    return _orjson_dumps() if fast else _json_dumps


def _orjson_dumps() -> Dumper:
    import orjson

    from .coerce import stand_in

    option = (
        orjson.OPT_PASSTHROUGH_DATETIME
        | orjson.OPT_PASSTHROUGH_DATACLASS
        | orjson.OPT_PASSTHROUGH_SUBCLASS
    )
    dumps, default = orjson.dumps, stand_in

    def orjson_dumps(tree: Any, _unsure: Any) -> bytes:
        return dumps(
            tree, default, option
        )  # by place: functools.partial by name takes twice as long

    return orjson_dumps


def _json_dumps(tree: Any, unsure: Any) -> bytes:
    if not _is_plain(
        unsure, 2
    ):  # where it is the tree itself, one level too strict: the walk decides
        raise TypeError
    return "".join(json_parts(tree, 0)).encode()  # not by `json_encode`: a call less


def _is_plain(value: Any, depth: int) -> bool:
    """Whether the standard json can read a value in one way only."""
    if depth > MAX_DEPTH:
        return False
    kind = type(value)
    if kind is dict:
        for name in value:
            if type(name) is not str:
                return False
        value = value.values()
    elif kind is not list:
        return False
    for item in value:  # noqa: SIM110 - a generator takes longer
        if type(item) not in ATOMS and not _is_plain(item, depth + 1):
            return False
    return True
