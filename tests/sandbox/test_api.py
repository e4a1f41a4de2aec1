"""`POST /v3/events` without HTTP: what a request comes to, and what is kept of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zaius_logging.sandbox._answers import Silence
from zaius_logging.sandbox._api import Post, answer
from zaius_logging.sandbox._fault_document import parse
from zaius_logging.sandbox._faults import Faults, Plan
from zaius_logging.sandbox._judging import rules_of
from zaius_logging.sandbox._options import complete
from zaius_logging.sandbox._store import Store

NOW = 1_700_000_000.0
BAD = {"action": "x", "identifiers": {"vuid": "1"}}


@pytest.fixture
def store():
    return Store(1000, 10**6)


def plan(**document):
    faults = Faults(lambda: 0.0)
    faults.set(parse(document), 0.0)
    return faults.plan(0.0)


def ask(store, events, *, key="k", media="application/json", encoding="", met=None, **rules):
    body = events if events is None or isinstance(events, bytes) else json.dumps(events).encode()
    post = Post(store.request(), key, media, encoding, body)
    return answer(post, rules_of(complete(rules)), met or Plan(), store, NOW)


def counts(store):
    stats = store.stats()
    return stats["events"], stats["rejected"]


def test_good_events_are_kept(store, good):
    """202, and each event is in the store."""
    outcome = ask(store, [good(), good()])
    assert (outcome.reply.status, outcome.count, outcome.note) == (202, 2, "")
    assert counts(store) == (2, 0)


@pytest.mark.parametrize("key", ["", " "])
def test_a_key_is_needed(store, good, key):
    """403 in the documented words, and nothing is kept."""
    outcome = ask(store, [good()], key=key)
    assert (outcome.reply.status, json.loads(outcome.reply.body)) == (403, {"message": "Forbidden"})
    assert counts(store) == (0, 0)


def test_only_the_wanted_key_is_good(store, good):
    """With a key given, any other gets 403, even one that is no text."""
    body = json.dumps([good()]).encode()
    posts = [Post(1, key, "", "", body) for key in ("right", "wrong", "", "\udcff")]
    outcomes = [
        answer(post, rules_of(complete({"key": "right"})), Plan(), store, NOW) for post in posts
    ]
    statuses = [outcome.reply.status for outcome in outcomes]
    assert statuses == [202, 403, 403, 403]


def test_the_content_type_matters_when_strict(store, good):
    """Other people's clients may be careless, unless the sandbox is strict."""
    assert ask(store, [good()], media="text/plain").reply.status == 202
    assert ask(store, [good()], media="text/plain", strict=True).reply.status == 415
    assert ask(store, [good()], strict=True).reply.status == 202


def test_whole_requests_are_rejected(store):
    """Too large, unreadable, or packed by something unknown: each has its status."""
    assert ask(store, None).reply.status == 413
    unreadable = ask(store, b"{")
    assert unreadable.reply.status == 400
    detail = json.loads(unreadable.reply.body)["detail"]
    assert detail == {"message": "Unable to parse request body."}
    unpacked = ask(store, b"", encoding="br")
    assert unpacked.reply.status == 415
    assert "gzip" in json.loads(unpacked.reply.body)["message"]
    assert counts(store) == (0, 0)


def test_a_400_is_all_or_nothing(store, good):
    """One bad event is named with its place, and the good ones are not taken."""
    outcome = ask(store, [good(), BAD, good()])
    invalids = json.loads(outcome.reply.body)["detail"]["invalids"]
    assert invalids == [{"event": 1, "message": "missing 'type' field"}]
    assert (outcome.count, outcome.note) == (3, "1 of 3 events are bad")
    assert counts(store) == (0, 1)


def test_the_other_reading_takes_the_good_ones(store, good):
    """Partial, by a setting or by a fault, takes the good events of a 400."""
    assert ask(store, [good(), BAD], partial=True).reply.status == 400
    assert ask(store, [good(), BAD], met=plan(partial=True)).reply.status == 400
    assert counts(store) == (2, 2)
    ask(store, [good(), BAD], partial=True, met=plan(partial=False))
    assert counts(store) == (2, 3)


