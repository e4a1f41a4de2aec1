"""In a subinterpreter, which from Python 3.12 on allows no daemon threads, all works as elsewhere."""

import subprocess
import sys

import pytest

WITHIN = """
import logging, zaius_logging
from zaius_logging import ZaiusHandler
handler = ZaiusHandler(flush_interval=3600.0)
shop = logging.getLogger("shop")
shop.addHandler(handler)
shop.setLevel("INFO")
def log(number):
    event = {"type": "test", "action": "count", "identifiers": {"customer_id": "parent"}, "data": {"n": number}}
    shop.info("event", extra={"zaius": event})
for number in range(10):
    log(number)
stats = handler.stats()
assert (stats.accepted, stats.pending, stats.invalid) == (10, 10, 0), stats
if handler.flush(5):  # the thread can be had: 3.11 allows none in one that is isolated
    log(10)
"""
OUTSIDE = f"""
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
made = interpreters.create()
failed = interpreters.run_string(made, {WITHIN!r})
assert not failed, failed
interpreters.destroy(made)
print("destroyed")
"""


@pytest.mark.slow
@pytest.mark.usefixtures("unmeasured")
def test_what_it_logs_is_delivered(environment, sandbox):
    """By the thread where one can be had, the rest at its end, which nothing holds up."""
    ran = subprocess.run(
        [sys.executable, "-c", OUTSIDE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout == "destroyed\n", ran.stderr
    assert sandbox.stats()["events"] == (11 if sys.version_info >= (3, 12) else 10)
    assert "Traceback" not in ran.stderr
