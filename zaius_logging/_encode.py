"""Event -> the bytes of its JSON.

`orjson` where it is installed and can, the standard `json` where it must: both give equal JSON, so
installing the extra changes a price and no result. What is not made of exactly JSON's own types is
walked once, slowly: the walk mends what has one sensible meaning and refuses the rest by the path of
the field. (The standard json would read subclasses its own way: an Enum by what it inherits and not by
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

import json
import math
from collections import UserString
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
from ._event import Event, plain_text

MAX_DEPTH = 200
"""Levels of nesting, the event itself being the first. Real events have four; orjson ends at 254."""

SHALLOW = 2 * MAX_DEPTH
"""Bytes of JSON that cannot be nested deeper than `MAX_DEPTH`: each level opens and closes."""

MAX_BYTES = 1_000_000
"""Bytes of one event, so that any event fits into a request of the default size."""

_ATOMS = frozenset({str, int, float, bool, type(None)})
_STEPS = 300  # stand-ins for one value, one after another: more than orjson's 254, so this decides

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
            body = _json_encode(_mended(tree, "", 1, frozenset())).encode()
        if may_be_deep(body):
            _mended(tree, "", 1, frozenset())
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


def may_be_deep(body: bytes) -> bool:
    """Whether JSON could be nested deeper than `MAX_DEPTH`; short text cannot, and is not looked at."""
    return len(body) > SHALLOW and body.count(b"{") + body.count(b"[") > MAX_DEPTH


def _orjson_dumps() -> Dumper:
    import orjson

    option = (
        orjson.OPT_PASSTHROUGH_DATETIME
        | orjson.OPT_PASSTHROUGH_DATACLASS
        | orjson.OPT_PASSTHROUGH_SUBCLASS
    )
    dumps, default = orjson.dumps, _stand_in

    def orjson_dumps(tree: Any, _unsure: Any) -> bytes:
        return dumps(
            tree, default, option
        )  # by place: functools.partial by name takes twice as long

    return orjson_dumps


def _json_dumps(tree: Any, unsure: Any) -> bytes:
    if not _is_plain(unsure, 1 if unsure is tree else 2):
        raise _NoFormError
    return _json_encode(tree).encode()


def _is_plain(value: Any, depth: int) -> bool:
    """Whether the standard json can read a value in one way only."""
    kind = type(value)
    if kind is dict:
        for name in value:
            if type(name) is not str:
                return False
        value = value.values()
    elif kind is not list:
        return False
    for item in value:
        if type(item) not in _ATOMS and not _is_plain(item, depth + 1):
            return False
    return depth <= MAX_DEPTH


class _NoFormError(TypeError):
    """JSON has no form for a value."""


class _TooLongError(ValueError):
    """An array or object that cannot fit, refused before memory is spent on it."""


def _stand_in(value: Any) -> Any:
    """What stands for a value that JSON has no word for.

    Raises:
        _NoFormError: where nothing does.
        _TooLongError: see there.
    """
    for kinds, convert in _STAND_INS:
        if isinstance(value, kinds):
            return convert(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if getattr(value, "dtype", None) is not None and getattr(value, "shape", None) == ():
        return value.item()  # a scalar of NumPy and its kin
    raise _NoFormError


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
    near = float(value)
    return near if math.isfinite(near) and Decimal(repr(near)) == value else str(value)


def _no(_: object) -> Any:
    raise _NoFormError


def _bounded(value: Any) -> Any:
    if len(value) > MAX_BYTES:
        raise _TooLongError
    return value


# The order matters: a datetime is a date, bytes are a sequence.
_STAND_INS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (datetime, _instant),
    ((date, time), lambda value: value.isoformat()),
    (timedelta, timedelta.total_seconds),
    (Decimal, _decimal),
    (UUID, str),
    (Enum, lambda value: value.value),
    (str, plain_text),
    (UserString, str),
    (float, float),
    (Integral, int),
    (Real, float),
    ((bytes, bytearray, memoryview), _no),
    (Mapping, lambda value: dict(_bounded(value).items())),
    (AbstractSet, lambda value: sorted(_bounded(value), key=str)),
    (Sequence, lambda value: list(_bounded(value))),
)


def _json_encoder() -> Callable[[Any], str]:
    """JSONEncoder.encode without what it builds anew for each call (2 of 5 µs)."""
    encoder = json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # PyPy
        return encoder.encode
    text = json.encoder.encode_basestring
    scan = make(None, encoder.default, text, None, ":", ",", False, False, False)
    return lambda tree: "".join(scan(tree, 0))


_json_encode = _json_encoder()


def _mended(value: Any, path: str, depth: int, above: frozenset[int]) -> Any:
    """Copy a value into JSON's own types, or say by path what cannot be one."""
    plain = value if type(value) in _ATOMS else _plain(value, path)
    kind = type(plain)
    if kind is str:
        return plain if plain.isascii() else _mended_text(plain, path)
    if kind is int:
        return _checked_int(plain, path)
    if kind is float:
        return plain if math.isfinite(plain) else None
    if kind is not dict and kind is not list:
        return plain  # None, True, False
    if id(value) in above:
        raise EventError(path, "contains itself")
    if depth > MAX_DEPTH:
        raise EventError(path, f"is nested deeper than {MAX_DEPTH} levels")
    inside = above | {id(value)}
    if kind is dict:
        return _mended_object(plain, path, depth, inside)
    return [
        _mended(item, f"{path}[{place}]", depth + 1, inside) for place, item in enumerate(plain)
    ]


