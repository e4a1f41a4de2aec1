"""Every bad input has its clear message, and none disturbs the good events around it."""

import logging
import logging.config
import math
import sys
from collections import UserDict
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from zaius_logging import ConfigError, Event, EventError, StubTransport, ZaiusHandler
from zaius_logging.sandbox import Sandbox

SECRET = "tyler-4711"  # noqa: S105 - stands for personal data: no message may show it
KEY = "public.s3cr3t"


class Fails(UserDict):
    def items(self):
        raise LookupError(SECRET)


def cyclic():
    order = {"items": [{}]}
    order["items"][0]["order"] = order
    return order


def deep():
    value = SECRET
    for _ in range(300):
        value = [value]
    return value


def good(**changes):
    event = {
        "type": "product",
        "action": "detail",
        "identifiers": {"email": "t@zaius.com"},
        "data": {"product_id": "123"},
    }
    return {name: value for name, value in {**event, **changes}.items() if value is not ...}


def data(value):
    return good(data={"order": {"items": [{}, {}, {"price": value}]}})


PRICE = "data.order.items[2].price"

# what, the value of `extra["zaius"]`, the field, a phrase of the message
RECORDS = [
    ("text for an event", SECRET, "event", "of type str; it must be an object"),
    ("a number for an event", 4711, "event", "of type int"),
    ("a list for an event", [good()], "event", "of type list"),
    ("an object of a class", SimpleNamespace(type="x"), "event", "of type SimpleNamespace"),
    ("the class itself", Event, "event", "of type type"),
    ("False", False, "event", "of type bool"),
    ("an empty event", {}, "type", "is missing"),
    ("an event that fails when read", Fails(good()), "event", "it raised LookupError"),
    ("no type", good(type=...), "type", "is missing; give it as text"),
    ("type None", good(type=None), "type", "is missing"),
    ("a blank type", good(type=" "), "type", "is blank"),
    ("type a number", good(type=4711), "type", "of type int; it must be text"),
    ("type too long", good(type=SECRET * 200), "type", "the API takes 1024"),
    ("a lone surrogate in type", good(type=SECRET + "\ud800"), "type", "lone surrogate"),
    ("purchase as type", good(type="purchase"), "type", "use type 'order', action 'purchase'"),
    ("no action", good(action=...), "action", "is missing; give it as text"),
    ("a blank action", good(action=""), "action", "is blank"),
    ("action bytes", good(action=b"detail"), "action", "of type bytes"),
    ("no identifiers", good(identifiers=...), "identifiers", "at least one is needed"),
    ("empty identifiers", good(identifiers={}), "identifiers", "belongs to nobody"),
    ("only blank ones", good(identifiers={"email": " "}), "identifiers", "at least one"),
    ("identifiers as text", good(identifiers=SECRET), "identifiers", "of type str"),
    ("identifiers as pairs", good(identifiers=[("email", SECRET)]), "identifiers", "type list"),
    ("identifier a fraction", good(identifiers={"a_id": 1.5}), "identifiers.a_id", "type float"),
    ("identifier a flag", good(identifiers={"a_id": True}), "identifiers.a_id", "type bool"),
    ("identifier bytes", good(identifiers={"a_id": b"x"}), "identifiers.a_id", "type bytes"),
    ("identifier a list", good(identifiers={"a_id": [SECRET]}), "identifiers.a_id", "type list"),
    ("identifier too long", good(identifiers={"a_id": SECRET * 200}), "identifiers.a_id", "1024"),
    ("a surrogate in it", good(identifiers={"a_id": "\ud800"}), "identifiers.a_id", "surrogate"),
    ("Email", good(identifiers={"Email": SECRET}), "identifiers.Email", "use 'email'"),
    ("an identifier without name", good(identifiers={"": SECRET}), "identifiers", "is blank"),
    ("an identifier named 7", good(identifiers={7: SECRET}), "identifiers", "not text"),
    ("data as text", good(data=SECRET), "data", "of type str; it must be an object"),
    ("data as a list", good(data=[SECRET]), "data", "of type list"),
    ("data that fails", good(data=Fails()), "data", "it raised LookupError"),
    ("ts in milliseconds", good(data={"ts": 1_700_000_000_000}), "data.ts", "divide by 1000"),
    ("ts naive", good(data={"ts": datetime(2026, 1, 31)}), "data.ts", "without a time zone"),  # noqa: DTZ001
    ("ts as words", good(data={"ts": SECRET}), "data.ts", "not ISO 8601"),
    ("ts in month 13", good(data={"ts": "2026-13-01"}), "data.ts", "not ISO 8601"),
    ("ts NaN", good(data={"ts": math.nan}), "data.ts", "not a time in epoch seconds"),
    ("ts a flag", good(data={"ts": True}), "data.ts", "of type bool"),
    ("id blank", good(data={"idempotence_id": ""}), "data.idempotence_id", "is blank"),
    ("id a number", good(data={"idempotence_id": 7}), "data.idempotence_id", "must be text"),
    ("properties for data", good(properties={"a": SECRET}), "properties", "calls it 'data'"),
    ("timestamp on top", good(timestamp=SECRET), "timestamp", "goes to data.ts"),
    ("email on top", good(email=SECRET), "email", "goes to identifiers.email"),
    ("Type", good(Type="product"), "Type", "keys are lower case: use 'type'"),
    ("an unknown key", good(colour=SECRET), "colour", "other fields go into data"),
    ("a key that is no text", {**good(), 7: SECRET}, "event", "keys are text"),
    ("bytes in data", data(SECRET.encode()), PRICE, "of type bytes, which JSON has no form for"),
    ("an object in data", data(object()), PRICE, "of type object"),
    ("a complex number", data(1j), PRICE, "of type complex"),
    ("a generator", data(iter([SECRET])), PRICE, "of type list_iterator"),
    ("a mapping that fails", data(Fails()), PRICE, "it raised LookupError"),
    ("5,000 digits", data(10**5000), PRICE, "too many digits"),
    ("a tuple as name", data({(SECRET, 1): 1}), PRICE, "name of type tuple"),
    ("bytes as name", data({SECRET.encode(): 1}), PRICE, "name of type bytes"),
    ("a Decimal as name", data({Decimal(1): 1}), PRICE, "name of type Decimal"),
    ("a surrogate in a name", data({"\ud800": 1}), PRICE, "lone surrogate"),
    ("a name twice", data({1: SECRET, "1": 2}), PRICE + ".1", "is there twice"),
    ("a cycle", good(data={"order": cyclic()}), "data.order.items[0].order", "contains itself"),
    ("too deep", good(data={"x": deep()}), "data.x[0][0]", "is nested deeper than"),
    ("too large", good(data={"x": SECRET * 100_000}), "data", "the limit is 1,000,000"),
    ("far too long a range", data(range(10**10)), PRICE, "more than 1,000,000 items"),
]

