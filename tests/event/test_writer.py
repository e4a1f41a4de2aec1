"""A record becomes an event: four layers, the record's time, and one id for each event that it carries."""

import collections
import copy
import json
import logging
import pickle
import types
import uuid
from itertools import count

import pytest

from zaius_logging import Event, EventError, bound
from zaius_logging._event.encode import dumper
from zaius_logging._event.writer import Writer, id_name, iso_8601

ID_ON_RECORD = id_name("zaius")

ID = uuid.UUID("12345678-1234-4234-8234-123456789abc")
SOURCE = {"data_source": "here"}
LATER = 4e9  # than any binding of these tests


class Read:
    """Reads the event of a record out of the bytes that are written."""

    def __init__(self, **changes):
        numbers = count(1)
        settings = {
            "attribute": "zaius",
            "identifiers": {},
            "data": {},
            "record_attributes": {},
            "source": {},
            "dumps": dumper(),
            "new_id": lambda: f"id-{next(numbers)}",
        }
        self.write = Writer(**{**settings, **changes})

    def event(self, record):
        written = self.write(record)
        return None if written is None else types.SimpleNamespace(**json.loads(written))


reader = Read


def test_a_record_without_the_attribute_is_none_of_our_business(record):
    """Neither is one whose attribute is None."""
    assert reader().event(record()) is None
    made = record()
    made.zaius = None
    assert reader().event(made) is None
    assert not hasattr(made, ID_ON_RECORD)


def test_the_attribute_can_be_renamed(record, cart):
    """Then `zaius` means nothing."""
    assert reader(attribute="odp").event(record(cart)) is None
    assert reader(attribute="odp").event(record(odp=cart)).type == "product"


def test_time_and_id_are_added(record, cart):
    """Everything else is what the record said, and it comes first."""
    event = reader().event(record(cart))
    assert vars(event) == {
        **cart,
        "data": {"product_id": "123", "ts": "2023-11-14T22:13:20.250Z", "idempotence_id": "id-1"},
    }
    assert list(event.data) == ["product_id", "ts", "idempotence_id"]


# Layers


def test_each_layer_lies_over_the_one_before(record, cart):
    """Source, defaults, context, attributes of the record, the record's own: the last one wins."""
    layers = ["source", "default", "context", "attribute", "own"]
    fields = {
        layer: {f"f{n}": layer for n in range(place, 5)} for place, layer in enumerate(layers)
    }
    read = reader(
        source=fields["source"],
        data=fields["default"],
        record_attributes=dict.fromkeys(fields["attribute"], "layer"),
    )
    with bound(data=fields["context"]):
        event = read.event(
            record({**cart, "data": fields["own"]}, layer="attribute", created=LATER)
        )
    assert [event.data[f"f{n}"] for n in range(5)] == layers


def test_identifiers_have_three_layers(record, cart):
    """Defaults, context, the record's own."""
    read = reader(identifiers={"a_id": "default", "b_id": "default", "c_id": "default"})
    with bound(identifiers={"b_id": "context", "c_id": "context"}):
        event = read.event(record({**cart, "identifiers": {"c_id": 3}}, created=LATER))
    assert event.identifiers == {"a_id": "default", "b_id": "context", "c_id": "3"}


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_an_outer_identifier_is_hidden_by_saying_nothing(record, cart, nothing):
    """By the context or by the record: that customer is not the default one."""
    read = reader(identifiers={"email": "default@zaius.com", "vuid": "1"})
    event = read.event(record({**cart, "identifiers": {"email": nothing}}, created=LATER))
    assert event.identifiers == {"vuid": "1"}
    with bound(identifiers={"email": nothing}):
        event = read.event(record({**cart, "identifiers": None}, created=LATER))
    assert event.identifiers == {"vuid": "1"}


def test_identifiers_may_come_from_outer_layers_alone(record):
    """A record need not repeat what the request has bound."""
    bare = {"type": "account", "action": "login"}
    with bound(identifiers={"email": "t@zaius.com"}):
        assert reader().event(record(bare, created=LATER)).identifiers == {"email": "t@zaius.com"}
    with pytest.raises(EventError, match="at least one") as caught:
        reader().event(record(bare, created=LATER))
    assert caught.value.field == "identifiers"


