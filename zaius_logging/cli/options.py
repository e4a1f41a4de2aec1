"""Options of `send` that need more than click's own types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

T = TypeVar("T")


def checked_by(check: Callable[[T], T]) -> Callable[[click.Context, click.Parameter, T], T]:
    """Make a callback of a function that raises ValueError with the message for people."""

    def callback(_: click.Context, parameter: click.Parameter, value: T) -> T:
        try:
            return check(value)
        except ValueError as error:
            raise click.BadParameter(str(error), param=parameter) from None

    return callback


def encoding(name: str) -> str:
    """Check the name of an encoding of text."""
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"'{name}' is no encoding of text; try utf-8, cp1252 or utf-16") from None
    return name


def delimiter(text: str | None) -> str | None:
    """Check the character between two cells."""
    if text is None or text.lower() in ("tab", "\\t", "spaces"):
        return text and ("spaces" if text.lower() == "spaces" else "\t")
    if len(text) != 1 or text in '"\r\n ' or text.isalnum():
        raise ValueError("give one character, such as ';', or the word tab or spaces")
    return text


def existing(
    context: click.Context, parameter: click.Parameter, files: Sequence[str]
) -> Sequence[str]:
    """Check that files exist; one that is followed may come later."""
    if not context.params.get("follow"):
        there = click.Path(exists=True, dir_okay=False, allow_dash=True)
        for file in files:
            there.convert(file, parameter, context)
    return files


def seconds(value: float | None) -> float | None:
    """Check a time to wait."""
    if value is not None and not value >= 1:  # NaN is not
        raise ValueError("give a number of seconds from 1 up")
    return value


def rate(value: float | None) -> float | None:
    """Check a number of requests a second."""
    if value is not None and not 0 < value < float("inf"):
        raise ValueError("give a number above 0")
    return value
