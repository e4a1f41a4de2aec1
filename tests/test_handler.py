"""The handler as users configure and call it, with a real sandbox behind it."""

import contextlib
import logging
import logging.config
import logging.handlers
import queue
import random
import sys
import threading
import time
import weakref

import pytest

from zaius_logging import Event, EventError, Rejected, Retry, StubTransport, ZaiusHandler, bound
from zaius_logging.sandbox import Sandbox

CART = {
    "type": "product",
    "action": "add_to_cart",
    "identifiers": {"email": "tyler@zaius.com"},
    "data": {"product_id": "123"},
}


@pytest.fixture
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def attach():
    """Attach a handler to a fresh logger; afterwards close it."""
    attached = []

    def attach(handler, name="shop"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
        attached.append((logger, handler))
        return logger

    yield attach
    for logger, handler in attached:
        logger.removeHandler(handler)
        handler.close()


@pytest.fixture
def clean_logging():
    """Undo what dictConfig did to the root logger."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)


@contextlib.contextmanager
def logging_lock():
    """Hold logging's global lock, as dictConfig does while it closes old handlers."""
    lock = logging._lock
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def cart(**data):
    return {"zaius": {**CART, "data": {**CART["data"], **data}}}


def products(transport):
    return [event["data"]["product_id"] for event in transport.events]


def configure(*handlers, **more):
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {
                f"zaius{place}": {"class": "zaius_logging.ZaiusHandler", **handler}
                for place, handler in enumerate(handlers)
            },
            "root": {
                "level": "DEBUG",
                "handlers": [f"zaius{place}" for place in range(len(handlers))],
            },
            **more,
        }
    )
    return logging.getLogger().handlers


def test_dict_config_is_enough(sandbox, clean_logging):
    """A dictConfig on the root logger delivers the events of any logger below it."""
    [handler] = configure({"api_key": "a", "endpoint": sandbox.endpoint})
    logging.getLogger("shop.cart").info("cart", extra=cart())
    logging.getLogger("shop.cart").info("no event")
    assert handler.flush(10)
    [event] = sandbox.events()
    assert event["identifiers"] == {"email": "tyler@zaius.com"}
    assert handler.stats().accepted == 1


@pytest.mark.usefixtures("clean_logging")
def test_dict_config_converts_what_is_nested():
    """An event would carry the words `ext://…` and `cfg://…` themselves, an identifier of all customers."""
    transport = StubTransport()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "shop": {"code": 7},
            "handlers": {
                "zaius": {
                    "class": "zaius_logging.ZaiusHandler",
                    "transport": transport,
                    "identifiers": {"store_id": "cfg://shop.code"},
                    "data": {
                        "platform": {"name": "ext://sys.platform"},
                        "list": ["ext://sys.platform", ("cfg://shop.code",)],
                    },
                    "proxies": {"https": "ext://sys.platform"},
                }
            },
            "root": {"level": "INFO", "handlers": ["zaius"]},
        }
    )
    handler = logging.getLogger().handlers[-1]
    logging.getLogger("shop").info("cart", extra=cart())
    assert handler.flush(10)
    (event,) = transport.events
    assert event["identifiers"] == {"store_id": "7", "email": "tyler@zaius.com"}
    assert event["data"]["platform"] == {"name": sys.platform}
    assert event["data"]["list"] == [sys.platform, [7]]
    assert "".join(handler._config.proxies["https"]) == sys.platform  # str() of it gives stars


def test_two_endpoints_get_the_same_event(sandbox, clean_logging):
    """Attached twice, an event arrives at both, with the same id and time."""
    with Sandbox() as other:
        first, second = configure(
            {"api_key": "a", "endpoint": sandbox.endpoint},
            {"api_key": "b", "endpoint": other.endpoint},
        )
        logging.getLogger("shop").info("cart", extra=cart())
        assert first.flush(10)
        assert second.flush(10)
        assert sandbox.events() == other.events()
        assert len(other.events()) == 1