def test_a_field_of_data_set_to_none_stays_as_null(record, cart):
    """None is a value of its own: the API takes null, and the outer value is not sent."""
    event = reader(data={"shop": "x"}).event(record({**cart, "data": {"shop": None}}))
    assert event.data["shop"] is None


def test_data_of_none_leaves_the_layers(record, cart):
    """`data` left out or None adds nothing."""
    for own in ({}, {"data": None}):
        given = {**{name: cart[name] for name in ("type", "action", "identifiers")}, **own}
        assert reader(data={"shop": "x"}).event(record(given)).data["shop"] == "x"


# Attributes of the record


def test_attributes_of_the_record_go_into_data(record, cart):
    """The message formatted, anything else as it is, extras included."""
    read = reader(
        record_attributes={"text": "message", "logger": "name", "level": "levelname", "who": "user"}
    )
    event = read.event(record(cart, "cart", 2, msg="%s %d", user=7))
    assert [event.data[name] for name in ("text", "logger", "level", "who")] == [
        "cart 2",
        "shop",
        "INFO",
        7,
    ]


def test_an_attribute_that_is_missing_or_none_adds_nothing(record, cart):
    """A default below it stays; falsy values are values."""
    read = reader(
        data={"who": "nobody", "n": 5}, record_attributes={"who": "user", "n": "number", "x": "y"}
    )
    event = read.event(record(cart, user=None, number=0))
    assert (event.data["who"], event.data["n"]) == ("nobody", 0)
    assert "x" not in event.data


def test_a_message_that_cannot_be_made_is_invalid_by_its_field(record, cart):
    """Wrong arguments of the log call are reported by the field they were meant for, without their text."""
    with pytest.raises(EventError, match="message cannot be made: TypeError") as caught:
        reader(record_attributes={"text": "message"}).event(record(cart, "secret", msg="%d"))
    assert caught.value.field == "data.text"
    assert "secret" not in str(caught.value)


def test_a_message_that_nobody_wants_is_not_made(record, cart):
    """Formatting costs, and may fail: only when it is mapped."""
    assert reader(record_attributes={"logger": "name"}).event(record(cart, "x", msg="%d"))


def test_an_attribute_may_give_time_or_id(record, cart):
    """They are checked like the record's own."""
    read = reader(record_attributes={"ts": "created", "idempotence_id": "request"})
    event = read.event(record(cart, request=ID))
    assert (event.data["ts"], event.data["idempotence_id"]) == (1_700_000_000.25, str(ID))
    with pytest.raises(EventError) as caught:
        reader(record_attributes={"ts": "levelname"}).event(record(cart))
    assert caught.value.field == "data.ts"


# Time


@pytest.mark.parametrize(
    ("created", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (0.001, "1970-01-01T00:00:00.001Z"),
        (-0.5, "1969-12-31T23:59:59.500Z"),
        (1_700_000_000.0, "2023-11-14T22:13:20.000Z"),
        (1_700_000_000.9999, "2023-11-14T22:13:20.999Z"),
        (1_700_000_000.0019, "2023-11-14T22:13:20.001Z"),
        (4_102_444_800.5, "2100-01-01T00:00:00.500Z"),
        (1_709_164_799.999, "2024-02-28T23:59:59.999Z"),
        (1_709_208_000, "2024-02-29T12:00:00.000Z"),
    ],
)
def test_the_time_is_utc_with_milliseconds(created, text):
    """Whatever the machine's zone: ISO 8601, cut to milliseconds, with Z."""
    assert iso_8601(created) == text


def test_the_machines_zone_does_not_matter(record, cart, monkeypatch):
    """A server in India sends UTC."""
    import time

    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert reader().event(record(cart, created=0.0)).data["ts"] == "1970-01-01T00:00:00.000Z"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_callers_own_time_and_id_win(record, cart):
    """A backfill says when it happened, and which event it is."""
    cart["data"].update(ts="2020-01-01", idempotence_id=ID)
    made = record(cart)
    event = reader().event(made)
    assert (event.data["ts"], event.data["idempotence_id"]) == ("2020-01-01", str(ID))
    assert not hasattr(made, ID_ON_RECORD)


