"""Promise 3: death of the process at any instant loses no event for which `emit` had returned."""

import pytest
from faults import kill9
from faults.oracle import MAX_DUPLICATES


def assert_kept(tally):
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
    assert tally.most_duplicated <= MAX_DUPLICATES
    assert tally.worst_restart < 10
    assert tally.obligations > tally.trials


def test_sigkill_loses_nothing():
    """Three threads log at full speed; what each call returned for arrives, at most a batch twice."""
    assert_kept(kill9.run(32))


def test_sigkill_loses_nothing_with_always():
    """The same where each call waits for the disk."""
    assert_kept(kill9.run(8, sync="always"))


def test_a_spool_that_forgets_too_early_is_caught():
    """The control: what is forgotten before the API has it is lost, and the proof says so."""
    assert kill9.run(6, spool="eager", weather=("down",), within=0.5).lost > 0


def test_a_spool_that_gives_out_the_last_first_is_caught():
    """The control: each thread's events arrive in the order of its calls, or the proof says so."""
    assert kill9.run(3, spool="backwards", within=0.5).reordered > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("sync", ["interval", "always"])
def test_sigkill_a_thousand_times(sync):
    """The long form."""
    assert_kept(kill9.run(1000, seed=1, sync=sync))
