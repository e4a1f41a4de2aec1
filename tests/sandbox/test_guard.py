"""Other people's web pages stay out."""

import http.client
import json
import socket

import pytest

from zaius_logging.sandbox._guard import is_loopback


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8765", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:8765"]
)
def test_loopback_names(host):
    """The names of this machine's loopback, with any port."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "example.com",
        "localhost.example.com",
        "127.0.0.1.nip.io",
        "192.168.0.1",
        "::1",
        "10.0.0.1",
    ],
)
def test_other_names(host):
    """Anything else, however alike."""
    assert not is_loopback(host)


@pytest.mark.parametrize("path", ["/", "/api/events", "/v3/events"])
def test_a_rebound_name_is_rejected(sandbox, call, path):
    """A name that somebody let resolve to loopback gets a 403 that says so, and reads nothing."""
    status, document, _ = call(sandbox.port, "GET", path, None, {"Host": "evil.example:80"})
    assert (status, "'evil.example:80'" in document["message"]) == (403, True)


def test_a_request_without_a_host_is_no_browser(sandbox):
    """HTTP/1.0 has no `Host`."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as sock:
        sock.sendall(b"GET /api/stats HTTP/1.0\r\n\r\n")
        assert b" 200 OK" in b"".join(iter(lambda: sock.recv(65536), b""))


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_another_page_changes_nothing(sandbox, call, post, good, origin):
    """What changes the sandbox is for its own page, and for what is no page."""
    post(sandbox, [good()])
    for method, path in (
        ("DELETE", "/api/events"),
        ("PUT", "/api/faults"),
        ("POST", "/v3/events"),
    ):
        headers = {"Origin": origin, "x-api-key": "k"}
        status, document, _ = call(sandbox.port, method, path, b'{"hang":true}', headers)
        assert (status, origin in document["message"]) == (403, True)
    assert sandbox.stats()["events"] == 1


def test_its_own_page_may(sandbox, call):
    """The page's own origin is good."""
    headers = {"Origin": sandbox.url}
    assert call(sandbox.port, "DELETE", "/api/events", None, headers)[0] == 200


def test_nothing_is_shared_across_origins(sandbox, call, post, good):
    """No answer allows another origin; the page's answers forbid what is not its own."""
    for path in ("/", "/static/js/main.js", "/api/events", "/api/nothing"):
        headers = call(sandbox.port, "GET", path, None, {"Origin": "http://evil.example"})[2]
        assert headers.get("Access-Control-Allow-Origin") is None
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "require-trusted-types-for 'script'" in policy
    assert "Content-Security-Policy" not in post(sandbox, [good()])[2]


def test_preflight_is_not_answered(sandbox):
    """A browser that asks for leave gets none."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=10)
    connection.request("OPTIONS", "/v3/events", headers={"Origin": "http://evil.example"})
    response = connection.getresponse()
    assert response.status == 405
    assert json.loads(response.read())["title"] == "Method Not Allowed"
    connection.close()
