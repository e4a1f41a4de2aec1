"""Words that stand where an identifier is unknown, such as `NULL`.

An identifier merges all customers who share its value, for good. So a placeholder must not be sent as one;
the handler, `send` and the fixture judge by `placeholder`, and the setting `placeholders` says what follows.
"""

from __future__ import annotations

from typing import Literal

# Exports of spreadsheets, databases, JavaScript, Python, Java and R write these for "nothing".
_WORDS = frozenset(
    {
        *("na", "n/a", "#n/a", "n.a.", "null", "(null)", "<null>", "[null]", "\\n", "nan", "nil"),
        *("none", "(none)", "<none>", "undefined", "(undefined)", "[object object]", "unknown"),
        *("anonymous", "guest", "-", "--", "?", "."),
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


def placeholder(value: str) -> Literal["", "placeholder", "doubtful"]:
    """Tell whether an identifier's value stands for "unknown".

    Args:
        value: of an identifier.

    Returns:
        `placeholder` for a word that names nobody (`NULL`, `n/a`, `none@example.com`), `doubtful` for one
        that may be a real value (`0`), else blank text, which is false.
    """
    if len(value) > _LONGEST and "@" not in value and value not in _DOUBTFUL:
        return ""
    text = value.strip().lower()
    if text in _WORDS or ("@" in text and text.partition("@")[0] in _LOCAL_PARTS):
        return "placeholder"
    return "doubtful" if text in _DOUBTFUL else ""
