"""How soon the next request may start.

Requests are spaced evenly from start to start, never saved up: a limit of 10 a second is one request
every 100 ms, not ten at once.

Where the account's own limit is unknown, answers of 429 (too many requests) are how it is found. Up to
the first there is no pace at all. From then on the rate grows by a share of itself each second, and each
429 takes a share away. Several processes at one limit meet there without knowing of each other: all
grow alike, but who sends more often is answered 429 more often, so rates that differ draw together (the
reasoning of AIMD: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms", 1989). With r
requests a second each, answers of 429 settle at GROWTH / (r·-ln KEEP) of all: 2 % for 8 processes at 10 a
second, which `tests/delivery/test_pace.py` simulates.
"""

from __future__ import annotations

FIRST = 1.0
"""Requests a second after the first 429: the same for all processes, so that they begin fair, and with
full batches 500 events a second."""

SEARCH = 0.2
"""Growth a second from there to the next 429: twice as fast in 3.5 s (TCP's slow start)."""

GROWTH = 0.005
"""Growth a second around a limit that has been found."""

QUIET = 30.0
"""After so many seconds without a 429 growth has doubled, after twice as many trebled: the limit has
moved, or others have gone."""

KEEP = 0.8
"""The share of the rate that a 429 leaves."""

ROOM = 1.02
"""Times the even space between two requests: they arrive with some jitter, and N + 1 of them in a second are
more than N (seen at 2 a second on loopback, where 1 ms was enough)."""

FLOOR = 0.1
"""Requests a second that are always tried; beyond that it is the backoff that waits."""


class Pace:
    """Spaces requests.

    Args:
        limit: requests a second at the most, or None for no limit but the one that 429 shows.
    """

    __slots__ = ("_interval", "_last", "_next", "_rate", "_searching", "_since")

    def __init__(self, limit: float | None = None) -> None:
        self._interval = ROOM / limit if limit else 0.0
        self._next = 0.0
        self._last = 0.0  # when the last request started
        self._rate: float | None = None  # requests a second; None until the first 429
        self._searching = False  # the limit has not been met again since the first 429
        self._since = 0.0  # the last 429

    @property
    def rate(self) -> float | None:
        """Requests a second that 429 has left us, or None before any."""
        return self._rate

    def ready(self) -> float:
        """The earliest time at which a request may start."""
        return self._next

    def started(self, now: float) -> None:
        """Note that a request starts now."""
        if self._rate is not None:
            self._rate *= 1.0 + self._growth(now)
        self._last = now
        self._space()

    def throttled(self, now: float) -> None:
        """Note that the last request was answered 429."""
        if self._rate is None:
            self._rate, self._searching = FIRST, True
        else:
            self._rate, self._searching = max(FLOOR, self._rate * KEEP), False
        self._since = now
        self._space()

    def _space(self) -> None:
        gap = self._interval if self._rate is None else max(self._interval, 1.0 / self._rate)
        self._next = self._last + gap

    def _growth(self, now: float) -> float:
        """The share that the rate gains with this request: none if it was not the rate that held it."""
        gap = now - self._last
        if self._rate is None or gap > 2.0 / self._rate or self._since > self._last:
            return 0.0
        if self._searching:
            return SEARCH * gap
        return GROWTH * (1.0 + (now - self._since) / QUIET) * gap
