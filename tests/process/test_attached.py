"""A handler that is attached works, whoever closed it; what callbacks and time limits do to it."""

import logging
import threading
import time

import pytest

from zaius_logging import Rejected, Retry, StubTransport, ZaiusHandler

EVENT = {"zaius": {"type": "a", "action": "b", "identifiers": {"email": "a@shop.example"}}}


def logger_of(*handlers):
    logger = logging.Logger("attached", logging.INFO)  # noqa: LOG001 - one of its own, known to nobody
    for handler in handlers:
        logger.addHandler(handler)
    return logger


def log(logger, count=1):
    for _ in range(count):
        logger.info("x", extra=EVENT)


@pytest.fixture
def make():
    made = []

    def make(*, transport, said=None, **settings):
        settings.setdefault("flush_interval", 0.02)
        notices = (lambda _: None) if said is None else said.append
        made.append(ZaiusHandler(transport=transport, notices=notices, **settings))
        return made[-1]

    yield make
    for handler in made:
        handler.end()


def wait_for(fact, seconds=10):
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_close_leaves_no_thread_and_the_next_event_opens_again(make):
    """As logging.FileHandler does; the counts go on."""
    transport = StubTransport()
    handler = make(transport=transport)
    logger = logger_of(handler)
    before = set(threading.enumerate())  # another test may have left an outage behind
    for number in range(1, 30):
        log(logger)
        handler.close()
        stats = handler.stats()
        assert (stats.accepted, stats.delivered, stats.state) == (number, number, "closed")
        assert set(threading.enumerate()) <= before


def test_a_close_in_an_outage_drops_nothing(make):
    """What is left goes on by itself, without another event."""
    transport = StubTransport([Retry("down", after=0.3)])
    handler = make(transport=transport, close_timeout=0.05)
    log(logger_of(handler), 5)
    handler.close()
    assert (handler.stats().pending, handler.stats().dropped) == (5, {})
    wait_for(lambda: len(transport.events) == 5)
    wait_for(lambda: handler.stats().state == "closed")


def test_handlers_that_are_closed_together_share_one_deadline(make):
    """As dictConfig closes all of them, by logging.shutdown: it is held for one close_timeout."""
    handlers = [
        make(transport=StubTransport([Retry("down", after=60.0)]), close_timeout=0.5)
        for _ in range(6)
    ]
    log(logger_of(*handlers))
    started = time.monotonic()
    logging.shutdown([lambda each=each: each for each in handlers])
    assert time.monotonic() - started < 1.5


def test_slow_callbacks_share_the_deadline(make):
    """The end keeps its time; events whose callback there was no time for are counted in the line."""
    said = []
    handler = make(
        transport=StubTransport([Retry("down", after=60.0)]),
        said=said,
        close_timeout=0.5,
        on_drop=lambda _event, _reason: time.sleep(0.01),
    )
    log(logger_of(handler), 2_000)
    started = time.monotonic()
    handler.end()
    assert time.monotonic() - started < 1.5
    assert handler.stats().dropped == {"closed": 2_000}
    assert any("no time to call on_drop" in line for line in said)


def test_an_event_larger_than_the_spool_does_not_block_for_ever(make):
    """It is dropped, and the line says why."""
    said = []
    handler = make(
        transport=StubTransport(), said=said, overflow="block", capacity_bytes=512 * 1024
    )
    extra = {"zaius": {**EVENT["zaius"], "data": {"pad": "p" * 600_000}}}
    logger_of(handler).info("x", extra=extra)
    assert handler.stats().dropped == {"overflow": 1}
    assert any("larger than the whole spool" in line for line in said)


def test_a_callback_may_log_an_event_and_cannot_feed_itself(make):
    """The event that on_reject logs is accepted; rejected as well, it calls nobody."""
    transport = StubTransport([Rejected({0: "bad"}), Rejected({0: "bad, too"})])
    called = []

    def on_reject(event, reason):
        called.append(reason)
        log(logger)

    handler = make(transport=transport, on_reject=on_reject)
    logger = logger_of(handler)
    log(logger)
    wait_for(lambda: handler.stats().rejected == 2)
    assert called == ["bad"]
    assert handler.stats().accepted == 2


def test_on_invalid_gets_the_record_and_the_problem(make):
    """And may log, raise and close: the next event is delivered."""
    transport, called = StubTransport(), []

    def on_invalid(record, problem):
        called.append((record.getMessage(), problem))
        log(logger)
        handler.close()
        raise RuntimeError

    handler = make(transport=transport, on_invalid=on_invalid)
    logger = logger_of(handler)
    logger.info("wrong", extra={"zaius": 1})
    log(logger)
    assert handler.flush(5)
    assert [message for message, _ in called] == ["wrong"]
    assert len(transport.events) == 2
    assert handler.stats().invalid == 1


def test_a_file_name_cannot_forge_a_line(make):
    """A record's `filename` may be any text: it stays within our line."""
    said = []
    handler = make(transport=StubTransport(), said=said)
    record = logging.makeLogRecord(
        {"filename": "a.py\nzaius_logging: all is well", "lineno": 1, "zaius": 1}
    )
    handler.handle(record)
    assert len(said) == 1
    assert "\n" not in said[0]
