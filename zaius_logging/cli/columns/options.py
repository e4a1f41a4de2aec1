"""What the options say of columns -> a mapping. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import tzinfo
from hashlib import blake2b
from typing import Any

from zaius_logging.cli.problems import MappingError

from .conditions import Condition, parse_condition
from .mapping import Mapping
from .paths import check_paths, parse_path
from .spec import Spec, parse_constant_or_template, parse_spec
from .times import zone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What is said of columns, as it is written: in options or in a mapping file, by the same names.

    Attributes:
        type: of events; columns in braces.
        action: likewise.
        identifier: `NAME` or `NAME=COLUMN[:TYPE]`.
        data: `FIELD=COLUMN[:TYPE[:FORM]]`.
        set: `FIELD=VALUE`.
        items: `FIELD=COLUMN[:TYPE]`, of each item.
        items_at: where items go.
        items_of: path to the items of a record.
        group: column, or template.
        where: conditions.
        kind: `TYPE/ACTION if CONDITION`.
        map: `TARGET:FROM=TO`.
        key: template.
        records: path to the records of a document.
        timezone: of times without one.
        time_blank: `refuse`, `now` or `skip`.
    """

    type: str | None = None
    action: str | None = None
    identifier: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    items_at: str | None = None
    items_of: str | None = None
    group: str | None = None
    where: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    map: tuple[str, ...] = ()
    key: str | None = None
    records: str | None = None
    timezone: str | None = None
    time_blank: str | None = None

    @property
    def maps(self) -> bool:
        """Whether records are mapped at all, or are events already."""
        return any(
            (self.type, self.action, self.identifier, self.data, self.set, self.items, self.group)
        )

    def over(self, below: Columns) -> Columns:
        """These options, and those of a file where they say nothing. Lists are joined by their names."""
        merged: dict[str, Any] = {}
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(below, each.name)
            if isinstance(mine, tuple):
                names = {
                    one.partition("=")[0] for one in mine if each.name not in ("where", "kind")
                }
                kept = tuple(one for one in theirs if one.partition("=")[0] not in names)
                merged[each.name] = kept + mine
            else:
                merged[each.name] = theirs if mine is None else mine
        return replace(self, **merged)

    def mapping(self) -> Mapping:
        """Read what is said.

        Raises:
            MappingError: naming the option.
        """
        return _Parser(self).mapping()


class _Parser:
    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._zone: tzinfo = _zone(columns.timezone)
        self._values: dict[str, dict[str, str]] = {}
        for each in columns.map:
            target, colon, pair = each.partition(":")
            name, equals, value = pair.partition("=")
            if not colon or not equals:
                raise MappingError(f"--map '{each}': write it like action:view=detail")
            self._values.setdefault(target.removeprefix("data.").strip(), {})[name] = value

    def mapping(self) -> Mapping:
        """Read all of it."""
        given = self._columns
        if not given.type or not given.identifier:
            names = (("--type", given.type), ("--identifier", given.identifier))
            missing = [option for option, value in names if not value]
            if not given.action:
                missing.insert(1 if not given.type else 0, "--action")
            raise MappingError(f"say what the columns of CSV mean: {', '.join(missing)} missing")
        data = [pair("--data", each) for each in given.data]
        constants = [_set(each) for each in given.set]
        at = parse_path(given.items_at or "order.items")
        named = [(name, parse_path(name)) for name, _ in [*constants, *data]]
        if given.items:
            named.append(("--items", at))
        check_paths(named)
        items = [pair("--items", each) for each in given.items]
        check_paths([(name, parse_path(name)) for name, _ in items])
        kinds = tuple(self._kind(each) for each in given.kind)
        action = self._template("--action", given.action, "action") if given.action else None
        mapping = Mapping(
            type=self._template("--type", given.type, "type"),
            action=action or Spec("--action", ()),
            identifiers=tuple(self._identifiers()),
            data=tuple((parse_path(name), self._spec(f"data.{name}", text)) for name, text in data),
            constants=tuple((parse_path(name), value) for name, value in constants),
            items=tuple(
                (parse_path(name), self._spec(f"items.{name}", text)) for name, text in items
            ),
            items_at=at,
            items_of=given.items_of or "",
            group=_column("--group", given.group),
            where=tuple(parse_condition("--where", each) for each in given.where),
            kinds=kinds,
            key=_key(given.key),
            time_blank=given.time_blank or "refuse",
            shape=blake2b(json.dumps(asdict(given)).encode(), digest_size=8).hexdigest(),
        )
        if action is None and not kinds and given.type.split("{")[0] not in _WITHOUT_ACTION:
            raise MappingError("say what the columns of CSV mean: --action missing")
        totals = [spec for _, spec in mapping.data if spec.total]
        if not mapping.group and not all("[]" in "".join(spec.columns) for spec in totals):
            raise MappingError("sum(...) adds the rows of a group: say --group COLUMN, too")
        return mapping

    def _spec(self, target: str, text: str) -> Spec:
        name = target.partition(".")[2] if target.startswith("data.") else target
        return parse_spec(target, text, values=self._values.get(name), zone=self._zone)

    def _template(self, option: str, text: str, name: str) -> Spec:
        return parse_constant_or_template(option, text, self._values.get(name))

    def _identifiers(self) -> list[tuple[str, Spec]]:
        found: dict[str, Spec] = {}
        for each in self._columns.identifier:
            name, column = pair("--identifier", each)
            spec = self._spec(f"identifiers.{name}", column)
            if spec.type == "integer":
                spec = replace(spec, type="integer-text")  # identifiers are text
            elif spec.type == "":
                spec = replace(spec, type="text")
            if spec.type not in ("text", "integer-text", "email", "phone"):
                raise MappingError(
                    f"--identifier {name}: identifiers are text, leave ':{spec.type}' out"
                )
            if name in found:
                raise MappingError(f"--identifier {name} is given twice")
            found[name] = spec
        return list(found.items())

    def _kind(self, text: str) -> tuple[Condition, Spec, Spec]:
        kind, found, condition = text.partition(" if ")
        type_, slash, action = kind.strip().partition("/")
        if not found or not slash or not type_ or not action:
            raise MappingError(f"--kind '{text}': write it like order/refund if total < 0")
        return (
            parse_condition("--kind", condition),
            self._template("--kind", type_, "type"),
            self._template("--kind", action, "action"),
        )


_WITHOUT_ACTION = ("pageview", "customer_discovered")


def _zone(name: str | None) -> tzinfo:
    try:
        return zone_of(name or "UTC")
    except ValueError as error:
        raise MappingError(f"--timezone {error}") from None


def _column(option: str, text: str | None) -> Spec | None:
    return parse_spec(option, text) if text else None


def _key(text: str | None) -> Spec | None:
    if text is None:
        return None
    spec = parse_constant_or_template("--key", text)
    if not spec.columns:
        raise MappingError(f"--key '{text}': name a column in braces, such as order-{{order_id}}")
    return spec


def pair(option: str, text: str) -> tuple[str, str]:
    """Split `NAME=COLUMN`; a name alone is the column, too."""
    name, equals, column = text.partition("=")
    name = name.strip()
    if not name:
        raise MappingError(f"{option} '{text}': write it like NAME=COLUMN")
    return name, column if equals else name


def _set(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise MappingError(f"--set '{text}': write it like FIELD=VALUE")
    try:
        return name.strip(), json.loads(value)
    except (ValueError, RecursionError):
        return name.strip(), value
