"""The books agree whenever anybody looks, a signal handler in the middle of a look included."""

import signal
from collections import Counter

import pytest

from zaius_logging import MemorySpool
from zaius_logging._delivery.ledger import Books
from zaius_logging._delivery.machine import Delivery
from zaius_logging._delivery.pace import Pace
from zaius_logging._spool.base import Maintenance


class Interrupted(MemorySpool):
    """A signal comes in the middle of a look, once."""

    to_come = 0

    @property
    def degraded(self):
        if self.to_come:
            self.to_come -= 1
            signal.raise_signal(signal.SIGINT)
        return False


class InterruptedCounter(Counter):
    """A signal comes while a refused event is booked, once."""

    to_come = 1

    def setdefault(self, key, default=None):
        if self.to_come:
            self.to_come -= 1
            signal.raise_signal(signal.SIGINT)
        return super().setdefault(key, default)


@pytest.fixture
def spool():
    return Interrupted()


@pytest.fixture
def books(spool):
    delivery = Delivery(
        batch_size=500,
        batch_bytes=1_000_000,
        flush_interval=3600.0,
        pace=Pace(None),
        uniform=lambda low, _high: low,
    )
    return Books(spool, delivery)


@pytest.fixture
def on_signal():
    """Have something called by a signal handler."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda call: signal.signal(signal.SIGINT, lambda *_: call())
    signal.signal(signal.SIGINT, before)


def adds_up(stats):
    return stats.accepted == (
        stats.delivered + stats.rejected + sum(stats.dropped.values()) + stats.pending
    )


def test_a_look_that_a_signal_handler_interrupts_adds_up(books, spool, on_signal):
    """The handler logs an event and looks, which books it; the look that goes on then counts it whole."""
    seen = []
    spool.append(b"{}")
    spool.to_come = 1
    on_signal(lambda: seen.append((spool.append(b"{}"), books.stats())[1]))
    stats = books.stats()
    assert [look.accepted for look in seen] == [2]
    assert stats.accepted == 2
    assert adds_up(stats)
    assert adds_up(seen[0])


def test_what_a_signal_handler_has_seen_dropped_stays_so(books, on_signal):
    """Nor is it booked away again by the look that the handler interrupted."""
    seen = []
    books.ledger.dropped = InterruptedCounter()
    books.tally.refuse("overflow")
    on_signal(lambda: seen.append((books.tally.refuse("overflow"), books.stats())[1]))
    stats = books.stats()
    assert [look.dropped for look in seen] == [{"overflow": 2}]
    assert stats.dropped == {"overflow": 2}
    assert stats.accepted == 2
    assert adds_up(stats)


def test_events_that_overtake_do_not_end_a_flush(books, spool):
    """What a dead process has left stands at the front: those who flush wait until that has gone, too."""
    spool.append(b"{}")
    target = books.flush()
    books.tended(Maintenance(found=10, found_size=20))
    books.left(10, 20, "delivered")
    assert books.settled < target
    books.left(1, 2, "delivered")
    assert books.settled >= target


def test_events_that_overtook_before_a_flush_count_as_any(books, spool):
    """A flush waits for all that stands there at the call, and for no more."""
    books.tended(Maintenance(found=10, found_size=20))
    spool.append(b"{}")
    target = books.flush()
    books.left(10, 20, "delivered")
    assert books.settled < target
    books.left(1, 2, "delivered")
    assert books.settled >= target
    spool.append(b"{}")
    assert books.settled >= target
