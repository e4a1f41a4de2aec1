"""Promise 11: bit rot alters no event that is sent, and what it takes is counted or kept aside."""

import pytest
from faults import rot

SILENT = 0.1
"""Of the lost, the share that may go unnoticed, but for the end of a log that was cut: a page of zeros in the
database can be an empty one, and SQLite says that the rows in it were never there."""


def assert_sound(tally):
    assert (tally.altered, tally.duplicated) == (0, 0), tally
    unnoticed = int(tally.notes[0].split()[0])
    assert unnoticed <= SILENT * max(tally.lost, 1), tally


def test_nothing_altered_is_sent():
    """Flips, zeroed pages and cuts in databases and logs: what comes out is what went in."""
    assert_sound(rot.run(60))


def test_rows_that_seem_to_stand_in_two_places_are_sent_once():
    """SQLite finds rows one way through pages out of order and deletes them another: we know what left."""
    assert rot.run(150, kinds=("flips",)).duplicated == 0


def test_what_the_file_says_has_left_is_sent_twice():
    """The control: a spool that asks only the file what has left. One damage in a hundred shows it."""
    seeds = range(8)
    assert any(
        rot.run(150, seed=seed, kinds=("flips",), wrong=rot.TRUSTING).duplicated for seed in seeds
    )


def test_without_the_checksum_altered_events_are_sent():
    """The control: SQLite alone does not notice."""
    assert rot.run(40, wrong={"_sound": rot.unchecked}).altered > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_bit_rot_at_length():
    """The long form."""
    assert_sound(rot.run(2000, seed=1))
