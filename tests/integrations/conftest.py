"""What the integration tests share: a handler that keeps what it would send, and scripts that run."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zaius_logging import StubTransport, ZaiusHandler, unbind

EXAMPLES = Path(__file__).parents[2] / "examples"


class Sink:
    """A handler on a logger of its own, and what came through it."""

    def __init__(self):
        self.transport = StubTransport()
        self.handler = ZaiusHandler(transport=self.transport, strict=True)
        self.logger = logging.Logger("shop", logging.DEBUG)  # noqa: LOG001 - nobody else sees it
        self.logger.addHandler(self.handler)

    def buy(self, **data):
        """Log an event without identifiers of its own."""
        event = {"type": "order", "action": "purchase", "data": data}
        self.logger.info("bought", extra={"zaius": event})

    @property
    def events(self):
        """What was sent so far, in order."""
        assert self.handler.flush(10)
        return self.transport.events


@pytest.fixture
def sink():
    """A handler that keeps what it would send."""
    sink = Sink()
    yield sink
    sink.handler.close()
    unbind()


@pytest.fixture
def sandbox():
    """The Events API's stand-in, for scripts."""
    tools = pytest.importorskip("zaius_logging.sandbox", reason="the sandbox needs aiohttp")
    with tools.Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def run_example(sandbox):
    """Run an example as its users do, and give the finished process."""

    def run_example(name, **variables):
        return subprocess.run(
            [sys.executable, "-W", "error", str(EXAMPLES / name)],
            env={
                **os.environ,
                "ZAIUS_API_KEY": "test",
                "ZAIUS_ENDPOINT": sandbox.endpoint,
                "no_proxy": "*",
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_example
