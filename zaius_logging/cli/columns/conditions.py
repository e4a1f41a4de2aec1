"""Conditions on a record, such as `status == paid and total > 0`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zaius_logging.cli.problems import MappingError, RowError

from .cells import Cells, text_of
from .numbers import PLAIN

_ONE = re.compile(
    r"\s*(?:\{(?P<braced>[^{}]+)\}|(?P<column>[^=!<>]+?))\s*"
    r"(?:(?P<blank>is\s+(?:not\s+)?blank)|(?P<op>==|!=|<=|>=|<|>|=|(?<=\s)not\s+in\s|(?<=\s)in\s)"
    r"(?P<value>.*?))\s*",
    re.DOTALL,
)
_AND, _OR = (re.compile(rf"\s+{word}\s+(?![^{{}}]*\}})") for word in ("and", "or"))
"""Between comparisons, and not in the braces around a column's name."""

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda one, two: one == two,
    "!=": lambda one, two: one != two,
    "<": lambda one, two: one < two,
    ">": lambda one, two: one > two,
    "<=": lambda one, two: one <= two,
    ">=": lambda one, two: one >= two,
}


@dataclass(frozen=True, slots=True)
class _Comparison:
    column: str
    operator: str
    values: tuple[str, ...]

    def holds(self, cells: Cells) -> bool:
        cell = cells[self.column]
        if self.operator.endswith("blank") and isinstance(cell, (dict, list)):
            return bool(cell) is (self.operator == "is not blank")
        text = text_of(cell)
        match self.operator:
            case "is blank":
                return not text
            case "is not blank":
                return bool(text)
            case "in" | "not in":
                return (text in self.values) is (self.operator == "in")
            case "==" | "!=":
                return _COMPARE[self.operator](text, self.values[0])
        if not PLAIN.fullmatch(text or ""):
            raise RowError(f"column '{self.column}' is not a number, and is compared")
        return _COMPARE[self.operator](Decimal(text or ""), Decimal(self.values[0]))


@dataclass(frozen=True, slots=True)
class Condition:
    """Alternatives, each of comparisons that must all hold."""

    alternatives: tuple[tuple[_Comparison, ...], ...]

    @property
    def columns(self) -> list[str]:
        """The columns it reads."""
        return [each.column for every in self.alternatives for each in every]

    def holds(self, cells: Cells) -> bool:
        """Whether it holds for a record.

        Raises:
            RowError: what is compared as a number is none.
        """
        return any(all(each.holds(cells) for each in every) for every in self.alternatives)


def parse_condition(option: str, text: str) -> Condition:
    """Read a condition: `COLUMN == VALUE`, !=, <, <=, >, >=, `in A,B`, `is blank`, with `and` and `or`.

    Raises:
        MappingError: naming the option.
    """
    return Condition(
        tuple(
            tuple(_comparison(option, each) for each in _AND.split(every))
            for every in _OR.split(text)
        )
    )


def _comparison(option: str, text: str) -> _Comparison:
    found = _ONE.fullmatch(text)
    if not found:
        raise MappingError(f"{option} '{text}': write it like status == paid, or total < 0")
    column = (found["braced"] or found["column"]).strip()
    if found["blank"]:
        return _Comparison(column, " ".join(found["blank"].split()), ())
    operator = " ".join(found["op"].split())
    operator = "==" if operator == "=" else operator
    given = found["value"].split(",") if operator.endswith("in") else [found["value"]]
    values = tuple(each.strip().strip("'\"") for each in given)
    if operator[0] in "<>" and not PLAIN.fullmatch(values[0]):
        raise MappingError(f"{option} '{text}': '{operator}' compares numbers")
    return _Comparison(column, operator, values)
