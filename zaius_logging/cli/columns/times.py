"""Text or number -> a point in time. Pure, and strict: a time is never guessed at.

The same text is the same time on every Python and on every machine: no zone of the machine, no forms that
only newer Pythons know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from . import time_forms

_ISO = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)"
    r"(?:[.,](?P<part>\d{1,9}))?)?)?\s?(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
_DIGITS = re.compile(r"[+-]?\d+(?:\.\d*)?", re.ASCII)
_DAYS = (
    *(
        form
        for mark in "/.-"
        for y in "Yy"
        for form in (f"%d{mark}%m{mark}%{y}", f"%m{mark}%d{mark}%{y}")
    ),
    *("%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%Y%m%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y"),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%a, %d %b %Y", "%d. %B %Y"),
)
"""Forms of a day to suggest. None of them is ever taken without being said."""

_CLOCK = re.compile(
    r"(?P<t>,? ?|T)\d{1,2}(?P<colon>:?)\d\d(?P<s>:?\d\d)?(?P<f>\.\d{1,6})?"
    r"(?P<p> ?)(?P<ampm>[AaPp][Mm])?(?P<gap> ?)(?:(?P<z>Z|[+-]\d\d:?\d\d)|(?P<name>[A-Z]{1,4}))?",
    re.ASCII,
)
_ZONE_NAME = re.compile(r"\b([A-Za-z]{1,5})\s*\Z")

FEWEST = 10**8
"""Seconds since 1970 with nine digits: 1973. Fewer are a year, a month, a day or a serial number."""

MOST = 10**11
"""Beyond it are milliseconds."""

_EXCEL = datetime(
    1899, 12, 30, tzinfo=timezone.utc
)  # day 0, with the leap year 1900 that Excel believes in
_EXCEL_DAYS = range(61, 2_958_466)  # 1900-03-01, behind a leap day that never was, to 9999-12-31

_ZONES: Mapping[str, int] = {
    **dict.fromkeys(("UTC", "GMT", "UT", "Z", "WET"), 0),
    # RFC 5322, 4.3; PayPal's and Stripe's exports write these.
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "WEST": 1,
    "CET": 1,
    "CEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
}
"""Hours. Names that mean several zones (IST, BST) are none."""

_FARTHEST = timedelta(hours=15)
"""Ahead or behind: Kiribati is 14 hours ahead, and was 15 at times some call summer."""

_EPOCHS = {"epoch": 1, "epoch-ms": 10**3, "epoch-us": 10**6, "epoch-ns": 10**9}
"""Form -> how many of it are a second."""

_UNITS = dict(zip(_EPOCHS, ("", "milli", "micro", "nano"), strict=True))

FORMS = (*_EPOCHS, "excel")
"""Ways to write a time that `strptime` does not know."""


def zone_of(name: str) -> tzinfo:
    """Find a zone by its name in the time zone database.

    Raises:
        ValueError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"'{name}' is no time zone; write it like Europe/Berlin") from None


def day(cell: str, form: str, zone: tzinfo = timezone.utc) -> str:
    """Read a calendar day, to `YYYY-MM-DD`.

    Raises:
        ValueError: saying what is wrong.
    """
    if not form and re.fullmatch(r"\d{4}-\d\d-\d\d", cell, re.ASCII):
        try:
            return date.fromisoformat(cell).isoformat()
        except ValueError:
            raise ValueError("is not a day written like 2026-01-31") from None
    if form:
        try:
            return _by_form(cell, form, zone).date().isoformat()
        except OverflowError:
            raise ValueError(f"is not a day written like {form}") from None
        except ValueError as error:
            raise ValueError(str(error).replace("is not a time", "is not a day")) from None
    raise ValueError(f"is not a day written like 2026-01-31{_hint(cell, 'date')}")


class Twice(str):
    """A time of the hour that the clocks of its zone showed twice: the first of the two."""

    __slots__ = ()


