"""What a catalogue's tables may say: the properties of a field, an identifier and a kind, each with its check.

The reader's messages, `catalog fmt` and the JSON Schema for editors all come from these tables.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .forms import BadFormError, compiled
from .model import TYPES, Field
from .values import has_type


class Property(NamedTuple):
    """One property: a check that gives what is wrong (blank for nothing), its JSON Schema, a sentence."""

    check: Callable[[Any], str]
    schema: Mapping[str, Any]
    about: str


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "must be text"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _number(value: Any) -> str:
    right = isinstance(value, (int, float)) and not isinstance(value, bool)
    return "" if right else "must be a number"


def _type(value: Any) -> str:
    if value in TYPES and value not in ("object", "list"):
        return ""
    names = ", ".join(each for each in TYPES if each not in ("object", "list"))
    return f"must be one of {names}; for an object say shape, for a list say list"


def _values(value: Any) -> str:
    right = isinstance(value, list) and value and all(type(x) in (str, int, float) for x in value)
    return "" if right else "must be a list of texts or numbers, not empty"


def _texts(value: Any) -> str:
    right = isinstance(value, list) and all(isinstance(each, str) and each for each in value)
    return "" if right else "must be a list of texts"


def _name(value: Any) -> str:
    return "" if isinstance(value, str) and value.isidentifier() else "must be a name of Python"


def _argument(value: Any) -> str:
    return "is a word of Python" if keyword.iskeyword(value) else _name(value)


def _form(value: Any) -> str:
    if not isinstance(value, str) or not value:
        return "must be 'email', 'phone' or a regular expression"
    if value in ("email", "phone"):
        return ""
    try:
        compiled(value)
    except BadFormError as error:
        return str(error)
    return ""


def _region(value: Any) -> str:
    right = isinstance(value, str) and len(value) == 2 and value.isupper()  # noqa: PLR2004
    return "" if right else "must be the two letters of a country, such as 'US'"


_TEXT: Mapping[str, Any] = {"type": "string"}
_FLAG: Mapping[str, Any] = {"type": "boolean"}
_NUMBER: Mapping[str, Any] = {"type": "number"}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
_TYPE: Mapping[str, Any] = {"enum": [t for t in TYPES if t not in ("object", "list")]}

_COMMON = {
    "about": Property(_text, _TEXT, "A sentence for people."),
    "example": Property(lambda _: "", {}, "A value, made up."),
    "deprecated": Property(_text, _TEXT, "What to use in its place; warned of once."),
    "hash": Property(_flag, _FLAG, "Send its keyed hash in its place."),
}

FIELD: Mapping[str, Property] = {
    "type": Property(_type, _TYPE, "What it holds."),
    "shape": Property(_text, _TEXT, "An object, with the fields of this shape."),
    "list": Property(_text, _TEXT, "A list, of this type or shape."),
    "required": Property(_flag, _FLAG, "Without it an event is wrong."),
    "one_of": Property(_values, {"type": "array"}, "The values it may have."),
    "min": Property(_number, _NUMBER, "The smallest number; of text, the fewest characters."),
    "max": Property(_number, _NUMBER, "The largest number; of text, the most characters."),
    "form": Property(_form, _TEXT, "A regular expression for the whole text."),
    "pii": Property(_flag, _FLAG, "It is personal data: no key is made of it without a secret."),
    "redact": Property(_flag, _FLAG, "Take it out before the event is written."),
    "as": Property(_argument, _TEXT, "The argument's name in Python."),
    **_COMMON,
}

IDENTIFIER: Mapping[str, Property] = {
    "form": Property(_form, _TEXT, "`email`, `phone`, or a regular expression for the whole text."),
    "region": Property(_region, _TEXT, "Where phone numbers without a country are from."),
    "deny": Property(_texts, _TEXTS, "Patterns such as *@shop.example that are never sent."),
    **_COMMON,
}

KIND: Mapping[str, Property] = {
    "about": _COMMON["about"],
    "deprecated": _COMMON["deprecated"],
    "key": Property(_texts, _TEXTS, "Fields of which the event's id is made."),
    "keep": Property(_flag, _FLAG, "The last to be dropped when the spool is full."),
    "active_event": Property(_flag, _FLAG, "Whether the customer was active: it decides the bill."),
    "fields": Property(lambda _: "", {}, "The fields of `data`."),
}

TOP: Mapping[str, Property] = {
    "catalog": Property(lambda v: "" if v == 1 else "must be 1", {"const": 1}, "This format."),
    "name": Property(_name, _TEXT, "The catalogue's name."),
    "version": Property(_text, _TEXT, "Yours; raise it when a kind changes."),
    "extends": Property(_text, _TEXT, "The pinned standard, 'standard@1'."),
    "draft": Property(_flag, _FLAG, "Drafted from traffic: nothing is rejected."),
    "identifiers": Property(lambda _: "", {}, "The identifiers that events may carry."),
    "shape": Property(lambda _: "", {}, "Objects that several fields share."),
    "kind": Property(lambda _: "", {}, "The kinds of events."),
}


def contradiction(field: Field) -> str:
    """What a field's properties say that no value could be, or that nothing could judge; blank for nothing."""
    if any(not has_type(field.type, each) for each in field.one_of):
        return f"has a value in one_of that is not of its type, {field.type}"
    if field.form and field.type not in ("text", "id", "any"):
        return f"has a form, which is for text, but its type is {field.type}"
    bounded = field.min is not None or field.max is not None
    if bounded and field.type in ("boolean", "time", "object"):
        return (
            f"has min or max, which are for text, numbers and lists, but its type is {field.type}"
        )
    if field.min is not None and field.max is not None and field.min > field.max:
        return "has a min above its max"
    return ""
