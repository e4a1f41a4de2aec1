"""The delivery machine, as pure numbers: time, answers and chance are the test's."""

import copy
import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from zaius_logging import Delivered, Paused, Rejected, Retry, Split
from zaius_logging._delivery.machine import NEVER, PROBE_INTERVAL, Delivery, Send, Stop, Wait
from zaius_logging._delivery.pace import ROOM, Pace

FOREVER = Wait(math.inf)
SIZE = 10  # bytes of each event, where nothing else is said


def longest(low, high):
    """Chance that always draws the longest delay."""
    return high


class Counted:
    """The machine, and a spool that is only two numbers."""

    def __init__(self, **given):
        self.delivery = Delivery(**given)
        self.count = self.size = 0

    def added(self, count, size):
        self.count += count
        self.size += size

    def removed(self, count, size):
        self.count -= count
        self.size -= size
        self.delivery.removed(count)

    def next(self, now):
        return self.delivery.next(now, self.count, self.size)

    def flush(self):
        self.delivery.flush(self.count)

    def hurry(self):
        self.delivery.hurry(self.count)

    def __getattr__(self, name):
        if name == "delivery":
            raise AttributeError(name)
        return getattr(self.delivery, name)


def machine(*, limit=None, uniform=longest, **settings):
    given = {"batch_size": 3, "batch_bytes": 1000, "flush_interval": 5.0, **settings}
    return Counted(**given, pace=Pace(limit), uniform=uniform)


def waiting(count, **settings):
    """Make a machine with so many events, none of them sent yet."""
    made = machine(**settings)
    made.added(count, count * SIZE)
    return made


def done(made, count, now):
    """Let the first `count` be delivered."""
    assert made.answered(Delivered(), count, now) == {}
    made.removed(count, count * SIZE)


def sending(count):
    """Give a Send of so many: their body, with two brackets and the commas between, has 1000 bytes at most."""
    return Send(count, 1000 - 2 - (count - 1))


# When to send


def test_without_events_it_waits_for_ever():
    """Nothing to do: no timer runs."""
    assert machine().next(7.0) == FOREVER
    assert machine().state == "idle"


def test_an_event_waits_for_the_batch_to_fill_and_no_longer():
    """The timer starts when the first event is seen, and is not moved by later ones."""
    made = waiting(1)
    assert made.next(100.0) == Wait(105.0)
    assert made.state == "waiting"
    made.added(1, SIZE)
    assert made.next(104.9) == Wait(105.0)
    assert made.next(105.0) == sending(2)


def test_a_send_is_never_for_more_than_there_is():
    """The count is what waits, at most a batch; the bytes are the limit."""
    made = waiting(2)
    made.next(0.0)
    assert made.next(5.0) == sending(2)
    more = waiting(7)
    assert more.next(0.0) == sending(3)


@pytest.mark.parametrize(("count", "size"), [(3, 30), (1, 1000), (2, 5000)])
def test_a_full_batch_goes_at_once(count, size):
    """Full is by count or by bytes, whichever comes first."""
    made = machine()
    made.added(count, size)
    assert made.next(0.0) == sending(count)


@pytest.mark.parametrize(("count", "size"), [(2, 999), (1, 1)])
def test_just_below_full_it_waits(count, size):
    """One byte or one event less is not full."""
    made = machine()
    made.added(count, size)
    assert made.next(0.0) == Wait(5.0)


def test_no_event_waits_for_the_batch_to_fill_longer_than_the_interval():
    """What is left behind has waited since before that request; who came later, since then."""
    made = waiting(1)
    assert made.next(0.0) == Wait(5.0)
    made.added(3, 3 * SIZE)
    assert made.next(1.0) == sending(3)
    done(made, 3, 2.0)
    assert made.next(2.0) == Wait(5.0)  # no longer than any event may
    assert made.next(5.0) == sending(1)
    made.added(1, SIZE)
    done(made, 1, 5.5)
    assert made.next(5.5).until <= 10.0  # it came after 5.0, and goes no later than it may
    assert made.next(6.0) == sending(1)


