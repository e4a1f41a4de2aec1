"""A function that is frozen when it returns: what it flushed has arrived, and nothing else has."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
INVOKE = """
import os, signal, serverless
from zaius_logging.integrations import serverless as serverless_module
if "WITHOUT" in os.environ:
    serverless_module.flush = lambda timeout: None
serverless.handler({"email": "tyler@example.com"}, None)
os.kill(os.getpid(), signal.SIGSTOP)  # frozen, and maybe never woken again
"""


@pytest.fixture
def invoke(sandbox):
    """Invoke the example's function in a process that freezes when it has returned."""
    started = []

    def invoke(**variables):
        settings = {"ZAIUS_API_KEY": "test", "ZAIUS_ENDPOINT": sandbox.endpoint, "no_proxy": "*"}
        process = subprocess.Popen(
            [sys.executable, "-c", INVOKE],
            env={**os.environ, **settings, **variables},
            cwd=EXAMPLES,
        )
        started.append(process)
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        return [event["identifiers"] for event in sandbox.events()]

    yield invoke
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs SIGSTOP")
def test_what_was_flushed_has_arrived(invoke):
    """`flush(timeout)` at the end of an invocation: a frozen process owes nothing."""
    assert invoke() == [{"email": "tyler@example.com"}]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs SIGSTOP")
def test_without_flush_it_waits_in_the_freezer(invoke):
    """The control: without it the event is still in the frozen process."""
    assert invoke(WITHOUT="1") == []
