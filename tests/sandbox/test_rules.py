"""Each rule that rejects an event, and what it says."""

import pytest

from zaius_logging.sandbox._rules import errors

BASE = {"type": "product", "action": "detail", "identifiers": {"email": "a@b.co"}, "data": {}}


def without(name):
    return {key: value for key, value in BASE.items() if key != name}


@pytest.mark.parametrize(
    "event",
    [
        BASE,
        without("data"),
        {"type": "pageview", "identifiers": {"vuid": "1"}, "data": {"page": "/"}},
        {"type": "customer_discovered", "identifiers": {"email": "a@b.co"}},
        {"type": "fullstack", "action": "identified", "identifiers": {"vuid": "1", "x_id": "2"}},
        {
            "type": "order",
            "action": "purchase",
            "identifiers": {"customer_id": "4"},
            "data": {"order": {"order_id": "1", "total": 29.33, "items": [{"quantity": 2}]}},
        },
    ],
)
def test_good_events_have_no_errors(event):
    """What the documents and the official clients show is taken, lone quantities included."""
    assert errors(event) == []


@pytest.mark.parametrize(
    ("event", "path", "message"),
    [
        ("text", "", "event must be an object"),
        (None, "", "event must be an object"),
        ([BASE], "", "event must be an object"),
        (without("type"), "type", "missing 'type' field"),
        ({**BASE, "type": None}, "type", "'type' must be text that is not blank"),
        ({**BASE, "type": " "}, "type", "'type' must be text that is not blank"),
        (without("action"), "action", "missing 'action' field"),
        ({**BASE, "action": None}, "action", "'action' must be text that is not blank"),
        (
            {**BASE, "type": "pageview", "action": ""},
            "action",
            "'action' must be text that is not blank",
        ),
        ({**BASE, "type": ["pageview"]}, "type", "'type' must be text that is not blank"),
        ({**BASE, "type": {}}, "type", "'type' must be text that is not blank"),
        (without("identifiers"), "identifiers", "missing 'identifiers' field"),
        ({**BASE, "identifiers": None}, "identifiers", "'identifiers' must be an object"),
        ({**BASE, "identifiers": ["a@b.co"]}, "identifiers", "'identifiers' must be an object"),
        ({**BASE, "identifiers": {}}, "identifiers", "'identifiers' must have at least one"),
        ({**BASE, "identifiers": {" ": "1"}}, "identifiers", "an identifier has a blank name"),
        (
            {**BASE, "identifiers": {"email": "a@b.co", "vuid": " "}},
            "identifiers.vuid",
            "'identifiers.vuid' must be text that is not blank",
        ),
        (
            {**BASE, "identifiers": {"email": None}},
            "identifiers.email",
            "'identifiers.email' must be text that is not blank",
        ),
        (
            {**BASE, "identifiers": {"customer_id": 7}},
            "identifiers.customer_id",
            "'identifiers.customer_id' must be text that is not blank",
        ),
        ({**BASE, "data": None}, "data", "'data' must be an object"),
        ({**BASE, "data": []}, "data", "'data' must be an object"),
        (
            {**BASE, "Data": {}},
            "Data",
            "unknown field 'Data': field names are lower case, 'data'",
        ),
        (
            {**BASE, "properties": {}},
            "properties",
            "unknown field 'properties': did you mean 'data'?",
        ),
        (
            {**BASE, "timestamp": 1},
            "timestamp",
            "unknown field 'timestamp': did you mean 'data.ts'?",
        ),
        ({**BASE, "colour": 1}, "colour", "unknown field 'colour'"),
    ],
)
def test_bad_events_are_named(event, path, message):
    """Each kind of bad event has one error with its path and a sentence."""
    assert [(found.path, found.message) for found in errors(event)] == [(path, message)]


def test_an_odd_type_does_not_hide_a_missing_action():
    """A type of any kind is looked up without harm."""
    event = {"type": ["pageview"], "identifiers": {"vuid": "1"}}
    assert [found.path for found in errors(event)] == ["type", "action"]


def test_all_errors_of_an_event_are_told():
    """An event with several errors has them all said at once."""
    assert [found.rule for found in errors({"Type": "x", "identifiers": {}})] == [
        "wrong-case",
        "missing-field",
        "missing-action",
        "no-identifier",
    ]
