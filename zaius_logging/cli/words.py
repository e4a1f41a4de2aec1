"""Numbers with their nouns, and strangers' texts on a terminal."""

from __future__ import annotations

import json
import sys
from typing import Any


def count(number: int, what: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """Replace what would act on a terminal: names of columns and of files in a zip are a stranger's."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Write JSON. What would act on a terminal, or cannot be written to stdout, stands there escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    if not text.isprintable():
        text = "".join(
            char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text
        )
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text
