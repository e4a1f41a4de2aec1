"""Promises 1, 2 and 10: wherever a log call comes from, nobody waits for himself, and out comes what went in."""

import sys

import pytest
from faults import reentrancy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no interval timer")


def assert_kept(tally):
    assert tally.notes == [], tally.notes
    assert (tally.lost, tally.altered, tally.reordered, tally.duplicated) == (0, 0, 0, 0), tally
    assert tally.obligations > tally.trials


@pytest.mark.parametrize("kind", reentrancy.KINDS)
def test_out_comes_what_went_in(kind):
    """Five seconds each: no deadlock, no event lost, none twice, and none that we made ourselves."""
    assert_kept(reentrancy.run(5, kinds=(kind,)))


def test_a_lock_that_is_not_reentrant_is_caught():
    """The control: with a plain lock around the append, a signal waits for what it has interrupted."""
    assert reentrancy.run(1, kinds=("signal",), control=True).notes


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", reentrancy.KINDS)
def test_for_a_minute(kind):
    """The long form."""
    assert_kept(reentrancy.run(60, kinds=(kind,)))
