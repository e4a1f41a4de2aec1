"""Decodes JSON as the API takes it: no NaN, no number that is too large, no nesting without an end. Pure."""

from __future__ import annotations

import json
import re
from json import JSONDecodeError
from typing import Any

from zaius_logging._event.plain_json import MAX_DEPTH

_INFINITE = frozenset({float("inf"), float("-inf")})
_TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
# Texts that begin so and go on are JSON that was cut; other errors are errors.
_OPENING = ("{", "[")
_WORD = 10  # characters that a word or the sign of a number may have before its end shows


class Decoder:
    """Decodes values one after the other.

    Attributes:
        problem: what is wrong with numbers of the last value; blank where nothing is. It was decoded
            all the same, so that its end is known and only it is lost.
    """

    def __init__(self) -> None:
        self.problem = ""
        self._scan = json.JSONDecoder(
            parse_constant=self._constant, parse_float=self._float
        ).raw_decode

    def _constant(self, name: str) -> None:
        self.problem = f"{name} is no number of JSON"

    def _float(self, text: str) -> float:
        value = float(text)
        if value in _INFINITE:
            self.problem = "a number is too large"
        return value

    def value(self, text: str, at: int = 0) -> tuple[Any, int]:
        """Decode the value that begins at a place. Gives it, and the place behind it.

        Raises:
            JSONDecodeError: it is not JSON; see `cut` for one that has no end.
            ValueError: a whole number has thousands of digits.
            RecursionError: it is nested too deep, on Pythons that mind.
        """
        self.problem = ""
        return self._scan(text, at)


def cut(error: ValueError, text: str) -> bool:
    """Whether text is not JSON only because it ends too soon."""
    if not isinstance(error, JSONDecodeError):
        return False
    if error.pos >= len(text.rstrip()):
        return True
    # A text without its closing quote; a word or number that may go on.
    return error.msg.startswith("Unterminated string") or (
        error.msg == "Expecting value" and len(text) - error.pos < _WORD and text[-1].isalnum()
    )


def too_deep(text: str) -> bool:
    """Whether JSON is nested deeper than an event may be.

    Judged on the text: from Python 3.14 on deep JSON is decoded, and ends the program elsewhere.
    """
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _BRACKETS.findall(_TEXT.sub("", text)):
        depth += 1 if bracket in _OPENING else -1
        if depth > MAX_DEPTH:
            return True
    return False


def balance(line: str) -> int:
    """How many brackets a line opens and does not close; texts do not count."""
    if not _BRACKETS.search(line):
        return 0  # as most lines of an object over several
    plain = _TEXT.sub("", line)
    return sum(1 if each in _OPENING else -1 for each in _BRACKETS.findall(plain))


def said(error: ValueError) -> str:
    """What is wrong with a text, for people."""
    if isinstance(error, JSONDecodeError):
        return f"is not JSON ({error.msg}, column {error.colno})"
    return "is not JSON (a number has thousands of digits)"
