"""Sends items through a `ZaiusHandler`, as an application would: by logging them.

Two threads: one reads and logs, both of which can take for ever; the other looks on, and gives up.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from threading import Thread
from typing import Any

from zaius_logging._errors import EventError
from zaius_logging._event.ids import new_id
from zaius_logging._handler import ZaiusHandler
from zaius_logging._stats import Stats
from zaius_logging.cli.ending import Ending
from zaius_logging.cli.reading.items import Found, Item, Skipped, derived_id
from zaius_logging.cli.sending.tracker import Tracker

from .refusals import Origins, Refusals

TICK = 0.1
"""Seconds between two looks at how it goes."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it all.

    Attributes:
        stats: the handler's numbers.
        unusable: what could not be read as an event.
        skipped: log lines passed over.
        last: where the last item was read.
        broken: why reading ended before its end; blank where it did not.
        gave_up: why sending ended before its end; blank where it did not.
        interrupted: whether that was Ctrl-C or SIGTERM.
        seconds: how long it took.
    """

    stats: Stats
    unusable: int = 0
    skipped: int = 0
    last: str = ""
    broken: str = ""
    gave_up: str = ""
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def refused(self) -> int:
        """Events refused before they could be sent."""
        return self.unusable + self.stats.invalid

    @property
    def lost(self) -> int:
        """Events read and not delivered for want of an answer."""
        return self.stats.pending + sum(self.stats.dropped.values())

    @property
    def complete(self) -> bool:
        """Whether everything was read, and every event delivered."""
        return not (self.broken or self.gave_up or self.refused or self.stats.rejected or self.lost)


class Patience:
    """Decides when to give up. Pure.

    Args:
        seconds: without any event settling while some wait.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._settled = -1
        self._since = 0.0

    def verdict(self, stats: Stats, now: float) -> str:
        """Why to give up; blank to go on."""
        if stats.state == "paused":  # key, address or account: no waiting mends that
            return stats.problem
        settled = stats.delivered + stats.rejected + sum(stats.dropped.values())
        if settled != self._settled or not stats.pending:
            self._settled, self._since = settled, now
        elif now - self._since >= self._seconds:
            return f"{stats.problem or 'no answer came'}, for {self._seconds:g} s on end"
        return ""


class Sending:
    """One run of the command.

    Args:
        items: what to send, each with its place in its file, from 1, or with words that identify its
            place; None if it came by a pipe.
        make_handler: makes the handler; its arguments are `on_reject` and `on_drop`.
        refusals: gets what is not delivered.
        capacity: how many events can wait in the handler.
        tracker: learns which events were logged, and which refusals are kept. Then nothing is lost
            that is still waiting at the end: whoever tracks it will read it again.
        tick: seconds between two looks.
    """

    def __init__(
        self,
        items: Iterable[tuple[int | str | None, Item]],
        make_handler: Callable[..., ZaiusHandler],
        refusals: Refusals,
        capacity: int,
        *,
        tracker: Tracker | None = None,
        tick: float = TICK,
    ) -> None:
        self._items = items
        self._tracker = tracker
        self._tick = tick
        self._refusals = refusals
        self._origins = Origins(capacity + 1)  # and the one that waits for room
        # The next four are written by the thread that reads, `_gave_up` by the one that looks on.
        self._unusable = 0
        self._skipped = 0
        self._last = ""
        self._broken = ""
        self._gave_up = ""
        self._handler = make_handler(on_reject=self._rejected, on_drop=self._dropped)
        # Not from getLogger: nobody else's level, filter or handler stands between.
        self._logger = logging.Logger("zaius_logging.send")  # noqa: LOG001 - see above
        self._logger.addHandler(self._handler)

    def run(
        self, patience: Patience, look: Callable[[Stats], object], ending: Ending | None = None
    ) -> Result:
        """Send everything, or as much as can be.

        Args:
            patience: decides when to give up.
            look: called at each tick with the numbers so far.
            ending: hears of signals.
        """
        ending = ending or Ending()
        started = time.monotonic()
        feeding = Thread(target=self._feed, name="zaius-send", daemon=True)
        feeding.start()
        interrupted = False
        try:
            while feeding.is_alive() and not self._gave_up:
                feeding.join(self._tick)
                stats = self._handler.stats()
                look(stats)
                self._gave_up = patience.verdict(stats, time.monotonic())
            ending.hush()
        except KeyboardInterrupt:
            interrupted = True
            self._gave_up = ending.word
        self._handler.close()
        stats = self._handler.stats()
        look(stats)
        return Result(
            stats=stats,
            unusable=self._unusable,
            skipped=self._skipped,
            last=self._last,
            broken=self._broken,
            gave_up=self._gave_up,
            interrupted=interrupted,
            seconds=time.monotonic() - started,
        )

    def _feed(self) -> None:
        try:
            for number, item in self._items:
                if self._gave_up:
                    return
                self._last = str(item.origin)
                self._take(number, item)
        except Exception as error:  # noqa: BLE001 - a file can break in many ways; the rest was sent
            why = error.strerror if isinstance(error, OSError) else None
            self._broken = why or type(error).__name__
        self._handler.flush(math.inf)

    def _take(self, number: int | str | None, item: Item) -> None:
        if isinstance(item, Found):
            self._log(number, item)
        elif isinstance(item, Skipped):
            self._skipped += 1
        else:
            self._unusable += 1
            self._refusals.add(item.origin, item.reason, given=item.given)

    def _log(self, number: int | str | None, item: Found) -> None:
        event = _with_id(number, item)
        data = event.get("data")
        id_ = str(data["idempotence_id"]) if isinstance(data, dict) else ""
        ticket = self._origins.add(
            id_, item.origin
        )  # first: the API may refuse it before we return
        try:
            self._logger.info("sent", extra={"zaius": event})
            if self._tracker:
                self._tracker.logged()
        except EventError as error:
            self._origins.forget(ticket)
            self._refusals.add(item.origin, str(error), event=event)

    # Called by the handler

    def _rejected(self, event: dict[str, Any], reason: str) -> None:
        try:
            self._refusals.add(self._origins.take(event), f"the API says: {reason}", event=event)
        finally:
            if self._tracker:
                self._tracker.kept()

    def _dropped(self, event: dict[str, Any], reason: str) -> None:
        if self._tracker:
            return
        why = self._gave_up or reason
        self._refusals.add(
            self._origins.take(event), f"not delivered: {why}", show=False, event=event
        )


def _with_id(number: int | str | None, item: Found) -> dict[str, Any]:
    """The event with an id, so that who sends a file again sends the same ids.

    A pipe gets fresh ones: what comes next through it can look the same and be another event.
    """
    event = item.event
    data = event.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict) or data.get("idempotence_id") is not None:
        return event
    if number is None:
        id_ = new_id()
    else:
        name = PurePath(item.origin.source).name.removesuffix(".gz")
        id_ = derived_id(name if isinstance(number, int) else "", number, event)
    return {**event, "data": {**data, "idempotence_id": id_}}
