"""How many requests a second, by the hour of the day. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PART = re.compile(r"(?:(?P<first>\d{1,2})-(?P<last>\d{1,2}):)?(?P<rate>\d+(?:\.\d+)?)", re.ASCII)
_HOURS = 24


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a second for each hour of the day.

    Attributes:
        hours: one for each hour; 0 means that nothing is sent then.
    """

    hours: tuple[float, ...]

    @property
    def highest(self) -> float:
        """The highest of them."""
        return max(self.hours)

    @property
    def lowest(self) -> float:
        """The lowest that is not 0."""
        return min(filter(None, self.hours))

    @property
    def steady(self) -> bool:
        """Whether all hours are alike."""
        return len(set(self.hours)) == 1


def parse_rates(text: str) -> Rates:
    """Read `5`, or `2,22-6:20`: 2 a second, and 20 from 22 to 6 o'clock of this machine's time.

    Raises:
        ValueError: it is neither, or nothing would ever be sent.
    """
    hours = [0.0] * _HOURS
    for part in text.split(","):
        found = _PART.fullmatch(part.strip())
        if not found:
            raise ValueError("give a number above 0, or hours: 2,22-6:20")
        first, last = (int(found[name] or 0) for name in ("first", "last"))
        if max(first, last) > _HOURS:
            raise ValueError("hours go from 0 to 24")
        count = (last - first) % _HOURS or _HOURS
        for hour in range(first, first + count):
            hours[hour % _HOURS] = float(found["rate"])
    if not any(hours):
        raise ValueError("give a number above 0")
    return Rates(tuple(hours))


class Pace:
    """Says how long to wait before the next events are read. Pure.

    Args:
        rates: by the hour.
        batch: events in a request.
    """

    def __init__(self, rates: Rates, batch: int) -> None:
        self._rates = rates
        self._batch = batch
        self._left = 0
        self._next = 0.0

    def wait(self, now: float, hour: int) -> float:
        """Take one event. Gives 0 if it may go, else seconds after which to ask again.

        Args:
            now: steady seconds.
            hour: of the day.
        """
        if self._left > 0:
            self._left -= 1
            return 0.0
        rate = self._rates.hours[hour]
        if not rate:
            return 1.0
        if now < self._next:
            return min(1.0, self._next - now)
        self._next = max(now, self._next) + 1.0 / rate
        self._left = self._batch - 1
        return 0.0
