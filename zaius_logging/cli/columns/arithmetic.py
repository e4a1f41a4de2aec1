"""Sums and products of columns, exact to the cent. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

_TOKEN = re.compile(r"\s*(?:\{(?P<column>[^{}]+)\}|(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-+*/()]))")
_BARE = re.compile(r"[\w.\[\]]+(?:\s*[*/+]\s*[\w.\[\]]+|\s+-\s+[\w.\[\]]+)+")
_WORD = re.compile(r"[A-Za-z_][\w.\[\]]*")

Token = tuple[str, str]


def braced(text: str) -> str:
    """Put the columns of `price*quantity` into braces; other text stays as it is."""
    return _WORD.sub(r"{\g<0>}", text) if _BARE.fullmatch(text.strip()) else text


def tokens(text: str) -> list[Token] | None:
    """Split an expression; None where it is none."""
    found: list[Token] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            return None
        found.append((match.lastgroup, match[match.lastgroup].strip()))
        at = match.end()
    signs = [value for kind, value in found if kind == "sign"]
    if not signs or not any(kind == "column" for kind, _ in found):
        return None
    try:
        _Expression(found, dict.fromkeys((name for _, name in found), Decimal(1))).value()
    except (ArithmeticError, IndexError, KeyError):
        return None
    return found


def calculated(expression: list[Token], columns: Mapping[str, Decimal]) -> Decimal:
    """Give the value of an expression.

    Raises:
        ValueError: it has none.
    """
    try:
        return _Expression(expression, columns).value()
    except (ArithmeticError, InvalidOperation):
        raise ValueError("cannot be calculated: a division by zero") from None


class _Expression:
    def __init__(self, expression: list[Token], columns: Mapping[str, Decimal]) -> None:
        self._rest = [*expression, ("end", "")]
        self._columns = columns
        self._at = 0

    def value(self) -> Decimal:
        result = self._sum()
        if self._rest[self._at][0] != "end":
            raise IndexError
        return result

    def _next(self, signs: str) -> str:
        kind, value = self._rest[self._at]
        if kind != "sign" or value not in signs:
            return ""
        self._at += 1
        return value

    def _sum(self) -> Decimal:
        result = self._product()
        while sign := self._next("+-"):
            result = result + self._product() if sign == "+" else result - self._product()
        return result

    def _product(self) -> Decimal:
        result = self._atom()
        while sign := self._next("*/"):
            result = result * self._atom() if sign == "*" else result / self._atom()
        return result

    def _atom(self) -> Decimal:
        if self._next("-"):
            return -self._atom()
        if self._next("("):
            result = self._sum()
            if not self._next(")"):
                raise IndexError
            return result
        kind, value = self._rest[self._at]
        self._at += 1
        if kind == "number":
            return Decimal(value)
        if kind != "column":
            raise IndexError
        return self._columns[value]
