"""The arguments that a kind's generated function takes, and where each goes in the event."""

from __future__ import annotations

import builtins
import json
import keyword
from collections.abc import Mapping
from typing import NamedTuple

from .model import Catalogue, Field, Kind

_BUILTINS = frozenset(dir(builtins))
_TYPES = {
    "text": "str",
    "id": "str | int",
    "integer": "int",
    "number": "float | Decimal",
    "boolean": "bool",
    "time": "datetime | str | float",
    "any": "object",
}
_TAKEN = ("ts", "active_event", "identifiers", "data", "fields_", "known_", "object_", "event_")
_LONG = 48  # characters of a Literal that stand in a signature; a longer one gets a name


class Argument(NamedTuple):
    """One argument.

    Attributes:
        name: in Python.
        type: its annotation, without None.
        required: whether it must be given.
        about: a sentence.
        into: the object that it goes into: `identifiers`, `fields`, or the name of a field with an object.
        field: its name there.
    """

    name: str
    type: str
    required: bool
    about: str
    into: str
    field: str


def arguments(catalogue: Catalogue, kind: Kind) -> list[Argument]:
    """The arguments of a kind: what is required, identifiers, the rest."""
    taken = {*catalogue.identifiers, *_TAKEN}
    own: list[Argument] = []
    nested = [each for each in kind.fields.values() if each.shape and each.type == "object"]
    flat = [(each, "fields", "") for each in kind.fields.values() if each not in nested]
    flat += [(inner, outer.name, outer.name) for outer in nested for inner in outer.fields.values()]
    optional = {each.name for each in nested if not each.required}
    for field, into, above in flat:
        name = _free(field, above, taken)
        taken.add(name)
        required = field.required and into not in optional
        own.append(Argument(name, annotation(field), required, _about(field), into, field.name))
    identifiers = [
        Argument(
            name,
            "str" if each.form in ("email", "phone") else "str | int",
            False,
            each.about,
            "identifiers",
            name,
        )
        for name, each in catalogue.identifiers.items()
    ]
    return [
        *(each for each in own if each.required),
        *identifiers,
        *(each for each in own if not each.required),
    ]


def _free(field: Field, above: str, taken: set[str]) -> str:
    name = field.as_ or argument_name(field.name)
    if name in taken and above:
        name = f"{above}_{name}"
    while name in taken:
        name += "_"
    return name


def _about(field: Field) -> str:
    if field.deprecated:
        return f"Deprecated: {field.deprecated}. {field.about}".strip()
    if not field.about and field.example is not None:
        return f"Such as {json.dumps(field.example, ensure_ascii=False)}."
    return field.about


def annotation(field: Field) -> str:
    """The type of a field in Python."""
    if field.one_of:
        literal = literal_of(field)
        return literal if len(literal) <= _LONG else class_name(field.name)
    if field.item is not None:
        return f"Sequence[{annotation(field.item)}]"
    if field.shape:
        return class_name(field.shape)
    return {"object": "Mapping[str, object]", "list": "Sequence[object]"}.get(
        field.type, _TYPES.get(field.type, "object")
    )


def literal_of(field: Field) -> str:
    """`Literal["web", "app"]`; a number's type where the values are no whole numbers."""
    if any(isinstance(each, float) for each in field.one_of):
        return "float"
    return f"Literal[{', '.join(literals(field))}]"


def literals(field: Field) -> list[str]:
    """The values of one_of as Python has them."""
    return [json.dumps(each, ensure_ascii=False) for each in field.one_of]


def long_literals(fields: Mapping[str, Field]) -> dict[str, Field]:
    """The fields whose values get a name of their own."""
    return {
        class_name(each.name): each
        for each in fields.values()
        if each.one_of and len(literal_of(each)) > _LONG
    }


def class_name(name: str) -> str:
    """`gift_card` as `GiftCard`."""
    plain = "".join(char if char.isalnum() else "_" for char in name)
    return "".join(part[:1].upper() + part[1:] for part in plain.split("_")) or "Any_"


def argument_name(name: str) -> str:
    """A name that Python takes: `class` as `class_`, `1st-visit` as `_1st_visit`."""
    plain = "".join(char if char.isalnum() else "_" for char in name)
    if plain[:1].isdigit():
        plain = f"_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def module_name(name: str) -> str:
    """The same for a name of the module: `list` as `list_`, for who imports it."""
    plain = argument_name(name)
    return f"{plain}_" if plain in _BUILTINS else plain
