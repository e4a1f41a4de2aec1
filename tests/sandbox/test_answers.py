"""The API's words."""

import json

import pytest

from zaius_logging.sandbox import _answers as answers
from zaius_logging.sandbox._entries import Checked
from zaius_logging.sandbox._fault_document import parse
from zaius_logging.sandbox._rules import Finding

NOW = 1_656_622_792.046
STAMP = "2022-06-30T20:59:52.046Z"


def fault(**document):
    return answers.of_fault(parse(document)[0], NOW)


def test_accepted_is_the_documented_envelope():
    """Title, status and timestamp, as in the example of the Events API."""
    reply = answers.accepted(NOW)
    assert reply.status == 202
    assert json.loads(reply.body) == {"title": "Accepted", "status": 202, "timestamp": STAMP}


@pytest.mark.parametrize(
    ("named", "form", "invalids"),
    [
        (True, "event", [{"event": 3, "message": "one; two"}]),
        (
            True,
            "field",
            [{"field": "type", "reason": "one"}, {"field": "data.x", "reason": "two"}],
        ),
        (
            True,
            "fields",
            [{"field": "type", "reason": ["one"]}, {"field": "data.x", "reason": ["two"]}],
        ),
        (False, "event", []),
    ],
)
def test_invalid_has_each_known_form(named, form, invalids):
    """Places with messages, the schema form with text or array, or nobody named."""
    bad = [Checked("{}", [Finding("r", "type", "one"), Finding("r", "data.x", "two")], None, 3)]
    reply = answers.invalid(bad, NOW, named=named, form=form)
    assert json.loads(reply.body) == {
        "title": "Bad Request",
        "status": 400,
        "timestamp": STAMP,
        "detail": {"invalids": invalids},
    }


@pytest.mark.parametrize(
    ("document", "status", "body", "headers"),
    [
        ({"status": 503}, 503, {"message": "Service Unavailable"}, {}),
        ({"status": 429, "retry_after": 2}, 429, {"message": "Too Many Requests"}, "2"),
        ({"rate": 1, "retry_after": "1.5"}, 429, {"message": "Too Many Requests"}, "1.5"),
        ({"status": 599}, 599, {"message": "Unknown"}, {}),
        ({"forbidden": True}, 403, {"message": "Forbidden"}, {}),
        ({"status": 201}, 201, {"title": "Created", "status": 201, "timestamp": STAMP}, {}),
        (
            {"status": 400},
            400,
            {
                "title": "Bad Request",
                "status": 400,
                "timestamp": STAMP,
                "detail": {"invalids": []},
            },
            {},
        ),
    ],
)
def test_a_fault_answers_as_the_api_would(document, status, body, headers):
    """The body is the API's own unless the fault has one."""
    reply = fault(**document)
    assert (reply.status, json.loads(reply.body)) == (status, body)
    assert reply.headers == ({"Retry-After": headers} if headers else {})


def test_a_fault_can_bring_its_own_body():
    """Gateways answer in HTML, and the type of the content says so."""
    assert fault(status=502, body="<html>").content_type == "text/html"
    assert fault(status=502, body="{}").content_type == "application/json"


def test_redirects():
    """302 unless the fault has another status."""
    assert fault(redirect="http://x/").headers == {"Location": "http://x/"}
    assert fault(redirect="http://x/").status == 302
    assert fault(redirect="http://x/", status=308).status == 308


def test_silence():
    """A reset and a hang have no answer."""
    assert fault(reset=True) == answers.Silence("reset")
    assert fault(hang=True) == answers.Silence("hang")
