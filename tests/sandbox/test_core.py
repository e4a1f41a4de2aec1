"""The core and its wakeup."""

import asyncio

import pytest

from zaius_logging.sandbox import FaultError, SandboxError
from zaius_logging.sandbox._core import Wakeup, make_core, wait_for_events
from zaius_logging.sandbox._entries import Checked
from zaius_logging.sandbox._store import Store


def make(**given):
    return make_core({"capacity": 10, "max_bytes": 1000, "faults": None, "seed": 1} | given)


def test_a_core_says_what_is_wrong_with_its_settings():
    """A capacity of 0 and an unknown fault are rejected at once."""
    with pytest.raises(SandboxError, match="capacity must be a whole number, at least 1, not 0"):
        make(capacity=0)
    with pytest.raises(FaultError, match="'sttus'"):
        make(faults={"sttus": 1})


def test_faults_from_the_start():
    """Faults given to the core are in force, and a seed makes their chance repeat itself."""
    cores = [make(faults={"status": 503, "share": 0.5}, seed=7) for _ in range(2)]
    assert cores[0].fault_documents() == [{"status": 503, "share": 0.5}]
    hits = [[core.faults.plan(0).ending is None for _ in range(50)] for core in cores]
    assert hits[0] == hits[1]
    assert 5 < sum(hits[0]) < 45


def test_waiting_ends_with_the_event():
    """Whoever waits for a count is woken by the event that makes it."""

    async def scenario():
        store, wakeup = Store(10, 1000), Wakeup()
        waiting = asyncio.create_task(wait_for_events(store, wakeup, 2, 60))
        for _ in range(2):
            await asyncio.sleep(0)
            store.accept([Checked("{}", (), None, 0)], 1, 0.0)
            wakeup.wake()
        return await waiting

    assert asyncio.run(scenario())


def test_waiting_ends_with_its_time():
    """Nothing came, and nobody waits for ever."""
    assert not asyncio.run(wait_for_events(Store(10, 1000), Wakeup(), 1, 0.01))


def test_waiting_ends_with_the_server():
    """A server that stops wakes those who wait, and lets nobody pause any more."""

    async def scenario():
        store, wakeup = Store(10, 1000), Wakeup()
        waiting = asyncio.create_task(wait_for_events(store, wakeup, 1, 60))
        await asyncio.sleep(0)
        wakeup.close()
        await wakeup.pause(60)
        return await waiting

    assert not asyncio.run(scenario())
