"""Bad events among good ones, through the real listener: exactly the bad ones are rejected.

One half plays the API with a stub, to reach every combination; the other with the real sandbox.
"""

import json
import logging
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zaius_logging import Delivered, MemorySpool, Rejected, Retry, Split, ZaiusHandler
from zaius_logging._delivery.listener import Listener
from zaius_logging._delivery.machine import Delivery
from zaius_logging._delivery.pace import Pace
from zaius_logging._operators.notices import Notices
from zaius_logging.sandbox import Sandbox

FULL = 500


class API:
    """Plays the API: rejects batches with bad events in them, in the ways that nobody has ruled out.

    Args:
        bad: numbers of the bad events.
        named: how many of a batch's bad events a 400 names; 0 for none.
        partial: whether a 400 takes the good events all the same.
        most: events that a request may have, beyond which it is 413.
        failing: after how many requests each time one fails otherwise; 0 for never.
    """

    loggers = ()

    def __init__(self, bad, *, named=0, partial=False, most=FULL, failing=0):
        self.bad, self.named, self.partial = bad, named, partial
        self.most, self.failing = most, failing
        self.taken = []
        self.requests = 0

    def send(self, items):
        self.requests += 1
        if self.failing and self.requests % self.failing == 0:
            return Retry("busy", throttled=False)
        if len(items) > self.most:
            return Split("too large", too_large=True)
        numbers = [json.loads(item)["n"] for item in items]
        bad = [place for place, number in enumerate(numbers) if number in self.bad]
        if not bad or self.partial:
            self.taken += [number for number in numbers if number not in self.bad]
        if not bad:
            return Delivered()
        if self.named:
            return Rejected({place: f"{numbers[place]} is bad" for place in bad[: self.named]})
        return Split("something is bad")

    def after_fork_in_child(self):
        pass

    def close(self):
        pass


def deliver(api, count=FULL, *, batch_bytes=10**6, spool=None, **more):
    """Deliver events numbered from 0, and give what was rejected, with reasons, and the stats."""
    rejected, dropped = {}, []
    machine = Delivery(
        batch_size=FULL,
        batch_bytes=batch_bytes,
        flush_interval=0.0 if more else 60.0,
        pace=Pace(),
        uniform=lambda low, high: 0.0,
    )
    listener = Listener(
        MemorySpool() if spool is None else spool,
        api,
        machine,
        max_age=more.get("max_age", 3600),
        on_reject=lambda event, reason: rejected.__setitem__(event["n"], reason),
        on_drop=lambda event, reason: dropped.append(event["n"]),
        notices=Notices(lambda line: None),
    )
    for number in range(count):
        listener.put(b'{"n":%d}' % number)
    assert listener.flush(30)
    listener.close(5)
    stats = listener.stats()
    assert stats.accepted == stats.delivered + stats.rejected + sum(stats.dropped.values())
    return rejected, dropped


def bound(bad, count=FULL):
    return 1 + 2 * bad * math.log2(count) if bad else 1


@pytest.mark.parametrize("k", [0, 1, 2, 3, 10, 250, 499, 500])
def test_unnamed_bad_events_are_found_by_halving(k):
    """K of 500, anywhere: exactly those are rejected, the others delivered once, within the bound."""
    worst = 0
    for seed in range(25 if k < 250 else 2):
        bad = set(random.Random(seed).sample(range(FULL), k))
        api = API(bad)
        rejected, _ = deliver(api)
        assert set(rejected) == bad
        assert api.taken == [number for number in range(FULL) if number not in bad]
        worst = max(worst, api.requests)
    print(f"k={k}: at most {worst} requests, bound {bound(k):.0f}")  # noqa: T201
    assert worst <= bound(k)


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.full)])
def test_every_single_place_is_found_within_the_bound(step):
    """One bad event at each of 500 places (at each ninth, in the short form)."""
    worst = 0
    for place in range(0, FULL, step):
        api = API({place})
        rejected, _ = deliver(api)
        assert set(rejected) == {place}
        assert len(api.taken) == FULL - 1
        worst = max(worst, api.requests)
    assert worst <= bound(1)