# what, settings, the argument, a phrase of the message
SETTINGS = [
    ("no key", {"api_key": None}, "api_key", "is missing: give it, or set ZAIUS_API_KEY"),
    ("a blank key", {"api_key": ""}, "api_key", "is blank"),
    ("a space in the key", {"api_key": "s3cr3t key"}, "api_key", "white space"),
    ("a line break in the key", {"api_key": "s3cr3t\n"}, "api_key", "line break"),
    ("a number as key", {"api_key": 4711}, "api_key", "must be text, not int"),
    ("an umlaut in the key", {"api_key": "s3cr3tü"}, "api_key", "characters that no key has"),
    ("no scheme", {"endpoint": "api.zaius.com"}, "endpoint", "must start with https://"),
    ("http far away", {"endpoint": "http://api.zaius.com"}, "endpoint", "in the clear"),
    ("almost loopback", {"endpoint": "http://127.evil.example"}, "endpoint", "in the clear"),
    ("all addresses", {"endpoint": "http://0.0.0.0:80"}, "endpoint", "in the clear"),
    ("a private address", {"endpoint": "http://10.0.0.1"}, "endpoint", "in the clear"),
    ("ftp", {"endpoint": "ftp://api.zaius.com"}, "endpoint", "must start with https://"),
    ("a password in it", {"endpoint": "https://u:s3cr3t@h"}, "endpoint", "must not carry a user"),
    ("a query in it", {"endpoint": "https://h?k=s3cr3t"}, "endpoint", "a query"),
    ("a wrong port", {"endpoint": "https://h:port"}, "endpoint", "is not an address"),
    ("501 events", {"batch_size": 501}, "batch_size", "from 1 to 500, not 501"),
    ("no events", {"batch_size": 0}, "batch_size", "from 1 to 500, not 0"),
    ("events as text", {"batch_size": "500"}, "batch_size", "not str"),
    ("no bytes", {"batch_bytes": 0}, "batch_bytes", "from 1 up"),
    ("a negative interval", {"flush_interval": -1}, "flush_interval", "from 0 up"),
    ("an endless interval", {"flush_interval": math.inf}, "flush_interval", "not inf"),
    ("no room", {"capacity": 0}, "capacity", "from 1 up"),
    ("no bytes of room", {"capacity_bytes": -1}, "capacity_bytes", "from 1 up"),
    ("another overflow", {"overflow": "wait"}, "overflow", "'drop' or 'block'"),
    ("no timeout", {"timeout": 0}, "timeout", "above 0"),
    ("an endless close", {"close_timeout": 1e10}, "close_timeout", "at most 86400"),
    ("no age", {"max_age": 0}, "max_age", "above 0"),
    ("no requests", {"max_requests_per_second": 0}, "max_requests_per_second", "from 0.001 up"),
    ("a name for a function", {"on_drop": "print"}, "on_drop", "ext://"),
    ("strict by word", {"strict": "yes"}, "strict", "True or False, not str"),
    ("an attribute with a space", {"attribute": "my event"}, "attribute", "a name"),
    ("identifiers as text", {"identifiers": SECRET}, "identifiers", "must be an object"),
    ("Email", {"identifiers": {"Email": SECRET}}, "identifiers.Email", "use 'email'"),
    ("a default of bytes", {"data": {"a": [SECRET.encode()]}}, "data.a[0]", "of type bytes"),
    ("one id for all", {"data": {"idempotence_id": "1"}}, "data.idempotence_id", "to one event"),
    ("attributes as a list", {"record_attributes": ["name"]}, "record_attributes", "must map"),
    ("TLS off", {"verify": False}, "verify", "TLS is always verified"),
    ("a misspelt name", {"flush_intervall": 5}, "flush_intervall", "did you mean flush_interval"),
    ("a name of nothing", {"colour": "red"}, "colour", "is no setting of ZaiusHandler"),
]


