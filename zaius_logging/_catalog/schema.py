"""JSON Schema: of a catalogue's events, for other languages, and of `events.toml` itself, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .model import ALWAYS, Catalogue, Field, Identifier, Kind
from .spec import FIELD, IDENTIFIER, KIND, TOP, Property

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Mapping[str, Any] = {
    "text": {"type": "string"},
    "id": {"type": ["string", "integer"]},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "time": {"type": ["string", "number"]},
    "object": {"type": "object"},
    "list": {"type": "array"},
    "any": {},
}


def of_events(catalogue: Catalogue) -> dict[str, Any]:
    """The schema of one event; a right event is right by it, and a wrong one wrong where JSON Schema can say so."""
    return {
        "$schema": _DIALECT,
        "title": f"Events of {catalogue.name} {catalogue.version}",
        "oneOf": [_kind(catalogue, kind) for _, kind in sorted(catalogue.kinds.items())],
    }


def _kind(catalogue: Catalogue, kind: Kind) -> dict[str, Any]:
    required = ["type", "identifiers", *(["action"] if kind.action is not None else [])]
    if any(field.required for field in kind.fields.values()):
        required.append("data")
    action = {"const": kind.action} if kind.action is not None else False
    data = _object(kind.fields)
    for name in ALWAYS:
        data["properties"].setdefault(name, {})
    return {
        "title": kind.name,
        **({"description": kind.about} if kind.about else {}),
        "type": "object",
        "required": required,
        "properties": {
            "type": {"const": kind.type},
            "action": action,
            "identifiers": {
                "type": "object",
                "minProperties": 1,
                "properties": {n: _identifier(i) for n, i in catalogue.identifiers.items()},
                "additionalProperties": False if catalogue.closed else {"type": "string"},
            },
            "data": data,
        },
        "additionalProperties": False,
    }


def _identifier(given: Identifier) -> dict[str, Any]:
    forms = {"email": r"^[^@\sA-Z]+@[^@\sA-Z]+\.[^@\sA-Z]+$", "phone": r"^\+[1-9][0-9]{6,14}$"}
    found: dict[str, Any] = {"type": "string"}
    if given.form:
        found["pattern"] = forms.get(given.form, f"^(?:{given.form})$")
    if given.about:
        found["description"] = given.about
    return found


def _object(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _field(each) for name, each in fields.items()},
        "required": [name for name, each in fields.items() if each.required],
        "additionalProperties": False,
    }


def _field(field: Field) -> dict[str, Any]:
    found = dict(_TYPES[field.type])
    if field.type == "object" and field.shape:
        found = _object(field.fields)
    elif field.item is not None:
        found["items"] = _field(field.item)
    if field.one_of:
        found["enum"] = [*field.one_of]
    names = {"text": ("minLength", "maxLength"), "list": ("minItems", "maxItems")}
    low, high = names.get(field.type, ("minimum", "maximum"))
    for name, bound in ((low, field.min), (high, field.max)):
        if bound is not None:
            found[name] = bound
    if field.form and field.form not in ("email", "phone"):
        found["pattern"] = f"^(?:{field.form})$"
    if field.about:
        found["description"] = field.about
    if field.deprecated:
        found["deprecated"] = True
    if not field.required and found:  # null says nothing
        return {"anyOf": [found, {"type": "null"}]}
    return found


def of_the_format() -> dict[str, Any]:
    """The schema of `events.toml`, for editors that know TOML."""
    field = _table(FIELD)
    nested = {"anyOf": [field, {"type": "object", "additionalProperties": field}]}
    kind = _table(KIND)
    kind["properties"]["fields"] = {"type": "object", "additionalProperties": nested}
    top = _table(TOP)
    tables = {"identifiers": _table(IDENTIFIER), "kind": kind}
    for name, table in tables.items():
        top["properties"][name] = {"type": "object", "additionalProperties": table}
    shape = {"type": "object", "additionalProperties": nested}
    top["properties"]["shape"] = {"type": "object", "additionalProperties": shape}
    top["required"] = ["catalog", "name", "version"]
    return {"$schema": _DIALECT, "title": "events.toml of zaius_logging", **top}


def _table(known: Mapping[str, Property]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {n: {**each.schema, "description": each.about} for n, each in known.items()},
        "additionalProperties": False,
    }
