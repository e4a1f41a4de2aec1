"""Whether a JSON value is of a type of the catalogue, and in words what it is instead."""

from __future__ import annotations

import re
from typing import Any

_ISO_8601 = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"([T ]([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"\d{1,10}(\.\d{1,9})?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?", re.ASCII)
MILLISECONDS = 1e11  # as seconds this is the year 5138; as milliseconds, 1973

_NEEDS = {
    "text": "must be text",
    "id": "must be text or a whole number",
    "integer": "must be a whole number",
    "number": "must be a number",
    "boolean": "must be true or false",
    "time": "must be ISO 8601, such as 2026-01-31T12:00:00.000Z, or epoch seconds",
    "object": "must be an object",
    "list": "must be a list",
}


def has_type(type_: str, value: Any) -> bool:
    """Whether a JSON value, not null, is of a type."""
    if type_ == "any":
        return True
    if type_ in ("text", "boolean", "object", "list"):
        return isinstance(
            value, {"text": str, "boolean": bool, "object": dict, "list": list}[type_]
        )
    if isinstance(value, bool):
        return False
    if type_ == "number":
        return isinstance(value, (int, float))
    if type_ == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if type_ == "id":
        return isinstance(value, (int, str))
    return is_time(value)


def is_time(value: Any) -> bool:
    """Whether a JSON value is a time that the API reads."""
    if isinstance(value, str):
        return bool(_ISO_8601.fullmatch(value) or _EPOCH.fullmatch(value))
    return isinstance(value, (int, float)) and 0 <= value < MILLISECONDS


def wrong_type(type_: str, value: Any) -> str:
    """Say what a value is, without the value, and what it must be."""
    said = f"is {_kind(value)}; it {_NEEDS[type_]}"
    if type_ == "time" and isinstance(value, (int, float)) and value >= MILLISECONDS:
        return f"{said}; milliseconds must be divided by 1000"
    if type_ in ("number", "integer") and isinstance(value, str) and _NUMBER.fullmatch(value):
        return f"{said}: leave the quotes out"
    if type_ == "text" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{said}: put it in quotes"
    return said


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    for kinds, name in (((int, float), "a number"), (str, "text"), (dict, "an object")):
        if isinstance(value, kinds):
            return name
    return "a list"
