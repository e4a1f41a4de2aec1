"""The pages of the catalogue are true: each example runs, and what is to be copied is right by the sandbox."""

import logging
import re
from pathlib import Path

import pytest

from zaius_logging import StubTransport, ZaiusHandler
from zaius_logging._catalog.check import findings
from zaius_logging._catalog.read import catalogue, parse
from zaius_logging.sandbox import Sandbox

PAGES = Path(__file__).parents[2] / "docs" / "catalogue"


def blocks(page, language):
    """The code blocks of a page."""
    text = (PAGES / page).read_text("utf-8")
    return re.findall(rf"^```{language}[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def run(page, **names):
    """Run the Python of a page, top to bottom; gives its names."""
    exec(compile("\n".join(blocks(page, "python")), page, "exec"), names)  # noqa: S102
    return names


@pytest.fixture
def root():
    """The root logger, with its handlers and level put back."""
    logger = logging.getLogger()
    before, level = [*logger.handlers], logger.level
    logger.setLevel("INFO")
    yield logger
    logger.handlers[:] = before
    logger.setLevel(level)


def test_what_is_to_be_copied_is_right_by_the_sandbox(root):
    """A newcomer's first try: order, refund, cart, list, account, search, loyalty, without one warning."""
    with Sandbox() as sandbox:
        handler = ZaiusHandler(api_key="sandbox", endpoint=sandbox.endpoint, strict=True)
        root.addHandler(handler)
        run("events-to-copy.md")
        assert handler.flush(10)
        handler.close()
        sent = sandbox.events()
        assert sandbox.rejected() == []
        assert sandbox.stats()["warnings"] == 0
    standard = catalogue("standard")
    kinds = {f"{event['type']}/{event.get('action')}" for event in sent}
    assert len(sent) == 11
    assert {
        "order/purchase",
        "order/refund",
        "product/add_to_cart",
        "list/subscribe",
        "account/login",
    } <= kinds
    # `points` is the account's own field; nothing else is unknown.
    found = [str(each) for event in sent for each in findings(standard, event)]
    assert found == ["data.points: is no field of loyalty/points_added"]


def test_the_format_is_read_as_the_page_says(tmp_path, monkeypatch):
    """Its catalogue is right, its settings are taken, and its line is what a slip tells."""
    [text] = blocks("format.md", "toml")
    shop = parse(text)
    assert shop.kinds["workshop/booked"].active_event is False
    (tmp_path / "events.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    run("format.md")["handler"].close()
    lines = []
    handler = ZaiusHandler(transport=StubTransport(), catalog="events.toml", notices=lines.append)
    record = logging.makeLogRecord(
        {
            "pathname": "/srv/checkout.py", "filename": "checkout.py", "lineno": 41,
            "zaius": {
                "type": "order", "action": "purchase", "identifiers": {"customer_id": "C-000017"},
                "data": {"channel": "web", "totl": 1, "order": {"order_id": 1}},
            },
        }
    )  # fmt: skip
    handler.handle(record)
    handler.close()
    [said] = re.findall(
        r"<!-- a line that it tells -->\n```text\n(.*?)\n```",
        (PAGES / "format.md").read_text("utf-8"),
    )
    assert lines[0] == said


def test_every_property_is_on_the_page():
    """What the reader takes, the page names."""
    from zaius_logging._catalog.spec import FIELD, IDENTIFIER, KIND, TOP

    text = (PAGES / "format.md").read_text("utf-8")
    for name in {*FIELD, *IDENTIFIER, *KIND, *TOP}:
        assert re.search(rf"\b{name}\b", text), name


def test_identities_deny(root):
    """The example's patterns deny a service account and let a customer pass."""
    handler = run("identities.md")["handler"]
    handler.close()
    del root


def test_privacy_takes_out_what_it_says():
    """Its hook drops and strips, redact and hash do what the page says."""
    names = run("privacy.md")
    names["handler"].close()
    transport = StubTransport()
    handler = ZaiusHandler(
        transport=transport,
        before_send=names["without_staff"],
        redact=["data.note", "data.order.items[].gift_to"],
        hash=["data.ip"],
        hash_key="from ZAIUS_HASH_KEY, never from code",
        notices=lambda _: None,
    )
    log = logging.Logger("privacy")  # noqa: LOG001 - of this test alone
    log.addHandler(handler)
    event = {
        "type": "order", "action": "purchase", "identifiers": {"customer_id": "1"},
        "data": {"note": "n", "ip": "10.0.0.1", "comment": "c", "order": {"items": [{"gift_to": "Anna"}]}},
    }  # fmt: skip
    log.info("x", extra={"zaius": event})
    log.info("x", extra={"zaius": {**event, "data": {"staff": True}}})
    assert handler.flush(5)
    handler.close()
    [sent] = transport.events
    assert sent["data"]["order"] == {"items": [{}]}
    assert "note" not in sent["data"]
    assert "comment" not in sent["data"]
    assert len(sent["data"]["ip"]) == 64


def test_active_event_is_false(root):
    """The example's event says that the customer was not active."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport)
    root.addHandler(handler)
    run("active-event.md")
    assert handler.flush(5)
    handler.close()
    assert transport.events[0]["data"]["active_event"] is False
