"""`/api/…`: what the sandbox tells, and its switches."""

import json

import pytest


@pytest.fixture
def api(sandbox, call):
    def asking(method, path, body=None):
        status, document, _ = call(sandbox.port, method, f"/api/{path}", body)
        return status, document

    return asking


def test_stats(sandbox, api, post, good):
    """Requests, accepted, rejected and repeated events are counted."""
    post(sandbox, [good(idempotence_id="a"), good(idempotence_id="a")])
    post(sandbox, [{}])
    status, stats = api("GET", "stats")
    assert (status, stats) == (
        200,
        {
            "requests": 2,
            "events": 2,
            "rejected": 1,
            "duplicates": 1,
            "warnings": 1,
            "forgotten": 0,
            "held": 2,
        },
    )


def test_events_come_in_pages(sandbox, api, post, good):
    """Each event as sent, with its arrival, and the total."""
    sent = [good(n=number) for number in range(5)]
    post(sandbox, sent)
    status, page = api("GET", "events?offset=1&limit=2")
    assert (status, page["total"], page["offset"]) == (200, 5, 1)
    assert [entry["event"] for entry in page["events"]] == sent[1:3]
    entry = page["events"][0]
    assert (entry["place"], entry["request"], entry["position"]) == (1, 1, 1)
    assert entry["arrived"].endswith("Z")
    assert entry["problems"][0]["rule"] == "field-name"
    assert len(api("GET", "events")[1]["events"]) == 5


def test_rejected_and_requests_come_in_pages(sandbox, api, post):
    """Rejections with their reason, and requests with their facts."""
    post(sandbox, [{}, 5])
    rejected = api("GET", "rejected?limit=1&offset=1")[1]["rejected"]
    assert (rejected[0]["event"], rejected[0]["problems"][0]["message"]) == (
        5,
        "event must be an object",
    )
    assert api("GET", "requests")[1]["requests"][0]["status"] == 400


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=-1", "limit"),
        ("limit=10001", "limit"),
        ("offset=x", "offset"),
        ("offset=", "offset"),
        ("offset=%D9%A1", "offset"),
        ("offset=" + "9" * 5000, "offset"),
    ],
)
def test_a_wrong_query_is_named(api, query, name):
    """A 400 that says which argument, and what it takes."""
    status, document = api("GET", f"events?{query}")
    assert status == 400
    assert document["message"].startswith(f"'{name}' must be a whole number from 0 to")


def test_delete_empties(sandbox, api, post, good):
    """Events, rejections, requests and counters are gone."""
    post(sandbox, [good()])
    status, stats = api("DELETE", "events")
    assert (status, set(stats.values())) == (200, {0})
    assert api("GET", "events")[1] == {"total": 0, "offset": 0, "events": []}


def test_waiting(sandbox, api, post, good):
    """The answer comes once the events are there, or the time is up."""
    post(sandbox, [good()])
    assert api("GET", "wait")[1]["arrived"] is True
    assert api("GET", "wait?count=2&timeout_ms=20")[1]["arrived"] is False


def test_faults_are_set_shown_and_ended(sandbox, api, post, good):
    """PUT puts faults in force, GET shows them, DELETE ends them."""
    status, document = api("PUT", "faults", json.dumps({"status": 503, "times": 2}))
    assert (status, document) == (200, {"faults": [{"status": 503, "times": 2}]})
    assert post(sandbox, [good()])[0] == 503
    assert api("GET", "faults")[1] == {"faults": [{"status": 503, "times": 1}]}
    assert api("DELETE", "faults")[1] == {"faults": []}
    assert post(sandbox, [good()])[0] == 202


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body must be a fault"),
        (b"{", "the body must be a fault"),
        (b"\xff", "the body must be a fault"),
        (b"[" * 100_000, "the body must be a fault"),
        (b'{"statuss": 1}', "unknown field 'statuss' of 'fault'"),
        (b'{"latency": NaN}', "the body must be a fault"),
    ],
    ids=range(6),
)
def test_a_wrong_fault_is_named(api, body, message):
    """A 400 with one sentence; what was in force stays."""
    api("PUT", "faults", b'{"hang": true}')
    status, document = api("PUT", "faults", body)
    assert status == 400
    assert document["message"].startswith(message)
    assert api("GET", "faults")[1] == {"faults": [{"hang": True}]}


def test_faults_do_not_touch_the_switches(sandbox, api):
    """Only the Events API is ill; what the sandbox tells of itself is not."""
    sandbox.faults(status=503)
    assert api("GET", "stats")[0] == 200


def test_an_unknown_view(api):
    """404 in the envelope of the API."""
    assert api("GET", "nothing")[0] == 404
    assert api("POST", "stats")[0] == 405
