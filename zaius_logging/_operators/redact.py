"""Makes the API's own words safe for a log: what they may quote of an event is taken out.

An answer can only repeat what the request said. So each word of it is looked for among the values of the
event; and what looks like personal data goes too, for an API that quotes another form of it.

The cost is bounded, whatever the API says and however large the event is, and no pattern here can backtrack:
each is one character class, with nothing behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

HIDDEN = "…"

MAX_SHOWN = 200
"""Characters of a reason that a notice shows; `on_reject` has all of it."""

MAX_EVENT = 64 * 1024
"""Bytes of an event that is looked through, which takes up to 10 ms; of a larger one no reason is shown."""

_READ = 2 * MAX_SHOWN  # characters of a reason that are looked at: some will be hidden
_SPACE = re.compile(r"(\s+)")
_NUMBER = re.compile(r"[\d\s().:/+-]+")  # a phone number, a card, an order, a date
_JOINTS = re.compile(r"[^\w.@+-]")
_NO_WORD = re.compile(r"\W")
_EDGES = "\"'`<>()[]{},;:.!?"
_DIGITS = 4  # so many make a number personal
_SHORT = (
    3  # characters: a word that is no longer counts only as a whole, or it would be found in any
)


def scrubbed(reason: str, item: bytes) -> str:
    """Give a reason without what it may quote of an event.

    Args:
        reason: the API's words.
        item: the event's JSON.
    """
    if len(item) > MAX_EVENT:
        return HIDDEN
    try:
        known = _words(_values(json.loads(item)))
    except (ValueError, RecursionError):
        return HIDDEN
    starts = "\n" + "\n".join(known)
    parts = _SPACE.split(_NUMBER.sub(_number, reason[:_READ]))
    text = "".join(_word(part, known, starts) for part in parts)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + HIDDEN


def _number(found: re.Match[str]) -> str:
    run = found[0]
    if sum(map(str.isdigit, run)) < _DIGITS:
        return run
    start, end = len(run) - len(run.lstrip()), len(run.rstrip())
    return run[:start] + HIDDEN + run[end:]


def _word(part: str, known: set[str], starts: str) -> str:
    """A word as it may be shown, with the punctuation around it."""
    core = part.strip(_EDGES)
    if not core or not _is_personal(core.casefold(), known, starts):
        return part
    start = part.index(core)
    return part[:start] + HIDDEN + part[start + len(core) :]


def _is_personal(word: str, known: set[str], starts: str) -> bool:
    if word in known or "@" in word or "%40" in word:
        return True
    if sum(map(str.isdigit, word)) >= _DIGITS:
        return True
    # An API may quote the start of a value; or write `email=ada.lovelace;` and `/lovelace/`.
    pieces = {*_JOINTS.split(word), *_NO_WORD.split(word)}
    return any(piece in known or f"\n{piece}" in starts for piece in pieces if len(piece) > _SHORT)


def _words(values: Iterator[str]) -> set[str]:
    """The values, and the words in them that are longer than two characters."""
    found: set[str] = set()
    for value in values:
        folded = value.casefold()
        found.add(folded.strip(_EDGES))
        found |= {word for part in folded.split() if len(word := part.strip(_EDGES)) >= _SHORT}
    found.discard("")
    return found


def _values(value: Any) -> Iterator[str]:
    """All that an event says, but not the words of our own vocabulary: types, actions and names."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in ("type", "action"):
                yield from _values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
