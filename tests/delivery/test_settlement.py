"""What an answer does to the events that wait: spool and machine agree, so the others go when they should, and together."""

import json

import pytest

from zaius_logging import Delivered, MemorySpool, Rejected, Retry, Split
from zaius_logging._delivery.ledger import Ledger
from zaius_logging._delivery.machine import Delivery, Send, Wait
from zaius_logging._delivery.pace import Pace
from zaius_logging._delivery.reporter import Reporter
from zaius_logging._delivery.settlement import Settlement
from zaius_logging._operators.notices import Notices

EVERY, AGE = 5.0, 10.0  # flush_interval, max_age


class Desk:
    """A spool and what settles its batches. Time is the test's, and no thread runs."""

    def __init__(self):
        self.now = 0.0
        self.spool = MemorySpool(clock=lambda: self.now)
        self.delivery = Delivery(
            batch_size=8,
            batch_bytes=10_000,
            flush_interval=EVERY,
            pace=Pace(None),
            uniform=lambda low, high: 0.0,
        )
        reporter = Reporter(Notices([].append))
        ledger = Ledger(self.spool)
        self.settlement = Settlement(self.spool, ledger, self.delivery, reporter, max_age=AGE)
        self.count = 0

    def put(self, count):
        for _ in range(count):
            assert self.spool.append(b'{"n":%d}' % self.count)
            self.count += 1

    def flush(self):
        self.delivery.flush(self.spool.waiting().count)

    def next(self):
        waiting = self.spool.waiting()
        return self.delivery.next(self.now, waiting.count, waiting.size)

    def send(self, outcome, meanwhile=0):
        """Send what is due, put so many events, and have the answer settled. Gives the numbers that were sent."""
        decision = self.next()
        assert isinstance(decision, Send)
        batch = self.spool.peek(decision.count, decision.size)
        items = [item for _, item in batch]
        self.put(meanwhile)
        self.settlement.settle(batch, items, outcome, self.now)
        return [json.loads(item)["n"] for item in items]


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.parametrize(
    "outcome", [Delivered(), Rejected({0: "bad", 1: "bad"})], ids=["delivered", "rejected"]
)
def test_a_flush_hurries_what_waited_then_and_nothing_else(desk, outcome):
    """An event that comes while those are sent waits for its batch to fill, whatever became of them."""
    desk.put(2)
    desk.flush()
    assert desk.send(outcome, meanwhile=1) == [0, 1]
    assert desk.next() == Wait(EVERY)


def test_a_flush_whose_events_expire_hurries_nothing_else(desk):
    """They are gone without an answer; the first that comes afterwards has its whole interval."""
    desk.put(2)
    desk.flush()
    assert desk.send(Retry("503")) == [0, 1]
    desk.now = AGE + 1
    assert desk.send(Retry("503"), meanwhile=1) == [0, 1]  # too old now
    assert desk.send(Delivered(), meanwhile=1) == [2]
    assert desk.next() == Wait(desk.now + EVERY)


def test_what_expires_amid_a_search_ends_it(desk):
    """The events behind them are one batch again: nothing says that one of these is bad."""
    desk.put(2)
    desk.flush()
    assert desk.send(Retry("503")) == [0, 1]
    desk.put(6)
    assert desk.send(Split("odd")) == [0, 1, 2, 3, 4, 5, 6, 7]
    desk.now = AGE + 1
    assert desk.send(Retry("503")) == [0, 1, 2, 3]  # the first two are too old now
    assert desk.send(Delivered()) == [2, 3, 4, 5, 6, 7]
    assert desk.spool.waiting().count == 0
