"""Text of a cell -> a value of JSON. Pure, and strict: money and time are never guessed at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import tzinfo

from zaius_logging._event.placeholders import INVISIBLE

from . import numbers, times

_YES = frozenset({"true", "t", "yes", "y", "1"})
_NO = frozenset({"false", "f", "no", "n", "0"})
_EMAIL = re.compile(r"""[^@\s<>()\[\],;:"'][^@\s<>()\[\],;:"]*@[^@\s<>()\[\],;:"'?/]+\.[\w-]+""")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_AROUND = f" {INVISIBLE}"
_TRUNK_AFTER_COUNTRY = re.compile(r"\(0\)")
_BETWEEN = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]")
_FLOAT = re.compile(r"(\d{7,})\.0*", re.ASCII)
_TEN_DIGITS = {"+1": "1", "+7": "78"}
"""Countries whose numbers have ten digits: what is dialled before them within the country, and their code."""
_KEEP_ZERO = ("+39", "+378", "+225", "+229", "+241", "+242")
"""Countries where the 0 belongs to the number (ITU-T E.164's national plans)."""
_SHORT_CODES = "[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
_ZERO_AFTER_COUNTRY = re.compile(rf"\+(?:{_SHORT_CODES}|(?!{_SHORT_CODES})\d{{3}})0", re.ASCII)
"""A country's code, of one to three digits, and the 0 that is dialled within the country."""
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_COUNTRY = re.compile(r"\+[1-9]\d{0,3}", re.ASCII)


def text(cell: str, _: str) -> str:
    """As it stands: leading zeros stay."""
    return cell


def boolean(cell: str, _: str) -> bool:
    """Read yes or no.

    Raises:
        ValueError: saying what is wrong.
    """
    word = cell.lower()
    if word not in _YES | _NO:
        raise ValueError("is neither true nor false, yes nor no, 1 nor 0")
    return word in _YES


def email(cell: str, _: str) -> str:
    """Read an e-mail address, in lower case: the same person with capitals would be another.

    Raises:
        ValueError: it is none.
    """
    found = _MAILTO.sub("", cell.strip(_AROUND), count=1).lower()
    if not _EMAIL.fullmatch(found):
        raise ValueError("is not an e-mail address")
    return found


def phone(cell: str, form: str) -> str:
    """Read a phone number, to E.164.

    Args:
        cell: the number.
        form: the country of numbers without one, such as `+49`; blank where all have theirs.

    Raises:
        ValueError: it is none, or its country is not known.
    """
    cell = cell.strip(_AROUND).removeprefix("'")  # which keeps a sheet from calculating: '+49 30
    whole = _FLOAT.fullmatch(cell)  # as pandas writes a column with gaps
    found = _BETWEEN.sub("", whole[1] if whole else cell)
    if cell.startswith(("+", "00")):  # +49 (0)30: the 0 is for calls within the country
        found = _BETWEEN.sub("", _TRUNK_AFTER_COUNTRY.sub("", cell))
    if found.startswith("00"):
        found = "+" + found[2:]
    if not found.startswith("+"):
        if not form:
            raise ValueError("is a phone number without its country; say :phone:+1 for all of them")
        found = form + _within(found, form)
    if not _E164.fullmatch(found):
        raise ValueError("is not a phone number")
    if _ZERO_AFTER_COUNTRY.match(found) and not found.startswith(_KEEP_ZERO):
        raise ValueError(
            "has a 0 behind its country's code, which is dialled within the country only"
        )
    return found


def _within(number: str, country: str) -> str:
    """A number as it stands behind its country's code.

    Raises:
        ValueError: it may have the code already.
    """
    if country in _TEN_DIGITS:
        if len(number) == 11 and number[0] in _TEN_DIGITS[country]:  # noqa: PLR2004
            number = number[1:]
        if len(number) != 10:  # noqa: PLR2004
            raise ValueError(f"is not a phone number of {country}, which have ten digits")
        return number
    own = country in ("+39", "+91") and len(number) <= 10  # noqa: PLR2004 - where mobile numbers begin so
    if number.startswith(country[1:]) and not own:
        raise ValueError(
            f"is a phone number that may begin with its country: write +{country[1:]}…"
        )
    return number if country in _KEEP_ZERO else number.removeprefix("0")


Convert = Callable[[str, str], object]
"""(cell, how it is written) -> value."""

CONVERTERS: Mapping[str, Convert] = {
    "text": text,
    "number": numbers.number,
    "integer": numbers.integer,
    "integer-text": numbers.integer_text,
    "boolean": boolean,
    "date": times.day,
    "time": times.moment,
    "email": email,
    "phone": phone,
}

TEXTS = frozenset({"text", "integer-text", "email", "phone"})
"""Types that identifiers can have."""


def check_form(kind: str, form: str) -> None:
    """See that a type can be written in a form.

    Raises:
        ValueError: it cannot.
    """
    if kind in ("date", "time"):
        times.check_form(form)
    elif kind in ("number", "integer"):
        numbers.check_form(form)
    elif kind == "phone":
        if not _COUNTRY.fullmatch(form):
            raise ValueError(f"'{form}' is no country of phone numbers: write it like +49")
    else:
        raise ValueError(f"'{kind}' takes no form; date, time, number, integer and phone do")


def in_zone(kind: str, zone: tzinfo) -> Convert:
    """Give the converter of a type, for times that have no zone of their own."""
    if kind == "time":
        return lambda cell, form: times.moment(cell, form, zone)
    if kind == "date":
        return lambda cell, form: times.day(cell, form, zone)
    return CONVERTERS[kind]