def check_any(data):
    count = data.draw(st.integers(1, FULL), "events")
    bad = data.draw(st.sets(st.integers(0, count - 1), max_size=count), "bad")
    api = API(
        bad,
        named=data.draw(st.sampled_from([0, 1, 2, FULL]), "named of each 400"),
        partial=data.draw(st.booleans(), "a 400 takes the good ones"),
        most=data.draw(st.sampled_from([FULL, 1, 7, 100]), "413 above"),
        failing=data.draw(st.sampled_from([0, 0, 2, 3, 5]), "fails each"),
    )
    size = data.draw(st.sampled_from([10**6, 1, 40, 900]), "bytes of a batch")
    rejected, _ = deliver(api, count, batch_bytes=size)
    assert set(rejected) == bad
    assert sorted(set(api.taken)) == [number for number in range(count) if number not in bad]
    if not api.partial:
        assert len(api.taken) == len(set(api.taken))
        assert api.taken == sorted(api.taken)
    if not (api.named or api.failing) and (size, api.most) == (10**6, FULL):
        assert api.requests <= max(1, bound(len(bad), max(count, 2)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_bad_events_named_or_not(data):
    """Named wholly, in part or not; with failures, 413 and byte limits in between; order kept."""
    check_any(data)


@pytest.mark.full
@pytest.mark.timeout(3600)
@settings(max_examples=5000, deadline=None)
@given(st.data())
def test_any_bad_events_named_or_not_long(data):
    """The same, 5,000 times."""
    check_any(data)


def test_events_that_grow_too_old_amid_the_search():
    """What expires at the front while halving is under way is dropped; no good event is rejected."""

    class Aging(MemorySpool):
        """Its oldest are too old, twice."""

        times = 2

        def expired(self, max_age):
            self.times -= 1
            return self.peek(40, 10**9) if self.times >= 0 else []

    api = API({200}, failing=3)
    rejected, dropped = deliver(api, spool=Aging())
    assert set(rejected) == {200}
    assert dropped == list(range(80))
    assert api.taken == [number for number in range(80, FULL) if number != 200]


class Impatient(API):
    """The control: it takes a batch with a bad event for delivered, as peers drop it whole."""

    def send(self, items):
        outcome = super().send(items)
        return (
            Rejected(dict.fromkeys(range(len(items)), "?"))
            if outcome == Split("something is bad")
            else outcome
        )


def test_burying_the_whole_batch_is_caught():
    """The control: one bad event must not cost its 499 neighbours."""
    rejected, _ = deliver(Impatient({7}))
    assert set(rejected) != {7}


@pytest.mark.parametrize("partial", [False, True], ids=["all or nothing", "takes the good ones"])
@pytest.mark.parametrize(
    "form", [{"named": True}, {"named": False}, {"form": "field"}, {"form": "fields"}], ids=str
)
@pytest.mark.parametrize("every", [500, 100])
def test_against_the_sandbox(every, form, partial):
    """Under both readings of a 400, and in each form: exactly the bad ones are rejected, with reasons."""
    rejected = {}
    with Sandbox(partial=partial) as sandbox:
        sandbox.faults(bad={"data": {"kind": "bad"}}, message="kind is bad", **form)
        handler = ZaiusHandler(
            api_key="made-up",
            endpoint=sandbox.endpoint,
            flush_interval=60,
            on_reject=lambda event, reason: rejected.__setitem__(event["data"]["n"], reason),
            notices=lambda line: None,
        )
        logger = logging.Logger("shop")  # noqa: LOG001
        logger.addHandler(handler)
        for number in range(FULL):
            kind = "good" if number % every else "bad"
            event = {
                "type": "test",
                "action": "poison",
                "identifiers": {"vuid": str(number)},
                "data": {"n": number, "kind": kind},
            }
            logger.info("", extra={"zaius": event})
        assert handler.flush(30)
        handler.close()
        arrived = {event["data"]["n"] for event in sandbox.events()}
        bad = set(range(0, FULL, every))
        assert set(rejected) == bad
        assert arrived == set(range(FULL)) - bad
        # Where a 400 takes the good ones, what is sent again has the same id: the API's to drop.
        ids = {event["data"]["idempotence_id"] for event in sandbox.events()}
        assert len(ids) == FULL - len(bad)
        assert all(reason for reason in rejected.values())