def test_the_tables_are_long_enough():
    """Of records and settings alone there are more than sixty, and no two rows are the same case."""
    names = [f"record: {row[0]}" for row in RECORDS] + [f"setting: {row[0]}" for row in SETTINGS]
    assert len(names) == len(set(names))
    assert len(names) >= 60


# Records


@pytest.mark.parametrize("row", RECORDS, ids=[row[0] for row in RECORDS])
def test_a_bad_record_costs_itself_only(attach, capsys, row):
    """The events before and after are delivered; it is counted, and stderr names line and field."""
    _, said, field, phrase = row
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport)
    log = attach(handler)
    log.info("before", extra={"zaius": good(data={"n": 1})})
    log.info("bad", extra={"zaius": said})
    line = sys._getframe().f_lineno - 1
    log.info("after", extra={"zaius": good(data={"n": 2})})
    assert handler.flush(10)
    assert [event["data"]["n"] for event in transport.events] == [1, 2]
    stats = handler.stats()
    assert (stats.accepted, stats.delivered, stats.invalid, stats.pending) == (2, 2, 1, 0)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith(f"zaius_logging: 1 invalid event at test_bad_inputs.py:{line}: {field}")
    assert phrase in said
    assert SECRET not in said


@pytest.mark.parametrize("row", RECORDS, ids=[row[0] for row in RECORDS])
def test_a_strict_handler_raises(attach, row):
    """In tests the caller gets the same facts as an EventError, and the good ones still go out."""
    what, said, field, phrase = row
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport, strict=True)
    log = attach(handler)
    log.info("before", extra={"zaius": good()})
    with pytest.raises(EventError) as caught:
        log.info("bad", extra={"zaius": said})
    log.info("after", extra={"zaius": good()})
    found = caught.value.field
    assert found.startswith(field) if what == "too deep" else found == field
    assert phrase in caught.value.problem
    assert SECRET not in str(caught.value)
    assert handler.flush(10)
    assert len(transport.events) == 2
    assert handler.stats().invalid == 1