def test_batch_follows_batch_while_they_are_full():
    """A backlog goes out without a pause."""
    made = waiting(9)
    for now in (0.0, 0.1, 0.2):
        assert made.next(now) == sending(3)
        done(made, 3, now)
    assert made.next(0.3) == FOREVER
    assert made.state == "idle"


def test_the_timer_of_an_emptied_spool_is_forgotten():
    """What comes after idleness has its whole interval."""
    made = waiting(1)
    made.next(0.0)
    made.next(5.0)
    done(made, 1, 5.0)
    assert made.next(5.1) == FOREVER
    made.added(1, SIZE)
    assert made.next(100.0) == Wait(105.0)


def test_an_interval_of_nothing_sends_at_once():
    """With flush_interval=0 no event waits for the batch to fill."""
    assert waiting(1, flush_interval=0.0).next(3.0) == sending(1)


# Waking


def room(made, now=0.0):
    made.next(now)
    return made.room()


def test_only_the_first_event_and_a_full_batch_end_the_waiting():
    """In between the thread sleeps until due: a wake costs the caller a hand-over."""
    made = machine()
    assert room(made) == 1
    made.added(1, SIZE)
    assert room(made) == 2
    made.added(1, SIZE)
    assert room(made) == 1


def test_a_large_event_fills_a_batch_by_itself():
    """Bytes count as events do."""
    made = machine(batch_size=100)
    made.added(1, 100)
    assert room(made) == 9  # more of that size
    made.added(1, 900)
    assert made.next(0.0) == sending(2)


def test_while_it_waits_for_the_server_nothing_that_comes_wakes():
    """After a failure only time counts, however many events there are."""
    made = waiting(1)
    made.next(5.0)
    made.answered(Retry("503"), 1, 5.0)
    assert isinstance(made.next(5.0), Wait)
    assert made.room() == NEVER


def test_after_a_batch_has_left_the_next_full_one_wakes_again():
    """The rule is about becoming full, each time."""
    made = waiting(4)
    made.next(0.0)
    done(made, 3, 0.0)
    assert room(made) == 2


# Flush and hurry


@pytest.mark.parametrize("ask", ["flush", "hurry"])
def test_asked_for_it_sends_at_once_all_that_waited_then(ask):
    """What was added after the question waits for the batch to fill as ever."""
    made = waiting(4)
    getattr(made, ask)()
    made.added(1, SIZE)
    assert made.next(0.0) == sending(3)
    done(made, 3, 0.0)
    assert made.next(0.0) == sending(2)
    done(made, 1, 0.0)  # a byte limit took one only, the last that was asked for
    assert made.next(0.0) == Wait(5.0)


def test_asking_an_idle_machine_has_no_effect_later():
    """A flush of nothing does not hurry the next event."""
    made = machine()
    made.flush()
    made.hurry()
    made.added(1, SIZE)
    assert made.next(0.0) == Wait(5.0)


def test_flush_ends_our_own_waiting_and_hurry_does_not():
    """Somebody who waits is worth a try now; a full spool is not."""
    made = waiting(1, flush_interval=0.0)
    made.next(0.0)
    made.answered(Retry("busy"), 1, 0.0)
    made.hurry()
    assert made.next(0.1) == Wait(0.5)
    made.flush()
    assert made.next(0.1) == sending(1)


# Failures


def test_waiting_doubles_up_to_half_a_minute():
    """0.5 s, doubling, at most 30 s, as long as it goes on; a success starts it afresh."""
    made = waiting(1, flush_interval=0.0)
    now, waits = 0.0, []
    for _ in range(9):
        assert made.next(now) == sending(1)
        assert made.answered(Retry("busy"), 1, now) == {}
        assert made.state == "retrying"
        until = made.next(now).until
        waits.append(until - now)
        now = until
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    done(made, 1, now)
    made.added(1, SIZE)
    made.next(now)
    made.answered(Retry("busy"), 1, now)
    assert made.next(now) == Wait(now + 0.5)


