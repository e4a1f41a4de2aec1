"""Text of a cell -> a value of JSON. Pure, and strict: money and time are never guessed at."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,300}", re.ASCII)
_EPOCH = re.compile(r"\d{1,10}(\.\d+)?", re.ASCII)
_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)
_YES = frozenset({"true", "t", "yes", "y", "1"})
_NO = frozenset({"false", "f", "no", "n", "0"})


def text(cell: str, _: str) -> str:
    """As it stands: leading zeros stay."""
    return cell


def number(cell: str, _: str) -> int | float:
    """Read a plain decimal number.

    Raises:
        ValueError: saying what is wrong.
    """
    if not _NUMBER.fullmatch(cell):
        raise ValueError("is not a number; write it like 1234.5")
    if _INTEGER.fullmatch(cell):
        return int(cell)
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError("is too large for a number")
    return value


def integer(cell: str, _: str) -> int:
    """Read a whole number.

    Raises:
        ValueError: saying what is wrong.
    """
    if not _INTEGER.fullmatch(cell):
        raise ValueError("is not a whole number; write it like 1234")
    return int(cell)


def boolean(cell: str, _: str) -> bool:
    """Read yes or no.

    Raises:
        ValueError: saying what is wrong.
    """
    word = cell.lower()
    if word not in _YES | _NO:
        raise ValueError("is neither true nor false, yes nor no, 1 nor 0")
    return word in _YES


def day(cell: str, form: str) -> str:
    """Read a calendar day, to `YYYY-MM-DD`.

    Args:
        cell: the day.
        form: how it is written, for `strptime`; `YYYY-MM-DD` where blank.

    Raises:
        ValueError: saying what is wrong.
    """
    try:
        return (_strptime(cell, form).date() if form else date.fromisoformat(cell)).isoformat()
    except ValueError:
        raise ValueError(f"is not a day written like {form or '2026-01-31'}") from None


def moment(cell: str, form: str) -> str:
    """Read a point in time, to ISO 8601 in UTC with milliseconds.

    Args:
        cell: a day (its first moment), a day and time, or epoch seconds. Without a zone it is UTC.
        form: how it is written, for `strptime`; one of the above where blank.

    Raises:
        ValueError: saying what is wrong.
    """
    if not form and _MILLISECONDS.fullmatch(cell):
        raise ValueError("looks like milliseconds; the API takes seconds")
    try:
        found = _strptime(cell, form) if form else _moment(cell)
        if found.tzinfo is None:
            found = found.replace(tzinfo=timezone.utc)
        utc = found.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        like = form or "2026-01-31T12:00:00Z, or epoch seconds"
        raise ValueError(f"is not a time written like {like}") from None
    return utc.isoformat(timespec="milliseconds") + "Z"


def _strptime(cell: str, form: str) -> datetime:
    return datetime.strptime(cell, form)  # noqa: DTZ007 - a zone is added where none is given


def _moment(cell: str) -> datetime:
    if _EPOCH.fullmatch(cell):
        return datetime.fromtimestamp(float(cell), timezone.utc)
    # Python 3.10 does not know the Z of ISO 8601.
    return datetime.fromisoformat(cell[:-1] + "+00:00" if cell[-1] in "zZ" else cell)


Convert = Callable[[str, str], object]
"""(cell, how it is written) -> value."""

CONVERTERS: Mapping[str, Convert] = {
    "text": text,
    "number": number,
    "integer": integer,
    "boolean": boolean,
    "date": day,
    "time": moment,
}
WITH_FORM = frozenset({"date", "time"})
