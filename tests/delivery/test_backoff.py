"""How long to wait after n failures."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zaius_logging._delivery.backoff import BASE, CAP, bound, delay


def test_the_bound_doubles_up_to_its_cap():
    """Half a second, doubling, 30 s at the most."""
    assert [bound(n) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


@given(st.integers(1, 10**9))
def test_no_number_of_failures_is_too_many(failures):
    """Days of failures neither overflow nor leave the cap."""
    assert BASE <= bound(failures) <= CAP


@pytest.mark.parametrize("failures", [1, 2, 5, 50])
def test_full_jitter_is_even_from_nothing_to_the_bound(failures):
    """Each tenth of the span gets its tenth of the delays."""
    chance = random.Random(failures)
    tenths = [0] * 10
    for _ in range(10_000):
        tenths[int(delay(failures, chance.uniform) / bound(failures) * 10)] += 1
    assert all(850 < count < 1150 for count in tenths)
