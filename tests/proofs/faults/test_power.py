"""Promise 3: a power cut costs at most the last second (`interval`), or nothing (`always`)."""

import pytest
from faults import power


@pytest.mark.parametrize("mode", power.MODES)
def test_a_power_cut_loses_no_more_than_was_promised(mode):
    """Of recorded writes, those that were not synced are lost or torn; no event that was owed is."""
    tally = power.run(100, mode)
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
    assert tally.obligations > tally.trials


@pytest.mark.parametrize("mode", power.CONTROLS)
def test_what_nobody_syncs_is_lost(mode):
    """The controls: where lines or names are not synced, the same cuts lose events."""
    assert power.run(100, mode).lost > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", power.MODES)
def test_three_thousand_power_cuts(mode):
    """The long form."""
    tally = power.run(3000, mode, seed=1)
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
