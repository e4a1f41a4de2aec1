"""The short way gives the very bytes of the long way, or leaves the record to it."""

import contextvars
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zaius_logging import EventError, bound
from zaius_logging._event.encode import dumper, encoder
from zaius_logging._event.plain_json import MAX_DEPTH
from zaius_logging._event.record import RecordReader
from zaius_logging._event.writer import RecordWriter, _Unusual

CART = {
    "type": "product",
    "action": "add_to_cart",
    "identifiers": {"email": "tyler@zaius.com"},
    "data": {"product_id": "123"},
}


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def make_reader(**layers):
    return RecordReader(
        attribute="zaius",
        identifiers=layers.get("identifiers", {}),
        data=layers.get("data", {}),
        record_attributes=layers.get("record_attributes", {}),
        source=layers.get("source", {"data_source": "zaius-logging"}),
        new_id=lambda: "11111111-2222-4333-8444-555555555555",
    )


class Watched(RecordWriter):
    """Counts which way was taken."""

    longs = 0

    def _long(self, record):
        self.longs += 1
        return super()._long(record)


@pytest.fixture(params=[True, False], ids=["orjson", "json"])
def writer(request):
    def writer(**layers):
        return Watched(
            make_reader(**layers), encoder(fast=request.param), dumper(fast=request.param)
        )

    return writer


def record(said, created=1_700_000_000.123):
    return logging.makeLogRecord({"zaius": said, "created": created})


def ways(writer, said, **more):
    """What the short way gives (None where it leaves the record), and what the long way gives."""
    contextvars.Context().run(writer, record(CART))  # so that type, action and names are known
    try:
        short = writer._short(record(said, **more))
    except Exception:  # noqa: BLE001 - whatever it is, the long way is taken
        short = None
    try:
        long = RecordWriter._long(writer, record(said, **more))
    except EventError as error:
        long = error
    return short, long


def test_the_usual_event_takes_the_short_way(writer):
    """From the second of its kind on, an event does not touch the long way."""
    write = writer()
    first = write(record(CART))
    assert write.longs == 1
    assert write(record(CART)) == first
    assert write(record({**CART, "identifiers": {"email": "other@zaius.com"}})) is not None
    assert write.longs == 1


USUAL = {
    "as documented": CART,
    "without data": {key: CART[key] for key in ("type", "action", "identifiers")},
    "another order of keys": dict(reversed(CART.items())),
    "nested data": {**CART, "data": {"order": {"items": [{"product_id": "1", "price": 2.5}]}}},
    "odd values in data": {**CART, "data": {"text": 'ü\u2028\\"', "none": None, "big": 2**63}},
}


@pytest.mark.parametrize("name", USUAL)
def test_usual_events_give_the_same_bytes(writer, name):
    """What takes the short way is written alike by both."""
    write = writer()
    short, long = ways(write, USUAL[name])
    assert short == long
    assert short is not None


LEFT = {
    "an unseen type": {**CART, "type": "order"},
    "no action": {key: CART[key] for key in ("type", "identifiers")},
    "an unknown key": {**CART, "properties": {}},
    "no identifiers": {key: CART[key] for key in ("type", "action", "data")},
    "empty identifiers": {**CART, "identifiers": {}},
    "a blank identifier": {**CART, "identifiers": {"email": " \t"}},
    "an identifier of None": {**CART, "identifiers": {"email": None}},
    "a whole number": {**CART, "identifiers": {"email": 7}},
    "an unseen identifier": {**CART, "identifiers": {"Email": "a"}},
    "a long identifier": {**CART, "identifiers": {"email": "a" * 1025}},
    "identifiers that are a list": {**CART, "identifiers": ["email"]},
    "empty data": {**CART, "data": {}},
    "data of None": {**CART, "data": None},
    "data that is a list": {**CART, "data": ["product_id"]},
    "data with a time": {**CART, "data": {"ts": 1}},
    "data with an id": {**CART, "data": {"idempotence_id": "mine"}},
    "data with a field of ours": {**CART, "data": {"data_source": "mine"}},
    "data too large": {**CART, "data": {"text": "x" * 1_000_000}},
    "data too deep": {**CART, "data": {"x": [[[]]] * 100}},
    "data one level too deep": {**CART, "data": {"x": nested(MAX_DEPTH - 1)}},
    "a type that is a list": {**CART, "type": ["product"]},
    "not a dict": [("type", "product")],
    "another mapping": type("Other", (dict,), {})(CART),
}