def test_the_environment_fills_key_and_endpoint(sandbox, clean_logging, monkeypatch):
    """Without arguments, ZAIUS_API_KEY and ZAIUS_ENDPOINT decide."""
    monkeypatch.setenv("ZAIUS_API_KEY", "from-the-environment")
    monkeypatch.setenv("ZAIUS_ENDPOINT", sandbox.url)
    [handler] = configure({})
    logging.getLogger("shop").info("cart", extra=cart())
    assert handler.flush(10)
    assert sandbox.stats()["events"] == 1


def test_a_wrong_key_pauses_and_keeps(attach, capsys):
    """A key that the API does not know loses nothing: the handler pauses and says what to check."""
    with Sandbox(key="right") as sandbox:
        handler = ZaiusHandler(api_key="wrong-key", endpoint=sandbox.endpoint, close_timeout=0.2)
        attach(handler).info("cart", extra=cart())
        assert not handler.flush(0.3)
        assert handler.stats().state == "paused"
        assert handler.stats().pending == 1
        handler.close()
    said = capsys.readouterr().err
    assert "403: check api_key" in said
    assert "wrong-key" not in said


def test_behind_a_queue_handler(sandbox):
    """A standard QueueHandler and QueueListener in front change nothing."""
    handler = ZaiusHandler(api_key="a", endpoint=sandbox.endpoint)
    pipe = queue.SimpleQueue()
    front = logging.handlers.QueueHandler(pipe)
    listener = logging.handlers.QueueListener(pipe, handler)
    listener.start()
    logger = logging.getLogger("behind")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(front)
    try:
        for number in range(50):
            logger.info("cart %s", number, extra=cart(product_id=str(number)))
    finally:
        logger.removeHandler(front)
        listener.stop()
    handler.close()
    assert [e["data"]["product_id"] for e in sandbox.events()] == [str(n) for n in range(50)]


def test_a_record_without_an_event_is_not_ours(attach):
    """No key, or None for it: nothing is accepted or counted."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport)
    logger = attach(handler)
    logger.info("plain")
    logger.info("none", extra={"zaius": None})
    assert handler.flush(10)
    assert handler.stats() == ZaiusHandler(transport=transport).stats()


def test_the_attribute_is_configurable(attach):
    """With attribute="event" that name in extra holds the event, and `zaius` does not."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport, attribute="event")
    logger = attach(handler)
    logger.info("cart", extra=cart())
    logger.info("cart", extra={"event": CART})
    assert handler.flush(10)
    assert len(transport.events) == 1


def test_level_and_filters_hold(attach):
    """A handler's level and filters decide for us as for any handler; a filter may replace a record."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport, level="WARNING")
    handler.addFilter(lambda record: "skip" not in record.getMessage())
    logger = attach(handler)
    logger.info("low", extra=cart(product_id="1"))
    logger.warning("skip", extra=cart(product_id="2"))
    logger.warning("take", extra=cart(product_id="3"))
    assert handler.flush(10)
    assert products(transport) == ["3"]


def test_a_filter_may_replace_the_record():
    """From Python 3.12 on a filter returns a record to use instead; where it does, we use it."""

    class Replacing(ZaiusHandler):
        def filter(self, record):
            other = logging.makeLogRecord(record.__dict__)
            other.zaius = {**CART, "data": {"product_id": "replaced"}}
            return other

    transport = StubTransport()
    handler = Replacing(transport=transport)
    handler.addFilter(lambda record: True)
    handler.handle(logging.makeLogRecord(cart()))
    handler.close()
    assert products(transport) == ["replaced"]


def test_an_event_object_is_taken(attach):
    """`extra={"zaius": Event(...)}` does the same as the dictionary."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport)
    attach(handler).info(
        "cart", extra={"zaius": Event("product", "detail", {"customer_id": 7}, {"product_id": "1"})}
    )
    assert handler.flush(10)
    assert transport.events[0]["identifiers"] == {"customer_id": "7"}


