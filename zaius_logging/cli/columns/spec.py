"""Where a value comes from: `COLUMN`, `COLUMN:TYPE`, `COLUMN:TYPE:FORM`, or a template. Pure.

A template has columns in braces: `cdnow-{line}`, `{first} {last}`. `{line}` is the number of the row's
line, unless a column has that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zaius_logging.cli.problems import MappingError, RowError

from .values import CONVERTERS, WITH_FORM

LINE = "line"

_SUFFIX = re.compile(rf":(?P<type>{'|'.join(CONVERTERS)})(?::(?P<form>.+))?\Z", re.DOTALL)
_PART = re.compile(r"\{(?P<column>[^{}]*)\}|(?P<literal>[^{}]+)")

Part = tuple[str, bool]
"""A piece of text, and whether it names a column."""

Cells = Mapping[str, str]
"""Column -> cell of one row, stripped."""


@dataclass(frozen=True, slots=True)
class Spec:
    """Where one value comes from.

    Attributes:
        target: what it is for, as people wrote it.
        parts: what the text is made of.
        type: the name of its type.
        form: how a date or time is written.
    """

    target: str
    parts: tuple[Part, ...]
    type: str = "text"
    form: str = ""
    _convert: Callable[[str, str], object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_convert", CONVERTERS[self.type])

    @property
    def columns(self) -> list[str]:
        """The columns it reads."""
        return [text for text, is_column in self.parts if is_column]

    def value(self, cells: Cells) -> Any:
        """Give the value for a row; None where the column is blank.

        Raises:
            RowError: the cell cannot be converted, or a template has a blank.
        """
        if len(self.parts) == 1 and self.parts[0][1]:
            cell = cells[self.parts[0][0]]
            if not cell:
                return None
        else:
            cell = "".join(self._filled(text, cells) if is_ else text for text, is_ in self.parts)
        try:
            return self._convert(cell, self.form)
        except ValueError as error:
            names = ", ".join(f"'{name}'" for name in self.columns)
            raise RowError(f"column {names} {error} (for {self.target})") from None

    def _filled(self, column: str, cells: Cells) -> str:
        cell = cells[column]
        if not cell:  # half an order id is another order's
            raise RowError(f"column '{column}' is blank, and {self.target} is made of it")
        return cell


def parse_spec(target: str, spec: str) -> Spec:
    """Read where a value comes from.

    Args:
        target: what it is for, for messages.
        spec: as written.

    Raises:
        MappingError: it cannot be read.
    """
    suffix = _SUFFIX.search(spec)
    what = spec[: suffix.start()] if suffix else spec
    kind, form = (suffix["type"], suffix["form"] or "") if suffix else ("text", "")
    if form and kind not in WITH_FORM:
        raise MappingError(f"{target}: '{kind}' takes no form; only date and time do")
    if "{" in what or "}" in what:
        return Spec(target, _template(target, what), kind, form)
    if ":" in what:
        known = ", ".join(CONVERTERS)
        wrong = what.partition(":")[2]
        raise MappingError(
            f"{target}: '{wrong}' is no type; types are {known} "
            f"(a column with a colon in its name goes in braces)"
        )
    if not what.strip():
        raise MappingError(f"{target}: say which column it comes from")
    return Spec(target, ((what.strip(), True),), kind, form)


def parse_constant_or_template(target: str, text: str) -> Spec:
    """Read text that may have columns in braces, as `--type` and `--action` do.

    Raises:
        MappingError: it cannot be read.
    """
    return Spec(target, _template(target, text))


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
