"""The API's own example payload, through the handler: it arrives as documented, plus what we add."""

import importlib.metadata
import re
import uuid

from zaius_logging import ZaiusHandler
from zaius_logging.sandbox import Sandbox

# Events API, POST /v3/events, "Example Payload".
SEED = [
    {
        "type": "product",
        "action": "add_to_cart",
        "identifiers": {"email": "tyler@zaius.com"},
        "data": {"product_id": "123"},
    },
    {
        "type": "product",
        "action": "remove_from_cart",
        "identifiers": {"email": "tyler@zaius.com"},
        "data": {"product_id": "123"},
    },
]
OURS = {"ts", "idempotence_id", "data_source_type", "data_source", "data_source_version"}


def sent(attach, **settings):
    with Sandbox(key="public.secret", strict=True) as sandbox:
        handler = ZaiusHandler(api_key="public.secret", endpoint=sandbox.endpoint, **settings)
        log = attach(handler)
        for event in SEED:
            log.info("cart", extra={"zaius": event})
        assert handler.flush(10)
        return sandbox.events(), sandbox.requests()


def test_the_example_arrives_as_documented_plus_five_fields(attach):
    """Both events, in order, in one request; `data` has what we add besides, and nothing else differs."""
    events, requests = sent(attach)
    assert len(requests) == 1
    for event, seed in zip(events, SEED, strict=True):
        assert list(event) == ["type", "action", "identifiers", "data"]
        assert event["data"].keys() == {"product_id"} | OURS
        given = {name: value for name, value in event["data"].items() if name not in OURS}
        assert {**event, "data": given} == seed
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["data"]["ts"])
        assert uuid.UUID(event["data"]["idempotence_id"]).version == 4
        assert event["data"]["data_source_type"] == "sdk"
        assert event["data"]["data_source"] == "zaius-logging"
        assert event["data"]["data_source_version"] == importlib.metadata.version("zaius-logging")
    assert len({event["data"]["idempotence_id"] for event in events}) == 2


def test_without_source_fields_only_time_and_id_are_added(attach):
    """One setting leaves the others out."""
    events, _ = sent(attach, source_fields=False)
    assert [event["data"].keys() for event in events] == [
        {"product_id", "ts", "idempotence_id"},
    ] * 2