def test_what_is_bound_is_sent(attach):
    """Context over defaults, the record over both."""
    transport = StubTransport()
    handler = ZaiusHandler(
        transport=transport, identifiers={"vuid": "d"}, data={"shop": "default", "lang": "en"}
    )
    logger = attach(handler)
    with bound(identifiers={"customer_id": 1}, data={"shop": "bound"}):
        logger.info("cart", extra=cart())
    assert handler.flush(10)
    event = transport.events[0]
    assert event["identifiers"] == {"vuid": "d", "customer_id": "1", "email": "tyler@zaius.com"}
    assert (event["data"]["shop"], event["data"]["lang"]) == ("bound", "en")


def test_an_invalid_event_is_counted_and_reported(attach, capsys):
    """An invalid event costs itself only, and the line tells where it was logged and what is wrong."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport)
    logger = attach(handler)
    logger.info("before", extra=cart(product_id="1"))
    logger.info("bad", extra={"zaius": {**CART, "properties": {"card": "4111 1111"}}})
    logger.info("after", extra=cart(product_id="2"))
    assert handler.flush(10)
    assert products(transport) == ["1", "2"]
    assert handler.stats().invalid == 1
    said = capsys.readouterr().err
    assert "test_handler.py:" in said
    assert "properties: is not a key of an event: the API calls it 'data'" in said
    assert "4111" not in said


def test_a_record_that_cannot_be_read_is_an_invalid_event(capsys):
    """Whatever reading a record raises stays with us; the type is reported, not its text."""
    handler = ZaiusHandler(transport=StubTransport())
    handler.handle(logging.makeLogRecord({**cart(), "created": "tyler@zaius.com"}))
    assert handler.stats().invalid == 1
    handler.close()
    said = capsys.readouterr().err
    assert "reading it raised TypeError" in said
    assert "tyler" not in said


def test_strict_raises_to_the_caller(attach):
    """With strict=True the call itself fails, as a test wants it."""
    handler = ZaiusHandler(transport=StubTransport(), strict=True)
    logger = attach(handler)
    with pytest.raises(EventError, match="identifiers: at least one"):
        logger.info("bad", extra={"zaius": {**CART, "identifiers": {}}})
    with pytest.raises(TypeError):
        handler.handle(logging.makeLogRecord({**cart(), "created": "never"}))


def test_the_event_is_fixed_at_the_call(attach):
    """What the caller does to its objects after the call changes nothing."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport)
    logger = attach(handler)
    items = [{"product_id": "1"}]
    event = {**CART, "data": {"product_id": "1", "items": items}}
    logger.info("cart", extra={"zaius": event})
    items.append("later")
    event["data"]["product_id"] = "later"
    assert handler.flush(10)
    assert transport.events[0]["data"]["items"] == [{"product_id": "1"}]
    assert transport.events[0]["data"]["product_id"] == "1"
    assert event == {**CART, "data": {"product_id": "later", "items": items}}


