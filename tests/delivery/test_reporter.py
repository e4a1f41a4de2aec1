"""Trouble is reported when it begins and when it ends, and not in between."""

import pytest

from zaius_logging import Delivered, Paused, Retry
from zaius_logging._delivery.reporter import QUIET, Reporter
from zaius_logging._operators.notices import Notices


@pytest.fixture
def said():
    return []


@pytest.fixture
def reporter(said):
    return Reporter(Notices(said.append), on_drop=None, on_reject=None, on_invalid=None)


def test_a_long_trouble_is_one_line_and_one_at_its_end(reporter, said):
    """Whatever fails meanwhile, for however long: a line when it begins, a line when it is over."""
    for number in range(10):
        reporter.answered(Retry("busy"), 5, number * QUIET)
    assert len(said) == 1
    reporter.answered(Delivered(), 5, 10 * QUIET)
    assert "delivering again after 10 failed tries" in said[1]


def test_a_pause_in_the_middle_is_another_line(reporter, said):
    """It needs a person, so its reason is said, once."""
    for outcome in (Retry("busy"), Paused("check api_key"), Paused("check api_key")):
        reporter.answered(outcome, 5, 0.0)
    assert ["busy" in said[0], "check api_key" in said[1], len(said)] == [True, True, 2]
