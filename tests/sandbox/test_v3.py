"""`POST /v3/events` over real sockets."""

import asyncio
import gzip
import json
import socket
import threading

import pytest
import requests

from zaius_logging.sandbox import Sandbox
from zaius_logging.sandbox._body import MAX_BODY

# The example payload of the documentation of the Events API.
EXAMPLE = [
    {
        "type": "product",
        "action": action,
        "identifiers": {"email": "tyler@zaius.com"},
        "data": {"product_id": "123"},
    }
    for action in ("add_to_cart", "remove_from_cart")
]


def test_the_documented_example_is_accepted(sandbox):
    """The example payload gets a 202 with the documented body, and is kept as it was sent."""
    answer = requests.post(
        f"{sandbox.endpoint}/events", json=EXAMPLE, headers={"x-api-key": "key"}, timeout=10
    )
    assert answer.status_code == 202
    assert answer.headers["Content-Type"].startswith("application/json")
    document = answer.json()
    assert document.pop("timestamp").endswith("Z")
    assert document == {"title": "Accepted", "status": 202}
    assert sandbox.events() == EXAMPLE


def test_purchases_without_products_are_accepted(sandbox, post):
    """An order that knows quantities only is taken; that a product is missing is a problem."""
    order = {"order_id": "1", "total": 29.33, "items": [{"quantity": 2}]}
    event = {
        "type": "order",
        "action": "purchase",
        "identifiers": {"customer_id": "4"},
        "data": {"order": order, "ts": "1997-01-01T00:00:00.000Z"},
    }
    assert post(sandbox, [event])[0] == 202
    assert sandbox.stats()["warnings"] == 1


def test_bad_events_are_named_with_their_places(sandbox, post, good):
    """A 400 has the envelope of the documentation, with a place and a message for each."""
    status, document, _ = post(sandbox, [good(), {}, good(), 5])
    assert status == 400
    assert document.pop("timestamp")
    assert document == {
        "title": "Bad Request",
        "status": 400,
        "detail": {
            "invalids": [
                {
                    "event": 1,
                    "message": "missing 'type' field; missing 'action' field; "
                    "missing 'identifiers' field",
                },
                {"event": 3, "message": "event must be an object"},
            ]
        },
    }
    assert sandbox.events() == []
    assert [entry["position"] for entry in sandbox.rejected()] == [1, 3]


@pytest.mark.parametrize("body", [b"", b"{", b"[NaN]", b"\xff\xfe", b'"text"'])
def test_an_unreadable_body(sandbox, post, body):
    """One known sentence, whatever is wrong with the body."""
    status, document, _ = post(sandbox, body)
    assert (status, document["detail"]) == (400, {"message": "Unable to parse request body."})


