"""Says what becomes of events: to operators in lines, to the application through its callbacks.

A line about requests comes once for each change of state, never once for each failure: a request that
fails now and then, or a server that comes and goes, must not fill a log.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from logging import LogRecord
from typing import Any

from zaius_logging._operators.notices import Notices
from zaius_logging._operators.redact import scrubbed
from zaius_logging._process.clock import steady
from zaius_logging._process.frames import interrupts
from zaius_logging._stats import Stats
from zaius_logging._transport.outcome import Outcome, Paused, Retry

Callback = Callable[[dict[str, Any], str], object]
InvalidCallback = Callable[[LogRecord, str], object]

QUIET = 60.0
"""Seconds in which trouble is not reported again that has come and gone."""

THROTTLED_IN_A_ROW = 3
"""Single answers of 429 are how we find the account's limit (see `pace`); this many are news."""

_PLACES = 32  # with the next, under MAX_KINDS of the notices: the other kinds have room beside them
_PROBLEMS = 128  # pairs of place and problem that are kept apart, each at most once a minute
_REJECTIONS = 20  # reasons of one answer that are read; scrubbing one takes up to 10 ms
_REASONS = 3  # that a line shows, of up to 200 characters each
_INDEX = re.compile(r"\[\d+\]")
_LONGEST = 300  # characters of a text that others can choose, in a line of ours

_DROPS = {
    "overflow": "the spool is full; raise capacity, or see why the API does not answer",
    "closed": "still waiting when the process ended; raise close_timeout, or set spool_dir",
    "expired": "older than max_age, and the API has not answered since",
    "lost": "their file is damaged",
}


