"""Text that must not be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Secret(str):
    """A key or an address with a password: itself where it is used, stars where it is shown.

    Tracebacks with local variables, as error trackers send them, use repr; messages use str and
    format. What sends it on the wire uses `encode`, which is untouched.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)


def hidden(value: Any) -> Any:
    """The same with text, also in a mapping, turned to secrets. Anything else stays as it is."""
    if isinstance(value, str):
        return Secret(
            str.__str__(value)
        )  # of a Secret, or an Enum, `str()` would give something else
    if isinstance(value, Mapping):
        return {key: hidden(each) for key, each in value.items()}
    return value
