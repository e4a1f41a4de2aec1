"""Recorded sessions: saved, loaded and compared."""

import json

import pytest

from zaius_logging.sandbox import SandboxClient, SandboxError, Session


@pytest.fixture
def record(sandbox, post):
    """Send events, and give what was recorded."""

    def recording(*events):
        sandbox.clear()
        for event in events:
            post(sandbox, [event])
        return sandbox.session()

    return recording


def said(differences):
    return [str(difference) for difference in differences]


def test_a_session_is_saved_and_loaded(tmp_path, record, good):
    """What is loaded is what was saved, letter by letter."""
    session = record(good(no=1), {"type": 5})
    session.save(tmp_path / "one.jsonl")
    again = Session.load(tmp_path / "one.jsonl")
    assert (again.entries, again.requests) == (session.entries, session.requests)
    assert again.events == [good(no=1)]
    assert repr(again) == "<Session of 2 events in 2 requests>"
    again.save(tmp_path / "two.jsonl")
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_two_runs_that_say_the_same(record, good):
    """Times, ids and versions differ by nature, and are no difference."""
    first = record(good(ts=1_656_622_792, idempotence_id="a"), "not an event")
    second = record(good(ts=1_656_622_793, idempotence_id="b"), "not an event")
    assert first.differences(second) == []
    assert said(first.differences(second, ignore=["data.ts"])) == [
        'event[0].data.idempotence_id: "a", not "b"'
    ]


def test_differences_are_named_by_their_place(record, good):
    """What differs, what is missing on either side, and what the sandbox thinks of it."""
    mine = record(good(a=1, n={"x": 1}), good())
    other = record(good(a=True, n={"x": 2}, b="y"), {**good(), "data": {}}, 5)
    warnings = ["field-name data.a", "field-name data.n", "nested data.n"]
    more = ["field-name data.a", "field-name data.b", "field-name data.n", "nested data.n"]
    stranger = {"": 5, "(outcome)": "rejected", "(problems)": ["not-an-object "]}
    assert said(mine.differences(other)) == [
        "event[0].data.a: 1, not true",
        "event[0].data.n.x: 1, not 2",
        'event[0].data.b: nothing, not "y"',
        f"event[0].(problems): {json.dumps(warnings)}, not {json.dumps(more)}",
        'event[1].data.product_id: "123", not nothing',
        'event[1].(problems): [], not ["missing-data data.product_id"]',
        f"event[2]: nothing, not {json.dumps(stranger)}",
    ]


def test_requests_are_compared_where_that_is_wanted(sandbox, record, post, good):
    """Their number, statuses and sizes; not by default, because they depend on time."""
    one = record(good(), good())
    sandbox.clear()
    post(sandbox, [good(), good()])
    two = sandbox.session()
    assert one.differences(two) == []
    assert said(one.differences(two, requests=True)) == [
        "request[0].count: 1, not 2",
        'request[1]: {"status": 202, "count": 1}, not nothing',
    ]


@pytest.mark.parametrize("line", ["5", "{}", '{"a": 1}'])
def test_a_line_of_something_else(line):
    """An error that names the line."""
    with pytest.raises(ValueError, match="line 2 is neither"):
        Session(['{"event": 1}', "", line])


@pytest.mark.slow  # 700 requests
def test_another_process_gives_the_same_session(sandbox, record, good):
    """A client reads letter by letter what the sandbox itself gives, however much it is."""
    mine = record(*(good(no=number) for number in range(700)))
    other = SandboxClient(sandbox.url).session()
    assert (other.entries, other.requests) == (mine.entries, mine.requests)


def test_what_is_no_json_is_no_sandbox(sandbox, monkeypatch):
    """Another server on that port is not taken for a sandbox."""
    client = SandboxClient(sandbox.url)
    monkeypatch.setattr(client, "_text", lambda *_: "<html>")
    with pytest.raises(SandboxError, match="no sandbox answers at"):
        client.stats()
