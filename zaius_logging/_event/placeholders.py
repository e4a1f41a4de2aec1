"""Words that stand where an identifier is unknown, such as `NULL`.

An identifier merges all customers who share its value, for good. So a placeholder must not be sent as one;
the handler, `send` and the fixture judge by `placeholder`, and the setting `placeholders` says what follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from logging import LogRecord
from typing import Literal

from zaius_logging._errors import EventError

# Exports of spreadsheets, databases, JavaScript, Python, Java and R write these for "nothing".
_WORDS = frozenset(
    {
        *("na", "n/a", "#n/a", "n.a.", "null", "(null)", "<null>", "[null]", "\\n", "nan", "nil"),
        *("none", "(none)", "<none>", "undefined", "(undefined)", "[object object]", "unknown"),
        *("anonymous", "guest", "-", "--", "?", ".", "<na>"),
        *("#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!"),
    }
)
_LONGEST = max(map(len, _WORDS))

# Only words that are nobody's name: `na@` and `nan@` may be a person's.
_LOCAL_PARTS = frozenset(
    {
        *("none", "null", "(null)", "undefined", "unknown", "anonymous", "noemail", "no-email"),
        *("no_email", "no.email"),
    }
)
_DOUBTFUL = frozenset({"0", "-1", "00000000-0000-0000-0000-000000000000"})

INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""What copying from pages and contacts leaves around a text: marks of order, direction and width."""

# What any of them can begin with: most values are told apart by their first character.
_BEGINNINGS = frozenset("".join(word[0] + word[0].upper() for word in _WORDS | _LOCAL_PARTS)) | {
    *"0 \t\n\r\0\u00a0",
    *INVISIBLE,
}


def placeholder(value: str) -> Literal["", "placeholder", "doubtful"]:
    """Tell whether an identifier's value stands for "unknown".

    Args:
        value: of an identifier.

    Returns:
        `placeholder` for a word that names nobody (`NULL`, `n/a`, `none@example.com`) and for text that cannot be
        seen (a byte order mark, a zero width space), `doubtful` for one that may be a real value (`0`), else
        blank text, which is false.
    """
    if len(value) > _LONGEST and "@" not in value and value not in _DOUBTFUL:
        return ""
    seen = value if value.isprintable() else "".join(filter(str.isprintable, value))
    text = seen.strip().lower()
    if not text:
        return "placeholder" if value.strip() else ""  # blank says nothing
    if text in _WORDS or ("@" in text and text.partition("@")[0] in _LOCAL_PARTS):
        return "placeholder"
    return "doubtful" if text in _DOUBTFUL else ""


def identifier_judge(
    setting: str, tell: Callable[[str, str], object]
) -> Callable[[dict[str, str], LogRecord], None] | None:
    """Make what looks at the identifiers of each event, or None where placeholders are allowed.

    Args:
        setting: `refuse`, `warn` or `allow`.
        tell: takes (kind of notice, line).
    """
    if setting == "allow":
        return None
    beginnings = _BEGINNINGS

    def judge(identifiers: dict[str, str], record: LogRecord) -> None:
        for name, value in identifiers.items():
            if value[0] in beginnings and (found := placeholder(value)):
                field = f"identifiers.{name}"
                if found == "placeholder" and setting == "refuse":
                    raise EventError(field, _PROBLEM)
                where = f"{record.filename}:{record.lineno}"
                what = _PROBLEM if found == "placeholder" else _DOUBT
                tell(f"placeholder {where} {name}", f"1 event at {where}: {field}: {what}")

    return judge


def without_hyphens(
    judge: Callable[[dict[str, str], LogRecord], None] | None,
) -> Callable[[dict[str, str], LogRecord], None]:
    """Make what writes a `vuid` that is a UUID without its hyphens, and asks the judge then.

    Args:
        judge: see `identifier_judge`.
    """

    def write(identifiers: dict[str, str], record: LogRecord) -> None:
        vuid = identifiers.get("vuid", "")
        if _UUID.fullmatch(vuid):
            identifiers["vuid"] = vuid.replace("-", "")
        if judge is not None:
            judge(identifiers, record)

    return write


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PROBLEM = (
    "is a placeholder such as NULL, which would merge all customers who have it: leave it out where "
    "it is not known"
)
_DOUBT = "may be a placeholder: 0, -1 or an empty UUID, which would merge all who have it"