def test_the_delay_is_drawn_between_nothing_and_the_bound():
    """Full jitter: the machine asks chance for a number from 0 up to the bound."""
    asked = []

    def uniform(low, high):
        asked.append((low, high))
        return high / 4

    made = waiting(1, flush_interval=0.0, uniform=uniform)
    made.next(0.0)
    made.answered(Retry("busy"), 1, 0.0)
    assert made.next(0.0) == Wait(0.125)
    made.next(0.125)
    made.answered(Retry("busy"), 1, 0.125)
    assert asked == [(0.0, 0.5), (0.0, 1.0)]


@pytest.mark.parametrize("end", [lambda made: made.flush(), lambda made: made.close(1000.0)])
def test_retry_after_is_a_hard_bound(end):
    """Neither our shorter delay nor a flush nor close sends before the server said."""
    made = waiting(3)
    made.next(0.0)
    made.answered(Retry("busy", after=90.0), 3, 10.0)
    end(made)
    assert made.next(99.9) == Wait(100.0)
    assert made.next(100.0) == sending(3)


def test_retry_after_does_not_shorten_our_own_waiting():
    """The later of the two holds: `Retry-After: 0` is no licence to hammer."""
    made = waiting(3)
    made.next(0.0)
    made.answered(Retry("busy", after=0.1), 3, 0.0)
    assert made.next(0.0) == Wait(0.5)


def test_a_retry_after_of_the_past_holds_nothing_up_later():
    """After the next answer it is forgotten."""
    made = waiting(6)
    made.next(0.0)
    made.answered(Retry("busy", after=90.0), 3, 0.0)
    assert made.next(90.0) == sending(3)
    done(made, 3, 90.0)
    assert made.next(90.0) == sending(3)


def test_the_same_batch_is_sent_again_without_waiting_for_the_batch_to_fill():
    """A batch of one that failed does not wait for flush_interval once more."""
    made = waiting(1)
    made.next(0.0)
    assert made.next(5.0) == sending(1)
    made.answered(Retry("busy"), 1, 5.0)
    assert made.next(5.0) == Wait(5.5)
    assert made.next(5.5) == sending(1)


def test_paused_it_probes_once_a_minute():
    """Key, address or network: nothing is sent for 60 s, again and again, however much comes in."""
    made = waiting(3)
    made.next(0.0)
    for now in (0.0, 60.0, 120.0):
        assert made.answered(Paused("key"), 3, now) == {}
        assert made.state == "paused"
        made.added(50, 50 * SIZE)
        assert made.next(now + 59.9) == Wait(now + PROBE_INTERVAL)
        assert made.next(now + 60.0) == sending(3)
    done(made, 3, 180.0)
    assert made.state == "waiting"
    assert made.next(180.0) == sending(3)


def test_flush_probes_at_once():
    """Who has corrected the key and asks need not wait for the minute to pass."""
    made = waiting(1, flush_interval=0.0)
    made.next(0.0)
    made.answered(Paused("key"), 1, 0.0)
    made.flush()
    assert made.next(0.1) == sending(1)
    made.answered(Paused("key"), 1, 0.2)
    assert made.next(0.3) == Wait(60.2)


def test_states_follow_the_last_answer():
    """A wrong key after a failure is a pause, and the other way round."""
    made = waiting(3)
    made.next(0.0)
    made.answered(Retry("busy"), 3, 0.0)
    made.answered(Paused("key"), 3, 0.0)
    assert made.state == "paused"
    made.answered(Retry("busy"), 3, 0.0)
    assert made.state == "retrying"
    made.answered(Split("odd"), 3, 0.0)
    assert made.state == "waiting"
    made.close(9.0)
    assert made.state == "closed"


