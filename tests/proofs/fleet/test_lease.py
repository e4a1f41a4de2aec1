"""Who may send and how soon, as numbers: no Redis, no clock."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from tests.proofs.fleet.tools import busiest_second
from zaius_logging._fleet.lease import FleetPace, Lease, Window, window_of


def test_a_lease_is_counted_from_before_it_was_asked_for():
    """So its holder stops before Redis would grant it to another."""
    lease = Lease(15.0, since=100.0)
    assert lease.held(114.999)
    assert not lease.held(115.0)


def test_a_lease_is_renewed_after_a_third():
    """Two renewals may fail before it runs out."""
    lease = Lease(15.0, since=100.0)
    assert not lease.due(104.999)
    assert lease.due(105.0)
    assert lease.renewed(105.0).held(119.999)
    assert not lease.renewed(105.0).held(120.0)


def test_a_window_opens_a_period_after_the_request_that_leaves_it():
    """With fewer requests than the limit it is open; a limit of 0 is none."""
    window = Window(2, 1.0)
    assert window.ready([5.0]) == -math.inf
    assert window.ready([5.0, 5.4]) == 6.0
    assert window.ready([4.0, 5.0, 5.4]) == 6.0
    assert Window(0, 0.0).ready([5.0]) == -math.inf


def test_rates_below_one_and_fractions():
    """Half a request a second is one in any two; 2.5 a second has room for 2 in a second."""
    assert window_of(10) == Window(10, 1.0)
    assert window_of(0.5) == Window(1, 2.0)
    assert window_of(2.5) == Window(2, 1.0)


def test_without_a_rate_nothing_waits():
    """No limit: neither at the start nor between requests."""
    pace = FleetPace(None, None, 100.0)
    pace.started(100.0)
    pace.ended(100.0)
    assert pace.ready() <= 100.0


def test_a_leader_that_was_left_no_note_waits_a_whole_window():
    """After a crash nobody knows what was sent last."""
    assert FleetPace(10, None, 100.0).ready() == 101.0
    assert FleetPace(0.5, None, 100.0).ready() == 102.0
    assert FleetPace(10, [], 100.0).ready() <= 100.0


@given(
    rate=st.sampled_from([1, 2, 5, 10, 33]),
    seed=st.integers(0, 10_000),
    changes=st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=6),
)
def test_no_second_sees_more_than_the_rate(rate, seed, changes):
    """Whatever requests take, wherever between start and end they arrive, and however leaders change."""
    chance = random.Random(seed)
    now, arrivals = 0.0, []
    pace = FleetPace(rate, None, now)
    for lasts, crash in [*changes, (3.0, False)]:
        until = now + lasts
        while now < until:
            now = max(now, pace.ready())
            pace.started(now)
            end = now + chance.choice([0.0, 0.001, 0.05, 0.3]) * chance.random()
            arrivals.append(chance.uniform(now, end))
            pace.ended(end)
            now = end
        ends = None if crash else [now - age for age in pace.ages(now)]
        pace = FleetPace(rate, ends, now)
    assert busiest_second(arrivals) <= rate


def test_the_control_even_spacing_alone_exceeds_the_rate():
    """Spacing starts by 100 ms lets 11 requests arrive in a second: the simulation above would see it."""
    chance = random.Random(1)
    arrivals = [0.1 * n + chance.uniform(0, 0.02) for n in range(200)]
    assert busiest_second(arrivals) > 10