def test_warnings_are_noted_or_rejected(store, good):
    """A warned event is taken with its problems; strict rejects it in the same words."""
    warned = {**good(), "data": {}}
    assert ask(store, [warned]).reply.status == 202
    kept = store.events.page(0, 1)[0]
    assert [finding.rule for finding in kept.checked.findings] == ["missing-data"]
    rejected = json.loads(ask(store, [warned], strict=True).reply.body)["detail"]["invalids"]
    assert rejected == [{"event": 0, "message": "Missing required field `product_id`"}]


def test_a_retry_is_no_warning(store, good):
    """Even strict takes an event that comes again: retries are to be taken."""
    event = good(idempotence_id="a")
    assert [ask(store, [event], strict=True).reply.status for _ in range(2)] == [202, 202]
    assert store.stats()["duplicates"] == 1


@pytest.mark.parametrize("data", [None, [], {"idempotence_id": 5}, {"idempotence_id": ["a"]}])
def test_only_text_is_an_id(store, good, data):
    """An odd id, or odd data, repeats nothing."""
    event = {**good(), "data": data}
    ask(store, [event, event], partial=True)
    assert store.stats()["duplicates"] == 0


def test_a_fault_calls_events_bad(store, good):
    """What a fault condemns is named like any bad event, with the fault's message."""
    met = plan(bad={"data": {"product_id": "9"}}, message="poison")
    outcome = ask(store, [good(), good(product_id="9")], met=met)
    invalids = json.loads(outcome.reply.body)["detail"]["invalids"]
    assert invalids == [{"event": 1, "message": "poison"}]


def test_a_fault_can_name_nobody(store):
    """The documented example of a 400 has no names in it."""
    outcome = ask(store, [BAD], met=plan(named=False))
    assert json.loads(outcome.reply.body)["detail"] == {"invalids": []}


def test_a_fault_takes_the_place_of_the_answer(store, good):
    """Nothing is taken, unless the fault says so: then only the answer is lost."""
    lost = ask(store, [good()], met=plan(status=503))
    assert (lost.reply.status, lost.count, lost.note) == (503, 0, "fault")
    assert counts(store) == (0, 0)
    taken = ask(store, [good()], met=plan(reset=True, taken=True))
    assert (taken.reply, taken.count, taken.note) == (Silence("reset"), 1, "fault after: taken")
    assert counts(store) == (1, 0)
    assert ask(store, b"{", met=plan(status=200)).note == (
        "fault after: Unable to parse request body."
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(["order", "items", "order_id", "ts", "product_id", "idempotence_id"])
FIELDS = st.recursive(
    JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=10,
)
EVENTS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "type": JSON | st.sampled_from(["order", "product", "pageview"]),
        "action": JSON | st.just("purchase"),
        "identifiers": JSON | st.dictionaries(st.text(), JSON | st.text(), max_size=2),
        "data": FIELDS | st.dictionaries(NAMES, FIELDS),
        "other": JSON,
    },
)


@given(st.lists(EVENTS, max_size=4), st.booleans(), st.booleans())
def test_whatever_is_sent_is_judged(events, strict, partial):
    """Any JSON gets a 202 or a 400 that names the bad ones, and all is accounted for."""
    store = Store(1000, 10**6)
    met = plan(bad={"data": {"order.order_id": "1"}})
    outcome = ask(store, events, met=met, strict=strict, partial=partial)
    taken, rejected = counts(store)
    assert outcome.count == len(events)
    assert outcome.reply.status == (400 if rejected else 202)
    assert taken == (0 if rejected and not partial else len(events) - rejected)
    detail = json.loads(outcome.reply.body).get("detail", {"invalids": []})
    assert len(detail["invalids"]) == rejected
    kept = [json.loads(entry.json()) for entry in store.events.page(0, 9)]
    assert all(entry["event"] == events[entry["position"]] for entry in kept)