def test_a_flush_amid_a_request_is_worth_a_try_after_it():
    """The answer under way says nothing about what was corrected since: one more try, then we wait."""
    for outcome in (Retry("busy"), Paused("key")):
        made = waiting(3)
        made.next(0.0)
        made.flush()
        made.answered(outcome, 3, 1.0)
        assert made.next(1.0) == sending(3)
        made.answered(outcome, 3, 2.0)
        assert type(made.next(2.0)) is Wait


def test_a_flush_amid_a_request_does_not_undo_retry_after():
    """What the server asked for holds in any case."""
    made = waiting(3)
    made.next(0.0)
    made.flush()
    made.answered(Retry("busy", after=9.0), 3, 1.0)
    assert made.next(1.0) == Wait(10.0)


# Pace


def test_a_429_slows_the_pace_and_another_failure_does_not():
    """Only who is asked to slow down does: from then on requests are a second apart."""
    for throttled, wait in ((True, Wait(11.0)), (False, sending(3))):
        made = waiting(9, uniform=lambda low, high: 0.0)
        made.next(10.0)
        made.answered(Retry("busy", throttled=throttled), 3, 10.0)
        assert made.next(10.0) == wait


def test_requests_are_spaced():
    """A limit of 10 a second is one each 100 ms, for full batches, flushes and retries alike."""
    made = waiting(9, limit=10, uniform=lambda low, high: 0.0)
    assert made.next(1.0) == sending(3)
    done(made, 3, 1.01)
    made.flush()
    assert made.next(1.05) == Wait(1.0 + ROOM / 10)
    assert made.next(1.11) == sending(3)
    made.answered(Retry("busy"), 3, 1.15)
    assert made.next(1.15) == Wait(pytest.approx(1.11 + ROOM / 10))


# Closing


def test_closing_sends_what_waits_and_then_stops():
    """No event waits for the batch to fill any more."""
    made = waiting(4)
    made.close(10.0)
    assert made.state == "closed"
    assert made.next(0.0) == sending(3)
    done(made, 3, 0.0)
    assert made.next(0.0) == sending(1)
    done(made, 1, 0.0)
    assert made.next(0.0) == Stop()


def test_closing_with_nothing_to_send_stops_at_once():
    """An idle handler costs no time at exit."""
    made = machine()
    made.close(10.0)
    assert made.next(0.0) == Stop()


def test_close_ends_our_own_waiting():
    """One more try is better than none."""
    made = waiting(3)
    made.next(0.0)
    made.answered(Paused("key"), 3, 0.0)
    made.close(10.0)
    assert made.next(1.0) == sending(3)


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [
        (Retry("busy"), Wait(1.5)),
        (Retry("busy", after=8.9), Wait(9.9)),
        (Retry("busy", after=9.0), Stop()),
        (Paused("key"), Stop()),
    ],
)
def test_while_closing_it_waits_only_if_another_try_fits(outcome, decision):
    """Waiting for a moment past the deadline is waiting for nothing."""
    made = waiting(3)
    made.close(10.0)
    assert made.next(0.0) == sending(3)
    made.answered(outcome, 3, 1.0)
    assert made.next(1.0) == decision


def test_nothing_is_sent_at_the_deadline():
    """The deadline is the first moment that is too late."""
    made = waiting(9)
    made.close(10.0)
    assert made.next(9.9) == sending(3)
    done(made, 3, 9.9)
    assert made.next(10.0) == Stop()


def test_a_pace_beyond_the_deadline_stops_too():
    """The rate limit holds at exit as well."""
    made = waiting(6, limit=0.1)
    made.close(5.0)
    assert made.next(0.0) == sending(3)
    done(made, 3, 0.1)
    assert made.next(0.1) == Stop()


# Too large


def test_after_a_413_batches_stay_small_and_recover_slowly():
    """Both halves are sent as they are; then the size grows by a tenth with each success."""
    made = waiting(1000, batch_size=100, batch_bytes=10**9)
    assert made.next(0.0).count == 100
    assert made.answered(Split("413", too_large=True), 100, 0.0) == {}
    counts = []
    for _ in range(12):
        counts.append(made.next(0.0).count)
        done(made, counts[-1], 0.0)
    assert counts == [50, 50, 60, 66, 72, 79, 86, 94, 100, 100, 100, 100]


