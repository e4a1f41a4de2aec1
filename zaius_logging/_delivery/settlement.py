"""What an answer does to the events of a batch: they leave the spool, are counted, and are reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zaius_logging._process.clock import steady
from zaius_logging._spool.base import Spool
from zaius_logging._transport.outcome import Delivered, Outcome, Paused, Retry

from .ledger import Batch, Leaving, Ledger
from .machine import Delivery
from .reporter import Reporter


class Settlement:
    """Settles batches, and at the end what still waits.

    Args:
        spool: where the events wait.
        ledger: counts them.
        delivery: decides what an answer means.
        reporter: says what became of them.
        max_age: seconds after which an event that could not be delivered is given up.
    """

    def __init__(
        self,
        spool: Spool,
        ledger: Ledger,
        delivery: Delivery,
        reporter: Reporter,
        *,
        max_age: float,
    ) -> None:
        self._spool = spool
        self._ledger = ledger
        self._delivery = delivery
        self._reporter = reporter
        self._max_age = max_age
        self._ended: dict[int, object] = {}  # id() of an event dropped as `closed` -> its reporter

    def settle(self, batch: Batch, items: Sequence[bytes], outcome: Outcome, now: float) -> None:
        """Do what an answer means.

        Args:
            batch: what was sent, as the spool gave it.
            items: the same without the ids.
            outcome: the answer.
            now: by the listener's clock.
        """
        outcome = self._delivery.meant(outcome, len(batch))
        failed = isinstance(outcome, (Retry, Paused))
        self._ledger.answered(getattr(outcome, "reason", "") if failed else "")
        try:
            places = self._delivery.answered(outcome, len(batch), now)
            if isinstance(outcome, Delivered):
                self._leave(Leaving([id_ for id_, _ in batch], "delivered"), items)
            elif failed:
                self._expire()
            elif places:
                self._reject(batch, places)
        except Exception as error:  # noqa: BLE001 - a spool of the user's that breaks its promise
            self._reporter.broken("settling a batch", error)
            self._delivery.answered(Retry("settling failed"), len(batch), now)
        if failed or self._reporter.failures:
            self._reporter.answered(outcome, self._spool.waiting().count, now)

    def _leave(self, leaving: Leaving, items: Sequence[bytes]) -> None:
        self._ledger.leave(leaving)
        self._delivery.removed(len(leaving.ids))
        if self._reporter.own:
            self._reporter.settled(items)

    def _reject(self, batch: Batch, places: Mapping[int, str]) -> None:
        bad = [(*batch[place], reason) for place, reason in places.items()]
        reasons = {id_: reason for id_, _, reason in bad}
        pairs = [(item, reason) for _, item, reason in bad]
        self._ledger.leave(Leaving(list(reasons), "rejected", reasons))
        self._delivery.removed(len(bad))
        self._reporter.rejected(pairs)
        self._reporter.settled([item for item, _ in pairs])

    def _expire(self) -> None:
        while old := self._spool.expired(self._max_age):
            items = [item for _, item in old]
            ids = [id_ for id_, _ in old]
            reasons = dict.fromkeys(ids, "older than max_age")
            self._ledger.leave(Leaving(ids, "expired", reasons))
            self._delivery.removed(len(old))
            self._delivery.front_changed()
            self._reporter.dropped(items, "expired")
            self._reporter.settled(items)

    def end(self, seconds: float) -> None:
        """At the end of the process, report what would not outlive it as dropped. The ledger says so already.

        Args:
            seconds: how long callbacks may take.
        """
        dropped = self._once(self._spool.perishable())
        stats = self._ledger.stats()
        if kept := stats.pending - stats.stored:
            self._reporter.kept(kept)
        if dropped:
            self._reporter.dropped(dropped, "closed", steady() + seconds)

    def too_late(self, item: bytes) -> None:
        """Report an event that was handed in after the end."""
        waits = any(each is item for each in reversed(self._spool.perishable()))
        if waits and self._once([item]):  # else the end has sent it, or the next start will
            self._reporter.dropped([item], "closed")

    def _once(self, items: Sequence[bytes]) -> list[bytes]:
        """Those that nobody has reported yet: a call and the end may meet, and find the same event."""
        me = object()
        return [item for item in items if self._ended.setdefault(id(item), me) is me]
