"""The table: what becomes of 500 events under each thing that a server can do."""

import pytest
from hostile.rows import DELIVERED, ROWS
from hostile.run import PATIENT, play

from zaius_logging import MemorySpool, ZaiusHandler

BY_NAME = {row.name: row for row in ROWS}


@pytest.mark.parametrize("row", [row for row in ROWS if not row.lasts], ids=lambda row: row.name)
def test_row(row):
    """Delivered once it ends, or paused and kept, or rejected with a reason; bounded; nothing leaks."""
    assert play(row, trials=3, timeout=PATIENT).complaints == []


@pytest.mark.timing("a request must end within its 0.2 s and 10 %")
@pytest.mark.parametrize("row", [row for row in ROWS if row.lasts], ids=lambda row: row.name)
def test_row_that_lasts(row):
    """The same of a fault that goes on and on: the request ends when its time is over."""
    assert play(row, trials=3, timeout=0.2).complaints == []


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_long(row):
    """The same, fifty times in a row, with a timeout at which 10 % can be distinguished from noise."""
    assert play(row, trials=50, timeout=2.0).complaints == []


class Backwards(MemorySpool):
    """Wrong on purpose: it gives out the last first."""

    def peek(self, max_count, max_bytes):
        return super().peek(max_count, max_bytes)[::-1]


def test_events_out_of_order_are_caught():
    """The control: all arrive, and the row complains of their order alone."""
    row = next(row for row in ROWS if row.fate == DELIVERED)
    found = play(row, make=lambda **given: ZaiusHandler(**given, spool=Backwards())).complaints
    assert found == ["not in the order of the calls"]


def test_there_are_enough_rows():
    """The promise is about 60; each name stands once."""
    assert len(ROWS) == len(BY_NAME) >= 60