def test_a_small_limit_recovers_as_well():
    """From 1 it grows by one at a time, never sticking there."""
    made = waiting(40, batch_size=4, batch_bytes=10**9)
    for count in (4, 2, 1):
        assert made.next(0.0).count == count
        assert bool(made.answered(Split("413", too_large=True), count, 0.0)) is (count == 1)
    made.removed(1, SIZE)
    counts = []
    for _ in range(5):
        counts.append(made.next(0.0).count)
        done(made, counts[-1], 0.0)
    assert counts == [1, 2, 3, 4, 4]


def test_a_single_event_that_is_too_large_is_rejected():
    """With the API's reason; it cannot be made smaller."""
    made = waiting(1, flush_interval=0.0)
    made.next(0.0)
    assert made.answered(Split("413", too_large=True), 1, 0.0) == {0: "413"}


# Bad events: a pretended API


class API:
    """Answers batches of numbers, some of which are bad, and keeps account.

    Attributes:
        delivered: in order.
        rejected: number -> reason.
        sent: numbers in the order of their first sending.
    """

    def __init__(self, count, bad, *, names=0, batch_size=500, batch_bytes=10**9, size=SIZE):
        self.bad = set(bad)
        self.names = names  # how many bad events a 400 names
        self.size = size
        self.spool = list(range(count))
        self.made = machine(batch_size=batch_size, batch_bytes=batch_bytes, uniform=lambda a, b: 0)
        self.made.added(count, count * size)
        self.made.flush()
        self.delivered, self.rejected, self.sent, self.requests = [], {}, {}, 0

    def outcome(self, batch):
        bad = [place for place, number in enumerate(batch) if number in self.bad]
        if not bad:
            return Delivered()
        if self.names:
            return Rejected(dict.fromkeys(bad[: self.names], "named"))
        return Split("unnamed")

    def step(self, outcome=None):
        decision = self.made.next(0.0)
        assert type(decision) is Send
        assert 1 <= decision.count <= len(self.spool)
        batch = self.spool[: max(1, min(decision.count, decision.size // self.size))]
        self.sent.update(dict.fromkeys(batch))
        self.requests += 1
        outcome = outcome or self.outcome(batch)
        places = self.made.answered(outcome, len(batch), 0.0)
        gone = batch if isinstance(outcome, Delivered) else [batch[place] for place in places]
        if isinstance(outcome, Delivered):
            self.delivered += batch
        self.rejected.update({batch[place]: reason for place, reason in places.items()})
        left = set(gone)
        self.spool = [number for number in self.spool if number not in left]
        self.made.removed(len(gone), len(gone) * self.size)

    def run(self):
        while self.spool:
            self.step()
            assert self.requests < 5000
        return self


def found_exactly(api, count):
    assert set(api.rejected) == api.bad
    assert api.delivered == [number for number in range(count) if number not in api.bad]
    assert list(api.sent) == sorted(api.sent)


@pytest.mark.parametrize("k", [1, 2, 3, 10, 250, 499, 500])
@pytest.mark.parametrize("spread", ["random", "first", "last", "even"])
def test_exactly_the_bad_events_are_rejected(k, spread):
    """K of 500, where the API names nobody: only they go, in at most 1 + 2k·log2(500) requests."""
    places = {
        "random": random.Random(k).sample(range(500), k),
        "first": range(k),
        "last": range(500 - k, 500),
        "even": [n * 500 // k for n in range(k)],
    }[spread]
    api = API(500, places).run()
    found_exactly(api, 500)
    assert set(api.rejected.values()) == {"unnamed"}
    assert api.requests <= 1 + 2 * k * math.log2(500)


def test_one_bad_event_costs_a_dozen_requests():
    """Wherever it stands among 500: never more than 12 requests, where halving alone takes 18."""
    counts = [API(500, [place]).run().requests for place in range(500)]
    assert max(counts) <= 12


@pytest.mark.parametrize("count", range(2, 9))
def test_every_set_of_bad_events_is_found(count):
    """All subsets of small batches, without exception, within the bound."""
    for k in range(1, count + 1):
        for bad in itertools.combinations(range(count), k):
            api = API(count, bad).run()
            found_exactly(api, count)
            assert api.requests <= 1 + 2 * k * math.log2(count)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_set_of_bad_events_is_found(data):
    """Any size, any batches, any bad ones; the API names none, some or all of them."""
    count = data.draw(st.integers(1, 120))
    bad = data.draw(st.sets(st.integers(0, count - 1), max_size=count))
    api = API(
        count,
        bad,
        names=data.draw(st.sampled_from([0, 0, 1, 3, 500])),
        batch_size=data.draw(st.integers(1, 120)),
        batch_bytes=data.draw(st.integers(1, 1500)),
    ).run()
    found_exactly(api, count)


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 500), st.data())
def test_the_bound_on_requests_holds(count, data):
    """One batch of n with k bad ones: at most 1 + 2k·log2(n) requests."""
    bad = data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=count))
    api = API(count, bad).run()
    found_exactly(api, count)
    assert api.requests <= 1 + 2 * len(bad) * math.log2(count)


