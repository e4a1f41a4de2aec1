"""A spool whose last tenth is for the events of some kinds only, so that they are the last to be dropped."""

from __future__ import annotations

from typing import Any

from .base import Spool

_OPEN = 0.9  # of the room is for events of every kind


class KeepingSpool:
    """Passes everything on to another spool, but for events of other kinds once it is nearly full.

    Args:
        spool: where events wait.
        kept: how the JSON of events of those kinds begins.
        capacity: events that it takes at most.
        capacity_bytes: bytes that it takes at most.
    """

    def __init__(
        self, spool: Spool, kept: tuple[bytes, ...], capacity: float, capacity_bytes: float
    ) -> None:
        self._spool = spool
        self._kept = kept
        self._count = capacity * _OPEN
        self._size = capacity_bytes * _OPEN

    def append(self, item: bytes) -> bool:
        """Put an item at the end. False where there is no room for one of its kind."""
        if not item.startswith(self._kept):
            waiting = self._spool.waiting()
            if waiting.count >= self._count or waiting.size + len(item) > self._size:
                return False
        return self._spool.append(item)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._spool, name)
