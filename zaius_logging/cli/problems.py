"""What goes wrong, and how far it reaches."""

from __future__ import annotations

import click

from .words import printable


class JobError(click.ClickException):
    """Nothing can be done: options, files or environment are wrong. The message says what to do."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class MappingError(JobError):
    """What the options say of columns cannot be, or not with this file."""


class RowError(ValueError):
    """One row cannot become an event; the others go. The message never holds the row's values."""
