"""Stats: frozen numbers that a program and a page can read."""

import dataclasses
import json

import pytest

from zaius_logging import Stats


def test_a_snapshot_cannot_be_changed():
    """Numbers of the past are facts."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Stats().accepted = 1


def test_as_dict_is_json():
    """All numbers by name, in a form that JSON holds, and apart from the snapshot."""
    stats = Stats(accepted=5, delivered=3, dropped={"overflow": 2}, problem="busy")
    document = json.loads(json.dumps(stats.as_dict()))
    assert document == {
        field.name: getattr(stats, field.name) for field in dataclasses.fields(stats)
    }
    stats.as_dict()["dropped"]["overflow"] = 0
    assert stats.dropped == {"overflow": 2}