def test_an_unreadable_body_from_a_bare_socket(sandbox):
    """The same without any HTTP library between."""
    body = b"not json"
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as sock:
        sock.sendall(
            b"POST /v3/events HTTP/1.1\r\nHost: localhost\r\nx-api-key: k\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Unable to parse request body." in answer


def test_a_missing_key(sandbox, post, good):
    """403 in the documented words."""
    assert post(sandbox, [good()], key=None)[:2] == (403, {"message": "Forbidden"})
    assert post(sandbox, [good()], key=" ")[:2] == (403, {"message": "Forbidden"})


def test_only_the_given_key_is_good(post, good):
    """A sandbox with a key rejects any other, and shows none in full."""
    with Sandbox(key="public.secret") as sandbox:
        assert post(sandbox, [good()], key="another-key")[0] == 403
        assert post(sandbox, [good()], key="public.secret")[0] == 202
        assert [seen["key"] for seen in sandbox.requests()] == ["anot…", "publ…"]


def test_500_events_and_one_more(sandbox, post, good):
    """500 are taken, 501 are rejected as a whole."""
    assert post(sandbox, [good()] * 500)[0] == 202
    status, document, _ = post(sandbox, [good()] * 501)
    assert (status, "501" in document["detail"]["message"]) == (400, True)
    assert sandbox.stats()["events"] == 500


def test_a_body_above_10_mb(sandbox, post):
    """413, and the size that was announced is shown."""
    body = b" " * (MAX_BODY + 1)
    assert post(sandbox, body)[:2] == (413, {"message": "Request Too Long"})
    assert sandbox.requests()[-1]["bytes"] == len(body)


def test_gzip(sandbox, post, good):
    """A compressed request is taken; its size is that on the wire."""
    body = gzip.compress(json.dumps([good()] * 100).encode())
    assert post(sandbox, body, Content_Encoding="gzip")[0] == 202
    assert (sandbox.stats()["events"], sandbox.requests()[0]["bytes"]) == (100, len(body))


def test_a_gzip_bomb_costs_nothing(sandbox, post):
    """A body that unpacks beyond the limit is rejected unread."""
    assert post(sandbox, gzip.compress(b" " * (MAX_BODY * 2)), Content_Encoding="gzip")[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/events", 404),
        ("POST", "/v3/event", 404),
        ("GET", "/v3/", 404),
        ("POST", "/v3/events/", 404),
        ("GET", "/v3/events", 405),
        ("PUT", "/v3/events", 405),
    ],
)
def test_a_wrong_address(sandbox, call, method, path, status):
    """An envelope with a message, and the request is there for its user to find."""
    got, document, headers = call(sandbox.port, method, path, b"[]", {"x-api-key": "k"})
    assert (got, document["status"]) == (status, status)
    assert method in document["detail"]["message"]
    assert headers.get("Allow") == ("POST" if status == 405 else None)
    assert [(seen["path"], seen["status"]) for seen in sandbox.requests()] == [(path, status)]


def test_a_browser_s_favicon_is_no_request(sandbox, call):
    """What does not look like a client with a wrong address is not counted."""
    assert call(sandbox.port, "GET", "/favicon.ico")[0] == 404
    assert sandbox.stats()["requests"] == 0


def test_the_facts_of_a_request(sandbox, post, good):
    """Each request is kept with what helps to understand it."""
    post(sandbox, [good()], key="short", User_Agent="my-client/1")
    seen = sandbox.requests()[0]
    assert (seen["method"], seen["path"], seen["status"], seen["count"]) == (
        *("POST", "/v3/events", 202),
        1,
    )
    assert (seen["agent"], seen["key"], seen["note"]) == ("my-client/1", "…", "")
    assert 0 <= seen["duration"] < 5
    assert seen["bytes"] > 0
    post(sandbox, [good()], key=None)
    assert sandbox.requests()[1]["key"] is None


def test_a_fault_s_status_and_retry_after(sandbox, post, good):
    """The answer is the fault's; nothing is taken, and then the sandbox is well again."""
    sandbox.faults(status=503, times=1, retry_after="2")
    status, document, headers = post(sandbox, [good()])
    assert (status, document, headers["Retry-After"]) == (
        503,
        {"message": "Service Unavailable"},
        "2",
    )
    assert sandbox.events() == []
    assert post(sandbox, [good()])[0] == 202


def test_a_bucket_answers_429(sandbox, post, good):
    """What exceeds the rate gets 429."""
    sandbox.faults(rate=0.01, burst=2, retry_after=3)
    answers = [post(sandbox, [good()]) for _ in range(3)]
    assert [answer[0] for answer in answers] == [202, 202, 429]
    assert answers[2][2]["Retry-After"] == "3"


def test_a_redirect(sandbox, call, good):
    """302 with the address given."""
    sandbox.faults(redirect="https://elsewhere.example/v3/events")
    body = json.dumps([good()])
    status, _, headers = call(sandbox.port, "POST", "/v3/events", body, {"x-api-key": "k"})
    assert (status, headers["Location"]) == (302, "https://elsewhere.example/v3/events")