def _mended_object(
    mapping: dict[Any, Any], path: str, depth: int, inside: frozenset[int]
) -> dict[str, Any]:
    mended: dict[str, Any] = {}
    for given, item in mapping.items():
        name = _name(given, path or "event")
        where = f"{path}.{name}" if path else name
        if name in mended:
            raise EventError(where, "is there twice: two names of fields are written alike")
        mended[name] = _mended(item, where, depth + 1, inside)
    return mended


def _plain(value: Any, path: str) -> Any:
    """Replace a value by what stands for it until it is of one of JSON's own types."""
    kept = []  # so that no identity is used twice
    for _ in range(_STEPS):
        kind = type(value)
        if kind in _ATOMS or kind is dict or kind is list:
            return value
        kept.append(value)
        try:
            value = _stand_in(value)
        except _NoFormError:
            raise EventError(
                path, f"is of type {kind.__name__}, which JSON has no form for{_hint(value)}"
            ) from None
        except _TooLongError:
            raise EventError(path, f"has more than {MAX_BYTES:,} items") from None
        except Exception as error:  # noqa: BLE001 - a value's own code may raise anything
            raise EventError(
                path,
                f"is of type {kind.__name__} and cannot be read: it raised {type(error).__name__}",
            ) from None
    raise EventError(path, "stands for something that stands for something else, without an end")


def _hint(value: object) -> str:
    return "; decode it to text first" if isinstance(value, (bytes, bytearray, memoryview)) else ""


def _mended_text(text: str, path: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        if not path.startswith("data."):
            raise EventError(path, "has a lone surrogate, which UTF-8 cannot carry") from None
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _checked_int(number: int, path: str) -> int:
    try:
        str(number)
    except ValueError:  # CPython's limit on digits (CVE-2020-10735)
        raise EventError(path, "has too many digits to be a number") from None
    return number


def _name(given: Any, path: str) -> str:
    """The text of a field's name."""
    name = given.value if isinstance(given, Enum) else given
    kind = type(name)
    if issubclass(kind, str):
        return _checked_name(str.__str__(name), path)
    if issubclass(kind, int):
        name = _checked_int(name if kind is bool else int(name), path)
    elif not (name is None or (issubclass(kind, float) and math.isfinite(name))):
        raise EventError(path, f"has a name of type {kind.__name__}; names of fields are text")
    return _json_encode(name)


def _checked_name(text: str, path: str) -> str:
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        raise EventError(
            path, "has a name with a lone surrogate, which UTF-8 cannot carry"
        ) from None
    return text