@lru_cache(16_384)
def moment(cell: str, form: str = "", zone: tzinfo = timezone.utc) -> str:
    """Read a point in time, to ISO 8601 in UTC with milliseconds.

    Args:
        cell: a day (its first moment), a day and time, or epoch seconds of nine digits or more.
        form: how it is written: for `strptime`, or one of `FORMS`; one of the above where blank.
        zone: of what has none.

    Raises:
        ValueError: saying what is wrong, and what would be right.
    """
    twice = False
    try:
        found = _by_form(cell, form, zone) if form else _plain(cell)
        if found.tzinfo is None:
            found = _local(found, zone)
            twice = found.utcoffset() != found.replace(fold=1).utcoffset()
        utc = found.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError:
        raise ValueError(f"is not a time written like {form or '2026-01-31T12:00:00Z'}") from None
    text = utc.isoformat(timespec="milliseconds") + "Z"
    return Twice(text) if twice else text


def check_form(form: str) -> None:
    """See that a form can be used.

    Raises:
        ValueError: it is a single word that is no form, or does not say one time.
    """
    if "%" not in form and form not in FORMS:
        raise ValueError(f"'{form}' is no form of a time: give {', '.join(FORMS)}, or %Y-%m-%d")
    if "%" in form:
        time_forms.check(form)


def check_epoch(value: float) -> None:
    """See that a number can be epoch seconds.

    Raises:
        ValueError: it looks like something else.
    """
    if abs(value) >= MOST:
        raise ValueError("looks like milliseconds; the API takes seconds")
    if abs(value) < FEWEST:
        raise ValueError(
            "has too few digits for epoch seconds: a day, a year or a serial number is no time yet"
        )


def _local(found: datetime, zone: tzinfo) -> datetime:
    there = found.replace(tzinfo=zone)
    again = there.astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None)
    if again != found:
        raise ValueError("is a time that the clocks of its zone passed over")
    return there


def _plain(cell: str) -> datetime:
    if _DIGITS.fullmatch(cell):
        return _digits(cell)
    found = _ISO.fullmatch(cell)
    if not found:
        raise ValueError(f"is not a time written like 2026-01-31T12:00:00Z{_hint(cell, 'time')}")
    part = (found["part"] or "0").ljust(6, "0")[:6]
    clock = [int(found[name] or 0) for name in ("hour", "minute", "second")]
    try:
        whole = datetime.fromisoformat(found["day"]).replace(
            hour=clock[0], minute=clock[1], second=min(clock[2], 59), microsecond=int(part)
        )
    except ValueError:
        raise ValueError("is not a time written like 2026-01-31T12:00:00Z") from None
    if clock[2] > 59:  # noqa: PLR2004 - a leap second, which the API's clock has not
        whole += timedelta(seconds=1)
    return whole.replace(tzinfo=_offset(found["zone"])) if found["zone"] else whole


def _offset(zone: str) -> tzinfo:
    if zone[0] not in "+-":
        return timezone.utc
    digits = zone[1:].replace(":", "").ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if ahead > _FARTHEST:
        raise ValueError("has an offset that no zone has")
    return timezone(ahead if zone[0] == "+" else -ahead)


def _digits(cell: str) -> datetime:
    whole = cell.lstrip("+-").partition(".")[0]
    size = len(whole)
    known = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    # Ten digits are seconds, too, but those that begin with 20 are of 2033, and hours of analytics are written so.
    known |= {10: "%Y%m%d%H"} if whole.startswith("20") else {}
    like = known.get(size, "")
    if like and whole == cell and (size not in (10, 12) or _reads(whole, like)):
        other = "epoch-ms" if size == 12 else "epoch"  # noqa: PLR2004
        raise ValueError(f"looks like {like.replace('%', '')}: say :time:{like}, or :time:{other}")
    if size in (9, 10, 11):
        return datetime.fromtimestamp(float(cell), timezone.utc)
    if form := _likely(float(cell)):
        raise ValueError(
            f"looks like {_UNITS[form]}seconds; the API takes seconds: say :time:{form}"
        )
    if size == 5:  # noqa: PLR2004
        raise ValueError("looks like a day of Excel: say :time:excel, or :time:epoch")
    many = "many" if size > 5 + 4 else "few"
    raise ValueError(
        f"is a number of too {many} digits for epoch seconds: say :time:epoch if it is one"
    )


