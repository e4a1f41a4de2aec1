"""Functions that are frozen between invocations, and waiting without blocking an event loop."""

import asyncio
import time

import pytest

from zaius_logging import ZaiusHandler
from zaius_logging.integrations.serverless import aflush, flushed
from zaius_logging.sandbox import Sandbox

EVENT = {"type": "order", "action": "purchase", "identifiers": {"customer_id": "c1"}}


class Context:
    """As the platform gives it."""

    def __init__(self, milliseconds):
        self.get_remaining_time_in_millis = lambda: milliseconds


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def log(sandbox, attach):
    handler = ZaiusHandler(
        endpoint=sandbox.endpoint, api_key="k.s", flush_interval=3600, close_timeout=1
    )
    return attach(handler)


def test_events_are_sent_before_it_returns(log, sandbox):
    """And its value is what the function gave."""

    @flushed
    def handler(event, context):
        log.info("x", extra={"zaius": EVENT})
        return event["n"]

    assert handler({"n": 7}, Context(5000)) == 7
    assert len(sandbox.events()) == 1


def test_events_are_sent_though_it_raises(log, sandbox):
    """The error goes on."""

    @flushed
    def handler(event, context):
        log.info("x", extra={"zaius": EVENT})
        raise KeyError("x")

    with pytest.raises(KeyError):
        handler({}, Context(5000))
    assert len(sandbox.events()) == 1


def test_what_gives_a_coroutine_is_awaited_first(log, sandbox):
    """A decorator's wrapper, or an object's method, is a plain function whose value is awaited."""

    async def handler(event, context):
        await asyncio.sleep(0)
        log.info("x", extra={"zaius": EVENT})
        return event["n"]

    @flushed
    def wrapper(event, context):
        return handler(event, context)

    assert asyncio.run(wrapper({"n": 7}, Context(5000))) == 7
    assert len(sandbox.events()) == 1


def test_it_keeps_the_time_that_is_left(log, sandbox):
    """The API hangs, and one second is left of the invocation: half a second is waited."""
    sandbox.faults(hang=True)

    @flushed
    def handler(event, context):
        log.info("x", extra={"zaius": EVENT})

    before = time.monotonic()
    handler({}, Context(1000))
    assert 0.4 < time.monotonic() - before < 5
    sandbox.heal()


def test_a_coroutine_is_awaited(log, sandbox):
    """Its loop goes on meanwhile."""
    sandbox.faults(latency=0.3)
    ticks = []

    @flushed
    async def handler(event, context):
        log.info("x", extra={"zaius": EVENT})
        return "done"

    async def tick():
        while True:
            ticks.append(1)
            await asyncio.sleep(0.01)

    async def both():
        ticking = asyncio.create_task(tick())
        answer = await handler({}, Context(5000))
        ticking.cancel()
        return answer

    assert asyncio.run(both()) == "done"
    assert len(sandbox.events()) == 1
    assert len(ticks) > 5


def test_aflush_says_whether_all_was_sent(log, sandbox):
    """As flush does."""
    log.info("x", extra={"zaius": EVENT})
    assert asyncio.run(aflush(5)) is True
    sandbox.faults(status=503)
    log.info("x", extra={"zaius": EVENT})
    assert asyncio.run(aflush(0.2)) is False
    sandbox.heal()
