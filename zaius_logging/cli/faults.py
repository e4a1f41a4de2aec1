"""Faults of the sandbox as one writes them on a command line. Pure."""

from __future__ import annotations

import json
from typing import Any


def parse_fault(text: str) -> Any:
    """Read a fault: `hang`, `status=503,times=3`, or the JSON of `PUT /api/faults`.

    Raises:
        ValueError: it is neither. Whether its fields are known, the sandbox says.
    """
    if text.lstrip().startswith(("{", "[")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError(f"'{text}' is not JSON") from None
    fault: dict[str, Any] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not name.strip():
            raise ValueError(f"'{text}': write it like hang, or status=503,times=3")
        fault[name.strip()] = _value(value) if equals else True
    return fault


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
