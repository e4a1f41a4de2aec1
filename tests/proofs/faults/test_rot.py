"""Promise 11: bit rot alters no event that is sent, and what it takes is counted or left in a file that is named."""

import pytest
from faults import rot


def unnoticed(tally):
    return int(tally.notes[0].split()[0])


def assert_sound(tally):
    assert (tally.altered, tally.reordered, tally.duplicated) == (0, 0, 0), tally
    assert unnoticed(tally) == 0, tally


def test_nothing_altered_is_sent():
    """Flips, zeroed pages and cuts: what comes out is what went in, and what is missing was counted."""
    assert_sound(rot.run(120))


def test_without_the_checksum_altered_events_are_sent():
    """The control: nothing else notices."""
    assert rot.run(60, control="unchecked").altered > 0


def test_without_ordinals_losses_go_unnoticed():
    """The control: a damaged line alone does not say how many it was."""
    assert unnoticed(rot.run(60, control="uncounted")) > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_bit_rot_at_length():
    """The long form."""
    assert_sound(rot.run(2000, seed=1))