@pytest.mark.parametrize("layer", ["default", "context"])
def test_an_outer_layer_may_give_the_time(record, cart, layer):
    """A backfill binds the time once, for all that it logs; the record's own still wins."""
    outer = {"ts": "2020-01-01"}
    read = reader(data=outer if layer == "default" else {})
    with bound(data=outer if layer == "context" else {}):
        assert read.event(record(cart, created=LATER)).data["ts"] == "2020-01-01"
        cart["data"]["ts"] = "2021-01-01"
        assert read.event(record(cart, created=LATER)).data["ts"] == "2021-01-01"


def test_none_stands_for_ours(record, cart):
    """`ts` and `idempotence_id` of None are as if they were not there."""
    cart["data"].update(ts=None, idempotence_id=None)
    data = reader().event(record(cart)).data
    assert (data["ts"], data["idempotence_id"]) == ("2023-11-14T22:13:20.250Z", "id-1")


# One event a record


def test_every_writer_of_a_record_tells_of_the_same_event(record, cart):
    """Two handlers and a formatter: one id, so that the API can drop the second."""
    made = record(cart)
    ids = {reader(new_id=name.__str__).event(made).data["idempotence_id"] for name in "abc"}
    assert ids == {"a"}
    assert getattr(made, ID_ON_RECORD) == "a"


@pytest.mark.parametrize("copied", [copy.copy, lambda each: logging.makeLogRecord(each.__dict__)])
def test_the_id_survives_a_copy_of_the_record(record, cart, copied):
    """`QueueHandler` sends a copy on."""
    made = record(cart)
    first = reader().event(made)
    assert reader(new_id=lambda: "other").event(copied(made)) == first


def test_the_id_survives_a_pickled_record_as_plain_text(record, cart):
    """`SocketHandler` pickles it for a process that need not have us; what was written is not sent along."""
    made = record(cart)
    first = reader().event(made)
    pickled = pickle.dumps(made.__dict__)
    assert b"zaius_logging" not in pickled
    assert b"2023-11-14" not in pickled
    received = logging.makeLogRecord(pickle.loads(pickled))  # noqa: S301
    assert type(getattr(received, ID_ON_RECORD)) is str
    assert reader(new_id=lambda: "other").event(received) == first


def test_a_record_for_several_events_gives_each_its_id(record, cart):
    """A handler that fans out hands on one record again and again, each time with another event."""
    made, read = record(), reader()
    found = []
    for number in range(3):
        made.zaius = {**cart, "data": {"n": number}}
        found.append(
            (read.event(made).data["idempotence_id"], reader().event(made).data["idempotence_id"])
        )
    assert found == [("id-1", "id-1"), ("id-2", "id-2"), ("id-3", "id-3")]


def test_a_dict_that_is_changed_in_place_is_another_event(record, cart):
    """The same dict with other content, through the same handler."""
    made, read = record(cart), reader()
    ids = []
    for number in (1, 1, 2, 3, 3):
        cart["data"]["n"] = number
        ids.append(read.event(made).data["idempotence_id"])
    assert ids == [ids[0], ids[0], *ids[2:4], ids[3]]
    assert len(set(ids)) == 3


def test_a_dict_that_is_changed_in_place_is_another_event_for_each_handler(record, cart):
    """Two handlers see each state of it, and agree."""
    made, first, second = record(cart), reader(), reader(source=SOURCE)
    found = []
    for number in range(3):
        cart["data"]["n"] = number
        found.append([each.event(made).data["idempotence_id"] for each in (first, second)])
    assert [one for one, _ in found] == [other for _, other in found]
    assert len({one for one, _ in found}) == 3


def test_one_record_logged_for_several_customers_is_several_events(record, cart):
    """The same event, each time with somebody else bound."""
    made, read, ids = record(cart, created=LATER), reader(), set()
    for name in "abc":
        with bound(identifiers={"customer_id": name}):
            ids.add(read.event(made).data["idempotence_id"])
    assert len(ids) == 3


def test_two_attributes_of_one_record_are_two_events(record, cart):
    """Two handlers that look at different names in `extra`."""
    made = record(cart, odp={**cart, "action": "detail"})
    first, second = reader(), reader(attribute="odp", new_id=lambda: "other")
    for _ in range(2):
        assert first.event(made).data["idempotence_id"] == "id-1"
        assert second.event(made).data["idempotence_id"] == "other"