@pytest.mark.parametrize("taken", [False, True])
def test_a_reset(sandbox, post, good, taken):
    """The connection is cut; whether the events were taken is the fault's choice."""
    sandbox.faults(reset=True, taken=taken, times=1)
    with pytest.raises(ConnectionResetError):
        post(sandbox, [good()])
    assert len(sandbox.events()) == int(taken)
    seen = sandbox.requests()[0]
    note = "reset, fault after: taken" if taken else "reset, fault"
    assert (seen["status"], seen["note"]) == (None, note)


def _send(port, body):
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.sendall(
        b"POST /v3/events HTTP/1.1\r\nHost: localhost\r\nx-api-key: k\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    return sock


def _until_read(sandbox, count=1):
    """Wait until the sandbox has begun with so many requests."""
    while sandbox.stats()["requests"] < count:
        pass


def test_a_hung_request_never_gets_an_answer(sandbox, post, good):
    """Nothing comes until the client gives up, and others are served meanwhile."""
    sandbox.faults(hang=True, times=1)
    with _send(sandbox.port, json.dumps([good()]).encode()) as sock:
        _until_read(sandbox)
        assert post(sandbox, [good()])[0] == 202
        sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            sock.recv(1)
    assert sandbox.requests()[0]["note"] == "hang, fault"


def test_a_stop_ends_hung_requests(good):
    """The client is cut off, and the stop does not wait."""
    with Sandbox(faults={"hang": True, "times": 1}) as sandbox:
        sock = _send(sandbox.port, json.dumps([good()]).encode())
        _until_read(sandbox)
    with sock, pytest.raises(ConnectionResetError):
        sock.recv(1)


def _tasks(sandbox):
    """Count what the sandbox's loop does for its connections."""
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks(sandbox._loop)]
    return sum("RequestHandler" in name for name in names)


def test_a_hung_client_that_leaves_is_let_go(monkeypatch, sandbox, good):
    """A hung request holds nothing once its client has gone."""
    monkeypatch.setattr("zaius_logging.sandbox._v3._HANG_CHECK", 0.01)
    sandbox.faults(hang=True)
    with _send(sandbox.port, json.dumps([good()]).encode()):
        _until_read(sandbox)
        assert _tasks(sandbox) > 0
    while _tasks(sandbox):
        pass
    assert sandbox.requests()[0]["status"] is None


def test_latency_delays_and_still_takes(sandbox, post, good):
    """The answer comes late, and events are taken even if the client has given up."""
    sandbox.faults(latency=0.2)
    post(sandbox, [good()])
    assert sandbox.requests()[0]["duration"] >= 0.2
    _send(sandbox.port, json.dumps([good()]).encode()).close()
    assert len(sandbox.wait_for(2)) == 2


def test_a_stop_ends_a_long_latency(good):
    """A request that waits is answered when the sandbox stops."""
    with Sandbox(faults={"latency": 3600}) as sandbox:
        sock = _send(sandbox.port, json.dumps([good()]).encode())
        _until_read(sandbox)
    with sock:
        assert sock.recv(65536).startswith(b"HTTP/1.1 202 ")


def test_a_client_that_leaves_in_mid_body(sandbox, post, good):
    """Half a request is counted, and harms nobody."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as sock:
        sock.sendall(b"POST /v3/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n[")
    assert post(sandbox, [good()])[0] == 202
    assert sandbox.stats()["events"] == 1


def test_many_clients_at_once(sandbox, post, good):
    """Nothing is lost or counted twice between threads."""

    def client(number):
        for turn in range(5):
            post(sandbox, [good(idempotence_id=f"{number}-{turn}-{at}") for at in range(20)])

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = sandbox.stats()
    assert (stats["requests"], stats["events"], stats["duplicates"]) == (40, 800, 0)
    assert sorted(seen["request"] for seen in sandbox.requests()) == list(range(1, 41))
