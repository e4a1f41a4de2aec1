"""What stands for a value that JSON has no word for, and the walk that puts it there or says why it cannot.

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
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from zaius_logging._errors import EventError

from .plain_json import ATOMS, MAX_BYTES, MAX_DEPTH, json_encode
from .rules import converter, is_text, plain_text, taught

_SURE = 16  # characters: a point and 15 digits, which a float always gives back (DBL_DIG)
_STEPS = 300  # stand-ins for one value, one after another: more than orjson's 254, so this decides


class NoFormError(TypeError):
    """JSON has no form for a value."""


class _TooLongError(ValueError):
    """An array or object that cannot fit, invalid before memory is spent on it."""


def stand_in(value: Any) -> Any:
    """What stands for a value that JSON has no word for.

    Raises:
        NoFormError: where nothing does.
        _TooLongError: see there.
    """
    kind = type(value)
    convert = converter(kind) if taught else None
    if convert is None:
        convert = _EXACT.get(kind)  # the usual ones need no search
    if convert is not None:
        return convert(value)
    if kind.__module__ == "numpy":  # first: a timedelta64 says that it is a whole number
        return list(_bounded(value)) if getattr(value, "shape", ()) else _scalar(value)
    for kinds, convert in _STAND_INS:
        if isinstance(value, kinds):
            return convert(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if getattr(value, "dtype", None) is not None and getattr(value, "shape", None) == ():
        return _scalar(value)
    if kind.__name__ == "NAType":  # pandas' own null
        return None
    if is_text(value):  # text that Django translates when it is read
        return str(value)
    raise NoFormError


def _instant(value: datetime) -> str | None:
    if type(value) is not datetime and value != value:  # noqa: PLR0124 - pandas' NaT is a datetime
        return None
    text = value.isoformat("T", "milliseconds")
    if text.endswith("+00:00"):
        return text[:-6] + "Z"
    if value.utcoffset() is None:
        return text
    return value.astimezone(timezone.utc).isoformat("T", "milliseconds")[:-6] + "Z"


def _decimal(value: Decimal) -> float | int | str | None:
    if not value.is_finite():
        return None
    text = str(value)
    near = float(text)
    if len(text) <= _SURE and "E" not in text and not near.is_integer():  # the usual amount
        return near
    if value == value.to_integral_value() and value.adjusted() < 15:  # noqa: PLR2004 - 2**53 has 16
        return int(value)
    return near if math.isfinite(near) and Decimal(repr(near)) == value else text


def _scalar(value: Any) -> Any:
    """The value of a scalar of NumPy and its kin; a time in any unit as Python's own."""
    item = value.item()
    if getattr(value.dtype, "kind", "") not in ("M", "m"):
        return item
    if isinstance(item, int) and value.dtype.str.endswith("s]"):  # finer than Python's microseconds
        item = value.astype(value.dtype.kind + "8[us]").item()
    if isinstance(item, int):  # months, whose length nobody knows; years that Python does not have
        raise NoFormError
    return item


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
_EXACT: dict[type, Callable[[Any], Any]] = {
    kind: convert for kind, convert in _STAND_INS if kind in (datetime, timedelta, Decimal, UUID)
}
_EXACT[tuple] = list


def stand_in_checked(value: Any) -> Any:
    """What stands for a value, where the standard json reads that in one way only."""
    found = stand_in(value)
    if type(found) not in ATOMS:
        found = _plain(value, "")
        check_kinds((found,))
    return found


def check_kinds(values: Any, depth: int = 2) -> None:
    """Look for what the standard json would misread: a name that is no text, a class beside its base's.

    Raises:
        Exception: there is one, or it is nested deeper than `MAX_DEPTH`; the walk explains.
    """
    if depth > MAX_DEPTH:  # counted, since Python's own limit differs from version to version
        raise NoFormError
    if type(values) is dict:
        if not _NAMES.issuperset(map(type, values)):
            raise NoFormError
        values = values.values()
    kinds = set(map(type, values))
    if kinds <= ATOMS:
        return
    for kind in kinds - _READ_RIGHTLY:
        if issubclass(kind, _BASES):
            raise NoFormError
    if not kinds.isdisjoint(_NESTED):
        for item in values:
            if type(item) in _NESTED:
                check_kinds(item, depth + 1)


_NAMES = frozenset({str})
_NESTED = frozenset({dict, list, tuple})
_READ_RIGHTLY = ATOMS | _NESTED | frozenset(_EXACT)
_BASES = (str, int, float, dict, list, tuple)


def coerced(value: Any, path: str, depth: int, above: frozenset[int]) -> Any:
    """Copy a value into JSON's own types.

    Raises:
        EventError: by the path of what has no form in JSON, and with what to do.
    """
    plain = value if type(value) in ATOMS else _plain(value, path)
    kind = type(plain)
    if kind is str:
        return plain if plain.isascii() else _coerced_text(plain, path)
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
        return _coerced_object(plain, path, depth, inside)
    return [
        coerced(item, f"{path}[{place}]", depth + 1, inside) for place, item in enumerate(plain)
    ]


def _coerced_object(
    mapping: dict[Any, Any], path: str, depth: int, inside: frozenset[int]
) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for given, item in mapping.items():
        name = _name(given, path or "event")
        where = f"{path}.{name}" if path else name
        if name in copy:
            raise EventError(where, "is there twice: two names of fields are written alike")
        copy[name] = coerced(item, where, depth + 1, inside)
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
                path, f"is of type {kind.__name__}, which JSON has no form for; {_hint(value)}"
            ) from None
        except _TooLongError:
            raise EventError(path, f"has more than {MAX_BYTES:,} items") from None
        except Exception as error:  # noqa: BLE001 - a value's own code may raise anything
            raise EventError(
                path,
                f"is of type {kind.__name__} and cannot be read: it raised {type(error).__name__}",
            ) from None
    raise EventError(path, "stands for something that stands for something else, without an end")


# What to do about objects of other libraries: a name that their classes have, and the hint.
_HINTS = (
    ("model_dump", "give its model_dump(mode='json')"),  # pydantic
    ("__attrs_attrs__", "give attrs.asdict of it"),
    ("_meta", "give the fields that the event needs, such as its pk"),  # a model of Django
    ("__table__", "give the fields that the event needs"),  # a model of SQLAlchemy
    ("to_dict", "give its to_dict() or tolist()"),  # a Series, an Index or a DataFrame of pandas
)


def _hint(value: object) -> str:
    kind = type(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "decode it to text first"
    if isinstance(value, SimpleNamespace):
        return "give vars() of it"
    for name, hint in _HINTS:
        if hasattr(kind, name):
            return hint
    return f"give what should stand for it, or call register_type({kind.__name__}, str) once"


def _coerced_text(text: str, path: str) -> str:
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