@pytest.mark.parametrize("name", LEFT)
def test_the_unusual_is_left_to_the_long_way(writer, name):
    """What the short way does not know for certain it does not touch."""
    short, _ = ways(writer(), LEFT[name])
    assert short is None


def test_what_is_bound_takes_the_short_way(writer):
    """Context and defaults are written once a context, and give the same bytes."""
    write = writer(identifiers={"vuid": "d"}, data={"shop": "one"})
    with bound(identifiers={"customer_id": 7, "email": "outer"}, data={"lang": "en"}):
        without = {key: CART[key] for key in ("type", "action", "data")}
        for said in (CART, without):
            short, long = ways(write, said)
            assert short == long
            assert short is not None
        with bound(identifiers={"vuid": None}, data={"shop": "two"}):
            short, long = ways(write, CART)
            assert short == long
            assert b'"vuid"' not in short
            assert b'"shop":"two"' in short


def test_a_bound_time_or_what_cannot_be_written_is_left(writer):
    """A context that gives the time, or data that needs mending, goes the long way each time."""
    write = writer()
    with bound(data={"ts": 1}):
        short, long = ways(write, CART)
        assert short is None
        assert b'"ts":1' in long
    with bound(data={"when": float("nan"), "text": "\ud800"}):
        short, long = ways(write, CART)
        assert short is None
        assert b"null" in long


def test_a_context_that_is_too_deep_is_left(writer):
    """What lies under every event counts as a part of it: the long way refuses it by its path."""
    write = writer()
    with bound(data={"x": nested(MAX_DEPTH - 1)}):
        short, long = ways(write, CART)
    assert short is None
    assert long.field.startswith("data.x[0]")


def test_a_hidden_identifier_has_no_place(writer):
    """A default hidden by the context and given by the record stands where the record puts it."""
    write = writer(identifiers={"vuid": "default"})
    with bound(identifiers={"vuid": None}):
        write(record({**CART, "identifiers": {"vuid": "known"}}))
        short, long = ways(write, {**CART, "identifiers": {"email": "a", "vuid": "b"}})
    assert short == long
    assert b'"identifiers":{"email":"a","vuid":"b"}' in short


def test_an_id_that_somebody_else_put_on_the_record_is_left(writer):
    """It could break out of its quotes: the long way writes it as text."""
    write = writer()
    write(record(CART))
    for id_ in ('a"b', "ä", "a\n"):
        made = record(CART)
        made._zaius_idempotence_id = id_
        with pytest.raises(_Unusual):
            write._short(made)
        assert json.loads(write(made))["data"]["idempotence_id"] == id_


def test_mapped_attributes_are_left_to_the_long_way(writer):
    """Where each record brings fields of its own, nothing is short."""
    write = writer(record_attributes={"level": "levelname"})
    short, long = ways(write, CART)
    assert short is None
    assert b'"level"' in long


def test_what_is_remembered_is_bounded(writer):
    """An action made of data does not fill the memory: past a thousand kinds nothing is learned."""
    write = writer()
    for number in range(1500):
        write(record({**CART, "action": f"view_{number}"}))
    assert write._known == 1024


def test_two_records_keep_their_own_second(writer):
    """The second that is kept for the next call is not taken for another's."""
    write = writer()
    write(record(CART))
    for created in (0.0, 1_700_000_000.9996, 1_700_000_001.5, 1_700_000_000.25):
        assert write._short(record(CART, created)) == write._long(record(CART, created))


texts = st.text(max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(
    data=st.none() | st.dictionaries(texts, values, max_size=4) | values,
    identifiers=st.dictionaries(
        st.sampled_from(["email", "vuid", "x"]), texts | values, max_size=3
    ),
    created=st.floats(0, 4e9),
    shared=st.dictionaries(st.sampled_from(["a", "b", ""]), values, max_size=2),
)
def test_short_is_long_or_nothing(data, identifiers, created, shared):
    """Over any data: the short way's bytes are the long way's, and it never takes what that refuses."""
    for fast in (True, False):
        write = Watched(make_reader(), encoder(fast=fast), dumper(fast=fast))
        write._names.update({"email", "vuid"})
        with bound(data=shared):
            short, long = ways(
                write, {**CART, "data": data, "identifiers": identifiers}, created=created
            )
        assert short is None or short == long
