"""What becomes of a batch once it is answered, and of what a spool finds and loses by itself.

Spool, books and words change together here, on the listener's thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ._books import Books
from ._outcome import Delivered, Outcome, Refused, Retry
from ._spool import Spool
from ._teller import Teller

Batch = list[tuple[int, bytes]]

_AGAIN = 1.0  # seconds until a spool that could not be tended is asked again


class Clerk:
    """Settles batches.

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

    def tend(self) -> float:
        """Let the spool do what is due, and book what it found and lost.

        Returns:
            Seconds until it wants to be asked again.
        """
        try:
            tended = self._spool.tend()
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
        elif isinstance(outcome, (Retry, Refused)):
            self._expire()
        elif places:
            self._reject(batch, places)

    def _leave(self, batch: Batch, items: Sequence[bytes], fate: str) -> None:
        """Take events out of the spool and count them, once."""
        self._spool.remove([place for place, _ in batch])
        self._books.left(len(batch), sum(map(len, items)), fate)

    def _reject(self, batch: Batch, places: Mapping[int, str]) -> None:
        bad = [(*batch[place], reason) for place, reason in places.items()]
        self._spool.bury({id_: reason for id_, _, reason in bad})
        if self._books.left(len(bad), sum(len(item) for _, item, _ in bad), "rejected"):
            self._teller.rejected([(item, reason) for _, item, reason in bad])

    def _expire(self) -> None:
        while old := self._spool.expired(self._max_age):
            items = [item for _, item in old]
            self._leave(old, items, "expired")
            self._teller.dropped(items, "expired")
