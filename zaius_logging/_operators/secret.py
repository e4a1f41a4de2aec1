"""Hides keys and passwords: text that is itself where it is used, and stars where it is shown."""

from __future__ import annotations

import sys
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
    """Turn text, also that in a mapping, to secrets. Anything else stays as it is."""
    if isinstance(value, str):
        # Of a Secret, or an Enum, `str()` would give something else.
        return Secret(str.__str__(value))
    if isinstance(value, Mapping):
        return {key: hidden(value[key]) for key in value}  # looked up: see `_config.looked_up`
    return value


def hide_from_yaml() -> None:
    """Let PyYAML, where it is loaded, write secrets as stars; vcr could not save a request otherwise."""
    yaml = sys.modules.get("yaml")
    for name in ("Dumper", "SafeDumper", "CDumper", "CSafeDumper"):
        if dumper := getattr(yaml, name, None):
            dumper.add_representer(Secret, lambda dumper, _: dumper.represent_str("***"))
