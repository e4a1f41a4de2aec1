"""The fields of data that tell who sent an event, as the official SDKs give them."""

from __future__ import annotations

from collections.abc import Mapping


def source_of(wanted: bool) -> Mapping[str, str]:
    """`data_source_type`, `data_source` and `data_source_version`, or nothing."""
    if not wanted:
        return {}
    from importlib.metadata import version  # 10 ms, and only a handler or formatter needs it

    return {
        "data_source_type": "sdk",
        "data_source": "zaius-logging",
        "data_source_version": version("zaius-logging"),
    }
