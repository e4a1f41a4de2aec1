"""A catalogue in memory: resolved, that is, with every shape filled in and the standard merged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

TYPES = ("text", "id", "integer", "number", "boolean", "time", "object", "list", "any")
"""What a field may hold: `id` is text or a whole number (7 and "7" are the same), `time` is ISO 8601
text or epoch seconds, `object` has fields of its own, `list` has items of one type."""

ALWAYS = (
    "ts",
    "idempotence_id",
    "active_event",
    "data_source",
    "data_source_type",
    "data_source_version",
)
"""Fields that every kind has, without being listed."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of `data`, or of an object inside it.

    Attributes:
        name: in JSON.
        type: one of `TYPES`.
        required: whether an event without it is wrong; null and blank text count as without.
        one_of: the values it may have; empty for any.
        min: the smallest number, or the fewest characters or items.
        max: the largest, or the most.
        form: a regular expression that the whole text must match; blank for any text.
        about: a sentence for people.
        example: a value, made up.
        pii: holds personal data, so that `key` may not use it without a secret.
        redact: is taken out before the event is written.
        hash: is replaced by its keyed hash.
        deprecated: what to use in its place; blank where it is current.
        as_: the argument's name in generated Python, where it differs.
        shape: the name of the shape that its object, or the items of its list, have.
        fields: of its object.
        item: of its list.
        line: of the file that says so; 0 for the standard.
    """

    name: str
    type: str = "any"
    required: bool = False
    one_of: tuple[Any, ...] = ()
    min: float | None = None
    max: float | None = None
    form: str = ""
    about: str = ""
    example: Any = None
    pii: bool = False
    redact: bool = False
    hash: bool = False
    deprecated: str = ""
    as_: str = ""
    shape: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    item: Field | None = None
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """One identifier that events may carry.

    Attributes:
        name: in JSON, such as `email`.
        form: `email`, `phone`, a regular expression, or blank for any text.
        region: two letters, such as `US`: where phone numbers without a country are from.
        deny: patterns such as `*@shop.example`: values that must never be sent.
        hash: is sent as its keyed hash, under the name with `_hash`.
        about: a sentence for people.
        example: a value, made up.
        deprecated: what to use in its place.
        line: of the file that says so.
    """

    name: str
    form: str = ""
    region: str = ""
    deny: tuple[str, ...] = ()
    hash: bool = False
    about: str = ""
    example: str = ""
    deprecated: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of event.

    Attributes:
        type: for example `order`.
        action: for example `purchase`; None for a type that has none, such as `pageview`.
        about: a sentence for people.
        fields: of `data`, without those that every kind has.
        key: paths of the fields from which the event's id is made; empty for a fresh one.
        keep: whether it is the last to be dropped when the spool is full.
        active_event: whether the customer was active; None leaves it to the API (yes).
        deprecated: what to use in its place.
        line: of the file that says so.
    """

    type: str
    action: str | None
    about: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    keep: bool = False
    active_event: bool | None = None
    deprecated: str = ""
    line: int = 0

    @cached_property
    def name(self) -> str:
        """As people and messages say it: `order/purchase`, `pageview`."""
        return kind_name(self.type, self.action)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All kinds and identifiers that events may have.

    Attributes:
        name: for example `shop`.
        version: of this catalogue, as its owner counts.
        extends: the standard that it is built on, such as `standard@1`; blank for none.
        draft: whether it was drafted from traffic and rejects nothing yet.
        closed: whether its identifiers are all there are.
        source: the file's name; blank for the standard.
        path: where it was read from.
    """

    name: str
    version: str
    extends: str = ""
    draft: bool = False
    closed: bool = False
    identifiers: Mapping[str, Identifier] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    source: str = ""
    path: str = field(default="", compare=False)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with anything but lines and file names."""
        text = json.dumps(self.plain(lines=False), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def types_without_action(self) -> frozenset[str]:
        """Types that are listed without an action, so that their events need none."""
        return frozenset(kind.type for kind in self.kinds.values() if kind.action is None)

    def kind_of(self, event: Mapping[str, Any]) -> Kind | None:
        """The kind of an event of the API's own form, or None where the catalogue lacks it."""
        type_, action = event.get("type"), event.get("action")
        if not isinstance(type_, str) or not (action is None or isinstance(action, str)):
            return None
        return self.kinds.get(kind_name(type_, action))

    def place(self, line: int) -> str:
        """Where people find a line of it: `events.toml:14`, or its name."""
        return f"{self.source}:{line}" if self.source and line else self.name

    def plain(self, *, lines: bool = True) -> dict[str, Any]:
        """The same as plain JSON values: for the sandbox, other languages and the digest."""
        whole = {
            name: getattr(self, name) for name in ("name", "version", "extends", "draft", "closed")
        }
        if lines:
            whole["source"] = self.source
        whole["identifiers"] = {n: _plain(each, lines) for n, each in self.identifiers.items()}
        whole["kinds"] = {n: _plain(each, lines) for n, each in self.kinds.items()}
        return whole


def kind_name(type_: str, action: str | None) -> str:
    """`type/action`, or the type alone."""
    return type_ if action is None else f"{type_}/{action}"


def leaves(fields: Mapping[str, Field], path: str = "") -> Iterator[tuple[str, Field]]:
    """All fields with their paths below `data`; `[]` stands for any place of a list."""
    for name, each in fields.items():
        here = f"{path}.{name}" if path else name
        yield here, each
        inner = each.item.fields if each.item else each.fields
        if inner:
            yield from leaves(inner, f"{here}[]" if each.item else here)


def _plain(value: Any, lines: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields(value):
        item = getattr(value, each.name)
        if item in ((), {}, "", None, False) and each.name not in ("action", "active_event"):
            continue
        if each.name == "line" and not lines:
            continue
        if each.name == "fields":
            item = {name: _plain(inner, lines) for name, inner in item.items()}
        elif each.name == "item":
            item = _plain(item, lines)
        elif isinstance(item, tuple):
            item = list(item)
        found[each.name.rstrip("_")] = item
    return found
