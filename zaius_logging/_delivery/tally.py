"""A counter that any thread and any signal handler can raise, without a lock and without an instant in between."""

from __future__ import annotations

from collections import deque
from itertools import count, islice


class Tally:
    """Counts.

    Raising it is one call of C: the deque holds one number, the last that was drawn. `value += 1` reads,
    adds and stores, and loses a count where a signal handler or another thread does so in between.
    """

    __slots__ = ("_last", "_numbers")

    def __init__(self) -> None:
        self._numbers = count(1)
        self._last = deque((0,), maxlen=1)

    def add(self, number: int = 1) -> None:
        """Count so many more."""
        self._last.extend(islice(self._numbers, number))

    @property
    def value(self) -> int:
        """The count."""
        return self._last[0]