def test_two_records_are_two_events(record, cart):
    """The same payload logged twice happened twice."""
    read = reader()
    assert [read.event(record(cart)).data["idempotence_id"] for _ in range(2)] == ["id-1", "id-2"]


def test_an_invalid_event_leaves_nothing_on_its_record(record, cart):
    """The record is as it was before."""
    made = record({**cart, "data": {"x": object()}})
    before = dict(made.__dict__)
    with pytest.raises(EventError):
        reader().event(made)
    assert made.__dict__ == before


# A step between merging and encoding


def test_a_step_gets_the_merged_event_as_plain_dicts(record, cart):
    """It may change them in place, and let go of the event; the caller's own are not changed."""
    seen, dumps, before = [], dumper(), copy.deepcopy(cart)

    def step(parts):
        seen.append([*parts])
        parts["identifiers"]["vuid"] = parts["data"].pop("shop")
        return dumps(parts) if parts["action"] == "add_to_cart" else None

    read = reader(dumps=step, identifiers={"email": "outer"}, data={"shop": "x"})
    for _ in range(2):
        assert read.event(record(cart)).identifiers["vuid"] == "x"
    assert read.event(record({**cart, "action": "detail"})) is None
    assert seen == [["type", "action", "identifiers", "data"]] * 3
    assert cart == before


# What may stand there


class Special(Event):
    pass


@pytest.mark.parametrize("kind", [Event, Special])
def test_an_event_is_taken_as_it_is(record, cart, kind):
    """With time and id added, under the same layers; the Event itself is not changed."""
    given = kind(**cart)
    event = reader(data={"shop": "x"}).event(record(given))
    assert event.data == {
        "shop": "x",
        "product_id": "123",
        "ts": "2023-11-14T22:13:20.250Z",
        "idempotence_id": "id-1",
    }
    assert Event(**cart).to_mapping() == given.to_mapping()


@pytest.mark.parametrize("kind", [collections.UserDict, types.MappingProxyType])
def test_any_mapping_is_read(record, cart, kind):
    """Mappings need not be dictionaries."""
    assert reader().event(record(kind(cart))).type == "product"


@pytest.mark.parametrize("said", [True, 7, "text", ["type"], object(), Event, 0, "", False, ()])
def test_what_is_no_mapping_is_invalid(record, said):
    """Falsy things too: whoever puts something there means an event."""
    made = record()
    made.zaius = said
    with pytest.raises(EventError) as caught:
        reader().event(made)
    assert caught.value.field == "event"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": None}, "type"),
        ({"action": " "}, "action"),
        ({"identifiers": []}, "identifiers"),
        ({"identifiers": {"email": 1.0}}, "identifiers.email"),
        ({"data": []}, "data"),
        ({"properties": {}}, "properties"),
    ],
)
def test_each_part_is_invalid_by_its_name(record, cart, changes, field):
    """The reader hides none of the event's own rules."""
    with pytest.raises(EventError) as caught:
        reader().event(record({**cart, **changes}))
    assert caught.value.field == field


def test_the_callers_objects_are_not_changed(record, cart):
    """No default, time or id finds its way into what the caller holds."""
    defaults = {"shop": "x"}
    before = copy.deepcopy((cart, defaults))
    with bound(data={"page": "/"}):
        reader(identifiers={"vuid": "1"}, data=defaults, source=SOURCE).event(
            record(cart, created=LATER)
        )
    assert (cart, defaults) == before
    assert SOURCE == {"data_source": "here"}


def test_the_readers_defaults_are_copied(record, cart):
    """Changing the configuration's own dictionaries later changes no event."""
    identifiers, data, attributes = {"vuid": "1"}, {"shop": "x"}, {"logger": "name"}
    read = reader(identifiers=identifiers, data=data, record_attributes=attributes)
    identifiers["vuid"] = data["shop"] = attributes["logger"] = "other"
    event = read.event(record(cart))
    assert event.identifiers["vuid"] == "1"
    assert (event.data["shop"], event.data["logger"]) == ("x", "shop")
