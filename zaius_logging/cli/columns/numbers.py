"""Text -> a number, by a form that is declared as an example. Pure, and strict: money is never guessed at."""

from __future__ import annotations

import math
import re
from functools import lru_cache

PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
INTEGER = re.compile(r"[+-]?\d{1,300}", re.ASCII)
_FLOAT_INTEGER = re.compile(r"([+-]?\d{1,300})\.0*", re.ASCII)
_EXAMPLE = re.compile(
    r"(?P<before>\D*)1(?P<thousands>[.,' ]?)234(?:(?P<decimal>[.,])(?:\d+|-+))?(?P<after>\D*)"
)
_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f")
_ALIKE = str.maketrans(
    {"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2019": "'", "\u2212": "-", "\u2013": "-"}
)
"""Signs that look the same in print: programs write the one, people the other."""


def number(cell: str, form: str) -> int | float:
    """Read a decimal number.

    Args:
        cell: the number.
        form: an example of how it is written, such as `1.234,56` or `$1,234.56`; plain where blank.
            `(1,234.56)` or `1,234.56-` says how a negative one is written.

    Raises:
        ValueError: saying what is wrong.
    """
    if form:
        cell = _plain(cell, form)
    if not PLAIN.fullmatch(cell) and not PLAIN.fullmatch(cell := cell.translate(_ALIKE)):
        raise ValueError(f"is not a number; write it like 1234.5{_hint(cell)}")
    if INTEGER.fullmatch(cell):
        return int(cell)
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError("is too large for a number")
    return value


def integer(cell: str, form: str) -> int:
    """Read a whole number.

    Raises:
        ValueError: saying what is wrong.
    """
    if form:
        cell = _plain(cell, form)
    if not INTEGER.fullmatch(cell):
        raise ValueError(f"is not a whole number; write it like 1234{_hint(cell)}")
    return int(cell)


def integer_text(cell: str, _: str) -> str:
    """Read a whole number, which pandas may have written as 17850.0, to text.

    Raises:
        ValueError: saying what is wrong.
    """
    found = _FLOAT_INTEGER.fullmatch(cell)
    text = found[1] if found else cell
    if not INTEGER.fullmatch(text):
        raise ValueError("is not a whole number; write it like 1234")
    return text.removeprefix("+")


def check_form(form: str) -> None:
    """See that an example can be read.

    Raises:
        ValueError: it cannot.
    """
    _pattern(form)


@lru_cache(64)
def _pattern(form: str) -> tuple[re.Pattern[str], str]:
    found = _EXAMPLE.fullmatch(form.translate(_ALIKE))
    if not found or (found["thousands"] and found["thousands"] == found["decimal"]):
        raise ValueError(f"'{form}' is no form of a number: write 1234.56 as it is written there")
    thousands, decimal = re.escape(found["thousands"]), re.escape(found["decimal"] or "")
    # Thousands begin with no 0: 0.500 is a half, and not written like 1.234,56.
    whole = rf"[1-9]\d{{0,2}}(?:{thousands}\d{{3}})+|\d+" if thousands else r"\d+"
    part = rf"(?:{decimal}(?:\d+|-+))?" if decimal else ""  # 1'234.- has no cents
    before, after = found["before"], found["after"]
    signs = [re.escape(bare) for sign in (before, after) if (bare := sign.strip(" -+()"))]
    sign = rf"\s*(?:{'|'.join(signs)})?\s*" if signs else r"\s*"
    number = rf"(?P<minus>[+-]?){sign}(?P<minus2>-?)(?P<number>(?:{whole}){part}){sign}"
    if "(" in before and ")" in after:
        number = rf"(?P<open>\()?{number}(?(open)\))"
    elif "-" in after:
        number += r"(?P<open>-?)"
    return re.compile(rf"{sign}{number}", re.ASCII), found["decimal"] or ""


def _plain(cell: str, form: str) -> str:
    pattern, decimal = _pattern(form)
    found = pattern.fullmatch(cell.translate(_ALIKE))
    if not found:
        raise ValueError(f"is not a number written like {form}")
    whole, _, part = found["number"].partition(decimal) if decimal else (found["number"], "", "")
    signs = found.groupdict()
    minus = [name for name in ("minus", "minus2", "open") if signs.get(name) not in (None, "", "+")]
    if len(minus) > 1:
        raise ValueError(f"is not a number written like {form}")
    return "-" * len(minus) + re.sub(r"\D", "", whole) + (f".{part}" if part.strip("-") else "")


def _hint(cell: str) -> str:
    """What to declare, where the text shows it."""
    text = cell.translate(_SPACES).lstrip("+-")
    if re.fullmatch(r"\d+,\d{1,2}", text, re.ASCII) or re.fullmatch(
        r"\d{1,3}(\.\d{3})+,\d+", text, re.ASCII
    ):
        return " (a decimal comma? say :number:1.234,56)"
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text, re.ASCII):
        return " (thousands? say :number:1,234.56)"
    if re.fullmatch(r"\([\d.,]+\)|[\d.,]+-", text, re.ASCII):
        return " (a negative number? say :number:(1,234.56), or :number:1,234.56-)"
    if re.search(r"\d", text) and re.search(r"[^\d.,]", text) and len(text) < 30:  # noqa: PLR2004
        return " (a currency? say :number:$1,234.56 with its sign)"
    return ""
