"""Makes the API's own words safe for a log: what they may quote of an event is taken out.

An answer can only repeat what the request said. So each value of the event is looked for in the text,
however short; and what looks like personal data goes too, for an API that quotes another form of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

HIDDEN = "…"

MAX_SHOWN = 200
"""Characters of a reason that a notice shows; `on_reject` has all of it."""

_PERSONAL = re.compile(
    r"""[^\s"'<>]*(?:@|%40)[^\s"'<>]*"""  # an address
    r"""|\+?\d[\d\s().:/+-]{2,}\d"""  # a phone number, a card, an order, a date
    r"""|\d{4,}"""
    r"""|\w*\d\w*[a-f]\w*\d\w*-[\w-]+""",  # an id in hexadecimal with dashes
    re.IGNORECASE,
)


def scrubbed(reason: str, item: bytes) -> str:
    """A reason without what it may quote of an event.

    Args:
        reason: the API's words.
        item: the event's JSON.
    """
    try:
        values = set(_values(json.loads(item)))
    except (ValueError, RecursionError):
        return HIDDEN
    text = reason
    for value in sorted(values, key=len, reverse=True):
        text = re.sub(_alone(value), HIDDEN, text, flags=re.IGNORECASE)
    text = _PERSONAL.sub(HIDDEN, text)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + HIDDEN


def _alone(value: str) -> str:
    """Find a value; a short one only where it stands alone, or it would be found in any word."""
    pattern = re.escape(value)
    return pattern if len(value) > 3 else rf"(?<!\w){pattern}(?!\w)"  # noqa: PLR2004


def _values(said: Any) -> Iterator[str]:
    """All that an event says, but not the words of our own vocabulary: types, actions and names."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key not in ("type", "action"):
                yield from _values(value)
    elif isinstance(said, list):
        for value in said:
            yield from _values(value)
    elif said is not None and not isinstance(said, bool) and str(said).strip():
        yield str(said)
        yield from (word for word in str(said).split() if len(word) > 2)  # noqa: PLR2004
