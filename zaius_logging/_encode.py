"""Event -> the bytes of its JSON.

`orjson` where it is installed and can, the standard `json` where it must: both give equal JSON, so
installing the extra changes a price and no result. What neither takes as it stands is walked once,
slowly: the walk mends what has one sensible meaning and refuses the rest by the path of the field.

| value | becomes |
|---|---|
| NaN, Infinity | null (ECMA-262, JSON.stringify) |
| lone surrogate in text | U+FFFD; in `type`, `action`, `identifiers` and in names: refused |
| Decimal | a number if a float holds it exactly, else its text |
| int beyond 64 bits | its digits |
| aware datetime | ISO 8601, UTC, milliseconds, `Z`; naive: the same without a zone |
| date, time | ISO 8601 · timedelta: seconds |
| UUID | text · Enum: its value · dataclass: object of its fields |
| set, other sequences | array (sets in the order of their items' text) · other mappings: object |
| number from NumPy and the like | number |
| names of fields that are int, float, bool, None | their JSON text, as the json module does |
| bytes, cycles, deeper than 64 levels, over 1,000,000 bytes, anything else | refused by path |
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from numbers import Integral, Real
from typing import Any
from uuid import UUID

from ._errors import EventError
from ._event import Event

MAX_DEPTH = 64
"""Levels of nesting, the event itself being the first. Real events have four."""

MAX_BYTES = 1_000_000
"""Bytes of one event, so that any event fits into a request of the default size."""

Encoder = Callable[[Event], bytes]


def encoder(*, fast: bool | None = None) -> Encoder:
    """Make the function that encodes an event.

    Args:
        fast: True for orjson (ImportError where it is missing), False for the standard json,
            None for orjson where it is installed.

    Returns:
        Event -> UTF-8 JSON without white space. It raises EventError for what cannot be encoded.
    """
    if fast is None:
        try:
            return encoder(fast=True)
        except ImportError:
            return encoder(fast=False)
    dumps = _orjson_dumps() if fast else _json_dumps

    def encode(event: Event) -> bytes:
        tree = {
            "type": event.type,
            "action": event.action,
            "identifiers": event.identifiers,
            "data": event.data,
        }
        try:
            body = dumps(tree)
        except Exception:  # noqa: BLE001 - a value's own code may raise anything; the walk explains
            body = _json_dumps(_mend(tree))
        if body.count(b"{") + body.count(b"[") > MAX_DEPTH:  # only then can it be so deep
            _mend(tree)
        if len(body) > MAX_BYTES:
            raise EventError(
                "data", f"makes an event of {len(body):,} bytes; the limit is {MAX_BYTES:,}"
            )
        return body

    return encode


def _orjson_dumps() -> Callable[[Any], bytes]:
    import orjson

    dumps = orjson.dumps
    option = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS

    def orjson_dumps(tree: Any) -> bytes:
        # The copy gives back orjson's working buffer: 431 bytes kept for an event instead of 4,117.
        return bytes(memoryview(dumps(tree, default=_stand_in, option=option)))

    return orjson_dumps


def _json_dumps(tree: Any) -> bytes:
    return _json_encode(tree).encode()


def _stand_in(value: Any) -> Any:
    """What stands for a value that JSON has no word for.

    Raises:
        TypeError: where nothing does.
    """
    for kinds, convert in _STAND_INS:
        if isinstance(value, kinds):
            return convert(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if getattr(value, "dtype", None) is not None and getattr(value, "shape", None) == ():
        return value.item()  # a scalar of NumPy and its kin
    raise TypeError(type(value).__name__)


def _instant(value: datetime) -> str:
    if value.utcoffset() is None:
        return value.isoformat(timespec="milliseconds")
    utc = value.astimezone(timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def _decimal(value: Decimal) -> float | int | str | None:
    if not value.is_finite():
        return None
    if value == value.to_integral_value() and value.adjusted() < 15:  # noqa: PLR2004 - 2**53 has 16
        return int(value)
    try:
        near = float(value)
    except OverflowError:
        return str(value)
    return near if math.isfinite(near) and Decimal(repr(near)) == value else str(value)


def _no(value: object) -> Any:
    raise TypeError(type(value).__name__)


# The order matters: a datetime is a date, bytes are a sequence.
_STAND_INS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (datetime, _instant),
    ((date, time), lambda value: value.isoformat()),
    (timedelta, timedelta.total_seconds),
    (Decimal, _decimal),
    (UUID, str),
    (Enum, lambda value: value.value),
    (str, str.__str__),
    (float, float.__float__),
    (Integral, int),
    (Real, float),
    ((bytes, bytearray, memoryview), _no),
    (Mapping, dict),
    (AbstractSet, lambda value: sorted(value, key=str)),
    (Sequence, list),
)


_json_encode = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    separators=(",", ":"),
    default=_stand_in,
).encode


def _mend(tree: Mapping[str, Any]) -> Any:
    """Copy the tree into plain JSON values, or say by path what cannot be one."""
    return _mended(tree, "", 1, set())


def _mended(value: Any, path: str, depth: int, above: set[int]) -> Any:
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is str:
        return _mended_text(value, path)
    if kind is int:
        return _mended_int(value, path)
    if kind is float:
        return value if math.isfinite(value) else None
    if depth > MAX_DEPTH:
        raise EventError(path, f"is nested deeper than {MAX_DEPTH} levels, or contains itself")
    if id(value) in above:
        raise EventError(path, "contains itself")
    inside = above | {id(value)}
    if isinstance(value, dict):
        return {
            _mended_name(name, path): _mended(item, _join(path, name), depth + 1, inside)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [
            _mended(item, f"{path}[{place}]", depth + 1, inside) for place, item in enumerate(value)
        ]
    return _mended(_stood_in(value, path), path, depth, inside)


def _stood_in(value: Any, path: str) -> Any:
    if isinstance(value, int):  # an IntEnum, or any other int with a name
        return int(value)
    try:
        return _stand_in(value)
    except Exception:  # noqa: BLE001 - a value's own code may raise anything
        hint = "; decode it to text first" if isinstance(value, (bytes, bytearray)) else ""
        raise EventError(
            path, f"is of type {type(value).__name__}, which JSON has no form for{hint}"
        ) from None


def _mended_text(text: str, path: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        if not path.startswith("data."):
            raise EventError(path, "has a lone surrogate, which UTF-8 cannot carry") from None
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _mended_int(number: int, path: str) -> int:
    try:
        str(number)
    except ValueError:  # CPython's limit on digits (CVE-2020-10735)
        raise EventError(path, "has too many digits to be a number") from None
    return number


def _mended_name(name: Any, path: str) -> Any:
    if isinstance(name, str):
        plain = name if type(name) is str else str.__str__(name)
        return _mended_text(plain, f"{path or 'event'} (a name in it)")
    if name is None or isinstance(name, (bool, int, float)):
        return name
    raise EventError(
        path or "event", f"has a name of type {type(name).__name__}; names of fields are text"
    )


def _join(path: str, name: Any) -> str:
    return f"{path}.{name}" if path else f"{name}"
