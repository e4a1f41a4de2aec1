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


def test_what_a_drained_process_lost_is_not_taken_for_what_it_logged_last():
    """Only the youngest of a thread may be missing beyond the sum: one that is older than an arrived one is lost."""
    owed = [f"7-{who}-{number}" for number in range(3) for who in range(2)]
    assert ends._youngest_alone(owed, owed)
    assert ends._youngest_alone(owed, set(owed) - {"7-0-2", "7-1-1", "7-1-2"})
    assert not ends._youngest_alone(owed, set(owed) - {"7-0-1"})
    assert not ends._youngest_alone(owed, set(owed) - {"7-1-0"})


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_a_process_ends_two_hundred_times_each_way():
    """The long form."""
    assert_kept(ends.run(9 * 200, seed=1))
