"""Listeners that are ended when their test is."""

import sys
from pathlib import Path

import pytest

from zaius_logging import MemorySpool, StubTransport
from zaius_logging._delivery.listener import Listener
from zaius_logging._delivery.machine import Delivery
from zaius_logging._delivery.pace import Pace
from zaius_logging._operators.notices import Notices

sys.path.insert(0, str(Path(__file__).parent))  # for `listening`

from listening import never, no_thread, wait_for


@pytest.fixture
def said():
    return []


@pytest.fixture
def make(said):
    made = []

    def make(
        transport=None,
        spool=None,
        *,
        uniform=never,
        max_age=3600.0,
        batch=500,
        every=3600.0,
        delivery=Delivery,
        **kwargs,
    ):
        delivery = delivery(
            batch_size=batch,
            batch_bytes=1_000_000,
            flush_interval=every,
            pace=Pace(None),
            uniform=uniform,
        )
        listener = Listener(
            spool if spool is not None else MemorySpool(),
            transport if transport is not None else StubTransport(),
            delivery,
            max_age=max_age,
            notices=Notices(said.append),
            **kwargs,
        )
        made.append(listener)
        return listener

    yield make
    for listener in made:
        opened = getattr(listener._transport, "open", None)
        if opened is not None:
            opened.set()
        listener.end(5)
        wait_for(lambda listener=listener: no_thread(listener))
