"""What stands for a value that JSON has no word for, and the walk that puts it there.

A module of its own because only who encodes needs it: decimal and the like are 5 % of an import.
"""

from __future__ import annotations

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

from zaius_logging._errors import EventError

from .event import plain_text
from .plain_json import ATOMS, MAX_BYTES, MAX_DEPTH, json_encode

_STEPS = 300  # stand-ins for one value, one after another: more than orjson's 254, so this decides


class NoFormError(TypeError):
    """JSON has no form for a value."""


class _TooLongError(ValueError):
    """An array or object that cannot fit, refused before memory is spent on it."""


def stand_in(value: Any) -> Any:
    """What stands for a value that JSON has no word for.

    Raises:
        NoFormError: where nothing does.
        _TooLongError: see there.
    """
    for kinds, convert in _STAND_INS:
        if isinstance(value, kinds):
            return convert(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if getattr(value, "dtype", None) is not None and getattr(value, "shape", None) == ():
        return value.item()  # a scalar of NumPy and its kin
    raise NoFormError


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
    raise NoFormError


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


def mended(value: Any, path: str, depth: int, above: frozenset[int]) -> Any:
    """Copy a value into JSON's own types, or say by path what cannot be one."""
    plain = value if type(value) in ATOMS else _plain(value, path)
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
    return [mended(item, f"{path}[{place}]", depth + 1, inside) for place, item in enumerate(plain)]


def _mended_object(
    mapping: dict[Any, Any], path: str, depth: int, inside: frozenset[int]
) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for given, item in mapping.items():
        name = _name(given, path or "event")
        where = f"{path}.{name}" if path else name
        if name in copy:
            raise EventError(where, "is there twice: two names of fields are written alike")
        copy[name] = mended(item, where, depth + 1, inside)
    return copy


def _plain(value: Any, path: str) -> Any:
    """Replace a value by what stands for it until it is of one of JSON's own types."""
    kept = []  # so that no identity is used twice
    for _ in range(_STEPS):
        kind = type(value)
        if kind in ATOMS or kind is dict or kind is list:
            return value
        kept.append(value)
        try:
            value = stand_in(value)
        except NoFormError:
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
    return json_encode(name)


def _checked_name(text: str, path: str) -> str:
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        raise EventError(
            path, "has a name with a lone surrogate, which UTF-8 cannot carry"
        ) from None
    return text
