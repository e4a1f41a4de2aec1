"""Outcomes are values: equal when they say the same, unchangeable, distinguished by `match`."""

import dataclasses

import pytest

from zaius_logging import Delivered, Paused, Rejected, Retry, Split

ALL = [Delivered(), Rejected({0: "no"}), Split("odd"), Retry("busy", 1.0, True), Paused("key")]


def test_equal_when_they_say_the_same():
    """A test can compare outcomes; kinds never equal one another."""
    assert Retry("busy") == Retry("busy", None, False)
    assert Split("odd") == Split("odd", too_large=False)
    assert Split("odd") != Paused("odd")
    assert Rejected({0: "no"}) != Rejected({1: "no"})


@pytest.mark.parametrize("outcome", ALL, ids=lambda outcome: type(outcome).__name__)
def test_an_outcome_cannot_be_changed(outcome):
    """What was answered stays answered: no attribute can be set or added."""
    for field in dataclasses.fields(outcome):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(outcome, field.name, "other")
    assert not hasattr(outcome, "__dict__")


def test_match_reads_their_facts():
    """The facts stand where a `match` expects them."""
    match ALL[1:]:
        case [Rejected(places), Split(reason, too_large), Retry(why, after, throttled), Paused(x)]:
            found = (places, reason, too_large, why, after, throttled, x)
    assert found == ({0: "no"}, "odd", False, "busy", 1.0, True, "key")
