"""What operators hear: once for each change of state, where they want it, and nothing personal."""

import io
import json
import sys
from contextlib import redirect_stderr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zaius_logging import Delivered, Paused, Retry, StubTransport, ZaiusHandler
from zaius_logging._delivery.trouble import Trouble
from zaius_logging._operators.notices import Notices
from zaius_logging._operators.redact import HIDDEN, MAX_SHOWN, scrubbed

DOWN, NO_KEY, OK = Retry("the API answered 503"), Paused("403: check api_key"), Delivered()


def heard(outcomes, step=1.0):
    """What is said to outcomes, one each `step` seconds: (place, line) pairs."""
    trouble = Trouble()
    lines = [trouble.line(outcome, 7, place * step) for place, outcome in enumerate(outcomes)]
    return [(place, line) for place, line in enumerate(lines) if line is not None]


# When


def test_trouble_is_told_when_it_begins_and_when_it_ends():
    """Two lines for any number of failures, the second with counts."""
    lines = heard([OK, *[DOWN] * 50, OK, OK])
    assert [place for place, _ in lines] == [1, 51]
    assert lines[0][1].startswith("the API answered 503. 7 events wait; trying again")
    assert lines[1][1] == "delivering again after 50 failed tries in 50 s; 7 events waited"


def test_a_server_that_comes_and_goes_does_not_fill_the_log():
    """A failure each second request, for an hour: a line when it begins, and a few each minute."""
    lines = heard([DOWN, OK] * 1800)
    assert len(lines) <= 2 * 61
    assert any("shorter troubles since" in line for _, line in lines)


def test_a_refusal_is_told_though_there_was_trouble_before():
    """Somebody must mend something: that is news at any time, and once."""
    lines = heard([DOWN, DOWN, NO_KEY, NO_KEY, NO_KEY, OK])
    assert [place for place, _ in lines] == [0, 2, 5]


def test_another_refusal_is_news():
    """The key was mended, and now the endpoint is wrong."""
    lines = heard([NO_KEY, Paused("404: check endpoint"), Paused("404: check endpoint")])
    assert [place for place, _ in lines] == [0, 1]


def test_a_single_429_is_no_news():
    """It is how the limit is found; three in a row are trouble."""
    slow = Retry("429", throttled=True)
    assert heard([slow, OK] * 20) == []
    assert [place for place, _ in heard([slow] * 5 + [OK])] == [2, 5]


def test_nothing_is_said_while_all_is_well():
    """No news is no line."""
    assert heard([OK] * 100) == []


# Where


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_each_kind_is_told_once_a_minute_with_what_was_held_back():
    """Drops of a whole outage are a few lines."""
    said, clock = [], Clock()
    notices = Notices(said.append, clock=clock)
    for _ in range(5):
        notices.tell("drop", "1 event dropped")
    notices.tell("other", "something else")
    clock.now = 60.0
    notices.tell("drop", "1 event dropped")
    assert said == [
        "zaius_logging: 1 event dropped",
        "zaius_logging: something else",
        "zaius_logging: 1 event dropped (4 more like it since)",
    ]


def test_stderr_is_the_default_and_may_be_missing_or_closed(monkeypatch):
    """What cannot be told costs nothing."""
    with redirect_stderr(io.StringIO()) as stderr:
        Notices().tell("x", "hello")
    assert stderr.getvalue() == "zaius_logging: hello\n"
    monkeypatch.setattr(sys, "stderr", None)
    Notices().tell("x", "hello")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    Notices().tell("x", "hello")


def test_a_logger_gets_them_as_warnings(caplog):
    """By name, so that dictConfig can say it."""
    Notices("shop.delivery").tell("x", "100 % hello")
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [
        ("shop.delivery", "WARNING", "zaius_logging: 100 % hello")
    ]


def test_what_takes_a_line_may_raise():
    """It is the operator's; our thread goes on."""

    def bad(line):
        raise RuntimeError

    Notices(bad).tell("x", "hello")


def test_telling_does_not_tell_of_itself(attach):
    """A logger whose records make events, and bad ones: one line, not a chain without end."""
    handler = ZaiusHandler(transport=StubTransport(), notices="loop", identifiers={"vuid": "1"})
    logger = attach(handler, "loop")
    lines = []

    def mark(record):
        lines.append(record.getMessage())
        record.zaius = {"no": "event"}
        return True

    logger.addFilter(mark)
    try:
        logger.info("a record of the application")
    finally:
        logger.removeFilter(mark)
        handler.close()
    assert len([line for line in lines if "refused" in line]) == 1


@pytest.mark.parametrize("wrong", [7, "", []])
def test_where_to_tell_is_checked(wrong):
    """A mistake is found while configuring."""
    with pytest.raises(ValueError, match="notices: must be"):
        ZaiusHandler(transport=StubTransport(), notices=wrong)


# What

ITEM = json.dumps(
    {
        "type": "order",
        "action": "purchase",
        "identifiers": {"email": "Ada.Lovelace@example.org", "customer_id": "C7", "name": "Ada L"},
        "data": {"order": {"order_id": "x-99", "items": [{"price": 12.5}]}, "ok": True, "no": None},
    }
).encode()


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("missing 'type' field", "missing 'type' field"),
        ("Missing required field `product_id`", "Missing required field `product_id`"),
        ("bad email ada.lovelace@EXAMPLE.org", "bad email …"),
        ("C7 is unknown, and so is AC7X", "… is unknown, and so is AC7X"),
        ("order x-99 at 12.5", "order … at …"),
        ("who is Ada?", "who is …?"),
        ("call +49 151 12345678 or bob%40example.org", "call … or …"),
        ("no order is purchase", "no order is purchase"),
    ],
)
def test_what_a_reason_may_quote_of_an_event_is_taken_out(reason, shown):
    """Its values wherever they stand, and what looks personal; our own vocabulary stays."""
    assert scrubbed(reason, ITEM) == shown


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.text(max_size=20))
def test_no_value_of_an_event_survives(value, around):
    """Any value, in any sentence."""
    item = json.dumps({"type": "t", "data": {"x": value + "tail"}}).encode()
    shown = scrubbed(f"{around} {value}tail {around}", item)
    assert f"{value}tail" not in shown.replace(HIDDEN, "") or value in around


def test_a_reason_is_shown_to_a_length_and_never_raises():
    """Also for an item that is no JSON."""
    assert len(scrubbed("x " * 5000, ITEM)) == MAX_SHOWN
    assert scrubbed("secret", b"{") == HIDDEN