def test_named_events_are_rejected_and_the_others_sent_again_at_once():
    """One more request is enough where the API names them all."""
    api = API(10, [0, 4, 9], names=500).run()
    found_exactly(api, 10)
    assert (api.requests, set(api.rejected.values())) == (2, {"named"})


def test_what_the_named_leave_behind_is_one_group():
    """The others of their batch are sent by themselves, without those that have come after them."""
    made = waiting(6)
    made.next(0.0)
    assert made.answered(Rejected({1: "a"}), 3, 0.0) == {1: "a"}
    made.removed(1, SIZE)
    assert made.next(0.0) == sending(2)
    done(made, 2, 0.0)
    assert made.next(0.0) == sending(3)


def test_where_all_are_bad_it_takes_two_requests_an_event():
    """After the first find the rest goes as one, after the second by halves: not from the start each time."""
    assert API(500, range(500)).run().requests <= 1010


def test_each_batch_is_searched_afresh():
    """A bad event in one batch makes the search in the next one no longer."""
    assert API(1500, [400, 900, 1400]).run().requests <= 3 * 12


def test_where_all_are_named_nothing_is_left_to_send():
    """No empty request follows."""
    made = waiting(3)
    made.next(0.0)
    assert made.answered(Rejected({0: "a", 1: "b", 2: "c"}), 3, 0.0) == {0: "a", 1: "b", 2: "c"}
    made.removed(3, 3 * SIZE)
    assert made.next(0.0) == FOREVER


@pytest.mark.parametrize("places", [{}, {3: "x"}, {-1: "x"}, {0: "x", 7: "y"}])
def test_a_rejection_that_makes_no_sense_is_a_search(places):
    """A transport that names nobody, or somebody who is not there, cannot make it spin or reject wrongly."""
    made = waiting(3)
    made.next(0.0)
    assert made.answered(Rejected(places), 3, 0.0) == {}
    assert made.next(0.0) == sending(1)


def test_a_failure_amid_the_search_loses_no_step():
    """A 503 or a wrong key in between: the very same group is sent again afterwards."""
    for disturbance in (Retry("busy"), Paused("key")):
        api = API(8, [5])
        calm = API(8, [5]).run().requests
        for turn in itertools.count():
            if not api.spool:
                break
            if turn % 2:
                api.step(disturbance)
                api.made.flush()
            else:
                api.step()
        found_exactly(api, 8)
        assert api.requests - turn // 2 == calm


