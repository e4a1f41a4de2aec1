"""The arguments that a kind's generated function takes, and where each goes in the event."""

from __future__ import annotations

import json
from collections import Counter
from typing import NamedTuple

from .model import Catalogue, Field, Kind
from .names import Names, argument_name, distinct

_TYPES = {
    "text": "str",
    "id": "str | int",
    "integer": "int",
    "number": "float | Decimal",
    "boolean": "bool",
    "time": "datetime | date | str | float",
    "any": "object",
}
_TAKEN = (
    *("ts", "active_event", "identifiers", "data", "fields_", "known_", "object_", "event_"),
    *("_extra", "dict", "str", "Any"),  # which a function's own lines say
)


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


def arguments(catalogue: Catalogue, kind: Kind, names: Names) -> list[Argument]:
    """The arguments of a kind: what is required, identifiers, the rest."""
    taken = {*_TAKEN}
    known = distinct(catalogue.identifiers, argument_name, taken)
    own: list[Argument] = []
    nested = [each for each in kind.fields.values() if each.shape and each.type == "object"]
    flat = [(each, "fields", "") for each in kind.fields.values() if each not in nested]
    flat += [(inner, outer.name, outer.name) for outer in nested for inner in outer.fields.values()]
    optional = {each.name for each in nested if not each.required}
    # What two objects have, such as a country, is said with the object: alone it would mean either.
    often = Counter(_own_name(field) for field, _, above in flat if above)
    for field, into, above in flat:
        shared = above and often[_own_name(field)] > 1
        name = _free(field, above, {*taken, _own_name(field)} if shared else taken)
        taken.add(name)
        required = field.required and into not in optional
        own.append(
            Argument(name, annotation(field, names), required, _about(field), into, field.name)
        )
    identifiers = [
        Argument(
            known[name],
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
    name = _own_name(field)
    if name in taken and above:
        name = argument_name(f"{above}_{field.as_ or field.name}")
    while name in taken:
        name += "_"
    return name


def _own_name(field: Field) -> str:
    return argument_name(field.as_ or field.name)


def _about(field: Field) -> str:
    if field.deprecated:
        return f"Deprecated: {field.deprecated}. {field.about}".strip()
    if not field.about and field.example is not None:
        return f"Such as {json.dumps(field.example, ensure_ascii=False)}."
    return field.about


def annotation(field: Field, names: Names) -> str:
    """The type of a field in Python."""
    if field.one_of:
        return names.of_values(field)
    if field.item is not None:
        return f"Sequence[{annotation(field.item, names)}]"
    if field.shape:
        return names.of_shape(field)
    return {"object": "Mapping[str, object]", "list": "Sequence[object]"}.get(
        field.type, _TYPES.get(field.type, "object")
    )
