"""What the lanes of a term share when they send: the pace, Retry-After, the lease, and their numbers as one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from zaius_logging._delivery.machine import Decision, Delivery, Send
from zaius_logging._stats import Stats
from zaius_logging._transport.base import Transport
from zaius_logging._transport.outcome import Outcome, Retry

from .lease import FleetPace

_STATES = ("idle", "closed", "waiting", "retrying", "stopped", "paused")  # the last matters most
_SUMS = ("accepted", "delivered", "rejected", "pending", "pending_bytes", "requests", "retries")


class LaneDelivery(Delivery):
    """Decides for one lane, by a pace that all lanes share.

    Args:
        lane: its number.
        pace: shared; only touched with the lock.
        lock: shared: to ask for the pace and to take a place in it is one step.
        more: batch_size, batch_bytes, flush_interval and uniform, as of `Delivery`.
    """

    def __init__(self, lane: int, pace: FleetPace, lock: threading.Lock, **more: Any) -> None:
        super().__init__(pace=pace, **more)
        self._lane = lane
        self._shared = pace
        self._lock = lock
        self._began = 0.0

    def next(self, now: float, count: int, size: int) -> Decision:
        """What to do now. Who asks has no request in flight."""
        with self._lock:
            self._shared.lands(self._lane)
            decision = super().next(now, count, size)
            if isinstance(decision, Send):
                self._began = now
                self._shared.flies(self._lane)
            return decision

    def answered(self, outcome: Outcome, count: int, now: float) -> Mapping[int, str]:
        """Take in what came of a request; what it says of the pace holds for all lanes."""
        with self._lock:
            if isinstance(outcome, Retry) and not self._shared.answers_news(self._began):
                outcome = replace(outcome, throttled=False)
            places = super().answered(outcome, count, now)
            self._shared.wait_until(self._not_before)
            return places


class LeadingTransport:
    """A transport that sends only while a lease is held, and notes when a request has ended.

    Args:
        transport: that sends.
        holds: whether the lease cannot be another's yet.
        ended: called when a request has ended, whatever came of it.
    """

    def __init__(
        self, transport: Transport, holds: Callable[[], bool], ended: Callable[[], None]
    ) -> None:
        self._transport = transport
        self._holds = holds
        self._ended = ended
        self.loggers = transport.loggers

    def send(self, items: Sequence[bytes]) -> Outcome:
        """Send a batch, unless the lease ran out since it was read: a pause can be anywhere."""
        if not self._holds():
            return Retry("the lease ran out")
        try:
            return self._transport.send(items)
        finally:
            self._ended()

    def after_fork_in_child(self) -> None:
        """Forget connections."""
        self._transport.after_fork_in_child()

    def close(self) -> None:
        """Close connections."""
        self._transport.close()


def together(lanes: Sequence[Stats]) -> Stats:
    """The numbers of all lanes as one; of the states the one that matters most."""
    dropped: Counter[str] = Counter()
    for each in lanes:
        dropped.update(each.dropped)
    return Stats(
        **{name: sum(getattr(each, name) for each in lanes) for name in _SUMS},
        dropped=dict(dropped),
        state=max((each.state for each in lanes), key=_STATES.index),
        problem=next((each.problem for each in lanes if each.problem), ""),
    )