def test_groups_are_sent_without_waiting_for_the_batch_to_fill():
    """A search goes on at once, although less than a batch waits."""
    made = waiting(3)
    made.next(0.0)
    made.answered(Split("odd"), 3, 0.0)
    assert made.next(0.0) == sending(1)


def test_events_that_come_in_meanwhile_are_not_suspected():
    """A search stays within its batch, whatever is added behind it."""
    api = API(4, [3], batch_size=4)
    api.step()
    api.spool += [4, 5]
    api.made.added(2, 2 * SIZE)
    api.made.flush()
    while api.spool:
        api.step()
    assert list(api.rejected) == [3]
    assert api.delivered == [0, 1, 2, 4, 5]


def test_a_group_cut_by_the_byte_limit_is_still_searched_whole():
    """Fewer went than were meant: the rest of the group keeps its place and its turn."""
    made = waiting(8, batch_size=8)
    assert made.next(0.0) == sending(8)
    made.answered(Split("odd"), 8, 0.0)
    assert made.next(0.0) == sending(4)
    done(made, 3, 0.0)  # the spool gave three
    assert made.next(0.0) == sending(1)
    done(made, 1, 0.0)
    assert made.next(0.0) == sending(2)  # the bad one must be in the other four


def test_a_changed_front_starts_the_search_again():
    """What expired or was lost is no longer in the group: what stands there now is one batch."""
    made = waiting(8, batch_size=8)
    made.next(0.0)
    made.answered(Split("odd"), 8, 0.0)
    made.removed(1, SIZE)
    made.front_changed()
    made.flush()
    assert made.next(0.0) == sending(7)


# Everything at once


