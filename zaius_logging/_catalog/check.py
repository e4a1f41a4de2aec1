"""The definition of a right event: what a catalogue finds wrong in one, as JSON values.

Handler, `send`, fixture, `catalog check` and sandbox all judge by `findings`; the handler has a faster way
to its yes (`fast`), which a property test holds to it. No message has a value: values are personal data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from . import hints
from .forms import compiled, denied, has_form, shown
from .model import ALWAYS, Catalogue, Field, Identifier, Kind
from .values import has_type, wrong_type

_SHOWN = 8  # values of one_of that a message lists


class Finding(NamedTuple):
    """One thing that does not fit the catalogue.

    Attributes:
        rule: what kind of slip: `unknown_kind`, `unknown_field`, `unknown_identifier`, `missing`, `type`,
            `one_of`, `range`, `form`, `identifier_form`, `denied`, `deprecated`.
        grade: what follows: `unknown` (the setting on_unknown), `wrong` (on_wrong), `refuse` (always: it
            would merge customers), `deprecated` (a warning).
        path: of the field, such as `data.order.items[2].price`.
        problem: what is wrong and what to do.
        line: of the catalogue's file that says so, or 0.
    """

    rule: str
    grade: str
    path: str
    problem: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


def findings(catalogue: Catalogue, event: Mapping[str, Any]) -> list[Finding]:
    """Say what in an event does not fit a catalogue; nothing for a right one.

    Args:
        catalogue: to judge by.
        event: `{type, action, identifiers, data}` of JSON values, right by the API's own rules.
    """
    found = list(_identifiers(catalogue, event.get("identifiers") or {}))
    kind = catalogue.kind_of(event)
    if kind is None:
        problem, line = hints.unknown_kind(catalogue, event)
        return [*found, Finding("unknown_kind", "unknown", "kind", problem, line)]
    if kind.deprecated:
        found.append(Finding("deprecated", "deprecated", "kind", _old(kind.deprecated), kind.line))
    return [*found, *_data(catalogue, kind, event.get("data") or {})]


def _old(deprecated: str) -> str:
    return f"is deprecated: {deprecated}"


def _identifiers(catalogue: Catalogue, given: Mapping[str, Any]) -> Iterator[Finding]:
    for name, value in given.items():
        path = f"identifiers.{name}"
        known = catalogue.identifiers.get(name)
        if known is None:
            if catalogue.closed or hints.is_identifier_slip(name):
                problem = hints.unknown_identifier(catalogue, name)
                yield Finding("unknown_identifier", "unknown", path, problem)
        elif isinstance(value, str):
            yield from _identifier(known, path, value)


def _identifier(known: Identifier, path: str, value: str) -> Iterator[Finding]:
    if known.deny and denied(known.deny)(value):
        problem = "is one that must never be sent: it would merge customers"
        yield Finding("denied", "refuse", path, problem, known.line)
    elif known.form and not has_form(known.form, value):
        problem = f"has not the form {shown(known.form, known.example)}"
        yield Finding("identifier_form", "refuse", path, problem, known.line)
    if known.deprecated:
        yield Finding("deprecated", "deprecated", path, _old(known.deprecated), known.line)


def _data(catalogue: Catalogue, kind: Kind, data: Mapping[str, Any]) -> Iterator[Finding]:
    for name in data:
        if name not in kind.fields and name not in ALWAYS:
            problem, line = hints.unknown_field(catalogue, kind, name, "")
            yield Finding("unknown_field", "unknown", f"data.{name}", problem, line)
    for field in kind.fields.values():
        yield from _field(catalogue, kind, field, data.get(field.name), f"data.{field.name}")


def _field(
    catalogue: Catalogue, kind: Kind, field: Field, value: Any, path: str
) -> Iterator[Finding]:
    if value is None or (field.required and isinstance(value, str) and not value.strip()):
        if field.required:
            yield Finding("missing", "wrong", path, _missing(field, value), field.line)
        return
    if field.deprecated:
        yield Finding("deprecated", "deprecated", path, _old(field.deprecated), field.line)
    if not has_type(field.type, value):
        yield Finding("type", "wrong", path, wrong_type(field.type, value), field.line)
        return
    if problem := rule_of(field, value):
        yield Finding(*problem[:1], "wrong", path, problem[1], field.line)
    if field.type == "object" and field.shape:
        yield from _object(catalogue, kind, field.fields, value, path)
    elif field.item is not None:
        for place, each in enumerate(value):
            yield from _item(catalogue, kind, field.item, each, f"{path}[{place}]")


def _item(
    catalogue: Catalogue, kind: Kind, item: Field, value: Any, path: str
) -> Iterator[Finding]:
    if not has_type(item.type, value):
        yield Finding(
            "type",
            "wrong",
            path,
            wrong_type(item.type, value) if value is not None else "is null",
            item.line,
        )
    elif item.shape:
        yield from _object(catalogue, kind, item.fields, value, path)


def _object(
    catalogue: Catalogue, kind: Kind, fields: Mapping[str, Field], value: Any, path: str
) -> Iterator[Finding]:
    for name in value:
        if name not in fields:
            problem, line = hints.unknown_field(catalogue, kind, name, path.removeprefix("data."))
            yield Finding("unknown_field", "unknown", f"{path}.{name}", problem, line)
    for field in fields.values():
        yield from _field(catalogue, kind, field, value.get(field.name), f"{path}.{field.name}")


def rule_of(field: Field, value: Any) -> tuple[str, str] | None:
    """The rule, and in words how, a value of the right type breaks what its field says of it."""
    if field.one_of and value not in field.one_of:
        return "one_of", f"is none of {_listed(field)}"
    size = len(value) if isinstance(value, (str, list)) else value
    what = " characters" if isinstance(value, str) else " items" if isinstance(value, list) else ""
    if field.min is not None and isinstance(size, (int, float)) and size < field.min:
        return "range", f"is below {field.min:g}{what}"
    if field.max is not None and isinstance(size, (int, float)) and size > field.max:
        return "range", f"is above {field.max:g}{what}"
    if field.form and isinstance(value, str):
        right = has_form if field.form in ("email", "phone") else lambda f, v: compiled(f)(v)
        if not right(field.form, value):
            return "form", f"has not the form {shown(field.form, str(field.example or ''))}"
    return None


def _listed(field: Field) -> str:
    shown_ = ", ".join(json.dumps(each, ensure_ascii=False) for each in field.one_of[:_SHOWN])
    return f"{shown_}, …" if len(field.one_of) > _SHOWN else shown_


def _missing(field: Field, value: Any) -> str:
    what = "is missing" if value is None else "is blank"
    if field.one_of:
        return f"{what}; one of {_listed(field)}"
    return f"{what}; such as {json.dumps(field.example)}" if field.example else what
