"""What a fault may say."""

import pytest

from zaius_logging.sandbox._fault_document import FaultError, parse


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (5, "a 'fault' must be an object"),
        ([{"latency": 1}, None], "a 'fault' must be an object"),
        ({"statuss": 503}, "unknown field 'statuss' of 'fault', known are: latency, status"),
        ({"latency": -1}, "'latency' must be a number of seconds from 0 to 86400"),
        ({"latency": float("nan")}, "'latency' must be a number"),
        ({"latency": True}, "'latency' must be a number"),
        ({"status": 100}, "'status' must be a status from 200 to 599"),
        ({"status": 503.0}, "'status' must be a status"),
        ({"status": 503, "retry_after": True}, "'retry_after' must be a number, or text"),
        ({"status": 503, "retry_after": "1\r\nx: y"}, "'retry_after' must be"),
        ({"status": 503, "body": 1}, "'body' must be text"),
        ({"status": 503, "body": "\ud800"}, "'body' must be text"),
        ({"redirect": "http://x/\n"}, "'redirect' must be a URL"),
        ({"redirect": 7}, "'redirect' must be a URL"),
        ({"reset": "yes"}, "'reset' must be true or false"),
        ({"rate": 0}, "'rate' must be a number of requests a second"),
        ({"rate": 1, "burst": 0}, "'burst' must be a whole number"),
        ({"share": 1.5}, "'share' must be a number from 0 to 1"),
        ({"times": 0}, "'times' must be a whole number"),
        ({"form": "list"}, "'form' must be 'event', 'field' or 'fields'"),
        ({"form": []}, "'form' must be 'event', 'field' or 'fields'"),
        ({"bad": "all"}, "'bad' must be an object"),
        ({"bad": {"kind": "order"}}, "unknown field 'kind' of 'bad', known are: type, action"),
        ({"bad": {"every": 0}}, "'every' must be a whole number"),
        ({"bad": {"data": []}}, "'data' must be an object"),
        ({"reset": True, "hang": True}, "'reset' and 'hang' in one fault: give an array"),
        ({"rate": 1, "status": 503}, "'rate' and 'status' in one fault"),
        ({"retry_after": 2}, "'retry_after' needs 'status'"),
        ({"rate": 2, "body": "x"}, "'body' needs 'status'"),
        ({"burst": 2}, "'burst' needs 'rate'"),
    ],
)
def test_a_wrong_document_is_named(document, message):
    """Each mistake is one sentence that names the field."""
    with pytest.raises(FaultError) as caught:
        parse(document)
    assert str(caught.value).startswith(message)


def test_one_fault_or_an_array():
    """An object is one fault, an array as many as it has."""
    assert [fault.status for fault in parse({"status": 503})] == [503]
    assert [fault.latency for fault in parse([{"latency": 1}, {"latency": 0.5}])] == [1, 0.5]
    assert parse([]) == []


@pytest.mark.parametrize(
    ("document", "ends"),
    [
        ({"latency": 1}, False),
        ({"bad": {}}, False),
        ({"reset": False}, False),
        ({"reset": True}, True),
        ({"hang": True}, True),
        ({"forbidden": True}, True),
        ({"rate": 5}, True),
        ({"redirect": "http://x/"}, True),
        ({"redirect": "http://x/", "status": 307}, True),
    ],
)
def test_some_faults_end_a_request(document, ends):
    """Latency and bad events leave the answer to the API; the others take its place."""
    assert parse(document)[0].ends is ends


def test_defaults_follow_from_what_is_said():
    """A bucket holds a second's worth, and a 2xx takes the events."""
    assert parse({"rate": 5})[0].burst == 5
    assert parse({"rate": 0.5})[0].burst == 1
    assert parse({"rate": 5, "burst": 2})[0].burst == 2
    assert parse({"status": 200})[0].taken
    assert not parse({"status": 503})[0].taken
    assert parse({"status": 503, "taken": True})[0].taken


EVENT = {
    "type": "order",
    "action": "purchase",
    "identifiers": {"email": "a@b.co"},
    "data": {"order": {"order_id": "7"}, "paid": True},
}


@pytest.mark.parametrize(
    ("bad", "matches"),
    [
        ({}, True),
        ({"type": "order"}, True),
        ({"type": "product"}, False),
        ({"type": "order", "action": "refund"}, False),
        ({"identifiers": {"email": "a@b.co"}}, True),
        ({"identifiers": {"email": "c@d.co"}}, False),
        ({"data": {"paid": True}}, True),
        ({"data": {"order.order_id": "7"}}, True),
        ({"data": {"order.order_id": "8"}}, False),
        ({"data": {"paid.by": "card"}}, False),
    ],
)
def test_bad_events_are_found_by_what_they_have(bad, matches):
    """Type, action, identifiers and data are compared; a dot leads into nested data."""
    assert parse({"bad": bad})[0].bad.matches(EVENT) is matches


def test_an_event_without_data_has_no_field():
    """A match on data passes by an event that has none."""
    assert not parse({"bad": {"data": {"x": 1}}})[0].bad.matches({"type": "x"})
