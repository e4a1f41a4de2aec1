"""Promise 11: bit rot alters no event that is sent, and what it takes is counted or kept aside."""

import pytest
from faults import rot

from zaius_logging._sqlite.file import SpoolFile

CUT = 0.2
"""Of the lost, the share that may go unnoticed: a log that is simply shorter looks like its end."""


def assert_sound(tally):
    assert tally.altered == 0, tally
    unnoticed = int(tally.notes[0].split()[0])
    assert unnoticed <= CUT * max(tally.lost, 1), tally


def test_nothing_altered_is_sent():
    """Flips, zeroed pages and cuts in databases and logs: what comes out is what went in."""
    assert_sound(rot.run(60))


def test_without_the_checksum_altered_events_are_sent(monkeypatch):
    """The control: SQLite alone does not notice."""
    monkeypatch.setattr(SpoolFile, "_sound", rot.unchecked)
    assert rot.run(40, name="control: bit rot without a checksum").altered > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_bit_rot_at_length():
    """The long form."""
    assert_sound(rot.run(2000, seed=1))
