"""Promises 3 and 8: however and whenever a process ends, what it logged arrives or is reported, within the deadline."""

import pytest
from faults import ends


def assert_kept(tally):
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
    assert tally.obligations > tally.trials


@pytest.mark.timeout(600)  # 36 interpreters, one after the other: 300 s on a busy machine
def test_a_process_ends_at_a_random_instant():
    """Nine ways to end, four kinds of weather: delivered, or in the spool, or reported in one line."""
    assert_kept(ends.run(36))


def test_an_end_that_nobody_announces_is_caught():
    """The control: plain SIGTERM without a spool loses what waits, and the proof says so."""
    assert ends.run(8, kinds=("SIGTERM in memory",)).lost > 0


def test_an_end_beyond_its_deadline_is_caught():
    """The control: a handler that takes three times what it may, where the API is down, also on a busy machine."""
    with pytest.raises(AssertionError, match="down"):
        ends.run(4, kinds=("return",), close_timeout=3 * ends.CLOSE_TIMEOUT)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_a_process_ends_two_hundred_times_each_way():
    """The long form."""
    assert_kept(ends.run(9 * 200, seed=1))
