"""A catalogue's document, as TOML or Python has it -> a `Catalogue`, or an exact message."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from zaius_logging._errors import ConfigError

from .model import TYPES, Catalogue, Field, Identifier, Kind, leaves
from .spec import FIELD, IDENTIFIER, KIND, TOP, Property, contradiction

Document = Mapping[str, Any]
Path = tuple[str, ...]

MAX_SHAPES = 8
"""Levels of shapes inside shapes; the documented order has two."""


class Resolver:
    """Makes one catalogue of one document.

    Args:
        document: what a file says.
        source: the file's name; blank for the standard.
        lines: path -> line of the file.
        base: the document that it extends.
    """

    def __init__(
        self, document: Document, source: str, lines: Mapping[Path, int], base: Document | None
    ) -> None:
        self._document = document
        self._source = source
        self._lines = lines
        self._base: Document = base or {}
        self._shapes = self._merged_shapes()

    def catalogue(self) -> Catalogue:
        """Resolve.

        Raises:
            ConfigError: naming file, line, path and what to do.
        """
        given = self._document
        self._check(given, TOP, ())
        for name in ("catalog", "name", "version"):
            if name not in given:
                self._fail((name,), "is missing" + (": write catalog = 1" * (name == "catalog")))
        own = self._table(given.get("identifiers", {}), ("identifiers",))
        found = {name: self._identifier(name, own[name]) for name in own}
        if not found:
            found = {
                name: Identifier(name=name, **_renamed(each))
                for name, each in self._base.get("identifiers", {}).items()
            }
        kinds = self._table(given.get("kind", {}), ("kind",))
        return Catalogue(
            name=given["name"],
            version=given["version"],
            extends=given.get("extends", ""),
            draft=given.get("draft", False),
            closed=bool(own) and bool(self._source),
            identifiers=found,
            kinds={name: self._kind(name, kinds[name]) for name in kinds},
            source=self._source,
        )

    # Identifiers and kinds

    def _identifier(self, name: str, given: Any) -> Identifier:
        path = ("identifiers", name)
        table = self._table(given, path)
        self._check(table, IDENTIFIER, path)
        base = self._base.get("identifiers", {}).get(name, {})
        return Identifier(name=name, line=self._line(path), **_renamed({**base, **table}))

    def _kind(self, name: str, given: Any) -> Kind:
        path = ("kind", name)
        table = self._table(given, path)
        for inner, each in table.items():
            if inner not in KIND and isinstance(each, dict):
                self._fail((*path, inner), f'is not known; a kind is [kind."{name}/{inner}"]')
        self._check(table, KIND, path)
        type_, slash, action = name.partition("/")
        if not type_.strip() or (slash and not action.strip()) or "/" in action:
            self._fail(path, 'must be named "type/action", or "type" where it has no action')
        base = self._base.get("kind", {}).get(name, {})
        specs: dict[Path, Any] = {
            tuple(each.split(".")): spec for each, spec in base.get("fields", {}).items()
        }
        for at, spec in self._flat(table.get("fields", {}), (*path, "fields"), ()):
            specs[at] = {**specs.get(at, {}), **spec}
        rest = _renamed({**base, **table})
        rest.pop("fields", None)
        kind = Kind(
            type=type_,
            action=action or None,
            line=self._line(path),
            fields=self._fields(specs, (*path, "fields")),
            **rest,
        )
        self._check_key(kind, path)
        return kind

    def _check_key(self, kind: Kind, path: Path) -> None:
        known = dict(leaves(kind.fields))
        for each in kind.key:
            if each not in known:
                near = [path for path in known if path.endswith(f".{each}")]
                near = near or difflib.get_close_matches(each, known, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self._fail((*path, "key"), f"names {each}, which is no field of the kind{hint}")
            if known[each].type not in ("text", "id", "integer", "time", "boolean"):
                self._fail(
                    (*path, "key"),
                    f"names {each} of type {known[each].type}; a key is made of text, id, "
                    "integer, time or boolean",
                )

    # Fields

    def _flat(self, given: Any, path: Path, at: Path) -> list[tuple[Path, dict[str, Any]]]:
        """`fields.order.total = {…}` and `fields."order.total" = {…}` are the same."""
        found: list[tuple[Path, dict[str, Any]]] = []
        for name, spec in self._table(given, path).items():
            here, deeper = (*path, name), (*at, *name.split("."))
            if not all(each.strip() for each in deeper):
                self._fail(here, "has a name that is blank")
            table = self._table(spec, here)
            if table and all(isinstance(each, dict) for each in table.values()):
                found += self._flat(table, here, deeper)
                continue
            self._check(table, FIELD, here)
            found.append((deeper, {**table, "line": self._line(here)}))
        return found

    def _fields(self, specs: Mapping[Path, Any], path: Path, depth: int = 0) -> dict[str, Field]:
        if depth > MAX_SHAPES:
            self._fail(path, f"has shapes inside shapes, more than {MAX_SHAPES} deep")
        names = dict.fromkeys(at[0] for at in specs if at)
        found = {}
        for name in names:
            inner = {at[1:]: spec for at, spec in specs.items() if at[0] == name and len(at) > 1}
            found[name] = self._field(name, specs.get((name,)), inner, (*path, name), depth)
        return found

    def _field(
        self, name: str, spec: Any, inner: Mapping[Path, Any], path: Path, depth: int
    ) -> Field:
        if spec is None:
            self._fail(path, "is no object here: say its shape first")
        rest = _renamed(spec)
        shape, items = rest.pop("shape", ""), rest.pop("list", "")
        if sum(map(bool, (shape, items, rest.get("type")))) > 1:
            self._fail(path, "may say one of type, shape and list")
        if shape:
            given = dict(self._shape(shape, path))
            for at, said in inner.items():  # what a kind says of a shape's field tightens it
                given[at] = {**given.get(at, {}), **said}
            fields = self._fields(given, path, depth + 1)
            return self._sound(
                Field(name=name, type="object", shape=shape, fields=fields, **rest), path
            )
        if inner:
            self._fail(path, "is no object: it has no fields of its own")
        if items:
            item = Field(name=name, type=items)
            if items not in TYPES:
                fields = self._fields(self._shape(items, path), path, depth + 1)
                item = Field(name=name, type="object", shape=items, fields=fields)
            return self._sound(Field(name=name, type="list", item=item, **rest), path)
        if "one_of" in rest:
            rest.setdefault("type", _type_of(rest["one_of"]))
        elif "form" in rest:
            rest.setdefault("type", "text")
        return self._sound(Field(name=name, **rest), path)

    def _sound(self, field: Field, path: Path) -> Field:
        if problem := contradiction(field):
            self._fail(path, problem)
        return field

    def _merged_shapes(self) -> dict[str, dict[Path, Any]]:
        found: dict[str, dict[Path, Any]] = {
            name: {(field,): spec for field, spec in each.items()}
            for name, each in self._base.get("shape", {}).items()
        }
        for name, given in self._table(self._document.get("shape", {}), ("shape",)).items():
            merged = found.setdefault(name, {})
            for at, spec in self._flat(given, ("shape", name), ()):
                merged[at] = {**merged.get(at, {}), **spec}
        return found

    def _shape(self, name: str, path: Path) -> dict[Path, Any]:
        if name not in self._shapes:
            near = difflib.get_close_matches(name, [*self._shapes, *TYPES], n=1)
            hint = f"; did you mean {near[0]}?" if near else f": write [shape.{name}]"
            self._fail(path, f"names the shape {name}, which there is not{hint}")
        return self._shapes[name]

    # Checks and messages

    def _table(self, value: Any, path: Path) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._fail(path, 'must be a table, such as { type = "text" }')
        return value

    def _check(self, table: Mapping[str, Any], known: Mapping[str, Property], path: Path) -> None:
        for name, value in table.items():
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                self._fail((*path, name), f"is not known; {hint}")
            if problem := known[name].check(value):
                self._fail((*path, name), problem)

    def _line(self, path: Path) -> int:
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 0)

    def _fail(self, path: Path, problem: str) -> NoReturn:
        shown = ".".join(each if each.replace("_", "").isalnum() else f'"{each}"' for each in path)
        where = f"{self._source}:{self._line(path)}: " if self._source else ""
        raise ConfigError("catalog", f"{where}{shown} {problem}")


def _type_of(values: Sequence[Any]) -> str:
    if all(isinstance(each, str) for each in values):
        return "text"
    if any(isinstance(each, str) for each in values):
        return "any" if any(isinstance(each, float) for each in values) else "id"
    return "integer" if all(isinstance(each, int) for each in values) else "number"


def _renamed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of TOML as the model's attributes have them."""
    found = dict(spec)
    if "as" in found:
        found["as_"] = found.pop("as")
    for name in ("one_of", "key", "deny"):
        if name in found:
            found[name] = tuple(found[name])
    if "example" in found:  # TOML has dates and times, JSON has their text
        text = json.dumps(found["example"], default=lambda each: each.isoformat())
        found["example"] = json.loads(text)
    return found
