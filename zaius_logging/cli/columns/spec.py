"""Where a value comes from: `COLUMN`, `COLUMN:TYPE`, `COLUMN:TYPE:FORM`, a template, or a calculation. Pure.

A template has columns in braces: `cdnow-{line}`, `{first} {last}`. `{line}` is the number of the row's
line, unless a column has that name. A calculation has signs between columns, and a type that is a number:
`price*quantity:number`, `{Unit price}*{Qty}:number`, `sum({price}*{quantity}):number` over grouped rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timezone, tzinfo
from decimal import Decimal
from typing import Any

from zaius_logging.cli.problems import MappingError, RowError

from .arithmetic import Token, braced, calculated, tokens
from .cells import LINE, Cells, names_nobody, shortened, text_of
from .values import CONVERTERS, Convert, check_form, in_zone

_SUFFIX = re.compile(
    rf":(?P<type>{'|'.join(sorted(CONVERTERS, key=len, reverse=True))})(?::(?P<form>.+))?\Z",
    re.DOTALL,
)
_PART = re.compile(r"\{(?P<column>[^{}]*)\}|(?P<literal>[^{}]+)")
_SUM = re.compile(r"sum\((?P<inner>.+)\)\Z", re.DOTALL)

_OF_ONE_ORDER = frozenset({"--group", "--key", "data.order.order_id"})
"""What sets orders apart: a word for nothing there makes one of many."""

Part = tuple[str, bool]
"""A piece of text, and whether it names a column."""

__all__ = ["LINE", "Spec", "parse_constant_or_template", "parse_spec"]


@dataclass(frozen=True, slots=True)
class Spec:
    """Where one value comes from.

    Attributes:
        target: what it is for, as people wrote it.
        parts: what the text is made of.
        type: the name of its type; blank where none was said.
        form: how it is written.
        expression: what is calculated; none where nothing is.
        total: whether the values of all rows of a group are added.
        values: what stands for what: text of the file -> text of the event.
        zone: of times without one.
    """

    target: str
    parts: tuple[Part, ...]
    type: str = ""
    form: str = ""
    expression: tuple[Token, ...] = ()
    total: bool = False
    values: Mapping[str, str] | None = None
    zone: tzinfo = timezone.utc
    _convert: Convert = field(init=False, repr=False, compare=False)
    _column: str = field(init=False, repr=False, compare=False)
    _is_text: bool = field(init=False, repr=False, compare=False)
    _identifies: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_convert", in_zone(self.type or "text", self.zone))
        alone = len(self.parts) == 1 and self.parts[0][1] and not self.expression
        object.__setattr__(self, "_column", self.parts[0][0] if alone else "")
        is_text = self.type in ("", "text") and self.values is None
        object.__setattr__(self, "_is_text", is_text)
        object.__setattr__(self, "_identifies", self.target.startswith("identifiers."))

    @property
    def columns(self) -> list[str]:
        """The columns it reads."""
        return [text for text, is_column in self.parts if is_column]

    def value(self, cells: Cells) -> Any:
        """Give the value for a record; None where the column is blank.

        Raises:
            RowError: the cell cannot be converted, or a template has a blank.
        """
        if self._column:
            cell = cells[self._column]
            if type(cell) is str:
                cell = cell.strip()
                if self._is_text:
                    return self._whole(cell) or None
            else:
                if not self.type and cell is not None and not self.values:
                    return cell  # JSON's own numbers, arrays and so on
                cell = self._text(self._column, cell)
            if not cell:
                return None
        elif self.expression:
            return self._calculated(cells)
        else:
            cell = "".join(self._filled(text, cells) if is_ else text for text, is_ in self.parts)
        if self.values is not None:
            cell = self._mapped(self.values, cell)
            if not cell and self._column:
                return None
        try:
            return self._convert(cell, self.form)
        except ValueError as error:
            raise self._wrong(str(error)) from None

    def sum(self, rows: Sequence[Cells]) -> Any:
        """Add the values of rows, exactly; None where all are blank."""
        listed = [cells[self._column] for cells in rows] if self._column else []
        if any(isinstance(each, list) for each in listed):  # sum({refunds[].total}) of JSON
            rows = [{self._column: one} for each in listed for one in each or ()]
        values = [value for cells in rows if (value := self._addend(cells)) is not None]
        return _plain(sum(Decimal(str(value)) for value in values)) if values else None

    def _addend(self, cells: Cells) -> Any:
        value = self.value(cells)
        if value is None and self.expression:
            blank = [column for column in self.columns if not self._text(column, cells[column])]
            if len(blank) < len(self.columns):  # a price without its quantity
                raise RowError(f"column '{blank[0]}' is blank, and {self.target} adds it up")
        return value

    def _calculated(self, cells: Cells) -> Any:
        columns: dict[str, Decimal] = {}
        for column in self.columns:
            text = self._text(column, cells[column])
            if not text:
                return None
            try:
                columns[column] = Decimal(str(CONVERTERS["number"](text, self.form)))
            except ValueError as error:
                raise RowError(f"column '{column}' {error} (for {self.target})") from None
        try:
            return _plain(calculated(list(self.expression), columns), whole=self.type == "integer")
        except ValueError as error:
            raise self._wrong(str(error)) from None

    def _text(self, column: str, cell: Any) -> str:
        text = text_of(cell)
        if text is None:
            raise RowError(f"column '{column}' is not text or a number (for {self.target})")
        return text

    def _filled(self, column: str, cells: Cells) -> str:
        cell = self._text(column, cells[column])
        if not cell:  # half an order id is another order's
            raise RowError(f"column '{column}' is blank, and {self.target} is made of it")
        return self._whole(cell)

    def _mapped(self, values: Mapping[str, str], cell: str) -> str:
        cell = values.get(cell, values.get("*", cell))
        return self._whole(cell) if self._column and self.type in ("", "text") else cell

    def _whole(self, cell: str) -> str:
        """A text that says what it said before a program wrote it down. Identifiers are judged later."""
        if shortened(cell) and not self._identifies:
            raise self._wrong(
                "is a number that a spreadsheet has shortened, as in 1.2E+12: export it as text"
            )
        if self.target in _OF_ONE_ORDER and names_nobody(cell):
            raise self._wrong("is a placeholder such as NULL, which would make one order of many")
        return cell

    def _wrong(self, why: str) -> RowError:
        names = ", ".join(f"'{name}'" for name in self.columns)
        return RowError(f"column {names} {why} (for {self.target})")


def _plain(value: Decimal | int, *, whole: bool = False) -> int | float:
    value = Decimal(value)
    if value == value.to_integral_value():
        return int(value)
    if whole:
        raise ValueError("is not a whole number")
    return float(value)


def parse_spec(
    target: str,
    text: str,
    *,
    values: Mapping[str, str] | None = None,
    zone: tzinfo = timezone.utc,
) -> Spec:
    """Read where a value comes from.

    Args:
        target: what it is for, for messages.
        text: as written.
        values: what stands for what.
        zone: of times without one.

    Raises:
        MappingError: it cannot be read.
    """
    suffix = _SUFFIX.search(text)
    what = text[: suffix.start()] if suffix else text
    kind, form = (suffix["type"], suffix["form"] or "") if suffix else ("", "")
    if form:
        try:
            check_form(kind, form)
        except ValueError as error:
            raise MappingError(f"{target}: {error}") from None
    total = _SUM.match(what)
    inner = total["inner"] if total else what
    spec = Spec(target, (), kind, form, total=bool(total), values=values, zone=zone)
    if kind in ("number", "integer"):
        inner = braced(inner)
        if expression := tokens(inner):
            parts = tuple((name, True) for sign, name in expression if sign == "column")
            return replace(spec, parts=parts, expression=tuple(expression))
    if "{" in inner or "}" in inner:
        # In braces it is text, even if JSON has a number there.
        return replace(spec, parts=_template(target, inner), type=kind or "text")
    if ":" in inner:
        raise MappingError(
            f"{target}: '{inner.partition(':')[2]}' is no type; types are {', '.join(CONVERTERS)} "
            f"(a column with a colon in its name goes in braces)"
        )
    if not inner.strip():
        raise MappingError(f"{target}: say which column it comes from")
    return replace(spec, parts=((inner.strip(), True),))


def parse_constant_or_template(
    target: str, text: str, values: Mapping[str, str] | None = None
) -> Spec:
    """Read text that may have columns in braces, as `--type` and `--action` do.

    Raises:
        MappingError: it cannot be read.
    """
    return Spec(target, _template(target, text), values=values)


def _template(target: str, text: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    at = 0
    while found := _PART.match(text, at):
        column = found["column"]
        if column is not None and not column.strip():
            raise MappingError(f"{target}: '{{}}' names no column")
        parts.append((column.strip(), True) if column is not None else (found["literal"], False))
        at = found.end()
    if at < len(text) or not parts:
        raise MappingError(f"{target}: '{text}' has a brace without its other half, or is blank")
    return tuple(parts)
