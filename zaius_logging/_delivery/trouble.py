"""What operators hear when requests begin to fail, and when they work again.

Once for each change of state, never once for each failure: a request that fails now and then, or a
server that comes and goes, must not fill a log.
"""

from __future__ import annotations

import math

from zaius_logging._transport.outcome import Outcome, Paused, Retry

QUIET = 60.0
"""Seconds in which trouble is not told again that has come and gone."""

THROTTLED_IN_A_ROW = 3
"""Single answers of 429 are how we find the account's limit (see `_pace`); this many are news."""


class Trouble:
    """Turns outcomes into lines for people."""

    __slots__ = ("_failures", "_reason", "_since", "_told", "_told_at", "_untold")

    def __init__(self) -> None:
        self._failures = 0  # requests in a row that failed
        self._since = 0.0  # when the first of them did
        self._told = ""  # the reason that was told of this trouble; empty if none was
        self._reason = ""  # the reason that was told last, of whatever trouble
        self._told_at = -math.inf
        self._untold = 0  # troubles that came and went without a word

    def line(self, outcome: Outcome, waiting: int, now: float) -> str | None:
        """What to say after an outcome, if anything.

        Args:
            outcome: of the last request.
            waiting: events that wait.
            now: seconds of any steady clock.
        """
        if not isinstance(outcome, (Retry, Paused)):
            return self._over(waiting, now)
        if not self._failures:
            self._since = now
        self._failures += 1
        if not self._is_news(outcome, now):
            return None
        self._told = self._reason = outcome.reason
        self._told_at = now
        untold, self._untold = self._untold, 0
        again = "every 60 s" if isinstance(outcome, Paused) else "with growing pauses"
        more = f" ({untold} shorter troubles since the last word)" if untold else ""
        return f"{outcome.reason}. {events(waiting)} wait; trying again {again}{more}"

    def _is_news(self, outcome: Retry | Paused, now: float) -> bool:
        if isinstance(outcome, Paused) and outcome.reason != self._reason:
            return True
        if self._told:
            return isinstance(outcome, Paused) and outcome.reason != self._told
        if isinstance(outcome, Retry) and outcome.throttled:
            return self._failures >= THROTTLED_IN_A_ROW and now - self._told_at >= QUIET
        return now - self._told_at >= QUIET

    def _over(self, waiting: int, now: float) -> str | None:
        failures, told = self._failures, self._told
        self._failures, self._told = 0, ""
        if not told:
            self._untold += failures > 0
            return None
        tries = f"{failures:,} failed {'try' if failures == 1 else 'tries'}"
        return (
            f"delivering again after {tries} in {now - self._since:.0f} s; {events(waiting)} waited"
        )


def events(count: int) -> str:
    """A number of events in words."""
    return f"{count:,} event{'' if count == 1 else 's'}"
