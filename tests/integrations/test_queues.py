"""Records that cross a queue or a socket keep their event whole, with the filter `Seal`."""

import copy
import logging
import logging.config
import pickle
import queue
from decimal import Decimal
from logging.handlers import QueueHandler, QueueListener, SocketHandler

import pytest

from zaius_logging import ConfigError, EventFilter, bound
from zaius_logging.integrations.queues import Seal


@pytest.fixture
def through_queue(sink):
    """Log through a QueueHandler to the sink's handler, with filters on the way in."""

    def through_queue(log, *filters):
        records = queue.SimpleQueue()
        into = QueueHandler(records)
        for each in filters:
            into.addFilter(each)
        logger = logging.Logger("queued", logging.INFO)  # noqa: LOG001 - nobody else sees it
        logger.addHandler(into)
        sink.handler._strict = False
        listener = QueueListener(records, sink.handler)
        log(logger)
        listener.start()  # only now: all that is bound at the call is gone
        listener.stop()
        return sink.events

    return through_queue


def buy(logger):
    """Log with an identifier bound."""
    with bound(identifiers={"email": "a@example.com"}, data={"store": "web"}):
        logger.info("bought", extra={"zaius": {"type": "order", "action": "purchase"}})


def test_a_sealed_event_keeps_what_was_bound(through_queue):
    """Identifiers and data of the call's context arrive."""
    [event] = through_queue(buy, Seal())
    assert event["identifiers"] == {"email": "a@example.com"}
    assert event["data"]["store"] == "web"


def test_without_the_seal_it_is_lost(through_queue, sink):
    """The control: in the listener's thread nothing is bound, and the event belongs to nobody."""
    assert through_queue(buy) == []
    assert sink.handler.stats().invalid == 1


def test_a_sealed_event_is_a_snapshot(through_queue):
    """What the caller changes after the call does not change the event."""
    mine = {"type": "order", "action": "x", "identifiers": {"email": "a@b.c"}, "data": {"n": 1}}

    def log(logger):
        logger.info("bought", extra={"zaius": mine})
        mine["data"]["n"] = 2

    [event] = through_queue(log, Seal())
    assert event["data"]["n"] == 1


def test_a_sealed_event_keeps_its_id_and_time(through_queue):
    """The id and the time are those of the call, however often the record is handled."""
    seen = []

    def log(logger):
        logger.addFilter(lambda record: seen.append(record) or True)
        buy(logger)

    [event] = through_queue(log, Seal())
    assert seen[0].zaius["data"]["idempotence_id"] == event["data"]["idempotence_id"]
    assert seen[0].zaius["data"]["ts"] == event["data"]["ts"]


def test_an_invalid_event_passes_for_the_handler_to_report(through_queue, sink):
    """The seal rejects nothing: the handler names what is wrong."""
    assert (
        through_queue(lambda logger: logger.info("x", extra={"zaius": {"type": 1}}), Seal()) == []
    )
    assert sink.handler.stats().invalid == 1


def test_a_record_without_an_event_is_untouched():
    """Any other record passes as it is."""
    record = logging.makeLogRecord({"msg": "hello"})
    before = copy.copy(record.__dict__)
    assert Seal().filter(record) is True
    assert record.__dict__ == before


def test_a_sealed_record_can_be_pickled():
    """SocketHandler pickles the record; sealed, what could not be pickled is plain JSON data."""
    lock = type("Money", (Decimal,), {})  # a class that pickle cannot find
    record = logging.makeLogRecord(
        {
            "zaius": {
                "type": "order",
                "action": "purchase",
                "identifiers": {"email": "a@b.c"},
                "data": {"total": lock("9.90")},
            }
        }
    )
    handler = SocketHandler("127.0.0.1", 9)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        handler.makePickle(record)
    Seal().filter(record)
    sent = pickle.loads(handler.makePickle(record)[4:])  # noqa: S301
    assert sent["zaius"]["data"]["total"] in (9.9, "9.90")
    handler.close()


def test_dict_config_takes_the_seal(sink, clean_logging):
    """Named by `()` like any filter; mistakes are ConfigErrors that name the argument."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"seal": {"()": "zaius_logging.integrations.queues.Seal"}},
            "handlers": {"list": {"class": "logging.NullHandler", "filters": ["seal"]}},
            "root": {"handlers": ["list"]},
        }
    )
    assert isinstance(logging.getLogger().handlers[-1].filters[0], Seal)
    with pytest.raises(ConfigError, match="attribute"):
        Seal(attribute="not a name")


def test_the_filter_that_splits_still_works_behind_the_seal():
    """A sealed record is still an event to EventFilter."""
    record = logging.makeLogRecord(
        {"zaius": {"type": "a", "action": "b", "identifiers": {"email": "a@b.c"}}}
    )
    Seal().filter(record)
    assert EventFilter("only").filter(record) is True
    assert EventFilter("exclude").filter(record) is False
