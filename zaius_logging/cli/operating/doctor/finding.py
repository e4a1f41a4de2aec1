"""What a check says."""

from __future__ import annotations

from typing import NamedTuple

OK, NOTE, WARN, WRONG = "ok", "note", "warn", "wrong"


class Finding(NamedTuple):
    """What one check says.

    Attributes:
        check: what was looked at, in two or three words.
        grade: `ok`, `note` (good to know), `warn` (it may cost events) or `wrong` (it does).
        text: the verdict, in a sentence.
        todo: what to do; blank where nothing is to be done.
    """

    check: str
    grade: str
    text: str
    todo: str = ""