def _likely(value: float) -> str:
    """The form by which a number is a time between 1973 and 2286: there is one, or none, and then blank."""
    return next(
        (form for form, of in _EPOCHS.items() if FEWEST <= abs(value) / of < 100 * FEWEST), ""
    )


def _by_form(cell: str, form: str, zone: tzinfo) -> datetime:
    if form in FORMS:
        return _number(cell, form, zone)
    try:
        if "%Z" not in form:
            return time_forms.read(cell, form)
        return _with_zone_name(cell, form)
    except ValueError as error:
        if ("%Z" in form and "zone" in str(error)) or str(error).startswith("lacks"):
            raise
        raise ValueError(f"is not a time written like {form}") from None


def _with_zone_name(cell: str, form: str) -> datetime:
    """`strptime` knows the names of this machine's own zone only, and ignores them."""
    name = _ZONE_NAME.search(cell)
    if not form.endswith("%Z") or not name or name[1].upper() not in _ZONES:
        raise ValueError(
            "has a zone whose name is not known for sure: give offsets (%z), or --timezone"
        )
    found = time_forms.read(cell[: name.start()].rstrip(), form[:-2].rstrip())
    return found.replace(tzinfo=timezone(timedelta(hours=_ZONES[name[1].upper()])))


def _number(cell: str, form: str, zone: tzinfo) -> datetime:
    if not _DIGITS.fullmatch(cell):
        raise ValueError(f"is not a number, as {form} is")
    value = float(cell)
    if form == "excel":
        if int(value) not in _EXCEL_DAYS:
            raise ValueError("is not a day of Excel")
        # A day has no exact fraction: 08:30:00 is written as .354166666664.
        found = _EXCEL + timedelta(milliseconds=round(value * 86_400_000))
        return _local(found.replace(tzinfo=None), zone)
    if (likely := _likely(value)) and likely != form:
        raise ValueError(f"looks like {_UNITS[likely]}seconds: say :time:{likely}")
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=value / _EPOCHS[form])


def _hint(cell: str, kind: str) -> str:
    """Forms that a text may have; never which of two it has."""
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", cell, re.ASCII):
        return "; a spreadsheet has shortened this number"
    at = re.search(r"(,? ?|T)\d{1,2}:|T\d{6}|\Z", cell, re.ASCII)
    start = at.start() if at else len(cell)
    clock = _clock(cell[start:])
    forms = [] if clock is None else [day for day in _DAYS if _reads(cell[:start], day)]
    said = " or ".join(f":{kind}:{form}{clock}" for form in forms)
    return f"; say {said}" + (", whichever it is" if len(forms) > 1 else "") if said else ""


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only to see whether it can be
    except ValueError:
        return False
    return True


def _clock(text: str) -> str | None:
    """The form of the time of day that follows a day; blank for none, None where it is not known."""
    found = _CLOCK.fullmatch(text)
    if not text or not found:
        return None if text else ""
    form = found["t"] + (f"%I{found['colon']}%M" if found["ampm"] else f"%H{found['colon']}%M")
    form += f"{found['colon']}%S" if found["s"] else ""
    form += ".%f" if found["f"] else ""
    form += f"{found['p']}%p" if found["ampm"] else ""
    gap = found["gap"] or (found["p"] if not found["ampm"] else "")
    return form + (f"{gap}%z" if found["z"] else f"{gap}%Z" if found["name"] else "")
