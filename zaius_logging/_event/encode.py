"""An event's four parts -> the bytes of its JSON.

`orjson` where it is installed and can, the standard `json` where it must: both give equal JSON, so
installing the extra changes a price and no result. What JSON has no word for is replaced by what stands for it
(`stand_in`). Where that raises, the event is walked once, slowly (`coerced`): the walk replaces
what has one sensible meaning, and names the path of the rest. (The standard json would read subclasses its
own way: an Enum by what it inherits and not by its value, so it is never shown one.)

| value | becomes |
|---|---|
| NaN, Infinity; NaT and NA of pandas | null (ECMA-262, JSON.stringify) |
| lone surrogate in text | U+FFFD; in `type`, `action`, `identifiers` and in names: invalid |
| Decimal | a number if a float holds it exactly, else its text; NaN, Infinity: null |
| int beyond 64 bits | its digits |
| aware datetime | ISO 8601, UTC, milliseconds, `Z`; naive: the same without a zone |
| date, time | ISO 8601 · timedelta: seconds |
| datetime64, timedelta64 of any unit | as Python's own |
| UUID, Django's lazy text | text · Enum: its value · dataclass: object of its fields |
| set, other sequences, NumPy's arrays | array (sets in the order of their items' text) · other mappings: object of their items |
| number from NumPy and the like | number |
| a class that `register_type` was given | the form that was given |
| names of fields that are int, float, bool, None | their JSON text, as the json module does · Enum: its value |
| bytes, cycles, deeper than 200 levels, over 1,000,000 bytes, a name twice, anything else | invalid, by path |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from zaius_logging._errors import EventError

from .event import Event
from .plain_json import MAX_BYTES, SHALLOW, json_encode, json_writer, may_be_deep

Parts: TypeAlias = dict[str, Any]
"""An event as four plain entries: type, action, identifiers, data."""

Dumper: TypeAlias = Callable[[Parts], bytes]


def encoder(*, fast: bool | None = None) -> Callable[[Event], bytes]:
    """Make the function that encodes an event; see `dumper`."""
    dumps = dumper(fast=fast)

    def encode(event: Event) -> bytes:
        return dumps(
            {
                "type": event.type,
                "action": event.action,
                "identifiers": event.identifiers,
                "data": event.data,
            }
        )

    return encode


def dumper(*, fast: bool | None = None) -> Dumper:
    """Make the function that encodes an event's parts.

    Args:
        fast: True for orjson (ImportError where it is missing), False for the standard json,
            None for orjson where it is installed.

    Returns:
        Parts -> UTF-8 JSON without white space. It raises EventError for what cannot be encoded.
    """
    if fast is None:
        try:
            return dumper(fast=True)
        except ImportError:
            return dumper(fast=False)
    return _orjson_dumper() if fast else _json_dumper()


def _orjson_dumper() -> Dumper:
    import orjson

    from .coerce import stand_in

    option = (
        orjson.OPT_PASSTHROUGH_DATETIME
        | orjson.OPT_PASSTHROUGH_DATACLASS
        | orjson.OPT_PASSTHROUGH_SUBCLASS
    )
    dumps = orjson.dumps

    def orjson_dumps(parts: Parts) -> bytes:
        try:
            # In brackets that are cut off: the copy gives back orjson's working buffer, 431 bytes kept for an
            # event and not 4,117. A slice is the cheapest copy.
            body = dumps((parts,), stand_in, option)[1:-1]
        except Exception:  # noqa: BLE001 - a value's own code may raise anything; the walk explains
            body = _walked(parts)
        if len(body) > SHALLOW:
            _check_size(body, parts)
        return body

    return orjson_dumps


def _json_dumper() -> Dumper:
    from .coerce import check_kinds, stand_in_checked

    write = json_writer(stand_in_checked)

    def json_dumps(parts: Parts) -> bytes:
        try:
            check_kinds(parts["data"])  # the other three are text already
            body = "".join(write(parts, 0)).encode()
        except Exception:  # noqa: BLE001 - as above
            body = _walked(parts)
        if len(body) > SHALLOW:
            _check_size(body, parts)
        return body

    return json_dumps


def _walked(parts: Parts) -> bytes:
    from .coerce import coerced

    return json_encode(coerced(parts, "", 1, frozenset())).encode()


def _check_size(body: bytes, parts: Parts) -> None:
    if may_be_deep(body):
        _walked(parts)
    if len(body) > MAX_BYTES:
        raise EventError(
            "data", f"makes an event of {len(body):,} bytes; the limit is {MAX_BYTES:,}"
        )
