"""Events as JSON lines: the very bytes that would be sent; anything else as an ordinary line."""

import io
import json
import logging
import logging.config
from collections import UserDict

import pytest

from zaius_logging import (
    ConfigError,
    EventFilter,
    StubTransport,
    ZaiusFormatter,
    ZaiusHandler,
    bound,
)


class Keep(StubTransport):
    """Keeps the bytes as well."""

    def __init__(self):
        super().__init__()
        self.items = []

    def send(self, items):
        self.items += items
        return super().send(items)


class Unreadable(UserDict):
    def items(self):
        raise LookupError("secret")


ODD = [
    {"product_id": "123"},
    {"price": 1.50, "when": None, "tags": {"b", "a"}, "name": "Zoë \u2028 \n 🎉"},
    {"nan": float("nan"), "big": 2**70, "text": "\ud800"},
    {},
]


@pytest.mark.parametrize("data", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"source_fields": False},
        {"identifiers": {"vuid": 1}, "data": {"shop": "x"}},
        {"record_attributes": {"text": "message", "logger": "name"}},
        {"redact": ["data.name"], "hash": ["data.price"], "hash_key": "x" * 16},
        {"before_send": lambda event: {**event, "type": "changed"}},
        {"vuid_hyphens": "remove", "identifiers": {"vuid": "0d0d0d0d-0d0d-4d0d-8d0d-0d0d0d0d0d0d"}},
    ],
    ids=["plain", "no-source", "defaults", "attributes", "privacy", "before_send", "vuid"],
)
def test_a_line_is_what_would_be_sent(record, attach, cart, data, settings):
    """The same record through both gives the same bytes, id and time included, in either order."""
    transport = Keep()
    handler = ZaiusHandler(transport=transport, **settings)
    attach(handler)
    formatter = ZaiusFormatter(**settings)
    records = [record({**cart, "data": data}, created=4e9) for _ in range(4)]
    lines = []
    with bound(data={"page": "/"}):
        for number, made in enumerate(records):
            if number % 2:
                lines.append(formatter.format(made))
            handler.handle(made)
            if not number % 2:
                lines.append(formatter.format(made))
    assert handler.flush()
    assert [line.encode() for line in lines] == transport.items
    assert len({json.loads(line)["data"]["idempotence_id"] for line in lines}) == 4
    assert not any("\n" in line for line in lines)


def test_an_ordinary_record_is_an_ordinary_json_line(record):
    """As python-json-logger prints it, by the format that was asked for."""
    formatter = ZaiusFormatter("%(levelname)s %(name)s %(message)s")
    line = json.loads(formatter.format(record(None, "x", msg="say %s", order=7)))
    assert line == {"levelname": "INFO", "name": "shop", "message": "say x", "order": 7}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"type": "product"}, "action: is missing; give it as text"),
        ("text", "event: is of type str; it must be an object with type, action and identifiers"),
        (Unreadable(), "event: cannot be read: it raised LookupError"),
    ],
    ids=["part", "kind", "lazy"],
)
def test_an_invalid_event_is_an_ordinary_line_that_says_why(record, said, problem):
    """The line of the log is not lost with the event; the event's own values are not printed."""
    line = json.loads(ZaiusFormatter().format(record(said)))
    assert line == {"message": "hello", "zaius_invalid": problem}


def test_a_record_that_cannot_be_read_says_so(record, cart):
    """Even a time that is none costs the event only."""
    line = json.loads(ZaiusFormatter().format(record(cart, created=float("nan"))))
    assert line["message"] == "hello"
    assert "ValueError" in line["zaius_invalid"]


def test_the_record_is_left_as_it_was(record, cart):
    """Handlers that come after it see what it saw, but for the id that all share."""
    made = record({"type": "product"})
    before = dict(made.__dict__)
    ZaiusFormatter().format(made)
    assert {name: made.__dict__[name] for name in before} == before
    assert "zaius_invalid" not in made.__dict__
    good = record(cart)
    ZaiusFormatter().format(good)
    assert good.zaius is cart


def test_the_id_on_the_record_is_not_printed(record):
    """Another JSON formatter does not show what we keep on the record."""
    from pythonjsonlogger.json import JsonFormatter

    made = record({"type": "t", "action": "a", "identifiers": {"vuid": 1}})
    ZaiusFormatter().format(made)
    assert "idempotence" not in JsonFormatter().format(made)


def test_the_attribute_can_be_renamed(record, cart):
    """Then `zaius` is an extra like any other."""
    formatter = ZaiusFormatter(attribute="odp")
    assert json.loads(formatter.format(record(odp=cart)))["type"] == "product"
    assert json.loads(formatter.format(record(cart)))["zaius"] == cart


