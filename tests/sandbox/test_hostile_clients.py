"""Clients that are slow, huge, many or led here by a page: each is bounded, and others are served meanwhile."""

import contextlib
import http.client
import itertools
import json
import re
import socket
import subprocess
import sys
import threading
import time

import pytest

from zaius_logging.sandbox import SandboxClient, SandboxProcess, _stream, _v3

POST = (
    b"POST /v3/events HTTP/1.1\r\nHost: localhost\r\nx-api-key: k\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
WATCH = b"GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


@pytest.fixture
def served():
    """A sandbox in a process of its own, so that its memory can be read; gives it and a look at it."""

    def memory(sandbox):
        with open(f"/proc/{sandbox.pid}/status", encoding="ascii") as status:  # noqa: PTH123
            return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))

    with SandboxProcess(capacity=1000) as sandbox:
        yield sandbox, lambda: memory(sandbox)


def test_a_body_that_does_not_end_is_answered(monkeypatch, sandbox):
    """408 in time, noted among the requests, and the connection is closed."""
    monkeypatch.setattr(_v3, "_BODY_TIMEOUT", 0.2)
    with connect(sandbox.port) as sock:
        sock.sendall(POST % 100 + b"[{")
        answer = sock.recv(65536)
    assert answer.startswith(b"HTTP/1.1 408 ")
    (request,) = sandbox.requests()
    assert (request["status"], request["note"]) == (408, "the body did not end")


def test_a_client_that_leaves_or_speaks_no_http_is_a_line_at_most():
    """Who leaves in the middle of a body shows among the requests; the terminal has no traceback of either."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "zaius_logging.sandbox"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        process.stdin.write('{"port": 0}\n')
        process.stdin.flush()
        sandbox = SandboxClient(process.stdout.readline().strip())
        with connect(sandbox.port) as sock:
            sock.sendall(POST % 100 + b"[{")
        with connect(sandbox.port) as sock:
            sock.sendall(
                b"POST /v3/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n"
            )
            assert sock.recv(65536).startswith(b"HTTP/1.0 400 ")
        deadline = time.monotonic() + 30
        while not (requests := sandbox.requests()):
            assert time.monotonic() < deadline
        _, said = process.communicate()
    assert requests[0]["note"] == "reset, the client left in the middle of its body"
    (line,) = said.splitlines()
    assert re.match(
        r"Error handling request( from 127\.0\.0\.1)?: 400, message: Invalid character", line
    )


@pytest.mark.slow
def test_500_slow_bodies_keep_nobody_waiting(served, post, good):
    """500 clients that stop in the middle of a body: others are answered, and memory stays."""
    sandbox, memory = served
    before = memory()
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(connect(sandbox.port)).sendall(POST % 1_000_000 + b"[" * 1000)
        assert [post(sandbox, [good()])[0] for _ in range(20)] == [202] * 20
        assert memory() - before < 100
    assert sandbox.stats()["events"] == 20


@pytest.mark.slow
def test_40_huge_bodies_cost_no_more_than_their_limit(served, post, good):
    """11 MB each, in parallel: 413, none is kept, and memory is bounded by those under way."""
    sandbox, memory = served
    before = memory()
    body = b"[" + b" " * 11_000_000 + b"]"
    statuses = []

    def send():
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=60)
        with contextlib.suppress(OSError):  # it may hang up before it has read all
            connection.request("POST", "/v3/events", body, {"x-api-key": "k"})
            statuses.append(connection.getresponse().status)
        connection.close()

    for _ in range(10):
        senders = [threading.Thread(target=send) for _ in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert set(statuses) <= {413}
    assert post(sandbox, [good()])[0] == 202
    assert sandbox.stats()["events"] == 1
    assert memory() - before < 150


@pytest.mark.slow
def test_1_500_watchers_are_100(served, post, good):
    """The first 100 watch, the others get a 503 at once, and events are taken meanwhile."""
    sandbox, _ = served
    answers = []
    with contextlib.ExitStack() as stack:
        for _ in range(1500):
            sock = connect(sandbox.port)
            sock.sendall(WATCH)
            answers.append(sock.recv(4096)[9:12])
            if answers[-1] == b"200":
                stack.enter_context(sock)
            else:
                sock.close()
        assert [post(sandbox, [good()])[0] for _ in range(20)] == [202] * 20
    assert answers == [b"200"] * 100 + [b"503"] * 1400
    assert _stream.MAX_WATCHERS == 100


def test_a_watcher_that_leaves_makes_room(monkeypatch, sandbox, post, good):
    """Its place is free once the next message finds it gone."""
    monkeypatch.setattr(_stream, "MAX_WATCHERS", 1)
    with connect(sandbox.port) as first:
        first.sendall(WATCH)
        assert first.recv(4096).startswith(b"HTTP/1.1 200")
        with connect(sandbox.port) as second:
            second.sendall(WATCH)
            assert second.recv(4096).startswith(b"HTTP/1.1 503")
    for _ in range(1000):
        post(sandbox, [good()])
        with connect(sandbox.port) as third:
            third.sendall(WATCH)
            if third.recv(4096).startswith(b"HTTP/1.1 200"):
                return
    raise AssertionError("the place stays taken")


NAMES = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.localhost.example",
]
NAMES += [
    "127.0.0.1@evil.example",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",  # noqa: S104 - as a name, not to bind to
    "2130706433",
    "0x7f000001",
    "127.1",
]
PORTS = ["", ":80", ":8765"]
PATHS = ["/", "/api/events", "/api/stream", "/api/session", "/v3/events", "/static/js/main.js"]


def test_no_rebound_name_reads_or_changes_anything(sandbox, call, post, good):
    """360 requests of a page whose name was made to resolve to this machine: each gets 403 and no data."""
    post(sandbox, [good(product_id="secret-product")])
    tried = 0
    for name, port, path in itertools.product(NAMES, PORTS, PATHS):
        for method in ("GET", "POST"):
            host = name + port
            body = json.dumps([good()]) if method == "POST" else None
            headers = {"Host": host, "Origin": f"http://{host}", "x-api-key": "k"}
            status, document, _ = call(sandbox.port, method, path, body, headers)
            assert (status, "secret-product" in str(document)) == (403, False), (method, host, path)
            tried += 1
    assert tried == 360
    assert sandbox.stats()["events"] == 1
