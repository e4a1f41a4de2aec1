"""The fast way to a yes says yes only where the definition finds nothing."""

import datetime as dt
import json
import math
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from zaius_logging import EventError
from zaius_logging._catalog import fast
from zaius_logging._catalog.check import findings
from zaius_logging._catalog.forms import normal
from zaius_logging._catalog.read import parse
from zaius_logging._event.encode import encoder
from zaius_logging._event.event import Event

CATALOGUE = parse(
    r"""
catalog = 1
name = "all"
version = "1"
extends = "standard@1"
[identifiers]
email = { form = "email", deny = ["*@shop.example"] }
phone = { form = "phone" }
customer_id = { form = 'C-\d{2}' }
vuid = {}
[kind."order/purchase"]
fields.channel = { one_of = ["web", "app"], required = true }
fields.level = { one_of = [1, 2.5] }
fields.tags = { list = "text" }
fields.prices = { list = "number" }
[kind."all/types"]
fields.text = { type = "text", min = 2, max = 3 }
fields.form = { type = "text", form = '[a-c]+' }
fields.id = { type = "id", required = true }
fields.integer = { type = "integer", min = 0 }
fields.number = { type = "number", max = 10 }
fields.price = { type = "number", required = true }
fields.boolean = { type = "boolean" }
fields.time = { type = "time" }
fields.any = { type = "any" }
fields.must = { type = "any", required = true }
fields.old = { type = "text", deprecated = "nothing" }
"""
)

TEXT = st.one_of(
    st.sampled_from(["", " ", "web", "app", "ab", "abc", "abcd", "c", "2026-01-31", "7", "\ud800\udc00a", "é" * 3]),
    st.text(max_size=4),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.integers(-3, 12),
    st.floats(),
    st.sampled_from([2.5, 2.0, math.nan, math.inf, 1e308, 9.9]),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.sampled_from([Decimal("9.90"), Decimal("1E+400"), Decimal("0.1"), Decimal("1e30")]),
)
ATOMS = st.one_of(
    st.none(), st.booleans(), TEXT, NUMBERS, st.uuids(), st.datetimes(), st.dates(),
    st.datetimes(timezones=st.just(dt.timezone.utc)),
)  # fmt: skip
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)
ITEM = st.fixed_dictionaries(
    {"product_id": ATOMS}, optional={"price": ATOMS, "quantity": ATOMS, "odd": ATOMS}
)
ORDER = st.fixed_dictionaries(
    {"order_id": ATOMS},
    optional={"total": ATOMS, "items": st.one_of(ATOMS, st.lists(st.one_of(ITEM, ATOMS), max_size=3)), "totl": ATOMS},
)  # fmt: skip
PURCHASE = st.fixed_dictionaries(
    {"order": st.one_of(ORDER, VALUES), "channel": ATOMS},
    optional={
        "level": ATOMS,
        "tags": VALUES,
        "prices": st.lists(NUMBERS, max_size=3),
        "odd": VALUES,
    },
)
NAMES = ["text", "form", "integer", "number", "boolean", "time", "any", "old", "odd"]
TYPES = st.fixed_dictionaries(
    {"id": ATOMS, "price": ATOMS, "must": ATOMS},
    optional={name: ATOMS if name not in ("any", "odd") else VALUES for name in NAMES},
)
EVENTS = st.one_of(
    st.tuples(st.just("order"), st.just("purchase"), PURCHASE),
    st.tuples(st.just("all"), st.just("types"), TYPES),
    st.tuples(st.just("no"), st.just("kind"), PURCHASE),
)


def verdicts(type_, action, data):
    """The fast way's yes on what was logged, and the definition's findings in its JSON."""
    try:
        body = encoder()(Event(type_, action, {"vuid": "1"}, data))
    except EventError:
        return False, ["no event"]
    kinds = fast.kinds(CATALOGUE)
    try:
        compiled = kinds[type_][action]
        yes = fast.is_right(data, compiled.table, compiled.needs)
    except (KeyError, TypeError, ValueError):
        yes = False
    return yes, findings(CATALOGUE, json.loads(body))


@pytest.mark.slow
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS)
@example(("all", "types", {"id": UUID(int=1), "price": Decimal("9.90"), "must": "x"}))
def test_a_yes_is_the_definitions_yes(event):
    """Whatever is logged: where the fast way says yes, the event's JSON has no findings."""
    yes, found = verdicts(*event)
    assert not (yes and found), found


@pytest.mark.parametrize(
    "data",
    [
        {"order": {"order_id": "7", "total": Decimal("9.90"), "items": [{"product_id": 1, "price": 1.5}]}, "channel": "web"},
        {"order": {"order_id": UUID(int=7), "items": ()}, "channel": "app", "level": 2.5, "tags": ["a"]},
    ],
)  # fmt: skip
def test_right_events_take_the_fast_way(data):
    """The control: it is not that nothing is fast."""
    assert verdicts("order", "purchase", data) == (True, [])


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_written_as_null_is_no_item(number):
    """JSON has no NaN: in a list of numbers it would be a null, which the definition finds."""
    data = {"order": {"order_id": "7"}, "channel": "web", "prices": [9.9]}
    assert verdicts("order", "purchase", data) == (True, [])
    yes, found = verdicts("order", "purchase", {**data, "prices": [9.9, number]})
    assert (yes, [str(each) for each in found]) == (False, ["data.prices[1]: is null"])


def test_a_wrong_table_is_caught():
    """The control: were the fast way to take any value for a field, the property would fail."""
    kinds = fast.kinds(CATALOGUE)
    compiled = kinds["order"]["purchase"]
    data = {"order": {"order_id": "7"}, "channel": "till"}
    assert not fast.is_right(data, compiled.table, compiled.needs)
    assert fast.is_right(data, {**compiled.table, "channel": {str: None}}, compiled.needs)
    assert verdicts("order", "purchase", data)[1]


IDENTIFIERS = st.dictionaries(
    st.sampled_from(["email", "phone", "customer_id", "vuid", "odd", "phone_number"]),
    st.one_of(
        st.sampled_from(["a@b.example", " a@b.example", "A@b.example", "staff@shop.example", "+15551234567", "C-17", "C-17 ", "É@b.example", "a\u2028@b.example"]),
        st.text(min_size=1, max_size=8),
    ),
    max_size=3,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(IDENTIFIERS)
def test_identifiers_that_fit_need_no_change_and_have_no_findings(identifiers):
    """The fast way's yes means that each is in its form already, known and not denied."""
    if not fast.identifiers(CATALOGUE, {})(identifiers):
        return
    for name, value in identifiers.items():
        assert normal(CATALOGUE.identifiers[name].form, value) == value
    event = {"type": "order", "action": "purchase", "identifiers": identifiers, "data": {}}
    assert not [each for each in findings(CATALOGUE, event) if each.path.startswith("ident")]
