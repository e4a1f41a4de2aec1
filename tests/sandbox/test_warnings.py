"""Each warning about an event that is taken."""

import pytest

from zaius_logging.sandbox._warnings import MAX_DEPTH, warnings

NOW = 1_700_000_000.0


def found(type_="custom", identifiers=None, **data):
    event = {"type": type_, "action": "x1", "identifiers": identifiers or {"vuid": "1"}}
    return [
        (finding.rule, finding.path) for finding in warnings({**event, "data": dict(data)}, NOW)
    ]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"ts": 1_699_999_999, "price": 1.5, "on": True, "nothing": None},
        {"ts": "2023-11-14T22:13:20.123Z", "word": "café\u00a0noir 🎉"},
        {"ts": "2023-11-14"},
        {"ts": "2023-11-14T22:13:20+0100"},
        {"ts": "1699999999.5"},
        {"ts": NOW + 3600},
        {"text": "x" * 1024, "whole": 10**400},
    ],
)
def test_ordinary_data_raise_no_warning(data):
    """Documented values pass without a word."""
    assert found(**data) == []


def test_data_may_be_missing():
    """An event without data has nothing to warning."""
    event = {"type": "pageview", "identifiers": {"email": "a@b.co"}}
    assert warnings(event, NOW) == []


@pytest.mark.parametrize("name", ["email", "phone", "vuid", "zaius_id", "a_hash", "push_token"])
def test_known_identifier_names(name):
    """The documented identifiers and endings are no warning."""
    value = {"email": "tyler@zaius.com", "phone": "+15551234567"}.get(name, "1x")
    assert found(identifiers={name: value}) == []


@pytest.mark.parametrize(
    ("identifiers", "rule"),
    [
        ({"EMAIL": "a@b.co"}, "identifier-name"),
        ({"name": "Tyler"}, "identifier-name"),
        ({"vuid": "x" * 1025}, "long-text"),
        ({"vuid": "x\ny"}, "unprintable"),
        ({"customer_id": "null"}, "placeholder"),
        ({"customer_id": " Anonymous "}, "placeholder"),
        ({"email": "noreply@shop.example"}, "shared-identifier"),
        ({"email": "Support@shop.example"}, "shared-identifier"),
        ({"email": "tyler"}, "email-form"),
        ({"phone": "555-1234"}, "phone-form"),
    ],
)
def test_warned_identifiers(identifiers, rule):
    """A name or value that could merge customers, or find none, is pointed out."""
    name = next(iter(identifiers))
    assert found(identifiers=identifiers) == [(rule, f"identifiers.{name}")]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (1_700_000_000_000, "milliseconds"),
        ("1700000000000", "milliseconds"),
        (10**400, "milliseconds"),
        (NOW + 100_000, "future"),
        ("yesterday", "time-form"),
        (True, "time-form"),
        (None, "time-form"),
        ("14.11.2023", "time-form"),
    ],
)
def test_warned_times(value, rule):
    """A time that the API would read otherwise than meant is pointed out."""
    assert found(ts=value) == [(rule, "data.ts")]


@pytest.mark.parametrize(
    ("data", "rule", "path"),
    [
        ({"productId": 1}, "field-name", "data.productId"),
        ({"x": 1}, "field-name", "data.x"),
        ({"a" * 63: 1}, "field-name", "data." + "a" * 63),
        ({"event_time": 1}, "field-name", "data.event_time"),
        ({"note": "x" * 1025}, "long-text", "data.note"),
        ({"note": "\ud800"}, "unprintable", "data.note"),
        ({"tags": []}, "nested", "data.tags"),
        ({"order": {"order_id": "1"}}, "nested", "data.order"),
    ],
)
def test_warned_fields(data, rule, path):
    """A name, a text or a nesting that is not documented is pointed out."""
    assert found(**data) == [(rule, path)]


@pytest.mark.parametrize(
    ("type_", "data", "paths"),
    [
        ("product", {}, ["data.product_id"]),
        ("product", {"product_id": "1"}, []),
        ("order", {}, ["data.order.order_id"]),
        ("order", {"order": "1"}, ["data.order.order_id"]),
        ("order", {"order": {"order_id": "1"}}, []),
        ("order", {"order": {"order_id": "1", "items": [{"product_id": "2"}]}}, []),
        (
            "order",
            {"order": {"items": [{"product_id": "2"}, {"quantity": 2}, 3]}},
            ["data.order.order_id", "data.order.items[1].product_id"],
        ),
        ("order", {"order": {"order_id": "1", "items": [3]}}, ["data.order.items[0].product_id"]),
    ],
)
def test_missing_documented_fields(type_, data, paths):
    """A documented required field that is missing is a warning, since the API still says 202."""
    assert found(type_, **data) == [("missing-data", path) for path in paths]


def test_the_words_are_the_api_s_own():
    """The message for a missing field is the one that the API is known to use."""
    event = {"type": "product", "action": "detail", "identifiers": {"vuid": "1"}, "data": {}}
    assert warnings(event, NOW)[0].message == "Missing required field `product_id`"


def test_text_deep_in_an_order_is_read():
    """A path leads through objects and arrays to the text that is too long."""
    items = [{"product_id": "1"}, {"product_id": "x" * 1025, "price": 2}]
    order = {"order_id": "1", "items": items}
    assert found("order", order=order) == [("long-text", "data.order.items[1].product_id")]


def test_depth_is_bounded():
    """Data nested deeper than anyone means is one warning and ends the walk."""
    value = "end"
    for _ in range(MAX_DEPTH + 5):
        value = [value]
    assert [rule for rule, _ in found("order", order={"order_id": "1", "x": value})] == ["too-deep"]


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ({"type": "purchase", "action": "made"}, ["type-slip"]),
        ({"type": "Product View", "action": "detail"}, ["kind-name"]),
        ({"type": "product_x", "action": "Add To Cart"}, ["kind-name"]),
    ],
)
def test_warned_kinds(kind, rules):
    """A type or action that is no known kind of name is pointed out."""
    event = {**kind, "identifiers": {"vuid": "1"}}
    assert [finding.rule for finding in warnings(event, NOW)] == rules
