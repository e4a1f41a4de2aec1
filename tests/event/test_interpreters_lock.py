"""A call beside a thread that computes, as request threads do: it keeps the interpreter's lock from its beginning to its end."""

import logging
import os
import sys
import threading
import time

import pytest

from zaius_logging import JournalSpool, StubTransport, ZaiusHandler
from zaius_logging._event import ids

SWITCH = 3.0  # seconds that a thread which gave up the lock waits to have it back, instead of 5 ms
MADE = (
    250  # events after which thread, file and map are there, and the second file has room for CALLS
)
CALLS = 500

pytestmark = [
    pytest.mark.slow,  # who gives it up waits for seconds
    pytest.mark.skipif(
        not hasattr(os, "getrandom") or not getattr(sys, "_is_gil_enabled", lambda: True)(),
        reason="the system's random bytes cost the lock here; or there is none",
    ),
]


@pytest.fixture
def computing():
    """A thread that has the lock whenever it can be had."""
    stop = threading.Event()

    def compute():
        while not stop.is_set():
            sum(range(100))

    thread = threading.Thread(target=compute)
    before = sys.getswitchinterval()
    thread.start()
    yield
    sys.setswitchinterval(before)
    stop.set()
    thread.join()


def waited(handler, events):
    """Whether one of the calls had to wait for the lock."""
    logger = logging.Logger("shop")  # noqa: LOG001
    logger.addHandler(handler)
    for event in events[:MADE]:
        logger.info("", extra=event)
    sys.setswitchinterval(SWITCH)
    time.sleep(0.02)  # gives it up: who waits for it from now on waits for so long
    for event in events[MADE:]:
        began = time.monotonic()
        logger.info("", extra=event)
        if time.monotonic() - began > SWITCH / 2:
            return True
    return False


def events(count):
    return [
        {"zaius": {"type": "t", "identifiers": {"customer_id": n}, "data": {"total": n / 7}}}
        for n in range(count)
    ]


def handler_on(spool):
    return ZaiusHandler(
        api_key="k.s",
        transport=StubTransport(),
        spool=spool,
        require_action=False,
        batch_size=500,
        flush_interval=3600.0,
    )


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "mapped"])
def test_a_call_never_gives_up_the_lock(tmp_path, computing, on_disk):
    """Else it waits for it: 5 ms by default, in one call of a hundred."""
    spool = JournalSpool(tmp_path, "shop", deliver=False) if on_disk else None
    handler = handler_on(spool)
    try:
        assert not waited(handler, events(MADE + CALLS))
    finally:
        sys.setswitchinterval(0.005)
        handler.close()


def test_an_id_by_a_call_that_gives_it_up_is_noticed(monkeypatch, computing):
    """The control."""
    monkeypatch.setattr(ids, "_bytes_of_the_system", os.urandom)
    handler = handler_on(None)
    try:
        assert waited(handler, events(MADE + 10 * CALLS))
    finally:
        sys.setswitchinterval(0.005)
        handler.close()
