"""Sends items through a `ZaiusHandler`, as an application would: as records of logging.

Two threads: one reads and logs, both of which can take for ever; the other looks on, and gives up.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from threading import Event as Signal
from threading import Thread
from typing import Any

from zaius_logging._errors import EventError
from zaius_logging._event.ids import new_id
from zaius_logging._handler import ZaiusHandler
from zaius_logging._stats import Stats
from zaius_logging.cli.ending import Ending
from zaius_logging.cli.reading.compression import ENDINGS
from zaius_logging.cli.reading.items import UNSETTLED, Found, Item, Skipped, derived_id, key_id
from zaius_logging.cli.reading.sources import Spot

from .checks import SKIP, Checks
from .failures import Failures, Origins
from .hours import Pace
from .plan import Plan
from .result import Patience, Read, Result
from .tracker import CountingSpool, Tracker

TICK = 0.1
"""Seconds between two looks at how it goes."""

NOT_DELIVERED = "not delivered: "
"""How the reason begins where nothing is wrong with an event."""

_ROOM = 0.005

Where = Spot | str | None
"""Behind an item: a place in a file, words that identify its place in a log, None for a pipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How events are sent, beside by which handler.

    Attributes:
        capacity: how many events can wait in the handler.
        checks: what is seen to before an event is logged.
        tracker: learns which events were logged, and which failures are kept.
        spool: where the handler's events wait, if what is left there at the end is to be written down.
        keeps: whether what is not delivered is read again by the next run, and is no failure.
        pace: how fast to read; None as fast as can be.
        plan: learns of each event; None where nobody asks.
        most: failures after which to stop; None for any number.
        id_of: gives an event the id of its kind's key in the catalogue.
        gone: whether nobody reads what is printed any more.
        tick: seconds between two looks.
    """

    capacity: int
    checks: Checks = field(default_factory=Checks)
    tracker: Tracker[Any] | None = None
    spool: CountingSpool | None = None
    keeps: bool = False
    pace: Pace | None = None
    plan: Plan | None = None
    most: int | None = None
    id_of: Callable[[dict[str, Any]], str | None] = lambda _event: None
    gone: Callable[[], bool] = lambda: False
    tick: float = TICK


class Sending:
    """One run of the command.

    Args:
        items: what to send, each with the place behind it.
        make_handler: makes the handler; its arguments are `on_reject` and `on_drop`.
        failures: gets what is not delivered.
        way: how to send.
    """

    def __init__(
        self,
        items: Iterable[tuple[Where, Item]],
        make_handler: Callable[..., ZaiusHandler],
        failures: Failures,
        way: Way,
    ) -> None:
        self._items = items
        self._way = way
        self._failures = failures
        self._origins = Origins(way.capacity + 1)  # and the one that is being logged
        self._room = 0
        self._names: dict[str, str] = {}
        # Each event is logged by this one: to make a record costs as much as to read a line.
        self._record = logging.LogRecord(
            "zaius_logging.send", logging.INFO, "", 0, "sent", None, None
        )
        # Written by the thread that reads.
        self.read = Read(doubtful=way.checks.warned)
        self._finished = False
        # Written by either.
        self._gave_up = ""
        self._stop = Signal()
        self._over = False  # as `_stop`, which takes longer to look at
        self._handler = make_handler(on_reject=self._rejected, on_drop=self._dropped)

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
            while feeding.is_alive() and not self._gave_up and not self._way.gone():
                feeding.join(self._way.tick)
                stats = self._handler.stats()
                look(stats)
                self._give_up(patience.verdict(stats, time.monotonic()))
            if self._gave_up and self._failures.filed and not self._way.keeps:
                feeding.join()  # all that is not sent goes to the file of failures
            ending.hush()
        except KeyboardInterrupt:
            interrupted = True
            self._gave_up = ending.word
        self._over = True
        self._stop.set()
        self._handler.end()
        stats = self._handler.stats()
        self.read.twice = self._way.checks.twice
        look(stats)
        seconds = time.monotonic() - started
        self._write_down_the_rest()
        return Result(
            stats=stats,
            read=self.read,
            # Where nobody reads on (`| head`), nothing was left undone.
            undelivered=0
            if self._way.gone()
            else stats.pending + sum(stats.dropped.values()) + self.read.unsent,
            gave_up=self._gave_up,
            interrupted=interrupted,
            finished=self._finished or self._way.gone(),
            seconds=seconds,
        )

    def _give_up(self, why: str) -> None:
        self._gave_up = self._gave_up or why

    def _write_down_the_rest(self) -> None:
        """Write down what waits at the end, and let it go, so that it is not sent behind our back."""
        spool = self._way.spool
        if spool is not None and not self._way.keeps:
            items = spool.peek(self._way.capacity + 1, 1 << 40)
            spool.let_go(id_ for id_, _ in items)
            for _, item in items:
                event = json.loads(item)
                if origin := self._origins.take(event):  # else it was reported by `on_drop`
                    why = f"{NOT_DELIVERED}{self._gave_up or 'it was still waiting'}"
                    self._failures.add(origin, why, show=False, event=event)

    # Reading

    def _feed(self) -> None:
        try:
            for where, item in self._items:
                if self._over or (self._gave_up and not self._failures.filed):
                    return
                self.read.last = item.origin
                self.read.rows += item.rows
                self._take(where, item)
                if self._way.tracker and not self._gave_up:
                    self._reach(where)
                if self._way.most is not None and self._failures.count >= self._way.most:
                    self._give_up(
                        f"{self._failures.count:,} were invalid or rejected (--max-refused)"
                    )
            self._finished = True
        except Exception as error:  # noqa: BLE001 - a file can break in many ways; the rest was sent
            why = error.strerror if isinstance(error, OSError) else None
            self.read.broken = why or type(error).__name__
        while not (self._gave_up or self._stop.is_set() or self._handler.flush(self._way.tick)):
            pass

    def _reach(self, where: Where) -> None:
        if isinstance(where, Spot) and where.place != UNSETTLED and self._way.tracker:
            self._way.tracker.reached(where)

    def _take(self, where: Where, item: Item) -> None:
        if isinstance(item, Found):
            self._log(where, item)
        elif isinstance(item, Skipped):
            name = "unwanted" if item.why == "row" else item.why
            setattr(self.read, name, getattr(self.read, name) + item.rows)
        else:
            self.read.unusable += item.rows
            self._failures.add(item.origin, item.reason, given=item.given)
            if item.last:
                self.read.rest.append(str(item.origin))

    def _log(self, where: Where, item: Found) -> None:
        self.read.grouped += item.rows - 1
        event, reason = self._way.checks.checked(item.event)
        if reason == SKIP:
            self.read.unwanted += 1
            return
        if reason:
            self.read.invalid += 1
            self._failures.add(item.origin, reason, event=item.event)
            return
        event = self._with_id(where, item, event)
        if self._gave_up or not (self._has_room() or self._wait_for_room()):
            if not self._over:
                self.read.unsent += 1
                why = f"{NOT_DELIVERED}{self._gave_up}"
                self._failures.add(item.origin, why, show=False, event=event)
            return
        data = event.get("data")
        id_ = str(data["idempotence_id"]) if isinstance(data, dict) else ""
        # First: the API may reject it before we return.
        self._origins.add(id_, item.origin)
        try:
            self._handler.handle(self._record_of(event))
        except EventError as error:
            self.read.invalid += 1
            self._origins.forget(id_)
            self._failures.add(item.origin, str(error), event=event)
            return
        if self._way.tracker:
            self._way.tracker.logged()
        if isinstance(data, dict) and data.get("ts") is None:
            self.read.timeless += 1
        if self._way.plan:
            self._way.plan.add(event)

    def _record_of(self, event: dict[str, Any]) -> logging.LogRecord:
        self._record.__dict__.update(created=time.time(), zaius=event)
        return self._record

    def _has_room(self) -> bool:
        """Whether an event can be logged at once. Most can: the rest is asked of the handler."""
        if self._room <= 0 or self._way.pace:
            return False
        self._room -= 1
        return True

    def _wait_for_room(self) -> bool:
        """Wait until the handler can take an event, which it would wait for itself, but for longer."""
        while self._way.pace and not self._stop.is_set() and not self._gave_up:
            seconds = self._way.pace.wait(time.monotonic(), time.localtime().tm_hour)
            if not seconds:
                break
            self._stop.wait(seconds)
        while self._room <= 0 and not self._stop.is_set() and not self._gave_up:
            self._room = self._way.capacity - self._handler.stats().pending
            if self._room <= 0:
                self._stop.wait(_ROOM)
        self._room -= 1
        return not (self._stop.is_set() or self._gave_up)

    def _with_id(self, where: Where, item: Found, event: dict[str, Any]) -> dict[str, Any]:
        """The event with an id, so that who sends a file again sends the same ids.

        A pipe gets fresh ones: what comes next through it can look the same and be another event.
        """
        data = event.get("data")
        if data is None:
            data = {}
        if not isinstance(data, dict) or data.get("idempotence_id") is not None:
            return event
        if item.key:
            id_ = key_id(item.key, event)
        elif by_catalogue := self._way.id_of(event):
            id_ = by_catalogue
        elif isinstance(where, Spot):
            origin, end = item.origin, where.place
            number = f"{origin.line}.{origin.record}.{end.offset}.{end.inner}"
            id_ = derived_id(self._name(origin.source), number, item.text or event)
        else:
            id_ = new_id() if where is None else derived_id("", where, event)
        event["data"] = data  # both were made of what was read, and are nobody else's
        data["idempotence_id"] = id_
        return event

    def _name(self, source: str) -> str:
        """What a file is called in ids: packing it changes nothing, and moving it does."""
        if source not in self._names:
            path = PurePath(os.path.abspath(source))  # noqa: PTH100 - resolve() follows links
            self._names[source] = str(path.with_suffix("") if path.suffix in ENDINGS else path)
        return self._names[source]

    # Called by the handler

    def _rejected(self, event: dict[str, Any], reason: str) -> None:
        try:
            self._failures.add(self._origins.take(event), f"the API says: {reason}", event=event)
        finally:
            if self._way.tracker:
                self._way.tracker.kept()

    def _dropped(self, event: dict[str, Any], reason: str) -> None:
        if self._way.keeps:
            return
        why = self._gave_up or reason
        self._failures.add(
            self._origins.take(event), f"{NOT_DELIVERED}{why}", show=False, event=event
        )
