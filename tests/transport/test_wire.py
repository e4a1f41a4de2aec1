"""All we know of the API without speaking it: addresses, bodies, and what answers mean."""

import json
from email.utils import formatdate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zaius_logging import ConfigError, Delivered, Paused, Rejected, Retry, Split
from zaius_logging._transport.endpoint import DEFAULT_HOST, events_url, host_of_key, is_loopback
from zaius_logging._transport.wire import (
    MAX_REASON,
    MAX_RETRY_AFTER,
    meaning,
    request_body,
    retry_after,
)

NOW = 1_800_000_000.0


BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine


def means(status, body=b"", headers=None, count=3):
    return meaning(status, headers or {}, body, count, now=NOW)


def bad_request(*invalids):
    return json.dumps({"status": 400, "detail": {"invalids": [*invalids]}}).encode()


# Where


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("abc.def", DEFAULT_HOST),
        ("abc", DEFAULT_HOST),
        ("abc-eu1.def", "https://api.eu1.odp.optimizely.com"),
        ("abc-au1", "https://api.au1.odp.optimizely.com"),
        ("a.b-eu1.c", "https://api.eu1.odp.optimizely.com"),
        ("abc.def-eu1", DEFAULT_HOST),
    ],
)
def test_the_key_tells_the_region(key, host):
    """By the suffix of its public part, which ends at the last dot."""
    assert host_of_key(key) == host


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://h", "https://h/v3/events"),
        ("https://h/", "https://h/v3/events"),
        ("https://h/v3", "https://h/v3/events"),
        ("https://h/v3/events/", "https://h/v3/events"),
        ("https://h:8/x", "https://h:8/x/events"),
        ("http://[::1]:80/v3", "http://[::1]:80/v3/events"),
        ("http://localhost", "http://localhost/v3/events"),
        ("http://127.9.9.9", "http://127.9.9.9/v3/events"),
    ],
)
def test_an_endpoint_may_be_short(endpoint, url):
    """The host alone, with /v3, or in full."""
    assert events_url(endpoint) == url


@pytest.mark.parametrize(
    "endpoint",
    ["", "h", "ftp://h", "https://", "https://u:p@h", "https://h?x=1", "https://h#x",
     "http://example.org", "http://127.evil.example", "http://10.0.0.1", "https://h:port",
     "http://[::2]", "https://[::1"],
)  # fmt: skip
def test_what_cannot_be_an_endpoint(endpoint):
    """It is a ConfigError and not shown: it may have a password in it."""
    with pytest.raises(ConfigError) as error:
        events_url(endpoint)
    assert error.value.argument == "endpoint"
    assert "u:p" not in str(error.value)


def test_loopback_is_this_machine_and_no_other():
    """A name that only begins like an address is another machine's."""
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("127.0.0.1.example.org")
    assert not is_loopback("localhost.example.org")


def test_a_body_is_an_array():
    """Always, also of one event."""
    assert request_body([b"{}"]) == b"[{}]"
    assert json.loads(request_body([b'{"a":1}', b"2"])) == [{"a": 1}, 2]


# What answers mean


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226, 299])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"status":400}', b"\xff\x00"])
def test_any_2xx_is_delivered_whatever_the_body_says(status, body):
    """The status decides."""
    assert means(status, body) == Delivered()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 529, 599, 100, 103, 999, 0])
def test_what_may_pass_is_tried_again(status):
    """And only 429 asks us to slow down."""
    outcome = means(status, b"<h1>busy</h1>", {"RETRY-AFTER": "7"})
    assert outcome == Retry(f"the API answered {status}", 7.0, throttled=status == 429)


@pytest.mark.parametrize(
    ("status", "check"),
    [(301, "endpoint"), (302, "endpoint"), (308, "endpoint"), (401, "api_key"), (403, "api_key"),
     (404, "endpoint"), (405, "endpoint"), (410, "endpoint"), (407, "proxy"), (402, "account"),
     (418, "account"), (451, "account")],
)  # fmt: skip
def test_what_a_person_must_mend_says_what_to_check(status, check):
    """Paused, with advice."""
    outcome = means(status, b"<h1>no</h1>")
    assert isinstance(outcome, Paused)
    assert str(status) in outcome.reason
    assert check in outcome.reason


def test_413_is_halved_as_too_large():
    """Its halves may both be good."""
    assert means(413).too_large


