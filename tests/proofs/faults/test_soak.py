"""All faults at random, at 1,000 events a second: nothing is missing, and nothing grows."""

import sys

import pytest
from faults import soak

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="reads what a process holds from /proc, which Linux has"
)
SOME = 40  # descriptors: of the files of the dead, which come and go


def assert_kept(tally, held):
    print(tally.notes)  # noqa: T201 - the figures, with -s
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
    growth = held.growth()
    assert growth["memory"] <= soak.SLACK, held
    assert growth["threads"] <= 1, held
    assert growth["files"] <= SOME, held


def test_fifteen_seconds_of_everything():
    """Two applications on one spool, one of them killed again and again, while the API misbehaves."""
    assert_kept(*soak.run(15))


def test_a_spool_that_forgets_too_early_is_caught():
    """The control: what is forgotten before the API has it is missing in the end."""
    assert soak.run(6, spool="eager")[0].lost > 0


@pytest.mark.full
@pytest.mark.timeout(600)
def test_two_minutes_of_everything():
    """The long form."""
    assert_kept(*soak.run(120, seed=1))
