"""What becomes of events: once their batch is answered, when they find no room, and at the end.

Here spool, books and words change together: what leaves the one is counted in the next, and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zaius_logging._spool.base import Spool
from zaius_logging._transport.outcome import Delivered, Outcome, Paused, Retry

from .ledger import Books
from .reporter import Teller

Batch = list[tuple[int, bytes]]

_AGAIN = 1.0  # seconds until a spool that could not be tended is asked again


class Clerk:
    """Settles, refuses and writes off.

    Args:
        spool: where they stand.
        books: the numbers.
        teller: the words.
        max_age: seconds after which an event that could not be delivered is given up.
    """

    def __init__(self, spool: Spool, books: Books, teller: Teller, *, max_age: float) -> None:
        self._spool = spool
        self._books = books
        self._teller = teller
        self._max_age = max_age

    # For any thread

    def refuse(self, item: bytes, reason: str) -> None:
        """Drop an event that was never taken."""
        self._books.tally.refuse(reason)
        self._teller.dropped([item], reason)

    def refuse_late(self, item: bytes) -> None:
        """Drop an event that came after close, unless the next start can send it."""
        if not (self._spool.durable and self._spool.append(item)):
            self.refuse(item, "closed")

    def write_off(self) -> None:
        """Account for what waits, and will not be sent by this process."""
        items = self._spool.preserve()
        dropped, kept = self._books.write_off(items if self._spool.durable else None)
        if kept:
            self._teller.kept(kept)
        if dropped:
            self._teller.dropped(items[-dropped:], "closed", dropped)

    def close(self) -> None:
        """Write off what waits, and tell the sum of all that did not arrive."""
        self.write_off()
        self._teller.losses(self._books.stats())

    def tell_waiting(self) -> None:
        """Tell operators what still waits, unless it would outlive the process."""
        if (left := self._books.pending()) and not self._spool.durable:
            self._teller.waiting(left)

    # For the listener's thread

    def maintain(self) -> float:
        """Let the spool do what is due, and book what it found and lost.

        Returns:
            Seconds until it wants to be asked again.
        """
        try:
            tended = self._spool.maintain()
        except Exception as error:  # noqa: BLE001 - a spool of the user's that breaks its promise
            self._teller.broken("tending the spool", error)
            return _AGAIN
        if tended.found or tended.lost:
            self._books.tended(tended)
        return tended.wait

    def settle(self, batch: Batch, items: Sequence[bytes], outcome: Outcome, now: float) -> None:
        """Do what an answer means. Nothing escapes: an exception would end the thread.

        Args:
            batch: what was sent, as the spool gave it.
            items: the same without the ids.
            outcome: the answer.
            now: by the listener's clock.
        """
        try:
            self._settle(batch, items, outcome, now)
        except Exception as error:  # noqa: BLE001 - a spool of the user's that breaks its promise
            self._teller.broken("settling a batch", error)
            self._books.failed("settling failed", len(batch), now)

    def _settle(self, batch: Batch, items: Sequence[bytes], outcome: Outcome, now: float) -> None:
        places = self._books.answered(outcome, len(batch), now)
        if places is None:  # close() has accounted for it
            if isinstance(outcome, Delivered) and self._spool.durable:
                self._spool.remove([place for place, _ in batch])
            return
        self._teller.answered(outcome, self._books.delivery.count, now)
        if isinstance(outcome, Delivered):
            self._leave(batch, items, "delivered")
        elif isinstance(outcome, (Retry, Paused)):
            self._expire()
        elif places:
            self._reject(batch, places)

    def _leave(self, batch: Batch, items: Sequence[bytes], fate: str) -> None:
        """Take events out of the spool and count them, once."""
        self._spool.remove([place for place, _ in batch])
        self._books.left(len(batch), sum(map(len, items)), fate)

    def _reject(self, batch: Batch, places: Mapping[int, str]) -> None:
        bad = [(*batch[place], reason) for place, reason in places.items()]
        self._spool.dead_letter({id_: reason for id_, _, reason in bad})
        if self._books.left(len(bad), sum(len(item) for _, item, _ in bad), "rejected"):
            self._teller.rejected([(item, reason) for _, item, reason in bad])

    def _expire(self) -> None:
        while old := self._spool.expired(self._max_age):
            items = [item for _, item in old]
            self._leave(old, items, "expired")
            self._teller.dropped(items, "expired")