@pytest.mark.parametrize(
    ("settings", "invalid"),
    [
        ({"before_send": lambda _: None}, None),
        ({"before_send": lambda _: 1 / 0}, "before_send: raised ZeroDivisionError"),
        ({"deny": {"email": ["*"]}}, "identifiers.email: is one that must never be sent"),
        ({"catalog": "standard", "on_unknown": "reject"}, "data.order.note: is no field"),
    ],
)
def test_an_event_that_would_not_be_sent_is_not_printed(record, cart, settings, invalid):
    """What the handler would drop or find invalid by the same settings is an ordinary line, without the event."""
    said = {**cart, "identifiers": {"email": "hidden@x.example"}}
    said |= {
        "type": "order",
        "action": "purchase",
        "data": {"order": {"order_id": "1", "note": "x"}},
    }
    line = ZaiusFormatter(**settings, notices=lambda _: None).format(record(said))
    assert "hidden@x.example" not in line
    found = json.loads(line)
    assert found["message"]
    assert ("zaius_invalid" in found) is (invalid is not None)
    assert found.get("zaius_invalid", "").startswith(invalid or "")


@pytest.mark.parametrize(
    ("settings", "argument"),
    [
        ({"attribute": "no name"}, "attribute"),
        ({"identifiers": {"email": 1.5}}, "identifiers.email"),
        ({"data": {"ts": "yesterday"}}, "data.ts"),
        ({"record_attributes": []}, "record_attributes"),
        ({"source_fields": "yes"}, "source_fields"),
        ({"hash": ["data.ip"]}, "hash"),
        ({"catalog": "standard", "on_wrong": "perhaps"}, "on_wrong"),
    ],
)
def test_its_settings_are_checked_like_the_handlers(settings, argument):
    """And by the same names."""
    with pytest.raises(ConfigError) as caught:
        ZaiusFormatter(**settings)
    assert caught.value.argument == argument


# EventFilter


@pytest.mark.parametrize(
    ("mode", "event", "ordinary"), [("exclude", False, True), ("only", True, False)]
)
def test_the_filter_parts_events_from_other_records(record, cart, mode, event, ordinary):
    """`exclude` for a console that shall not show them, `only` for a file of nothing else."""
    keep = EventFilter(mode)
    assert keep.filter(record(cart)) is event
    assert keep.filter(record({"type": "invalid"})) is event
    assert keep.filter(record()) is ordinary
    none = record()
    none.zaius = None
    assert keep.filter(none) is ordinary


def test_the_filter_excludes_unless_told_otherwise(record, cart):
    """That is what most handlers need."""
    assert EventFilter().filter(record(cart)) is False


def test_the_filters_attribute_can_be_renamed(record, cart):
    """It must be the handler's own."""
    keep = EventFilter("only", attribute="odp")
    assert keep.filter(record(cart)) is False
    assert keep.filter(record(odp=cart)) is True


@pytest.mark.parametrize(
    ("settings", "argument"),
    [({"mode": "include"}, "mode"), ({"mode": None}, "mode"), ({"attribute": ""}, "attribute")],
)
def test_the_filters_settings_are_checked(settings, argument):
    """A filter that lets nothing through by a misspelling would lose every line."""
    with pytest.raises(ConfigError) as caught:
        EventFilter(**settings)
    assert caught.value.argument == argument


# Configured


def test_all_of_it_by_dictconfig(clean_logging, cart):
    """Events to one stream as JSON lines, everything else to another: no code."""
    events, console = io.StringIO(), io.StringIO()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {
                "events": {"()": "zaius_logging.EventFilter", "mode": "only"},
                "others": {"()": "zaius_logging.EventFilter"},
            },
            "formatters": {
                "zaius": {
                    "()": "zaius_logging.ZaiusFormatter",
                    "format": "%(message)s",
                    "data": {"shop": "x"},
                }
            },
            "handlers": {
                "events": {
                    "class": "logging.StreamHandler",
                    "stream": events,
                    "filters": ["events"],
                    "formatter": "zaius",
                },
                "console": {
                    "class": "logging.StreamHandler",
                    "stream": console,
                    "filters": ["others"],
                },
            },
            "root": {"level": "INFO", "handlers": ["events", "console"]},
        }
    )
    logging.getLogger("shop").info("cart", extra={"zaius": cart})
    logging.getLogger("shop").info("plain")
    (line,) = events.getvalue().splitlines()
    assert json.loads(line)["data"]["shop"] == "x"
    assert json.loads(line)["identifiers"] == cart["identifiers"]
    assert console.getvalue() == "plain\n"
