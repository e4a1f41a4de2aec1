"""How soon the next request may start.

Requests are spaced evenly from start to start, never saved up: a limit of 10 a second is one request
every 100 ms, not ten at once.
"""

from __future__ import annotations


class Pace:
    """Spaces requests.

    Args:
        limit: requests a second at the most, or None for no limit.
    """

    __slots__ = ("_interval", "_next")

    def __init__(self, limit: float | None) -> None:
        self._interval = 1.0 / limit if limit else 0.0
        self._next = 0.0

    def ready(self) -> float:
        """The earliest time at which a request may start."""
        return self._next

    def started(self, now: float) -> None:
        """Note that a request starts now."""
        self._next = now + self._interval
