"""Numbers with their nouns."""

from __future__ import annotations


def count(number: int, what: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
