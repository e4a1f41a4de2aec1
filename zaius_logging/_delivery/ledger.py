"""The books: the ledger and the delivery machine, which must agree, under one lock.

A caller takes none of it. What it hands in is counted where it goes, by the spool, and what finds no
room by a tally; both counts only rise. Whoever looks books first what has come since, so that
`accepted = delivered + rejected + dropped + pending` holds whenever anybody can look.

The lock is re-entrant and never held while anything can block, a spool's lock included: a signal handler
that asks for numbers may have interrupted a call that holds that one.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence

from zaius_logging._spool.base import Maintenance, Spool
from zaius_logging._stats import Ledger, Stats, Tally
from zaius_logging._transport.outcome import Outcome, Paused, Retry

from .machine import Decision, Delivery, Send, Stop, Wait


class Books:
    """Numbers, and nothing that acts on them.

    Args:
        spool: counts what callers hand in.
        delivery: decides by these numbers.

    Attributes:
        delivery: the same.
        ledger: what became of the events.
        tally: what callers could not hand in.
        abandoned: whether close() has accounted for what was left; no answer counts after that.
    """

    def __init__(self, spool: Spool, delivery: Delivery) -> None:
        self.delivery = delivery
        self.ledger = Ledger()
        self.tally = Tally()
        self.abandoned = False
        self._spool = spool
        self._booked = spool.appended
        self._booked_size = spool.appended_size
        self._refused = dict.fromkeys(self.tally.refused, 0)  # those of them that are booked
        self._written_off = 0
        self._overtook = 0  # events that came to stand before those that waited already
        self._hurry = False
        self._lock = threading.RLock()
        self._settled = threading.Condition(self._lock)

    def _book(self) -> None:
        """Take in what callers have done since. Every method that looks does so first.

        Nothing is called between reading and writing: there a signal handler could run, and look too.
        """
        spool, delivery, ledger = self._spool, self.delivery, self.ledger
        # The count before the bytes: a spool raises the two together.
        count, size = spool.appended, spool.appended_size
        new, new_size = count - self._booked, size - self._booked_size
        self._booked, self._booked_size = count, size
        ledger.accepted += new
        delivery.count += new
        delivery.size += new_size
        ledger.invalid = self.tally.invalid
        for reason in self._refused:
            if self.tally.refused[reason] != self._refused[reason]:
                ledger.dropped.setdefault(reason, 0)
                new = self.tally.refused[reason] - self._refused[reason]
                self._refused[reason] += new
                ledger.accepted += new
                ledger.dropped[reason] += new

    # For any thread

    def stats(self) -> Stats:
        """The numbers of this moment."""
        with self._lock:
            while True:
                self._book()
                before = self.ledger.accepted, self.delivery.settled
                stats = self.ledger.snapshot(
                    pending=self.delivery.count,
                    pending_bytes=self.delivery.size,
                    state=self.delivery.state,
                    degraded=self._spool.degraded,
                )
                # A signal handler that looks books, too, and can run between any two of these calls.
                if before == (self.ledger.accepted, self.delivery.settled):
                    return stats

    def pending(self) -> int:
        """How many events wait."""
        with self._lock:
            self._book()
            return self.delivery.count

    def found(self, count: int, size: int) -> None:
        """Events have come to the end of the spool by another way than `append`."""
        with self._lock:
            self._book()
            self.ledger.accepted += count
            self.delivery.added(count, size)

    def hurry(self) -> bool:
        """Have the next request not wait for company. False where that was asked for already."""
        if self._hurry:
            return False
        self._hurry = True
        return True

    def flush(self) -> int:
        """Have all sent that waits, at once. Returns what `settled` must reach."""
        with self._lock:
            self._book()
            self.delivery.flush()
            return self.settled + self.delivery.count

    @property
    def settled(self) -> int:
        """How many events have left the spool, less those that others must let pass first."""
        return self.delivery.settled - self._overtook

    def wait_beyond(self, settled: int, seconds: float) -> None:
        """Wait until `settled` is beyond that, or somebody closes."""
        with self._settled:
            if self.settled <= settled and not self.abandoned:
                self._settled.wait(seconds)

    def close(self, deadline: float) -> None:
        """Have sent what can be sent until then, and no more."""
        with self._lock:
            self.delivery.close(deadline)

    def write_off(self, lost: Sequence[bytes] | None) -> tuple[int, int]:
        """Account for what waits.

        Args:
            lost: all that no next start will find; None where none of it will be found.

        Returns:
            How many events were dropped, and how many are kept.
        """
        with self._lock:
            self._book()
            count, size = self.delivery.count, self.delivery.size
            if lost is not None:
                count = len(lost) - self._written_off
                size = sum(map(len, lost[len(lost) - count :])) if count > 0 else 0
            if count > 0:
                self._written_off += count
                self.ledger.dropped["closed"] += count
                self.delivery.removed(count, size)
            self._settled.notify_all()
            return max(0, count), self.delivery.count

    def abandon(self) -> None:
        """From now on the thread, if it hangs, settles nothing."""
        with self._lock:
            self.abandoned = True

    # For the thread

    def decide(self, now: float) -> tuple[Decision, float, float]:
        """What to do now.

        Returns:
            It, and how many events and bytes the spool must have taken to end the waiting.
        """
        with self._lock:
            if self.abandoned:
                return Stop(), 0, 0
            self._book()
            if self._hurry:
                self.delivery.hurry()
            decision = self.delivery.next(now)
            if isinstance(decision, Wait):
                count, size = self.delivery.room()
                return decision, self._booked + count, self._booked_size + size
            if isinstance(decision, Send):
                self._hurry = False
            return decision, math.inf, math.inf

    def answered(self, outcome: Outcome, count: int, now: float) -> Mapping[int, str] | None:
        """Take in an answer. Gives the places to bury; None where it comes too late to count."""
        with self._lock:
            if self.abandoned:
                return None
            self.ledger.requests += 1
            self.ledger.problem = ""
            if isinstance(outcome, (Retry, Paused)):
                self.ledger.retries += 1
                self.ledger.problem = outcome.reason
            return self.delivery.answered(outcome, count, now)

    def failed(self, reason: str, count: int, now: float) -> None:
        """A batch could not be settled: it stays, and is sent again."""
        with self._lock:
            self.delivery.answered(Retry(reason), count, now)

    def left(self, count: int, size: int, fate: str) -> bool:
        """Events have left the spool, once and for all. False where they were accounted for.

        Args:
            count: so many.
            size: their bytes.
            fate: `delivered`, `rejected`, or why they were dropped.
        """
        with self._lock:
            if self.abandoned:
                return False
            self._book()
            self.delivery.removed(count, size)
            if fate == "delivered":
                self.ledger.delivered += count
            elif fate == "rejected":
                self.ledger.rejected += count
            else:
                self.ledger.dropped[fate] += count
                self.delivery.front_changed()
            self._settled.notify_all()
            return True

    def tended(self, tended: Maintenance) -> None:
        """The spool has found and lost events by itself; those found have waited long enough."""
        with self._lock:
            self.found(tended.found, tended.found_size)
            self._overtook += tended.found
            if tended.found:
                self.delivery.flush()
                self.delivery.front_changed()
            if tended.lost:
                self.left(tended.lost, tended.lost_size, "lost")

    def resync(self) -> bool:
        """Believe a spool that has less than was counted. False if it has not."""
        with self._lock:
            self._book()
            count, size = self.delivery.count, self.delivery.size
        # Without the lock, and after the count: what comes in between is not taken for lost.
        lost = count - len(self._spool)
        if lost > 0:
            self.left(lost, size if lost == count else max(0, size - self._spool.size), "lost")
        with self._lock:
            self.delivery.front_changed()
        return lost > 0
