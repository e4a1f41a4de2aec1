"""How events are spread over a relay's lanes, and how lanes share one pace: no Redis, no clock."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs.fleet.tools import busiest_second
from zaius_logging._delivery.machine import Send, Wait
from zaius_logging._delivery.pace import Pace
from zaius_logging._fleet import lanes as spreading
from zaius_logging._fleet.lanes import Lanes, identifiers
from zaius_logging._fleet.lease import FleetPace
from zaius_logging._fleet.sending import LaneDelivery, together
from zaius_logging._stats import Stats
from zaius_logging._transport.outcome import Delivered, Retry

LARGE = 10_000_000


def named(number, **names):
    return json.dumps({"type": "t", "identifiers": names, "data": {"n": number}}).encode()


def drain(lanes, events, chance):
    """Add, send and settle at random; give the order in which events left, or why that cannot go on."""
    waiting, left = list(enumerate(events)), []
    while waiting or len(lanes):
        if waiting and chance.random() < 0.5 and lanes.room()[0] > 0:
            lanes.add(*waiting.pop(0))
        lanes.assign()
        where = {}
        for lane in lanes.each:
            for each in lane.items.values():
                for key in identifiers(each):
                    assert where.setdefault(key, lane) is lane, "an identifier in two lanes"
        ready = [lane for lane in lanes.each if lane.items]
        if ready and chance.random() < 0.5:
            lane = chance.choice(ready)
            for number, _ in lane.front(chance.randint(1, 4), LARGE):
                lanes.leave(lane, number)
                left.append(number)
        assert waiting or ready or not len(lanes), "events wait in no lane"
    return left


def order_holds(events, left):
    """Whether of any two events with an identifier in common the first left first."""
    place = {number: at for at, number in enumerate(left)}
    assert sorted(left) == list(range(len(events)))
    last = {}
    for number, each in enumerate(events):
        for key in json.loads(each)["identifiers"].items():
            if place[last.get(key, number)] > place[number]:
                return False
            last[key] = number
    return True


PEOPLE = st.lists(
    st.dictionaries(st.sampled_from(["vuid", "email"]), st.sampled_from("abcde"), min_size=1),
    max_size=60,
)


@settings(deadline=None)  # a busy machine
@given(people=PEOPLE, count=st.integers(1, 4), batch=st.integers(1, 5), seed=st.integers(0, 999))
def test_events_that_share_an_identifier_leave_in_order(people, count, batch, seed):
    """Whoever links two identifiers, however full lanes are: never in two lanes, all leave, in order."""
    events = [named(n, **each) for n, each in enumerate(people)]
    left = drain(Lanes(count, batch, LARGE), events, random.Random(seed))
    assert order_holds(events, left)


def test_the_control_lanes_that_know_no_customer_break_the_order(monkeypatch):
    """Each event for itself: the check above sees it."""
    events = [named(n, vuid="a") for n in range(60)]
    assert order_holds(events, drain(Lanes(4, 5, LARGE), events, random.Random(1)))
    numbers = iter(range(10**6))
    monkeypatch.setattr(spreading, "identifiers", lambda _: (str(next(numbers)),))
    lanes = Lanes(4, 5, LARGE)
    for number, each in enumerate(events[:20]):
        lanes.add(number, each)
    lanes.assign()
    left = [number for lane in reversed(lanes.each) for number in lane.items]
    assert not order_holds(events[:20], left)


def test_a_few_busy_customers_are_spread_over_all_lanes():
    """By a checksum, whatever came before: had the first lane all of them once, it would keep them."""
    lanes = Lanes(4, 100, LARGE)
    for n in range(800):
        lanes.add(n, named(n, vuid=f"customer-{n % 40}"))
    changed, _ = lanes.assign()
    assert len(changed) == 4
    assert max(len(lane.items) for lane in lanes.each) <= 400
    assert lanes.room()[0] == 0


@settings(deadline=None)  # a busy machine
@given(shares=st.lists(st.integers(0, 3), min_size=80, max_size=80))
def test_where_no_more_is_read_some_lane_has_a_full_batch(shares):
    """However unevenly: lanes that wait for a batch to fill cannot wait for each other."""
    lanes = Lanes(4, 10, LARGE)
    for n, each in enumerate(shares):
        lanes.add(n, named(n, vuid=f"customer-{each}"))
    lanes.assign()
    assert lanes.room()[0] == 0
    assert max(len(lane.items) for lane in lanes.each) >= 10


def test_an_event_of_two_lanes_waits_and_names_them():
    """Those that it waits for need not wait for their batch to fill."""
    lanes = Lanes(2, 10, LARGE)
    numbers = iter(range(1000))
    first = {}  # lane -> a customer of it
    while len(first) < 2:
        number = next(numbers)
        lanes.add(number, named(number, vuid=f"v{number}"))
        lanes.assign()
        first.setdefault(next(lane for lane in lanes.each if number in lane.items), number)
    one, two = first.values()
    both = next(numbers)
    lanes.add(both, named(both, vuid=f"v{one}", email="x"))
    lanes.assign()
    linking = next(numbers)
    names = {"email": "X", "vuid": f"V{two}"}
    lanes.add(linking, named(linking, **names))
    changed, waited_for = lanes.assign()
    assert not changed
    assert waited_for == set(lanes.each)
    for lane, number in first.items():
        if number == two:
            assert lanes.leave(lane, number) > 0
            assert lanes.leave(lane, number) == 0
    changed, waited_for = lanes.assign()
    assert not waited_for
    assert linking in next(lane for lane in changed).items


@pytest.mark.parametrize("text", [b"", b"[]", b'{"identifiers": 3}', b"{}", b"[" * 100_000])
def test_what_is_no_event_goes_in_order_with_its_like(text):
    """Whoever wrote it into the stream: it is the API that judges."""
    assert identifiers(text) == ("",)


def test_the_case_of_letters_makes_no_other_customer():
    """And a name is a part of an identifier."""
    assert identifiers(named(1, email="A@B.c")) == identifiers(named(2, email="a@b.C"))
    assert identifiers(named(1, email="x")) != identifiers(named(1, vuid="x"))


# One pace


class Simulated:
    """Lanes that always have work, in simulated time."""

    def __init__(self, deliveries, chance, longest=0.5):
        self.deliveries = deliveries
        self.chance = chance
        self.longest = longest
        self.arrivals = []
        self.starts = []

    def run(self, until, answer=lambda _start: Delivered()):
        now, ends = 0.0, {}
        while now < until:
            times = [*ends.values()]
            for lane, delivery in enumerate(self.deliveries):
                if lane in ends:
                    continue
                match delivery.next(now, 1000, 1000):
                    case Send():
                        end = now + self.longest * self.chance.random()
                        self.arrivals.append(self.chance.uniform(now, end))
                        self.starts.append(now)
                        ends[lane] = end
                        times.append(end)
                    case Wait(until=when):
                        times.append(when)
            now = min(times)
            for lane in [lane for lane, end in ends.items() if end <= now]:
                started = ends.pop(lane)
                self.deliveries[lane]._shared.lands(lane)
                self.deliveries[lane]._shared.ended(now)
                self.deliveries[lane].answered(answer(started), 1, now)


class NoLock:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


def machine(lane, pace):
    return LaneDelivery(
        lane, pace, NoLock(), batch_size=1, batch_bytes=LARGE, flush_interval=0.0,
        uniform=lambda low, _high: low,
    )  # fmt: skip


@settings(deadline=None)  # a busy machine
@given(
    rate=st.sampled_from([1, 2, 5, 10]), lanes=st.integers(1, 6), seed=st.integers(0, 10_000),
    longest=st.sampled_from([0.01, 0.3, 1.5]),
)  # fmt: skip
def test_no_second_sees_more_than_the_rate_of_all_lanes(rate, lanes, seed, longest):
    """However long requests take, and wherever between their start and their end they arrive."""
    pace = FleetPace(rate, None, 0.0)
    world = Simulated([machine(n, pace) for n in range(lanes)], random.Random(seed), longest)
    world.run(8.0)
    assert busiest_second(world.arrivals) <= rate
    assert len(world.starts) >= 3


def test_the_control_lanes_with_a_pace_each_exceed_the_rate():
    """The simulation above would see it."""
    deliveries = [machine(n, FleetPace(5, None, 0.0)) for n in range(4)]
    world = Simulated(deliveries, random.Random(1))
    world.run(8.0)
    assert busiest_second(world.arrivals) > 5


def test_retry_after_holds_for_all_lanes():
    """A lane that was not answered itself waits too."""
    pace = FleetPace(None, None, 0.0)
    one, two = machine(0, pace), machine(1, pace)
    assert isinstance(one.next(0.0, 1, 1), Send)
    one.answered(Retry("429", after=7.0, throttled=True), 1, 1.0)
    assert two.next(2.0, 1, 1) == Wait(8.0)
    assert isinstance(two.next(8.0, 1, 1), Send)


def test_answers_of_429_to_requests_in_flight_slow_down_once():
    """Four were sent at the old rate: the new one is that of one answer, not of four."""
    pace, alone = FleetPace(None, None, 0.0), Pace()
    lanes = [machine(n, pace) for n in range(4)]
    for each in lanes:
        assert isinstance(each.next(0.0, 1, 1), Send)
    for each in lanes:
        each.answered(Retry("429", throttled=True), 1, 0.1)
    alone.started(0.0)
    alone.throttled(0.1)
    assert pace.rate == alone.rate


def test_a_place_that_was_taken_and_not_used_is_given_back():
    """Redis failed between the decision and the request: nobody waits for an end that never comes."""
    pace = FleetPace(1, [], 0.0)
    one, two = machine(0, pace), machine(1, pace)
    assert isinstance(one.next(0.0, 1, 1), Send)
    assert two.next(5.0, 1, 1) == Wait(math.inf)
    one.next(5.0, 0, 0)
    assert isinstance(two.next(5.0, 1, 1), Send)


def test_the_numbers_of_lanes_add_up():
    """And the state is the one that a person must hear of."""
    both = together(
        [
            Stats(accepted=3, delivered=1, pending=2, state="waiting", dropped={"expired": 1}),
            Stats(accepted=1, pending=1, state="paused", problem="key", dropped={"expired": 2}),
        ]
    )
    assert (both.accepted, both.delivered, both.pending) == (4, 1, 3)
    assert (both.state, both.problem, both.dropped) == ("paused", "key", {"expired": 3})
