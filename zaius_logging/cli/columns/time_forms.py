"""Forms of times, as `strptime` knows them: whether one can be used, and what it reads. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from functools import lru_cache

_YEAR = re.compile(r"%[YyGcxs]")
_DIGITS = {**dict.fromkeys("mdHIMSUWVy", 2), "Y": 4, "G": 4, "j": 3}
"""How many a directive has where all its zeros are written."""

_PIECE = re.compile(rf"(?:%[{''.join(_DIGITS)}])+|%.|[^%]+", re.DOTALL)

# None of its parts is what `strptime` takes for a part that a form leaves out.
_SAMPLE = datetime(2026, 12, 31, 23, 58, 57, 123456, tzinfo=timezone.utc)
_LEFT_OUT = (1900, 1, 1, 0, 0, 0, 0)


def check(form: str) -> None:
    """See that a form says one time: `%d/%M/%Y` says no month, `%H:%M %p` not whether it is afternoon.

    Raises:
        ValueError: it does not, or it knows no year.
    """
    if not _YEAR.search(form):
        raise ValueError(
            f"'{form}' has no year (%Y): join it to the column of the day, as in '{{day}} {{hour}}'"
        )
    plain = form.removesuffix("%Z").rstrip()
    try:
        found = _parts(datetime.strptime(_SAMPLE.strftime(plain), plain))  # noqa: DTZ007
    except (ValueError, re.error):  # re.error: a directive stands twice
        found = ()
    expected = _parts(_SAMPLE)
    known = next((n for n, each in enumerate(found) if each != expected[n]), len(found))
    if not found or found[known:] != _LEFT_OUT[known:] or ("%H" in form and "%p" in form):
        raise ValueError(
            f"'{form}' is no form of one time: %m is the month and %M the minute, %I goes with %p and "
            "%H without, each stands once, and what comes before a part belongs to it"
        )


def _parts(when: datetime) -> tuple[int, ...]:
    return (*when.timetuple()[:6], when.microsecond)


def read(cell: str, form: str) -> datetime:
    """Read a time; what has no zone there has none.

    Raises:
        ValueError: it is not written so, or can be read in two ways.
    """
    found = datetime.strptime(cell, form)  # noqa: DTZ007 - a zone is added where none is given
    pattern, widths = _pieces(form)
    match = pattern.fullmatch(cell) if any(widths) else None
    if match:
        # Spreadsheets take zeros from the beginning: 13000 was 01:30:00, and `strptime` reads 13:00:0.
        parts = zip(match.groups(), widths, strict=True)
        whole = "".join(part.zfill(width) for part, width in parts)
        if whole != cell and datetime.strptime(whole, form) != found:  # noqa: DTZ007
            raise ValueError("lacks a zero, and can be read in two ways")
    return found


@lru_cache(64)
def _pieces(form: str) -> tuple[re.Pattern[str], list[int]]:
    """What splits a text as a form does, and how many digits stand together in each piece; 0 for fewer than two parts."""
    pattern, widths = "", []
    for piece in _PIECE.findall(form):
        parts = [_DIGITS.get(each, 0) for each in piece.split("%")[1:]]
        widths.append(sum(parts) if len(parts) > 1 else 0)
        text = r"\s+".join(map(re.escape, re.split(r"\s+", piece)))
        pattern += rf"(\d{{1,{widths[-1]}}})" if widths[-1] else "(.+?)" if parts else f"({text})"
    return re.compile(pattern, re.ASCII | re.IGNORECASE | re.DOTALL), widths
