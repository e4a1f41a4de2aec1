"""Two readings of the API, the client's and the sandbox's, written apart, say the same of an event."""

import logging

import pytest

from zaius_logging import ZaiusHandler
from zaius_logging._event import placeholders as clients
from zaius_logging._transport.outcome import Delivered
from zaius_logging.sandbox import _slips
from zaius_logging.sandbox._judging import judge, rules_of
from zaius_logging.sandbox._options import complete

NOW = 1_700_000_000.0
GOOD = {
    "type": "product",
    "action": "detail",
    "identifiers": {"email": "tyler@zaius.com"},
    "data": {"product_id": "1"},
}


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


CORPUS = [
    GOOD,
    without("data"),
    {**GOOD, "identifiers": {"customer_id": "0"}},
    {**GOOD, "identifiers": {"vuid": "a-b"}},
    {**GOOD, "data": {"text": "x" * 1024, "on": True, "nothing": None, "price": 1.5}},
    {**GOOD, "data": {"ts": "2023-11-14T22:13:20.123Z"}},
    # Wrong for both.
    without("type"),
    without("action"),
    without("identifiers"),
    {**GOOD, "type": " "},
    {**GOOD, "action": ""},
    {**GOOD, "identifiers": {}},
    {**GOOD, "identifiers": {"email": " "}},
    {**GOOD, "identifiers": ["a@b.co"]},
    {**GOOD, "data": []},
    {**GOOD, "Data": {}},
    {**GOOD, "identifiers": {"customer_id": "NULL"}},
    {**GOOD, "identifiers": {"email": "none@shop.example"}},
    # The client stops these; the API would take them, and the sandbox warns.
    {**GOOD, "properties": {}},
    {**GOOD, "lists": ["news"]},
    {**GOOD, "data": {"product_id": "1", "ts": 1_700_000_000_000}},
]


class Taker:
    """A transport that takes all: what a handler keeps would be tried again beside later tests."""

    loggers = ()

    def send(self, items):
        return Delivered()

    def after_fork_in_child(self):
        pass

    def close(self):
        pass


def invalid(event, **settings):
    """Whether the handler finds an event invalid at the call."""
    handler = ZaiusHandler(transport=Taker(), notices=lambda _: None, **settings)
    record = logging.makeLogRecord({"name": "shop", "levelno": logging.INFO, "zaius": event})
    try:
        handler.handle(record)
        return handler.stats().invalid == 1
    finally:
        handler.close()
        assert handler.stats().pending == 0


def verdict(event, **options):
    rejected, findings = judge(event, rules_of(complete(options)), NOW)
    return rejected, bool(findings)


@pytest.mark.parametrize("event", CORPUS, ids=range(len(CORPUS)))
def test_what_the_sandbox_rejects_is_invalid_and_what_is_invalid_is_no_surprise(event):
    """No event that the handler takes is rejected; none that it stops passes without a word."""
    rejected, noted = verdict(event)
    stopped = invalid(event)
    if rejected:
        assert stopped
    if stopped:
        assert rejected or noted


@pytest.mark.parametrize("type_", ["pageview", "customer_discovered"])
def test_types_that_are_documented_without_an_action(type_):
    """Both take them as documented, with the standard catalogue and without."""
    event = {"type": type_, "identifiers": {"email": "a@b.co"}, "data": {"page": "/"}}
    assert verdict(event) == (False, False)
    assert not invalid(event, catalog="standard")
    assert not invalid(event)


@pytest.mark.parametrize("choice", ["allow", "warn", "refuse"])
def test_the_same_setting_means_the_same(choice):
    """`placeholders` on both sides."""
    event = {**GOOD, "identifiers": {"customer_id": "NULL"}}
    assert invalid(event, placeholders=choice) == verdict(event, placeholders=choice)[0]


@pytest.mark.parametrize("required", [True, False])
def test_an_action_is_required_on_both_sides_or_on_neither(required):
    """`require_action` on both sides."""
    event = without("action")
    assert invalid(event, require_action=required) == verdict(event, require_action=required)[0]


def test_both_know_the_same_placeholders():
    """Each word and mailbox that either knows is one for the other, and so are zeros."""
    words = {*_slips.PLACEHOLDERS, *clients._WORDS, *_slips.ZEROS, *clients._DOUBTFUL}
    words |= {
        f"{name}@shop.example" for name in _slips.PLACEHOLDER_MAILBOXES | clients._LOCAL_PARTS
    }
    words |= {"tyler@zaius.com", "na@shop.example", "42", "nanette"}
    rules = {"placeholder": "placeholder", "zero-identifier": "doubtful"}
    for word in sorted(words):
        event = {**GOOD, "identifiers": {"customer_id": word}}
        _, findings = judge(event, rules_of(complete({})), NOW)
        found = [rules[each.rule] for each in findings if each.rule in rules]
        assert found == [each for each in [clients.placeholder(word)] if each], word


def test_a_disagreement_is_seen():
    """The control: with another setting on one side, the two part."""
    event = {**GOOD, "identifiers": {"customer_id": "NULL"}}
    assert invalid(event) != verdict(event, placeholders="allow")[0]
