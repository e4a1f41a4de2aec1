"""Other people's clients against the sandbox."""

import uuid

import pytest
from optimizely.odp.odp_config import OdpConfig
from optimizely.odp.odp_event_manager import OdpEventManager

from zaius_logging.sandbox import Sandbox


@pytest.fixture
def manager(sandbox):
    """The official SDK's event manager, its host being the sandbox and its key made up here."""
    manager = OdpEventManager(request_timeout=5, flush_interval=1)
    manager.start(OdpConfig(f"made-up-{uuid.uuid4().hex}", sandbox.url, []))
    yield manager
    manager.stop()


def test_the_official_python_sdk_identifies_a_user(sandbox, manager):
    """Its own event is accepted without a warning: type, identifiers and data are as it sends them."""
    manager.identify_user({"vuid": "vuid_1", "fs-user-id": "user-1"})
    manager.flush()
    (event,) = sandbox.wait_for(1)
    assert (event["type"], event["action"]) == ("fullstack", "identified")
    assert event["identifiers"] == {"vuid": "vuid_1", "fs_user_id": "user-1"}
    assert event["data"]["data_source"] == "python-sdk"
    assert sandbox.stats()["warnings"] == 0


def test_the_official_python_sdk_sends_batches(sandbox, manager):
    """25 events come in its batches of 10, each once, in order."""
    for number in range(25):
        manager.send_event(
            "order", "purchase", {"email": f"c{number}@shop.example"}, {"n_o": number}
        )
    manager.flush()
    assert [event["data"]["n_o"] for event in sandbox.wait_for(25)] == list(range(25))
    assert [seen["count"] for seen in sandbox.requests()] == [10, 10, 5]
    assert sandbox.stats()["duplicates"] == 0


def test_the_official_python_sdk_tries_a_503_again(sandbox, manager):
    """Its retries are taken; the second attempt succeeds with the same ids."""
    sandbox.faults(status=503, taken=True, times=1)
    manager.send_event("list", "subscribe", {"email": "tyler@zaius.com"}, {"list_id": "news"})
    manager.flush()
    first, second = sandbox.wait_for(2)
    assert first == second
    assert sandbox.stats()["duplicates"] == 1


def test_the_official_python_sdk_is_taken_when_strict():
    """Not even the strict reading minds what the SDK sends."""
    with Sandbox(strict=True) as sandbox:
        manager = OdpEventManager(flush_interval=0)
        manager.start(OdpConfig("made-up", sandbox.url, []))
        manager.send_event("fullstack", "client_initialized", {"vuid": "vuid_1"}, {})
        manager.stop()
        assert sandbox.stats()["events"] == 1


def test_a_plain_client(sandbox, call):
    """As `curl -d @- -H 'x-api-key: …'` sends it: one object, and the type of a form."""
    body = b'{"type":"pageview","identifiers":{"vuid":"1"},"data":{"page":"/"}}'
    headers = {"x-api-key": "k", "Content-Type": "application/x-www-form-urlencoded"}
    assert call(sandbox.port, "POST", "/v3/events", body, headers)[0] == 202
    assert sandbox.events()[0]["type"] == "pageview"


def test_a_chunked_client(sandbox, call):
    """A body without a length, as streaming clients send it."""
    chunks = iter([b'[{"type":"list","action":"subscribe",', b'"identifiers":{"vuid":"1"}}]'])
    headers = {"x-api-key": "k", "Transfer-Encoding": "chunked"}
    connection_body = b"".join(
        [*(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks), b"0\r\n\r\n"]
    )
    assert call(sandbox.port, "POST", "/v3/events", connection_body, headers)[0] == 202
