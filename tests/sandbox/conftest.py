"""A sandbox for each test that asks for one, and the shortest way to post to it."""

import http.client
import json

import pytest

from zaius_logging.sandbox import Sandbox


def good(**data):
    """Build an event that nobody could mind."""
    return {
        "type": "product",
        "action": "detail",
        "identifiers": {"email": "tyler@zaius.com"},
        "data": {"product_id": "123", **data},
    }


def call(port, method, path, body=None, headers=None):
    """Ask as curl would, and give status, document and headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        text = response.read()
    finally:
        connection.close()
    is_json = text and response.getheader("Content-Type", "").startswith("application/json")
    return response.status, json.loads(text) if is_json else text.decode(), response.headers


@pytest.fixture(name="good")
def _good():
    return good


@pytest.fixture(name="call")
def _call():
    return call


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def post():
    """Post to the Events API of a sandbox: a value as JSON, or bytes as they are."""

    def posting(sandbox, body, key="a-key", **headers):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        given = {"Content-Type": "application/json", "x-api-key": key, **headers}
        sent = {name.replace("_", "-"): value for name, value in given.items() if value is not None}
        return call(sandbox.port, "POST", "/v3/events", body, sent)

    return posting