class Machine(RuleBasedStateMachine):
    """The machine against a list: what waits, and what became of each event."""

    @initialize(
        batch_size=st.integers(1, 6),
        batch_bytes=st.integers(1, 80),
        limit=st.sampled_from([None, 10.0]),
        chance=st.randoms(use_true_random=False),
    )
    def start(self, batch_size, batch_bytes, limit, chance):
        self.made = machine(
            batch_size=batch_size, batch_bytes=batch_bytes, limit=limit, uniform=chance.uniform
        )
        self.batch_size, self.batch_bytes = batch_size, batch_bytes
        self.now, self.number = 0.0, 0
        self.spool = []  # (number, size, bad)
        self.delivered, self.rejected, self.first = [], [], []
        self.not_before, self.deadline, self.stopped = 0.0, None, False
        self.batch = None

    @rule(sizes=st.lists(st.tuples(st.integers(1, 50), st.booleans()), min_size=1, max_size=9))
    def add(self, sizes):
        for size, bad in sizes:
            self.spool.append((self.number, size, bad))
            self.number += 1
            self.made.added(1, size)

    @rule(seconds=st.sampled_from([0.01, 0.3, 5.0, 61.0]))
    def time_passes(self, seconds):
        self.now += seconds

    @rule()
    def flush(self):
        self.made.flush()

    @rule()
    def hurry(self):
        self.made.hurry()

    @precondition(lambda self: self.deadline is None)
    @rule(seconds=st.sampled_from([0.0, 1.0, 100.0]))
    def close(self, seconds):
        self.deadline = self.now + seconds
        self.made.close(self.deadline)

    @precondition(lambda self: self.spool and self.batch is None)
    @rule(count=st.integers(1, 3))
    def the_oldest_expire(self, count):
        gone, self.spool = self.spool[:count], self.spool[count:]
        self.made.removed(len(gone), sum(size for _, size, _ in gone))
        self.made.front_changed()
        self.rejected += [number for number, _, _ in gone]

    @precondition(lambda self: self.batch is None)
    @rule()
    def ask(self):
        decision = self.made.next(self.now)
        match decision:
            case Send(count, size):
                assert 1 <= count <= len(self.spool)
                assert self.now >= self.not_before
                assert self.deadline is None or self.now < self.deadline
                self.batch = self.peek(count, size)
                body = "[" + ",".join("x" * size for _, size, _ in self.batch) + "]"
                assert len(body) <= self.batch_bytes or len(self.batch) == 1
            case Wait(until):
                assert until > self.now
                assert (until == math.inf) is (not self.spool)
                assert self.deadline is None or until < self.deadline
                self.more_changes_nothing(decision)
            case Stop():
                assert self.deadline is not None
                self.stopped = True

    def more_changes_nothing(self, decision):
        """Below what `room` says, one more event leaves the decision as it is: nobody need wake."""
        events = self.made.room()
        assert events >= 1
        if events > 1 and self.made.size + 1 < self.batch_bytes:
            probe = copy.deepcopy(self.made)
            probe.added(1, 1)
            assert probe.next(self.now) == decision

    def peek(self, count, size):
        batch, total = [], 0
        for item in self.spool[:count]:
            total += item[1]
            if batch and total > size:
                break
            batch.append(item)
        return batch

    @precondition(lambda self: self.batch is not None)
    @rule(
        trouble=st.sampled_from([None, None, None, "busy", "later", "key", "large"]),
        named=st.integers(0, 3),
        partly=st.booleans(),
    )
    def answer(self, trouble, named, partly):
        self.settle(trouble, named if partly else len(self.batch))

    def settle(self, trouble, named):
        batch, self.batch = self.batch, None
        self.first += [number for number, _, _ in batch if number not in self.first]
        bad = [place for place, (_, _, is_bad) in enumerate(batch) if is_bad]
        outcome = {
            "busy": Retry("busy"),
            "later": Retry("busy", after=7.0),
            "key": Paused("key"),
            "large": Split("413", too_large=True),
        }.get(trouble)
        if outcome is None:
            named_places = dict.fromkeys(bad[:named], "named")
            outcome = (
                Delivered() if not bad else Rejected(named_places) if named_places else Split("?")
            )
        if trouble == "later":
            self.not_before = self.now + 7.0
        places = self.made.answered(outcome, len(batch), self.now)
        gone = batch if isinstance(outcome, Delivered) else [batch[place] for place in places]
        fate = self.delivered if isinstance(outcome, Delivered) else self.rejected
        fate += [number for number, _, _ in gone]
        if fate is self.rejected:
            assert trouble == "large" or all(is_bad for _, _, is_bad in gone)
        self.spool = [item for item in self.spool if item not in gone]
        self.made.removed(len(gone), sum(size for _, size, _ in gone))

    @invariant()
    def every_event_has_one_fate(self):
        waiting = [number for number, _, _ in self.spool]
        assert sorted(waiting + self.delivered + self.rejected) == list(range(self.number))
        assert self.made.count == len(waiting)
        assert self.made.size == sum(size for _, size, _ in self.spool)

    @invariant()
    def the_order_is_kept(self):
        assert self.first == sorted(self.first)
        assert self.delivered == sorted(self.delivered)

    def teardown(self):
        """Whatever happened, an API that is well again gets everything in a bounded time."""
        if self.deadline is not None or not hasattr(self, "made"):
            return
        for _ in range(20 * self.number + 50):
            if self.batch is None:
                decision = self.made.next(self.now)
                if isinstance(decision, Wait):
                    self.now = decision.until
                    if not self.spool:
                        break
                    continue
                self.batch = self.peek(decision.count, decision.size)
            self.settle(None, 1)
        assert not self.spool


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_the_machine_keeps_its_books = Machine.TestCase


@pytest.mark.parametrize("after", [math.inf, math.nan, 1e300, -1.0])
def test_a_transport_of_anybody_cannot_stop_us_for_ever(after):
    """Retry(after=...) is bounded by an hour, and NaN or less than nothing is nothing."""
    made = waiting(1, uniform=lambda low, high: 0.0)
    made.flush()
    assert made.next(0.0) == sending(1)
    made.answered(Retry("wait", after), 1, 0.0)
    decision = made.next(0.0)
    assert decision == (Wait(3600.0) if after > 1 else sending(1))
