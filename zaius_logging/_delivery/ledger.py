"""The ledger: every accepted event has exactly one fate, and this counts them.

    accepted = delivered + rejected + sum(dropped.values()) + pending

`pending` and `dropped["lost"]` are what the spool says, and `accepted` is the sum: neither is counted here,
so neither can disagree. Here is counted what has left the spool, or never came in.

Nobody takes a lock. Callers raise tallies. What the sender knows is one value, `Book`, which it alone
replaces, in one store. While events leave the spool, the book names them: a sender that was interrupted
between letting them go and counting them is finished by the next one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from zaius_logging._spool.base import Spool, Waiting
from zaius_logging._stats import Stats

from .tally import Tally

Batch = list[tuple[int, bytes]]

_TRIES = 200  # of half a millisecond: events leave a spool in less, unless its disk hangs
_PAUSE = 0.0005


@dataclass(frozen=True, slots=True)
class Leaving:
    """Events that are on their way out of the spool.

    Attributes:
        ids: theirs.
        fate: `delivered`, `rejected`, or the reason why they were dropped.
        reasons: id -> why, for those that are kept as dead letters.
    """

    ids: Sequence[int]
    fate: str
    reasons: Mapping[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """What the sender has counted so far.

    Attributes:
        fates: `delivered`, `rejected` or a reason why events were dropped -> how many events.
        requests: requests made.
        retries: those that must be made again.
        problem: why, for people; empty when the last one went well.
        leaving: events that are being removed from the spool.
    """

    fates: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    retries: int = 0
    problem: str = ""
    leaving: Leaving | None = None


class Ledger:
    """Counts what became of the events.

    Args:
        spool: says what waits.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.invalid = Tally()
        self._not_taken = {each: Tally() for each in ("overflow", "closed", "before_send")}
        self.ended = False  # the process ends: what would not outlive it is dropped, not waiting
        self._book = Book()

    # For any thread

    def not_taken(self, reason: str) -> None:
        """Count an event that the spool was never given.

        Args:
            reason: `overflow`, `closed` or `before_send`.
        """
        self._not_taken[reason].add()

    def look(self) -> tuple[Book, Waiting]:
        """The book and the spool of one moment: not while events leave the one for the other."""
        for _ in range(_TRIES):
            book = self._book
            waiting = self._spool.waiting()
            if book is self._book and book.leaving is None:
                break
            time.sleep(_PAUSE)
        return book, waiting

    def gone(self) -> tuple[int, int]:
        """How many events have come to their end that this process took, and how many wait.

        Events that came from elsewhere wait in front of those: they count as gone when found.
        """
        book, waiting = self.look()
        gone = sum(book.fates.values()) + waiting.lost - waiting.found
        return gone, max(0, waiting.count - len(self._closed()))

    def _closed(self) -> list[bytes]:
        return self._spool.perishable() if self.ended else []

    def stats(self) -> Stats:
        """The numbers of this moment, without the state."""
        book, waiting = self.look()
        closed = self._closed()
        pending = max(0, waiting.count - len(closed)) + waiting.stored
        fates = dict(book.fates)
        delivered, rejected = fates.pop("delivered", 0), fates.pop("rejected", 0)
        for reason, count in (
            *((reason, tally.value) for reason, tally in self._not_taken.items()),
            ("closed", len(closed)),
            ("lost", waiting.lost),
        ):
            if count:
                fates[reason] = fates.get(reason, 0) + count
        return Stats(
            accepted=delivered + rejected + sum(fates.values()) + pending,
            delivered=delivered,
            rejected=rejected,
            dropped=fates,
            pending=pending,
            invalid=self.invalid.value,
            pending_bytes=waiting.size + waiting.stored_size if pending else 0,
            requests=book.requests,
            retries=book.retries,
            problem=book.problem,
            degraded=self._spool.degraded,
            counting=waiting.more,
            stored=waiting.stored,
        )

    # For the sender

    def answered(self, problem: str) -> None:
        """Count a request. `problem`: why it must be made again, empty if it need not."""
        book = self._book
        self._book = replace(
            book,
            requests=book.requests + 1,
            retries=book.retries + bool(problem),
            problem=problem,
        )

    def leave(self, leaving: Leaving) -> None:
        """Take events out of the spool and count them."""
        self._book = replace(self._book, leaving=leaving)
        self.finish()

    def finish(self) -> None:
        """Have those leave, and count them, that were about to."""
        book = self._book
        leaving = book.leaving
        if leaving is None:
            return
        try:
            if leaving.reasons is None:
                self._spool.remove(leaving.ids)
            else:
                kind = "rejected" if leaving.fate == "rejected" else "expired"
                self._spool.dead_letter(leaving.reasons, kind)
        except Exception:
            self._book = replace(book, leaving=None)  # they stay, and are sent again
            raise
        fates = dict(book.fates)
        fates[leaving.fate] = fates.get(leaving.fate, 0) + len(leaving.ids)
        self._book = replace(book, fates=fates, leaving=None)