def test_source_fields_can_be_left_out(attach):
    """By default data tells who sent it, the caller's own values win, and one setting ends it."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport)
    attach(handler).info("cart", extra=cart(data_source="mine"))
    assert handler.flush(10)
    data = transport.events[0]["data"]
    assert data["data_source_type"] == "sdk"
    assert data["data_source"] == "mine"
    assert "data_source_version" in data
    silent = StubTransport()
    handler = ZaiusHandler(transport=silent, source_fields=False)
    attach(handler, "silent").info("cart", extra=cart())
    assert handler.flush(10)
    assert silent.events[0]["data"].keys() == {"product_id", "ts", "idempotence_id"}


def test_record_attributes_go_into_data(attach):
    """Chosen attributes of the record, its message among them, become fields of data."""
    transport = StubTransport()
    handler = ZaiusHandler(
        transport=transport,
        record_attributes={"level": "levelname", "text": "message", "request": "request_id"},
    )
    attach(handler).info("cart of %s", "someone", extra={**cart(), "request_id": "r1"})
    assert handler.flush(10)
    data = transport.events[0]["data"]
    assert (data["level"], data["text"], data["request"]) == ("INFO", "cart of someone", "r1")


def test_records_of_our_own_thread_are_left_alone(attach):
    """What is logged while sending does not come back as an event: no feedback."""
    logger = logging.getLogger("shop")

    class Chatty(StubTransport):
        def send(self, items):
            logger.info("sending", extra=cart())
            return super().send(items)

    transport = Chatty()
    handler = ZaiusHandler(transport=transport)
    attach(handler)
    logger.info("cart", extra=cart())
    assert handler.flush(10)
    assert handler.stats().accepted == 1


@pytest.mark.parametrize("how", ["__del__", "weakref.finalize"])
def test_what_a_finaliser_logs_in_our_thread_is_an_event(attach, how):
    """The garbage collector may run an application's finaliser in our thread: what that logs is sent."""
    logger = logging.getLogger("shop")

    class Dying:
        def __del__(self):
            if how == "__del__":
                logger.info("dying", extra=cart())

    class Collecting(StubTransport):
        def send(self, items):
            if len(self.events) == 0:
                dying = Dying()
                if how == "weakref.finalize":
                    weakref.finalize(dying, logger.info, "dying", extra=cart())
                del dying
            return super().send(items)

    transport = Collecting()
    handler = ZaiusHandler(transport=transport)
    attach(handler)
    logger.info("cart", extra=cart())
    assert handler.flush(10)
    assert handler.flush(10)  # the first was for what waited at its call
    assert len(transport.events) == handler.stats().delivered == 2


def test_urllib3_at_debug_on_root_does_not_feed_back(sandbox, clean_logging):
    """On root at DEBUG, with the HTTP library at DEBUG: events out equal events in."""
    library = logging.getLogger("urllib3")
    level = library.level
    library.setLevel(logging.DEBUG)
    try:
        [handler] = configure({"api_key": "a", "endpoint": sandbox.endpoint, "batch_size": 10})
        for _ in range(100):
            logging.getLogger("shop").info("cart", extra=cart())
        assert handler.flush(10)
    finally:
        library.setLevel(level)
    assert sandbox.stats()["events"] == 100
    assert handler.stats().accepted == 100


def test_dict_config_again_during_an_upload(sandbox, clean_logging):
    """Replacing the handler while it sends neither deadlocks nor loses an event, urllib3 at DEBUG.

    dictConfig holds logging's global lock while it closes the old handler, and urllib3's first debug
    line needs that lock to find out its level: five peers hang here.
    """
    library = logging.getLogger("urllib3")
    level = library.level
    library.setLevel(logging.DEBUG)
    settings = {"api_key": "a", "endpoint": sandbox.endpoint, "batch_size": 50}
    try:
        for round_ in range(5):
            configure(settings)
            sandbox.faults(latency=0.3, times=1)
            for _ in range(50):
                logging.getLogger("shop").info("cart", extra=cart())
            while (
                sandbox.in_force()
            ):  # until the request is there, and its sender waits for the answer
                time.sleep(0.001)
            logging.getLogger("elsewhere").setLevel(logging.DEBUG)  # empties every level cache
            started = time.monotonic()
            configure(settings)
            assert time.monotonic() - started < 4, "the old handler ran into its deadline"
            assert sandbox.stats()["events"] == 50 * (round_ + 1)
    finally:
        library.setLevel(level)


