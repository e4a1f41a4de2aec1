"""One event or request in full, history, and the rules in words."""

import inspect
import json
import re

import pytest

from zaius_logging.sandbox import _api as api_module
from zaius_logging.sandbox import _rules as rules_module
from zaius_logging.sandbox import _store as store_module
from zaius_logging.sandbox import _warnings as warnings_module
from zaius_logging.sandbox._judging import CATALOG_RULES
from zaius_logging.sandbox._rule import EVIDENCE
from zaius_logging.sandbox._rulebook import RULES


@pytest.fixture
def api(sandbox, call):
    def asking(path, headers=None):
        status, document, _ = call(sandbox.port, "GET", path, None, headers)
        return status, document

    return asking


def test_an_event_with_its_request(sandbox, api, post, good):
    """The event as sent, with the request's headers and answer; the key is masked."""
    post(sandbox, [good(), good(no=2)], key="long-key-of-a-shop", Cookie="session=1234567890")
    status, document = api("/api/events/1")
    assert (status, document["entry"]["event"], document["entry"]["position"]) == (
        200,
        good(no=2),
        1,
    )
    request = document["request"]
    headers = dict(request["headers"])
    assert (headers["x-api-key"], headers["Cookie"]) == ("long…", "sess…")
    assert headers["Content-Type"] == "application/json"
    assert json.loads(request["answer"])["status"] == 202
    assert api("/api/requests/1") == (200, request)
    assert "ABgXorzY7h1LCQ" not in json.dumps([document, api("/api/requests")])


def test_a_rejected_event_with_its_request(sandbox, api, post):
    """Its place is one of its own kind."""
    post(sandbox, [{"type": 5}])
    document = api("/api/rejected/0")[1]
    assert document["entry"]["outcome"] == "rejected"
    assert document["request"]["status"] == 400


def test_an_event_whose_request_is_forgotten(sandbox, api, post, good):
    """The event is shown without it."""
    post(sandbox, [good()])
    sandbox._core.store.requests.clear()
    assert api("/api/events/0")[1]["request"] is None


@pytest.mark.parametrize("path", ["/api/events/7", "/api/rejected/0", "/api/requests/9"])
def test_what_is_not_held(api, path):
    """404, in words."""
    status, document = api(path)
    assert (status, document["message"].endswith("it was forgotten, or never came")) == (404, True)


@pytest.mark.parametrize("place", ["x", "-1", "9" * 40])
def test_what_is_no_place(api, place):
    """400, by name."""
    status, document = api(f"/api/events/{place}")
    assert (status, document["message"].startswith("'place' must be")) == (400, True)


def test_headers_are_bounded(sandbox, api, post, good):
    """However many and long they are."""
    post(sandbox, [good()], **{f"x{number}": "v" * 1000 for number in range(60)})
    headers = api("/api/requests/1")[1]["headers"]
    assert len(headers) == 50
    assert max(len(value) for _, value in headers) == 300


def test_history_goes_back_from_an_order(sandbox, api, post, good):
    """Taken and rejected, oldest first, as JSON lines."""
    for number in range(3):
        post(sandbox, [good(no=number)])
        post(sandbox, [{"no": number}])
    lines = api("/api/history?before=5&limit=3")[1].split("\n")
    assert [json.loads(line)["order"] for line in lines] == [2, 3, 4]
    assert len(api("/api/history")[1].split("\n")) == 6
    assert api("/api/history?before=0")[1] == ""


def test_every_rule_is_explained():
    """Each name that a finding can have is in the catalogue, once, and nothing else is."""
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    sources = "".join(
        inspect.getsource(module)
        for module in (api_module, warnings_module, rules_module, store_module)
    )
    found = re.findall(r'(?:Finding|_ts)\(\s*"([a-z-]+)"', sources)
    assert {*found, *CATALOG_RULES.values()} == set(names)
    assert all(
        rule.title and rule.why.endswith(".") and rule.cure.endswith((".", "…")) for rule in RULES
    )
    assert all(rule.evidence in EVIDENCE and rule.source for rule in RULES)


def test_rules_and_settings_are_served(sandbox, api):
    """For the page, and for whoever else wants to link to them."""
    assert [rule["name"] for rule in api("/api/rules")[1]["rules"]] == [rule.name for rule in RULES]
    assert api("/api/info")[1] == {
        "run": sandbox._core.run,
        "capacity": 100_000,
        "strict": False,
        "partial": False,
        "key_known": False,
        "keep": None,
        "trouble": None,
        "catalog": None,
    }
