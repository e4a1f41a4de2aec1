"""What people hear of their events: operators in lines, the application through its callbacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from threading import get_ident
from typing import Any

from zaius_logging._operators.notices import Notices
from zaius_logging._operators.redact import scrubbed
from zaius_logging._stats import Stats
from zaius_logging._transport.outcome import Outcome

from .trouble import Trouble, events

Callback = Callable[[dict[str, Any], str], object]

_DROPS = {
    "overflow": "the spool is full; raise capacity, or see why the API does not answer",
    "closed": "still waiting when the handler closed; raise close_timeout, or set spool_dir",
    "expired": "older than max_age, and the API has not answered since",
}


class Teller:
    """Tells them. Nothing escapes from a callback.

    Args:
        notices: to operators.
        on_drop: told of each event that is lost on our side, with the reason.
        on_reject: told of each event that the API refused, with its reason.
    """

    def __init__(
        self, notices: Notices, *, on_drop: Callback | None, on_reject: Callback | None
    ) -> None:
        self.loggers = notices.loggers
        self._notices = notices
        self._on_drop = on_drop
        self._on_reject = on_reject
        self._trouble = Trouble()
        self._calling: set[int] = set()  # threads in which a callback runs

    def answered(self, outcome: Outcome, waiting: int, now: float) -> None:
        """Tell of trouble once, when it begins, and of its end."""
        line = self._trouble.line(outcome, waiting, now)
        if line is not None:
            self._notices.tell("state", line, always=True)

    def dropped(self, items: Sequence[bytes], reason: str, count: int | None = None) -> None:
        """Tell of events that are lost on our side.

        Args:
            items: they, as far as they are known.
            reason: a key of the ledger's `dropped`.
            count: how many they are, where not all are known.
        """
        for item in items:
            self._call(self._on_drop, item, reason)
        number = events(len(items) if count is None else count)
        self._notices.tell(f"drop {reason}", f"{number} dropped: {_DROPS[reason]}")

    def rejected(self, reasons: Sequence[tuple[bytes, str]]) -> None:
        """Tell of events that the API refused: each with its reason, one at least."""
        for item, reason in reasons:
            self._call(self._on_reject, item, reason)
        item, reason = reasons[0]
        self._notices.tell(
            "reject",
            f"the API refused {events(len(reasons))}: {scrubbed(reason, item)} (see on_reject)",
        )

    def kept(self, count: int) -> None:
        """Tell what a close leaves to the next start."""
        self._notices.tell("close", f"{events(count)} wait in the spool for the next start")

    def waiting(self, count: int) -> None:
        """Tell what a flush has left, and what would be lost if the process ended now."""
        self._notices.tell(
            "waiting",
            f"{events(count)} left waiting by flush(), and lost if the process ends now; "
            "give it more time, or set spool_dir",
            always=True,
        )

    def losses(self, stats: Stats) -> None:
        """At close, tell the sum of all that did not arrive, if anything did not."""
        if stats.rejected or stats.dropped or stats.invalid:
            dropped = ", ".join(f"{count:,} {reason}" for reason, count in stats.dropped.items())
            self._notices.tell(
                "losses",
                f"closed: {events(stats.accepted)} accepted, {stats.delivered:,} delivered, "
                f"{stats.rejected:,} rejected by the API, {dropped or '0'} dropped; "
                f"{stats.invalid:,} invalid at the call",
            )

    def broken(self, what: str, error: Exception) -> None:
        """Tell of something of the user's that breaks its promise."""
        self._notices.tell(what, f"{what} failed ({type(error).__name__})")

    def _call(self, callback: Callback | None, item: bytes, reason: str) -> None:
        me = get_ident()
        if callback is None or me in self._calling:
            return  # what a callback logs and loses is counted, but not told to itself
        self._calling.add(me)
        try:
            callback(json.loads(item), reason)
        except Exception as error:  # noqa: BLE001 - what users hand in must not cost other events
            self._notices.tell("callback", f"on_drop or on_reject raised {type(error).__name__}")
        finally:
            self._calling.discard(me)