def test_without_a_warm_cache_that_would_hang(sandbox, clean_logging):
    """The negative control: a handler that does not warm the level caches does run into it."""

    class Cold(ZaiusHandler):
        def __init__(self, **settings):
            super().__init__(**settings)
            self._transport.loggers = ()

    handler = Cold(api_key="a", endpoint=sandbox.endpoint, close_timeout=0.5)
    with logging_lock():
        logging.getLogger("urllib3").manager._clear_cache()
        handler.handle(logging.makeLogRecord(cart()))
        handler.close()
        assert handler.stats().pending == 1
    assert handler.flush(10)


def test_flush_inside_logging_shutdown_does_not_add_to_close(attach):
    """logging.shutdown calls flush and close: together they keep one deadline."""
    hang = threading.Event()

    class Hung(StubTransport):
        def send(self, items):
            hang.wait(30)
            return super().send(items)

    handler = ZaiusHandler(transport=Hung(), close_timeout=0.5)
    attach(handler).info("cart", extra=cart())
    granted, flush = [], handler._listener.flush
    handler._listener.flush = lambda timeout: granted.append(timeout) or flush(timeout)
    logging.shutdown([lambda: handler])
    assert handler.stats().pending == 1  # it is here before the server answers
    hang.set()
    # Seconds: of its flush, which is not called from 3.12 on, and of the one in its close.
    assert sum(granted) == pytest.approx(0.5)
    assert handler.flush(10)  # it was no end of the process: the event still waited


def test_flush_without_a_timeout_waits_for_close_timeout(attach):
    """`flush()` waits, but never for ever."""
    handler = ZaiusHandler(
        transport=StubTransport([Retry("x", after=1000.0)] * 9), close_timeout=0.1
    )
    attach(handler).info("cart", extra=cart())
    assert not handler.flush()


def test_retries_leave_the_random_module_as_it_is(attach):
    """Who seeds `random` gets the same numbers with us, and workers that seed it alike do not retry in step."""
    transport = StubTransport([Retry("busy")])
    logger = attach(ZaiusHandler(transport=transport))
    before = random.getstate()
    logger.info("cart", extra=cart())
    assert logger.handlers[0].flush(10)
    assert len(transport.batches) == 2
    assert random.getstate() == before


def test_the_repr_tells_the_state_and_not_the_key():
    """`repr(handler)` is for people who debug; it never shows the key."""
    handler = ZaiusHandler(api_key="my-secret-key", endpoint="http://127.0.0.1:9/v3")
    assert repr(handler) == (
        "<ZaiusHandler http://127.0.0.1:9/v3 idle: 0 accepted, 0 delivered, 0 pending>"
    )
    assert "secret" not in repr(handler._config)
    assert "secret" not in repr(handler._transport)
    handler.close()


def test_on_drop_and_on_reject_get_event_and_reason(attach):
    """What is lost is handed to the user, whole, with the reason."""
    lost = []
    transport = StubTransport([Rejected({0: "missing 'product_id'"})])
    handler = ZaiusHandler(
        transport=transport,
        on_drop=lambda event, reason: lost.append((event["data"]["product_id"], reason)),
        on_reject=lambda event, reason: lost.append((event["data"]["product_id"], reason)),
    )
    logger = attach(handler)
    for number in range(3):
        logger.info("cart", extra=cart(product_id=str(number)))
    assert handler.flush(10)
    assert ("0", "missing 'product_id'") in lost
    assert handler.stats().rejected == 1


@pytest.mark.slow
def test_every_event_of_a_long_loop_arrives_once(sandbox, attach):
    """20,000 events in a loop: all delivered, none twice, and the numbers add up."""
    handler = ZaiusHandler(api_key="a", endpoint=sandbox.endpoint)
    logger = attach(handler)
    for number in range(20_000):
        logger.info("cart", extra=cart(product_id=str(number)))
    assert handler.flush(60)
    stats = handler.stats()
    assert (stats.accepted, stats.delivered, stats.pending) == (20_000, 20_000, 0)
    assert [e["data"]["product_id"] for e in sandbox.events()] == [str(n) for n in range(20_000)]
    assert sandbox.stats()["duplicates"] == 0
