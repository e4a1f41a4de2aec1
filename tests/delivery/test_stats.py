"""The ledger's snapshot: frozen numbers that a program and a page can read."""

import dataclasses
import json

import pytest

from zaius_logging import Stats
from zaius_logging._stats import Ledger


def filled():
    ledger = Ledger()
    ledger.accepted, ledger.delivered, ledger.rejected = 10, 4, 1
    ledger.dropped["overflow"] += 2
    ledger.invalid, ledger.requests, ledger.retries = 7, 3, 1
    ledger.problem = "busy"
    return ledger


def test_a_snapshot_has_every_number_in_its_place():
    """Each counter arrives under its own name; none is mixed up with another."""
    stats = filled().snapshot(pending=3, pending_bytes=99, state="retrying")
    assert stats == Stats(
        accepted=10,
        delivered=4,
        rejected=1,
        dropped={"overflow": 2},
        pending=3,
        invalid=7,
        pending_bytes=99,
        requests=3,
        retries=1,
        state="retrying",
        problem="busy",
    )


def test_a_snapshot_does_not_move():
    """Later events change the ledger and no snapshot taken before."""
    ledger = filled()
    stats = ledger.snapshot(pending=3, pending_bytes=99, state="retrying")
    ledger.accepted += 1
    ledger.dropped["closed"] += 1
    assert stats.accepted == 10
    assert stats.dropped == {"overflow": 2}


def test_a_snapshot_cannot_be_changed():
    """Numbers of the past are facts."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Stats().accepted = 1


def test_a_new_ledger_is_empty_and_idle():
    """Before the first event all is zero, and no reason to drop is listed."""
    assert Ledger().snapshot(pending=0, pending_bytes=0, state="idle") == Stats()


def test_as_dict_is_json():
    """All numbers by name, in a form that JSON holds, and apart from the snapshot."""
    stats = filled().snapshot(pending=3, pending_bytes=99, state="retrying")
    document = json.loads(json.dumps(stats.as_dict()))
    assert document == {
        field.name: getattr(stats, field.name) for field in dataclasses.fields(stats)
    }
    stats.as_dict()["dropped"]["overflow"] = 0
    assert stats.dropped == {"overflow": 2}
