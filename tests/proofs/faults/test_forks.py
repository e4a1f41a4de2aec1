"""Promise 9: a fork at any moment; the parent's events once, the child's once, and nobody hangs."""

import sys

import pytest
from faults import forks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")


def assert_kept(tally):
    assert (tally.lost, tally.altered, tally.reordered, tally.duplicated) == (0, 0, 0, 0), tally
    assert tally.notes == []
    assert tally.worst_restart < forks.PATIENCE


@pytest.mark.parametrize("spool", [False, True], ids=["memory", "spool"])
def test_forks_while_a_thread_logs(spool):
    """Ten children in each of five ways, with the events in memory and on disk."""
    assert_kept(forks.run(10, spool=spool))


def test_a_handler_that_forgets_nothing_is_caught():
    """The control: a child that goes on with what it inherited loses or repeats, and the proof says so."""
    tally = forks.run(3, kinds=("os.fork",), handler="Careless")
    assert tally.lost or tally.duplicated or tally.notes, tally


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("spool", [False, True], ids=["memory", "spool"])
def test_five_hundred_forks_each_way(spool):
    """The long form."""
    assert_kept(forks.run(500, spool=spool))
