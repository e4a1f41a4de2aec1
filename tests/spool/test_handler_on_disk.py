"""A handler with `spool_dir`, as applications have it: limits, damage, accounts, forks, a restart."""

import logging
import os
import random
import signal
import sys
import threading
import time
from contextlib import suppress

import pytest

from zaius_logging import ConfigError, Retry, StubTransport, ZaiusHandler


def event(number, **data):
    return {
        "type": "t",
        "action": "a",
        "identifiers": {"customer_id": f"c{number}"},
        "data": {"n": number, **data},
    }


def sent(transport):
    return [each["data"]["n"] for each in transport.events]


class Down(StubTransport):
    """An API that is down."""

    def send(self, items):
        return Retry("down")


@pytest.fixture
def on_disk(directory, attach):
    """Make a handler on the directory, with a logger and a transport that notes what is sent."""

    def make(transport=None, where=directory, **settings):
        transport = transport or StubTransport()
        settings = {
            "account": "shop",
            "flush_interval": 0.05,
            "notices": lambda line: None,
            **settings,
        }
        handler = ZaiusHandler(api_key="k.s", transport=transport, spool_dir=where, **settings)
        return handler, attach(handler), transport

    return make


def agree(handler):
    """Each accepted event has exactly one fate."""
    stats = handler.stats()
    fates = stats.delivered + stats.rejected + sum(stats.dropped.values())
    return stats.accepted == fates + stats.pending


class Limit(BaseException):
    """A time limit."""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no interval timer")
# A limit between a call that opens and the `with` that closes leaves the rest to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("spool_map", [True, False])
def test_a_time_limit_that_raises_at_random_instants(on_disk, spool_map):
    """Out of 1,500 calls many are cut: sums agree, the next event arrives, nothing is left and nothing comes twice."""
    handler, logger, transport = on_disk(flush_interval=3600.0, spool_map=spool_map)
    # A logger's first look at a level takes logging's own lock, and a limit in the middle of that leaves it held.
    assert logger.isEnabledFor(logging.INFO)

    def raises(*_):
        raise Limit

    before = signal.signal(signal.SIGALRM, raises)
    chance = random.Random(1)
    returned = []

    def call(number):
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(5e-6, 9e-5))
        logger.info("x", extra={"zaius": event(number)})
        returned.append(number)
        signal.setitimer(signal.ITIMER_REAL, 0)

    try:
        for number in range(1_500):
            with suppress(Limit):
                try:
                    call(number)
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    cut = 1_500 - len(returned)
    assert cut
    logger.info("x", extra={"zaius": event(9_999)})
    assert handler.flush(20)
    found = sent(transport)
    assert set(returned) | {9_999} <= set(found)
    assert len(found) == len(set(found))
    assert handler.stats().delivered == len(found)
    assert agree(handler)
    assert handler.stats().pending == 0


def test_one_page_of_zeros_costs_only_what_stood_there(on_disk, directory, died):
    """And each event that it costs is counted as lost."""
    _, logger, _ = on_disk(Down(), close_timeout=0.1)
    for number in range(2_000):
        logger.info("x", extra={"zaius": event(number, pad="p" * 150)})
    copy = died(directory)
    largest = max(
        (copy / "shop").glob("*.jsonl"), key=lambda path: path.read_bytes().count(b'"event"')
    )
    with largest.open("r+b") as file:
        file.seek(8192)
        file.write(bytes(4096))
    again, _, transport = on_disk(where=copy)
    until = time.monotonic() + 20
    while not (again.stats().accepted and again.stats().pending == 0) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(sent(transport)) > 1_950
    assert len(sent(transport)) + again.stats().dropped["lost"] == 2_000
    assert agree(again)


def test_a_restart_sends_what_was_left_without_a_new_event(on_disk, directory, died):
    """A rotated secret goes on; another account's handler never gets them."""
    _, logger, _ = on_disk(Down(), close_timeout=0.1)
    for number in range(3):
        logger.info("x", extra={"zaius": event(number)})
    copy = died(directory)
    _, _, other = on_disk(where=copy, account="other")
    _, _, transport = on_disk(where=copy)
    until = time.monotonic() + 10
    while len(sent(transport)) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    assert sent(transport) == [0, 1, 2]
    assert sent(other) == []


def test_a_handler_that_only_writes_waits_for_nobody(on_disk, directory, died):
    """`deliver=False`: flush and close are done when all is stored, `stats()` says how much, and nothing is sent."""
    handler, logger, transport = on_disk(deliver=False, close_timeout=30.0)
    for number in range(600):  # more than a batch
        logger.info("x", extra={"zaius": event(number)})
    began = time.monotonic()
    assert handler.flush(30.0)
    stats = handler.stats()
    assert (stats.accepted, stats.pending, stats.stored) == (600, 600, 600)
    assert (stats.state, agree(handler)) == ("idle", True)
    handler.close()
    assert time.monotonic() - began < 10
    assert handler.stats().stored == 600
    logger.info("x", extra={"zaius": event(600)})
    assert handler.stats().stored == 601
    assert sent(transport) == []
    _, _, heir = on_disk(where=died(directory))
    assert sent(heir) == []


def test_an_own_transport_needs_the_name_of_an_account(directory, attach):
    """No endpoint says whose events these are: the handler or the transport does, else it is asked for."""

    class Ours(StubTransport):
        account = None

    for name in (None, "a/b", 7):
        Ours.account = name
        with pytest.raises(ConfigError, match="account"):
            ZaiusHandler(transport=Ours(), spool_dir=directory)
    for given, its, folder in (
        (None, "shop", "shop"),
        ("mine", "shop", "mine"),
        ("mine", None, "mine"),
    ):
        Ours.account = its
        handler = ZaiusHandler(
            transport=Ours([Retry("down")] * 9),
            spool_dir=directory,
            account=given,
            close_timeout=0.1,
        )
        attach(handler).warning("x", extra={"zaius": event(1)})
        assert os.listdir(directory / folder)
        handler.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_while_the_disk_stalls_waits_for_nothing(on_disk):
    """Another thread is in the middle of a slow file operation: the fork is immediate, and all arrives once."""
    handler, logger, transport = on_disk()
    logger.info("x", extra={"zaius": event(0)})
    assert handler.flush(10)
    held, stop = threading.Event(), threading.Event()

    def stalls():
        with handler._spool._work:
            held.set()
            stop.wait(10)

    thread = threading.Thread(target=stalls)
    thread.start()
    assert held.wait(10)
    began = time.monotonic()
    for _ in range(3):
        child = os.fork()
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    logger.info("x", extra={"zaius": event(1)})
    assert handler.stats().pending == 1
    assert time.monotonic() - began < 2
    stop.set()
    thread.join()
    assert handler.flush(10)
    assert sent(transport) == [0, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="reads modes")
def test_no_key_lies_in_the_spool(on_disk, directory):
    """Neither in a segment nor in a name."""
    handler, logger, _ = on_disk()
    logger.info("x", extra={"zaius": event(0)})
    handler.flush(5)
    for path in directory.rglob("*"):
        assert "k.s" not in path.name
        assert path.is_dir() or b"k.s" not in path.read_bytes()
