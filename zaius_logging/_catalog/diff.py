"""What changes from one catalogue to another, and what of it breaks code or ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from .arguments import arguments
from .key import personal_fields
from .model import Catalogue, Field, Identifier, Kind, leaves
from .names import Names


class Change(NamedTuple):
    """One change.

    Attributes:
        breaks: whether events or code that were right become wrong, or ids change.
        what: where it is.
        how: what becomes of it.
    """

    breaks: bool
    what: str
    how: str

    def __str__(self) -> str:
        return f"{'BREAKS ' if self.breaks else '       '}{self.what}: {self.how}"


def differences(old: Catalogue, new: Catalogue) -> list[Change]:
    """The changes, kind by kind, in the order of names."""
    return [*_identifiers(old, new), *_kinds(old, new)]


def _kinds(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    for name in sorted({*old.kinds, *new.kinds}):
        if name not in new.kinds:
            yield Change(True, name, "is gone")
        elif name not in old.kinds:
            yield Change(False, name, "is new")
        else:
            before, after = old.kinds[name], new.kinds[name]
            if before.key and before.key == after.key and old.name != new.name:
                yield Change(True, name, f"catalogue {old.name} -> {new.name}: ids change")
            yield from _arguments(name, _names(old, before), _names(new, after))
            yield from _kind(name, before, after)


def _names(catalogue: Catalogue, kind: Kind) -> dict[str, str]:
    """Path of a field -> the argument that it is in generated Python."""
    only = replace(catalogue, kinds={kind.name: kind})
    places = {"fields": "data.", "identifiers": "identifiers."}
    return {
        f"{places.get(each.into) or f'data.{each.into}.'}{each.field}": each.name
        for each in arguments(only, kind, Names(only))
    }


def _arguments(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for path in sorted(old.keys() & new.keys()):
        if old[path] != new[path]:
            yield Change(True, f"{name} {path}", f"is the argument {new[path]} now")


def _kind(name: str, old: Kind, new: Kind) -> Iterator[Change]:
    if old.key != new.key:
        yield Change(True, name, f"key {_key(old)} -> {_key(new)}: ids change")
    elif bool(personal_fields(old)) != bool(personal_fields(new)):
        yield Change(True, name, "key with personal data is made with the secret: ids change")
    if old.active_event != new.active_event:
        yield Change(False, name, f"active_event {old.active_event} -> {new.active_event}")
    if new.deprecated and not old.deprecated:
        yield Change(False, name, f"is deprecated: {new.deprecated}")
    before, after = dict(leaves(old.fields)), dict(leaves(new.fields))
    for path in sorted({*before, *after}):
        where = f"{name} data.{path}"
        if path not in after:
            yield Change(True, where, "is gone")
        elif path not in before:
            yield Change(
                after[path].required, where, "is new" + ", required" * after[path].required
            )
        else:
            yield from _field(where, before[path], after[path])


def _key(kind: Kind) -> str:
    return "+".join(kind.key) or "none"


def _field(where: str, old: Field, new: Field) -> Iterator[Change]:
    yield from _type(where, "type", old.type, new.type)
    if old.item and new.item:
        yield from _type(where, "list of", old.item.type, new.item.type)
    if old.required != new.required:
        yield Change(new.required, where, "is required now" if new.required else "is optional now")
    if {*old.one_of} != {*new.one_of}:
        gone = {*old.one_of} - {*new.one_of} if new.one_of else set()
        narrower = bool(gone) or bool(new.one_of and not old.one_of)
        yield Change(narrower, where, "takes fewer values" if narrower else "takes more values")
    for bound, sign in (("min", 1), ("max", -1)):
        before, after = getattr(old, bound), getattr(new, bound)
        if before != after:
            narrower = after is not None and (before is None or (after - before) * sign > 0)
            yield Change(narrower, where, f"{bound} {_shown(before)} -> {_shown(after)}")
    if old.form != new.form:
        yield Change(bool(new.form), where, "has another form")
    if (old.redact, old.hash) != (new.redact, new.hash):
        yield Change(False, where, f"redact {new.redact}, hash {new.hash}")
    if new.deprecated and not old.deprecated:
        yield Change(False, where, f"is deprecated: {new.deprecated}")


def _type(where: str, what: str, old: str, new: str) -> Iterator[Change]:
    if old != new:
        wider = (old, new) in _WIDER or new == "any"
        yield Change(not wider, where, f"{what} {old} -> {new}")


_WIDER = {("integer", "number"), ("integer", "id"), ("text", "id")}


def _shown(bound: float | None) -> str:
    return "none" if bound is None else f"{bound:g}"


def _identifiers(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    if new.closed and not old.closed:
        yield Change(True, "identifiers", "are those listed and no others now")
    for name in sorted({*old.identifiers, *new.identifiers}):
        where = f"identifiers.{name}"
        if name not in new.identifiers:
            yield Change(new.closed, where, "is gone")
        elif name not in old.identifiers:
            yield Change(False, where, "is new")
        else:
            yield from _identifier(where, old.identifiers[name], new.identifiers[name])


def _identifier(where: str, old: Identifier, new: Identifier) -> Iterator[Change]:
    changed: list[tuple[bool, str, Any, Any]] = [
        (bool(new.form), "form", old.form or "none", new.form or "none"),
        (bool({*new.deny} - {*old.deny}), "deny", [*old.deny], [*new.deny]),
        (True, "hash", old.hash, new.hash),
    ]
    for breaks, name, before, after in changed:
        if before != after:
            yield Change(breaks, where, f"{name} {before} -> {after}")
