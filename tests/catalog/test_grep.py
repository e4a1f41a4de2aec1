"""What was redacted is nowhere: not in a file of the spool, a request, a dead letter, a page, a line or a callback."""

import io
import json
import logging
import pickle
import urllib.request

import pytest

from zaius_logging import ZaiusHandler
from zaius_logging.sandbox import Sandbox

HIDDEN = "Annabelle-Q-7781"
ADDRESS = "annabelle.q@private.example"
HASH_KEY = "only-in-this-test-0123"


def event(number, **data):
    return {
        "type": "product",
        "action": "detail",
        "identifiers": {"customer_id": str(number), "email": ADDRESS},
        "data": {
            "product_id": "1",
            "note": HIDDEN,
            "ip": "203.0.113.77",
            "deep": [{"note": HIDDEN}],
            **data,
        },
    }


def everything(folder, sandbox, lines, called):
    """All bytes that exist outside the records: files, the sandbox's own data, notices, callbacks."""
    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    for page in ("events", "rejected", "requests", "session", "stats"):
        with urllib.request.urlopen(f"{sandbox.url}/api/{page}", timeout=10) as answer:  # noqa: S310
            found.append(answer.read())
    found.append("\n".join(lines).encode())
    found.append(pickle.dumps(called))
    return b"\n".join(found)


@pytest.mark.parametrize("redacts", [True, False])
def test_nothing_that_was_removed_can_be_found(tmp_path, redacts):
    """Delivered, rejected (in a dead letter), waiting through an outage, dropped and invalid; the control finds it without the settings."""
    lines, called = [], []
    stream = io.StringIO()
    logging.getLogger("operators").addHandler(logging.StreamHandler(stream))
    settings = (
        {
            "redact": ["data.note", "data.deep.note"],
            "hash": ["data.ip", "identifiers.email"],
            "hash_key": HASH_KEY,
        }
        if redacts
        else {}
    )
    with Sandbox() as sandbox:
        handler = ZaiusHandler(
            api_key="sandbox", endpoint=sandbox.endpoint, spool_dir=tmp_path / "spool", capacity=3,
            notices=lines.append, on_drop=lambda *a: called.append(a), on_reject=lambda *a: called.append(a),
            close_timeout=1, flush_interval=0.1, require_action=False, **settings,
        )  # fmt: skip
        log = logging.Logger("grep")  # noqa: LOG001 - of this test alone
        log.addHandler(handler)
        log.info("x", extra={"zaius": event(1)})
        assert handler.flush(10)
        log.info("x", extra={"zaius": {**event(2), "type": " "}})  # invalid
        rejected = {name: value for name, value in event(2).items() if name != "action"}
        log.info("x", extra={"zaius": rejected})  # the sandbox wants an action
        assert handler.flush(10)
        assert handler.stats().rejected == 1
        assert any(
            b"missing" in path.read_bytes() for path in tmp_path.rglob("*dead*") if path.is_file()
        )
        sandbox.faults(status=503)
        for number in range(3, 9):  # they wait, and some do not fit
            log.info("x", extra={"zaius": event(number)})
        handler.flush(0.5)
        found = everything(tmp_path, sandbox, lines, called)
        assert sandbox.events()
        handler.close()
        found += everything(tmp_path, sandbox, lines, called)
    present = [
        each for each in (HIDDEN, ADDRESS, "203.0.113.77", HASH_KEY) if each.encode() in found
    ]
    assert present == ([] if redacts else [HIDDEN, ADDRESS, "203.0.113.77"])
    assert json.dumps("product_id").encode() in found  # what it looks at is there
