"""A 400 that is not the API's own: an outage where nothing goes through, a bad event where others do."""

import pytest

from zaius_logging._delivery.machine import Delivery, Send, Wait
from zaius_logging._delivery.pace import Pace
from zaius_logging._transport.outcome import Delivered, Retry, Split

PAGE = Split("the API answered 400 and gave no reason", own=False)


class World:
    """Numbered events, and a gateway that judges requests; the machine decides as for the listener."""

    def __init__(self, count, judge):
        self.waiting = list(range(count))
        self.judge = judge
        self.delivered, self.rejected = [], []
        self.requests, self.now = 0, 0.0
        self.machine = Delivery(
            batch_size=500,
            batch_bytes=1_000_000,
            flush_interval=0.0,
            pace=Pace(),
            uniform=lambda low, high: high,
        )

    def run(self, seconds):
        """Let so much time pass, or until nothing waits."""
        end = self.now + seconds
        while self.waiting and self.now < end:
            match self.machine.next(self.now, len(self.waiting), 100 * len(self.waiting)):
                case Send(count, _, skip):
                    self._send(self.waiting[skip : skip + count])
                case Wait(until):
                    self.now = min(until, end)
        return self

    def _send(self, batch):
        self.requests += 1
        outcome = self.machine.meant(self.judge(batch), len(batch))
        places = self.machine.answered(outcome, len(batch), self.now)
        if isinstance(outcome, Delivered):
            self.delivered += batch
            gone = batch
        else:
            gone = [batch[place] for place in places]
            self.rejected += gone
        self.waiting = [each for each in self.waiting if each not in gone]
        self.machine.removed(len(gone))


def stopping(*bad):
    """A gateway that answers what has one of these in it with its page."""
    return lambda batch: PAGE if set(bad) & set(batch) else Delivered()


@pytest.mark.parametrize("count", [1, 2, 500, 2000])
def test_a_gateway_that_stops_everything_costs_no_event(count):
    """An hour of its page for everything: nothing rejected, few requests, all delivered in order afterwards."""
    world = World(count, lambda _: PAGE).run(3600)
    assert (world.delivered, world.rejected) == ([], [])
    assert world.requests < 12 + 3600 / 15
    assert world.machine.state == "retrying"
    world.judge = stopping()
    world.run(3600)
    assert sorted(world.delivered) == list(range(count))
    assert world.rejected == []


def test_in_an_outage_of_single_events_a_whole_batch_is_kept_too():
    """Once its page came for a single event, the same page for many is no search for a bad one."""
    machine = World(0, stopping()).machine
    assert isinstance(machine.meant(PAGE, 500), Split)
    assert isinstance(machine.meant(PAGE, 1), Retry)
    assert isinstance(machine.meant(PAGE, 500), Retry)


@pytest.mark.parametrize("bad", [{0}, {1}, {499}, {0, 1, 2}, {0, 250, 499}, {7, 8}])
def test_a_gateway_that_stops_some_events_stops_no_others(bad):
    """Exactly those are rejected, wherever they stand; the others keep their order."""
    world = World(500, stopping(*bad)).run(3600)
    assert set(world.rejected) == bad
    assert world.delivered == sorted(set(range(500)) - bad)


@pytest.mark.parametrize("begins", range(1, 12))
def test_an_outage_in_the_middle_of_a_search_costs_one_event_at_the_most(begins):
    """One bad event, and the gateway's page for everything from some request of the search for it on."""
    world = World(500, None)

    def judge(batch):
        return PAGE if world.now == 0.0 and world.requests > begins else stopping(100)(batch)

    world.judge = judge
    world.run(3600)
    assert 100 in world.rejected
    assert len(world.rejected) <= 2
    assert sorted(world.delivered + world.rejected) == list(range(500))


def test_one_event_alone_is_kept_until_others_come():
    """With nothing to compare it with it is tried again, as in an outage; the next event decides."""
    world = World(1, stopping(0)).run(600)
    assert world.rejected == []
    world.waiting += [1, 2]
    world.run(600)
    assert (world.rejected, world.delivered) == ([0], [1, 2])


class Hasty(Delivery):
    """The control: a page is taken for the API's word."""

    def meant(self, outcome, count):
        return outcome


def test_without_the_rule_an_outage_costs_every_event():
    """The control: each event is given up alone."""
    world = World(50, lambda _: PAGE)
    world.machine.__class__ = Hasty
    world.run(60)
    assert len(world.rejected) == 50


def test_an_outage_is_a_retry_for_operators():
    """With where to look, and nothing of the event."""
    outcome = World(1, None).machine.meant(PAGE, 1)
    assert isinstance(outcome, Retry)
    assert "gateways" in outcome.reason