def test_all_bad_records_at_once_disturb_nobody(attach, capsys):
    """A good event before and after each, over a real connection: all arrive, in order, once."""
    with Sandbox(key=KEY) as sandbox:
        handler = ZaiusHandler(api_key=KEY, endpoint=sandbox.endpoint, batch_size=7)
        log = attach(handler)
        for number, (_, said, _, _) in enumerate(RECORDS):
            log.info("good", extra={"zaius": good(data={"n": number})})
            log.info("bad", extra={"zaius": said})
        log.info("good", extra={"zaius": good(data={"n": len(RECORDS)})})
        assert handler.flush(30)
        events = sandbox.events()
    assert [event["data"]["n"] for event in events] == list(range(len(RECORDS) + 1))
    assert handler.stats().invalid == len(RECORDS)
    assert handler.stats().delivered == len(RECORDS) + 1
    assert sandbox.stats()["duplicates"] == 0
    said = capsys.readouterr().err
    lines = said.splitlines()  # each problem at the line of code once a minute
    assert len({*lines}) == len(lines) < len(RECORDS)
    assert SECRET not in said
    assert KEY not in said


def test_a_record_whose_time_is_none_costs_itself_only(attach, capsys, record):
    """What other code did to a record is reported as well, without a value."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport)
    attach(handler)
    for created in (math.nan, 1e20, None, SECRET):
        handler.handle(record(good(), created=created))
    handler.handle(record(good()))
    assert handler.flush(10)
    assert (len(transport.events), handler.stats().invalid) == (1, 4)
    said = capsys.readouterr().err
    assert "shop.py:7" in said
    assert SECRET not in said


# Settings

NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
_network = []
_watching = []


def _watch(event, _):
    if _watching and event in NETWORK:
        _network.append(event)


sys.addaudithook(_watch)


@pytest.fixture
def offline():
    """See to it that nothing asks the network."""
    _network.clear()
    _watching.append(True)
    yield
    _watching.clear()
    assert _network == []


def configure(**settings):
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {
                "zaius": {"class": "zaius_logging.ZaiusHandler", "api_key": KEY, **settings},
            },
            "root": {"level": "INFO", "handlers": ["zaius"]},
        }
    )


@pytest.mark.parametrize("row", SETTINGS, ids=[row[0] for row in SETTINGS])
def test_a_bad_setting_is_one_clear_error(clean_logging, offline, monkeypatch, row):
    """Raised out of dictConfig, naming the argument, before the network is asked; no secret in it."""
    _, settings, argument, phrase = row
    monkeypatch.delenv("ZAIUS_API_KEY", raising=False)
    monkeypatch.delenv("ZAIUS_ENDPOINT", raising=False)
    with pytest.raises(ValueError, match="Unable to configure handler 'zaius'") as caught:
        configure(**settings)
    cause = caught.value.__cause__
    assert type(cause) is ConfigError
    assert cause.argument == argument
    assert phrase in cause.problem
    for hidden in ("s3cr3t", SECRET):
        assert hidden not in f"{cause!s} {cause!r}"


def test_a_good_configuration_passes_the_same_way(clean_logging, offline):
    """The rows above fail for what they say, and not for the way they are tried."""
    configure(batch_size=500, identifiers={"vuid": "1"})
    handler = logging.getLogger().handlers[-1]
    assert type(handler) is ZaiusHandler
    assert KEY not in repr(handler)


def test_the_watch_sees_the_network():
    """Control: what `offline` looks for is seen when it happens."""
    import socket

    _network.clear()
    _watching.append(True)
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", 1))
    _watching.clear()
    assert _network == ["socket.connect"]
