"""Promise 4 and 16 beside others: an agent, somebody who follows, and a cleaner work on the files that processes write."""

import signal
import sys

import pytest
from faults import beside


def assert_kept(tally):
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
    assert tally.worst_restart < beside.PATIENCE


def test_an_agent_and_a_follower_beside_two_that_write():
    """All may be killed: nothing is lost, and both see each thread's events in its order."""
    assert_kept(beside.run(3))


def test_an_agent_that_gives_out_the_last_first_is_caught():
    """The control."""
    assert beside.run(1, agent=beside.Reversed).reordered > 0


def test_an_agent_that_ends_with_a_traceback_is_caught(tmp_path):
    """The control: nothing need be lost by it."""

    class Broken(beside.Agent):
        words = (sys.executable, "-c", "raise ValueError")

    agent = Broken(tmp_path, "http://127.0.0.1:9")
    agent._process.wait(beside.PATIENCE)
    with pytest.raises(AssertionError, match="ValueError"):
        agent.end(signal.SIGTERM)


@pytest.mark.parametrize("mode", ["mapped", "written"])
def test_a_cleaner_costs_nothing(mode):
    """It removes file after file, each weather's turn; what the API did not take, the next process sends."""
    assert_kept(beside.clean(4, mode))


def test_a_cleaner_costs_nothing_where_an_agent_sends():
    """But the agent may have had a later file before the one that was removed came back."""
    assert beside.clean(2, "agent").lost == 0


def test_a_spool_that_never_looks_after_its_files_is_caught():
    """The control."""
    assert beside.clean(1, "mapped", kind=beside.Trusting, weather=("down",)).lost > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_beside_others_for_long():
    """The long form."""
    assert_kept(beside.run(200, seed=1))
    for mode in ("mapped", "written"):
        assert_kept(beside.clean(200, mode, seed=1))
