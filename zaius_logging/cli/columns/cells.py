"""The cells of a record: columns of a row, or paths into an object. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from zaius_logging._event.placeholders import placeholder
from zaius_logging.cli.problems import JobError, MappingError

LINE = "line"
"""A column that each record has: the number of its line."""

Cells = Mapping[str, Any]
"""Column -> cell. Text is stripped; what JSON has besides text stays what it is."""

_NAME = re.compile(r"[\w-]+")


_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,3}", re.ASCII)
_SHEET_ERROR = re.compile(r"#(?:[¡¿]?[^\W\d_]{2,}(?:/0)?[!?]|[^\W\d_]/[^\W\d_]!?|NV|#+)")


def shortened(text: str) -> bool:
    """Whether a text is what a spreadsheet makes of a long number: 1.2E+12, or 1,2E+12."""
    return "+" in text and _SHORTENED.fullmatch(text) is not None


def names_nobody(text: str) -> bool:
    """Whether a text stands where nothing is known: NULL, #N/A, or an error of Excel in any language, such as #NV."""
    if text.startswith("#") and text == text.upper() and _SHEET_ERROR.fullmatch(text):
        return True
    return placeholder(text) == "placeholder"


def text_of(cell: Any) -> str | None:
    """The text of a cell; blank for none, None for what has no text: an array or an object."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell) if isinstance(cell, (int, float)) else None


class Record(dict[str, Any]):
    """An object of JSON, whose columns are paths.

    Args:
        value: the object.
        line: the number of its line.
    """

    def __init__(self, value: Mapping[str, Any], line: int) -> None:
        super().__init__(value)
        self.setdefault(LINE, str(line))

    def __missing__(self, column: str) -> Any:
        return path(column)(self)


@lru_cache(1024)
def path(text: str) -> Callable[[Any], Any]:
    """Give what finds a path (in JMESPath, such as `customer.email` or `lines[0].sku`) in a value.

    A dot at the beginning, as jq has it, may stand or be left out.

    Raises:
        MappingError: it is no path.
        JobError: the package that reads paths is missing.
    """
    text = text.strip()
    if _NAME.fullmatch(text):
        return lambda value: value.get(text) if isinstance(value, dict) else None
    try:
        jmespath = import_module("jmespath")
    except ImportError:
        raise JobError("paths into JSON need: pip install 'zaius-logging[tools]'") from None
    bare = text.removeprefix(".") or "@"
    try:
        compiled = jmespath.compile(bare)
    except jmespath.exceptions.JMESPathError:
        raise MappingError(
            f"'{text}' is no path into JSON: write it like customer.email or lines[0].sku"
        ) from None
    return lambda value: compiled.search(dict(value) if isinstance(value, Record) else value)
