"""A hundred thousand events in a loop, then exit: the plainest use, at scale."""

import json
import subprocess
import sys

import pytest

from zaius_logging.sandbox import SandboxProcess

SCRIPT = """
import json, logging, logging.config, sys

logging.config.dictConfig({
    "version": 1,
    "handlers": {"zaius": {
        "class": "zaius_logging.ZaiusHandler", "api_key": "test", "endpoint": sys.argv[1],
        "close_timeout": 60.0,  # the machine may be busy; what is asked is that nothing is lost
    }},
    "root": {"level": "INFO", "handlers": ["zaius"]},
})
handler = logging.getLogger().handlers[0]
for number in range(100_000):
    logging.info("event", extra={"zaius": {
        "type": "test", "action": "count",
        "identifiers": {"customer_id": "1"}, "data": {"n": number},
    }})

import atexit
atexit.unregister(logging.shutdown)  # to see the numbers after the very last of it
atexit.register(lambda: print(json.dumps(handler.stats().as_dict())))
atexit.register(logging.shutdown)
"""


@pytest.mark.slow
def test_a_hundred_thousand_events_then_exit():
    """All are delivered at exit, in order, none twice, and stats() adds up."""
    with SandboxProcess(capacity=100_000) as sandbox:
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, sandbox.endpoint],
            capture_output=True,
            text=True,
            timeout=110,
            check=True,
        )
        stats = json.loads(ran.stdout)
        assert (stats["accepted"], stats["delivered"]) == (100_000, 100_000)
        assert (stats["rejected"], stats["dropped"], stats["pending"]) == (0, {}, 0)
        assert sandbox.stats()["events"] == 100_000
        assert sandbox.stats()["duplicates"] == 0
        assert [event["data"]["n"] for event in sandbox.events()] == list(range(100_000))
    assert ran.stderr == ""
