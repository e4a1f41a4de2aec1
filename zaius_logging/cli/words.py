"""Numbers with their nouns, and texts of files on a terminal."""

from __future__ import annotations


def count(number: int, what: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """Replace what would act on a terminal: names of columns and of files in a zip are a stranger's."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