@pytest.mark.parametrize("status", [400, 422])
def test_named_events_are_rejected_with_the_apis_words(status):
    """Each with its own; two words on one event are joined."""
    body = bad_request(
        {"event": 0, "message": "missing 'type' field"},
        {"event": 2, "message": "bad", "more": 1},
        {"event": 2, "reason": ["a", "b"], "field": "email"},
    )
    assert means(status, body) == Rejected({0: "missing 'type' field", 2: "bad; email: a; b"})


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"7", b'"x"', b"<html>", b"{", b"\xff\xfe", b"[" * 50_000,
        b'{"detail":7}', b'{"detail":{"invalids":7}}', b'{"detail":{"invalids":[]}}',
        b'{"detail":{"invalids":[{}]}}', bad_request({"event": "0"}), bad_request({"event": True}),
        bad_request({"event": -1}), bad_request({"event": 3}), bad_request({"event": 1.0}), bad_request("x"),
        bad_request({"event": 0}, {"event": 9}), bad_request({"event": 0}, {"field": "x"}),
        b"[" + b"[]," * 30_000 + b"0]",
    ],
)  # fmt: skip
def test_a_400_that_names_nobody_is_halved(body):
    """Empty, broken, or with places that make no sense."""
    assert isinstance(means(400, body), Split)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b'{"detail":{"message":"Unable to parse request body."}}',
            "Unable to parse request body.",
        ),
        (bad_request({"message": "no"}), "no"),
        (bad_request({"field": "x", "reason": "why"}), "x: why"),
        (bad_request({"field": "x", "reason": ["a", 1, "b"]}), "x: a; b"),
        (b'{"detail":{"message":{"a":1}}}', "the API answered 400 and gave no reason"),
        (b'{"detail":{"message":"a\\u0000b\\n\\u202ec"}}', "a b  c"),
    ],
)
def test_reasons_are_the_apis_own_words_made_printable(body, reason):
    """In all the forms that are known."""
    assert means(400, body) == Split(reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>400 Bad Request</html>",
        b"[]",
        b'{"message":"Bad Request"}',
        b'{"detail":',
        b"7",
    ],
)
def test_a_400_that_is_not_the_apis_own_json_says_so(body):
    """A gateway's page rejects an event only where others go through: the machine decides, by `own`."""
    assert means(400, body).own is False
    assert means(400, bad_request()).own is True


def test_a_reason_is_kept_to_a_length():
    """Whatever the API writes."""
    body = bad_request(*[{"event": 0, "message": "x" * 9000}] * 3)
    assert len(means(400, body).places[0]) == MAX_REASON


@BUSY
@given(st.integers(0, 1000), st.binary(max_size=300), st.text(max_size=40), st.integers(1, 500))
def test_no_answer_raises(status, body, value, count):
    """Any status, any body, any header."""
    assert meaning(status, {"Retry-After": value}, body, count, now=NOW) is not None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["detail", "invalids", "event", "message", "reason", "field"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@BUSY
@given(anything, st.integers(1, 5))
def test_no_400_names_a_place_that_is_not_there(answer, count):
    """Any JSON at all: what is rejected stands in the batch, and is at least one."""
    outcome = means(400, json.dumps(answer).encode(), count=count)
    assert isinstance(outcome, (Rejected, Split))
    if isinstance(outcome, Rejected):
        assert outcome.places
        assert all(0 <= place < count for place in outcome.places)


# Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 120 ", 120), ("0", 0), ("-5", 0), ("+5", 5), ("1.5", 1.5), (".5", 0.5),
        ("2.", 2), ("1e2", 100), ("1e9", 3600), ("9" * 400, 3600), ("3601", 3600), ("1, 7", 7),
        ("7,1", 7), (formatdate(NOW + 60, usegmt=True), 60), (formatdate(NOW - 60, usegmt=True), 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        (formatdate(NOW + 60).replace("+0000", "-0000"), 60), ("Sun Nov  6 08:49:37 1994", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
    ],
)  # fmt: skip
def test_forms_of_retry_after(value, seconds):
    """Seconds and dates as the RFC has them, and what servers send instead; an hour at the most."""
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [None, "", " ", "soon", "inf", "-inf", "nan", "Infinity", "1_0", "٣", "0x10", "1 2", ",", "1,",
     "1,x", "Fri, 99 Foo 2026 99:99:99 GMT", "Fri, 31 Dec 99999 23:59:59 GMT", "\x00", "--5", "1e"],
)  # fmt: skip
def test_garbage_says_nothing(value):
    """Then it is our own backoff that waits."""
    assert retry_after(value, NOW) is None


@BUSY
@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9,:+ -]{0,40}"))
def test_no_value_raises_or_leaves_the_hour(value):
    """Any text is nothing, or between 0 and an hour."""
    seconds = retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER
