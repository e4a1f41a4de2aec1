"""What goes wrong, and how far it reaches."""

from __future__ import annotations


class JobError(ValueError):
    """Nothing can be sent: options, files or environment are wrong. The message says what to do."""


class MappingError(JobError):
    """What the options say of columns cannot be, or not with this file."""


class RowError(ValueError):
    """One row cannot become an event; the others go. The message never holds the row's values."""