class Reporter:
    """Reports. Nothing escapes from a callback, and what one logs is not reported to itself.

    Args:
        notices: to operators.
        on_drop: called for each event that is lost on our side, with the reason.
        on_reject: called for each event that the API rejected, with its reason.
        on_invalid: called for each record whose event is invalid, with what is wrong.

    Attributes:
        calls_for_drops: whether there is an on_drop.
        failures: requests in a row that failed; while there are none, an answer that is none is no news.
        own: events that a callback has logged, and that wait.
    """

    def __init__(
        self,
        notices: Notices,
        *,
        on_drop: Callback | None = None,
        on_reject: Callback | None = None,
        on_invalid: InvalidCallback | None = None,
    ) -> None:
        self.loggers = notices.loggers
        self.calls_for_drops = on_drop is not None
        self._notices = notices
        self._on_drop = on_drop
        self._on_reject = on_reject
        self._on_invalid = on_invalid
        self._problems: set[tuple[str, str]] = set()
        self.own: set[bytes] = set()
        self.failures = 0
        self._since = 0.0  # when the first of them did
        self._reported = ""  # the reason that was reported of this trouble; empty if none was
        self._reason = ""  # the reason that was reported last, of whatever trouble
        self._reported_at = -math.inf
        self._unreported = 0  # troubles that came and went without a line

    # Events

    def dropped(self, items: Sequence[bytes], reason: str, until: float = math.inf) -> None:
        """Report events that are lost on our side.

        Args:
            items: they.
            reason: a key of `Stats.dropped`.
            until: when to stop calling on_drop, by `steady()`.
        """
        called = 0
        for item in items:
            if steady() >= until:
                break
            self._call_for(self._on_drop, item, reason)
            called += 1
        left = len(items) - called if self._on_drop is not None else 0
        more = f" (no time to call on_drop for {left:,} of them)" if left else ""
        self._notices.tell(
            f"drop {reason}", f"{events(len(items))} dropped: {_DROPS[reason]}{more}"
        )

    def too_large(self, item: bytes) -> None:
        """Report an event that does not fit into an empty spool, for which `block` would wait for ever."""
        self._call_for(self._on_drop, item, "overflow")
        self._notices.tell(
            "too large",
            f"1 event of {len(item):,} bytes dropped: it is larger than the whole spool; "
            "raise capacity_bytes or spool_bytes",
        )

    def rejected(self, reasons: Sequence[tuple[bytes, str]]) -> None:
        """Report events that the API rejected: each with its reason, one at least.

        The line has the first distinct reasons, and says where there are more.
        """
        for item, reason in reasons:
            self._call_for(self._on_reject, item, reason)
        raw = [*{reason: item for item, reason in reversed(reasons)}.items()][::-1]
        shown = [*dict.fromkeys(scrubbed(reason, item) for reason, item in raw[:_REJECTIONS])]
        more = len(shown) > _REASONS or len(raw) > _REJECTIONS
        why = "; ".join([*shown[:_REASONS], *["and other reasons"] * more])
        self._notices.tell(
            "reject", f"the API rejected {events(len(reasons))}: {why} (see on_reject)"
        )

    def invalid(self, record: LogRecord, problem: str) -> None:
        """Report a record whose event is invalid.

        A problem at a place in the source is a kind of its own. The kinds are a fixed number, since a
        record's `filename` and the name of a field may be any text; beyond it the place alone counts.
        """
        if self._on_invalid is not None and not self.in_callback():
            self._call(self._on_invalid, record, problem)
        where = one_line(f"{record.filename}:{record.lineno}")
        pair = where, _INDEX.sub("[]", one_line(problem))
        if pair not in self._problems and len(self._problems) < _PROBLEMS:
            self._problems.add(pair)
        known = pair in self._problems
        kind = f"invalid {pair if known else hash(where) % _PLACES}"
        self._notices.tell(kind, f"1 invalid event at {where}: {one_line(problem)}")

    def lost(self, count: int) -> None:
        """Report events that the spool was given and cannot give back."""
        self._notices.tell("drop lost", f"{events(count)} dropped: {_DROPS['lost']}")

    def broken(self, what: str, error: Exception) -> None:
        """Report something of the user's that breaks its promise."""
        self._notices.tell(what, f"{what} failed ({type(error).__name__})")

    # Callbacks

    def in_callback(self) -> bool:
        """Whether the caller was called by a callback."""
        return interrupts(Reporter._call)

    def from_callback(self, item: bytes) -> None:
        """Remember an event that a callback has logged: no callback is called for it."""
        self.own.add(item)

    def settled(self, items: Sequence[bytes]) -> None:
        """Forget those of them that have left."""
        self.own.difference_update(items)

    def _call_for(self, callback: Callback | None, item: bytes, reason: str) -> None:
        if callback is None or item in self.own or self.in_callback():
            return
        self._call(callback, json.loads(item), reason)

    def _call(self, callback: Callable[[Any, str], object], what: Any, reason: str) -> None:
        try:
            callback(what, reason)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it must not cost other events
            raised = f"on_drop, on_reject or on_invalid raised {type(error).__name__}"
            self._notices.tell("callback", raised)

    # The end

    def kept(self, count: int) -> None:
        """Report what the end of the process leaves to the next start."""
        self._notices.tell("close", f"{events(count)} wait in the spool for the next start")

    def waiting(self, count: int) -> None:
        """Report what a flush has left, and what would be lost if the process ended now."""
        self._notices.tell(
            "waiting",
            f"{events(count)} left waiting by flush(), and lost if the process ends now; "
            "give it more time, or set spool_dir",
            always=True,
        )

    def losses(self, stats: Stats) -> None:
        """At the end, report the sum of all that did not arrive, if anything did not."""
        if stats.rejected or stats.dropped or stats.invalid:
            dropped = ", ".join(f"{count:,} {reason}" for reason, count in stats.dropped.items())
            self._notices.tell(
                "losses",
                f"closed: {events(stats.accepted)} accepted, {stats.delivered:,} delivered, "
                f"{stats.rejected:,} rejected by the API, {dropped or '0'} dropped; "
                f"{stats.invalid:,} invalid at the call",
                last=True,
            )

    # Requests

    def answered(self, outcome: Outcome, waiting: int, now: float) -> None:
        """Report trouble once, when it begins, and its end.

        Args:
            outcome: of the last request.
            waiting: events that wait.
            now: seconds of any steady clock.
        """
        line = self._line(outcome, waiting, now)
        if line is not None:
            self._notices.tell("state", line, always=True)

    def _line(self, outcome: Outcome, waiting: int, now: float) -> str | None:
        if not isinstance(outcome, (Retry, Paused)):
            return self._over(waiting, now)
        if not self.failures:
            self._since = now
        self.failures += 1
        if not self._is_news(outcome, now):
            return None
        self._reported = self._reason = outcome.reason
        self._reported_at = now
        unreported, self._unreported = self._unreported, 0
        again = "every 60 s" if isinstance(outcome, Paused) else "with growing pauses"
        more = f" ({unreported} shorter troubles since the last line)" if unreported else ""
        return f"{outcome.reason}. {events(waiting)} wait; trying again {again}{more}"

    def _is_news(self, outcome: Retry | Paused, now: float) -> bool:
        if isinstance(outcome, Paused) and outcome.reason != self._reason:
            return True
        if self._reported:
            return isinstance(outcome, Paused) and outcome.reason != self._reported
        if isinstance(outcome, Retry) and outcome.throttled:
            return self.failures >= THROTTLED_IN_A_ROW and now - self._reported_at >= QUIET
        return now - self._reported_at >= QUIET

    def _over(self, waiting: int, now: float) -> str | None:
        failures, reported = self.failures, self._reported
        self.failures, self._reported = 0, ""
        if not reported:
            self._unreported += failures > 0
            return None
        tries = f"{failures:,} failed {'try' if failures == 1 else 'tries'}"
        return (
            f"delivering again after {tries} in {now - self._since:.0f} s; {events(waiting)} waited"
        )


def events(count: int) -> str:
    """A number of events in words."""
    return f"{count:,} event{'' if count == 1 else 's'}"


def one_line(text: str) -> str:
    """Make a text that others may have chosen safe to stand in a line: no breaks, no control characters."""
    return "".join(each if each.isprintable() else " " for each in text[:_LONGEST])
