"""Records -> events, by what the options or a mapping file say. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from zaius_logging.cli.problems import MappingError, RowError

from .cells import LINE, Cells, Record, path, text_of
from .conditions import Condition
from .paths import Path, Tree
from .spec import Spec

_SHOWN = 12
TIME = ("ts",)


class UnwantedError(Exception):
    """A record is passed over, as the mapping asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """What the columns of a file mean.

    Attributes:
        type: of the events.
        action: of the events.
        identifiers: name and where it comes from.
        data: place in data and where it comes from.
        constants: place in data and the value that every event has there.
        items: place in an item of the order and where it comes from: one item for each row of a group.
        items_at: where the items go.
        items_of: path to the items of a record of JSON; blank where rows are items.
        group: what the rows of one event have in common; None where each row is an event.
        where: which records are wanted.
        kinds: other kinds than `type` and `action`: condition, type, action.
        key: what ids are made of; None for place and content.
        time_blank: what a blank time means: `refuse`, `now` or `skip`.
        shape: a digest of all this: the same records by another mapping are other events.
    """

    type: Spec
    action: Spec
    identifiers: tuple[tuple[str, Spec], ...]
    data: tuple[tuple[Path, Spec], ...] = ()
    constants: tuple[tuple[Path, Any], ...] = ()
    items: tuple[tuple[Path, Spec], ...] = ()
    items_at: Path = ("order", "items")
    items_of: str = ""
    group: Spec | None = None
    where: tuple[Condition, ...] = ()
    kinds: tuple[tuple[Condition, Spec, Spec], ...] = ()
    key: Spec | None = None
    time_blank: str = "refuse"
    shape: str = ""
    _tree: Tree = field(init=False, repr=False, compare=False)
    _item_tree: Tree = field(init=False, repr=False, compare=False)
    _constants: tuple[Any, ...] = field(init=False, repr=False, compare=False)
    _of_event: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _kind: dict[str, Any] = field(init=False, repr=False, compare=False)
    _same: tuple[tuple[Spec, tuple[str, ...]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        at = [self.items_at] if self.items else []
        paths = [path for path, _ in (*self.constants, *self.data)]
        object.__setattr__(self, "_tree", Tree([*paths, *at]))
        object.__setattr__(self, "_item_tree", Tree([path for path, _ in self.items]))
        object.__setattr__(self, "_constants", tuple(value for _, value in self.constants))
        fixed = not self.kinds and not (self.type.columns or self.action.columns)
        object.__setattr__(
            self, "_kind", self._kind_of(self.type, self.action, {}) if fixed else {}
        )
        key = [self.key] if self.key else []
        said = [spec for where, spec in self.data if not spec.total and where != TIME]
        same = [*(spec for _, spec in self.identifiers), *said, *key]
        object.__setattr__(self, "_same", tuple((spec, _but_line(spec)) for spec in same))
        judges = (
            *self.where,
            self.type,
            self.action,
            *(each for kind in self.kinds for each in kind),
        )
        times = [spec for where, spec in self.data if where == TIME]
        of_event = dict.fromkeys(each for spec in (*judges, *same, *times) for each in spec.columns)
        object.__setattr__(self, "_of_event", tuple(of_event))

    @property
    def columns(self) -> dict[str, str]:
        """The columns that are asked of each record: name -> what for."""
        found: dict[str, str] = {}
        specs = [self.type, self.action, *(spec for _, spec in self.identifiers)]
        specs += [spec for _, spec in self.data]
        specs += [spec for _, spec in self.items] if not self.items_of else []
        specs += [spec for _, *kind in self.kinds for spec in kind]
        specs += [spec for spec in (self.group, self.key) if spec]
        for spec in specs:
            for column in spec.columns:
                found.setdefault(column, spec.target)
        for condition in (*self.where, *(condition for condition, *_ in self.kinds)):
            for column in condition.columns:
                found.setdefault(column, "a condition")
        return found

    def check(self, header: Sequence[str], source: str) -> None:
        """See that a file has all columns that are asked of it.

        Raises:
            MappingError: it has not, or has one twice.
        """
        for column, target in self.columns.items():
            if header.count(column) > 1:
                raise MappingError(f"{source} has more than one column '{column}'")
            if column not in header and column != LINE:
                raise MappingError(_no_column(column, target, header, source))

    def check_paths(self) -> None:
        """See that all columns are paths, for JSON.

        Raises:
            MappingError: one is none.
        """
        for column in self.columns:
            path(column)

    def wanted(self, cells: Cells) -> bool:
        """Whether a record is wanted.

        Raises:
            RowError: what is compared as a number is none.
        """
        return all(each.holds(cells) for each in self.where)

    def kind(self, cells: Cells) -> dict[str, Any]:
        """Give the type and the action of a record's event.

        Raises:
            RowError: what is compared as a number is none, or a template has a blank.
        """
        if self._kind:  # it is the same for all
            return self._kind.copy()
        type_, action = self.type, self.action
        for condition, *kind in self.kinds:
            if condition.holds(cells):
                type_, action = kind
                break
        return self._kind_of(type_, action, cells)

    @staticmethod
    def _kind_of(type_: Spec, action: Spec, cells: Cells) -> dict[str, Any]:
        found = {"type": type_.value(cells)}
        return {**found, "action": action.value(cells)} if action.parts else found

    def filled(self, rows: Sequence[Cells]) -> Sequence[Cells]:
        """Give the rows of a group, each with all that they say of the event and not of one item.

        A blank cell has the value of the first row with one: exports fill the order's columns in one row only.
        """
        if len(rows) == 1:
            return rows
        filled: list[dict[str, Any]] = [{} for _ in rows]
        for column in self._of_event:
            cells = [row[column] for row in rows]
            first = next((cell for cell in cells if not _blank(cell)), "")
            for row, cell in zip(filled, cells, strict=True):
                row[column] = first if _blank(cell) else cell
        return filled

    def differs(self, first: Cells, other: Cells) -> str:
        """What two rows of a group, `filled`, say differently of their event; blank for nothing. Times may differ.

        Raises:
            RowError: a cell cannot be converted.
        """
        for spec, columns in self._same:
            if any(first[column] != other[column] for column in columns) and (
                spec.value(first) != spec.value(other)
            ):
                return spec.target
        return ""

    def event(self, rows: Sequence[Cells], filled: Sequence[Cells] | None = None) -> dict[str, Any]:
        """Make the event of a record, or of the rows of a group.

        Args:
            rows: the records.
            filled: these, as `filled` gives them, where that was asked already.

        Raises:
            RowError: a cell cannot be converted, or is blank where it must not be.
            UnwantedError: it has no time, and such records are to be passed over.
        """
        cells = (filled or self.filled(rows))[0]
        event = self.kind(cells)
        event["identifiers"] = {name: spec.value(cells) for name, spec in self.identifiers}
        event["data"] = self._data(rows, cells)
        return event

    def _data(self, rows: Sequence[Cells], cells: Cells) -> dict[str, Any]:
        values = list(self._constants)
        for where, spec in self.data:
            value = spec.sum(rows) if spec.total else spec.value(cells)
            if value is None and where == TIME and self.time_blank != "now":
                if self.time_blank == "skip":
                    raise UnwantedError
                names = ", ".join(f"'{name}'" for name in spec.columns)
                raise RowError(f"column {names} is blank, and data.ts is made of it (--time-blank)")
            values.append(value)
        if self.items:
            items = [item for each in self._parts(rows) if (item := self._item(each))]
            values.append(items or None)
        return self._tree.build(values)

    def _parts(self, rows: Sequence[Cells]) -> Sequence[Cells]:
        """What items are made of."""
        if not self.items_of:
            return rows
        found = path(self.items_of)(rows[0])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise RowError(f"'{self.items_of}' is not a list of objects, which items are made of")
        return [Record(each, 0) for each in found]

    def _item(self, cells: Cells) -> dict[str, Any]:
        return self._item_tree.build([spec.value(cells) for _, spec in self.items])


def _blank(cell: Any) -> bool:
    return text_of(cell) == "" or cell in ([], {})


def _but_line(spec: Spec) -> tuple[str, ...]:
    """The columns of a value, without the line's number, which differs in each row."""
    return tuple(column for column in spec.columns if column != LINE)


def group_of(spec: Spec, cells: Map[str, Any]) -> str:
    """What a row has in common with the others of its group; blank where it says nothing."""
    return text_of(spec.value(cells)) or ""


def _no_column(column: str, target: str, header: Sequence[str], source: str) -> str:
    near = difflib.get_close_matches(column, header, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else "."
    more = f" and {len(header) - _SHOWN} more" if len(header) > _SHOWN else ""
    return (
        f"{source} has no column '{column}' (for {target}){hint} "
        f"Its columns are: {', '.join(header[:_SHOWN])}{more}"
    )
