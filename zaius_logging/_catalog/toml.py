"""TOML -> a dictionary, by the standard library, or by tomli on Python 3.10."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from zaius_logging._errors import ConfigError


def loads(text: str) -> dict[str, Any]:
    """Read TOML.

    Raises:
        ConfigError: Python 3.10 without tomli.
        ValueError: it is no TOML; the text names line and column.
    """
    found: dict[str, Any] = _reader()(text)
    return found


def _reader() -> Callable[[str], dict[str, Any]]:
    if sys.version_info >= (3, 11):
        import tomllib

        return tomllib.loads
    try:
        import tomli
    except ImportError:
        raise ConfigError(
            "catalog",
            "needs tomli on Python 3.10: pip install 'zaius-logging[catalog]'",
        ) from None
    found: Callable[[str], dict[str, Any]] = tomli.loads
    return found
