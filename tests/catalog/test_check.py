"""The definition of a right event: what is found, by path, with the nearest name and the right form."""

import copy

import pytest

from zaius_logging._catalog.check import findings
from zaius_logging._catalog.read import catalogue

PURCHASE = {
    "type": "order",
    "action": "purchase",
    "identifiers": {"customer_id": "C-000017"},
    "data": {
        "channel": "web",
        "order": {
            "order_id": "7",
            "total": 9.9,
            "items": [{"product_id": 1, "price": 4.95, "quantity": 2}],
        },
        "ts": "2026-01-31T12:00:00.000Z",
    },
}


def changed(path, value, event=PURCHASE):
    """An event with one value set, or taken out where it is `...`."""
    event = copy.deepcopy(event)
    *above, last = path
    inner = event
    for each in above:
        inner = inner[each]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return event


def said(shop, event):
    """The findings as people read them."""
    return [str(each) for each in findings(shop, event)]


def test_a_right_event_has_no_findings(shop):
    """Null says nothing, an id may be text or a number, and so may a whole number be 2.0."""
    assert said(shop, PURCHASE) == []
    assert said(shop, changed(["data", "order", "total"], None)) == []
    assert said(shop, changed(["data", "order", "order_id"], 7)) == []
    assert said(shop, changed(["data", "order", "items", 0, "quantity"], 2.0)) == []


@pytest.mark.parametrize(
    ("path", "value", "finding"),
    [
        (["data", "channel"], ..., 'data.channel: is missing; one of "web", "app", "till"'),
        (["data", "channel"], " ", 'data.channel: is blank; one of "web", "app", "till"'),
        (["data", "channel"], "Web", 'data.channel: is none of "web", "app", "till"'),
        (["data", "order", "totl"], 1, "data.order.totl: is no field; did you mean total?"),
        (["data", "order_id"], "7", "data.order_id: belongs to data.order.order_id"),
        (["data", "order", "total"], "9.90", "data.order.total: is text; it must be a number: leave the quotes out"),
        (["data", "order", "total"], True, "data.order.total: is true or false; it must be a number"),
        (["data", "order", "order_id"], None, "data.order.order_id: is missing"),
        (["data", "order"], [], "data.order: is a list; it must be an object"),
        (["data", "order", "items", 0, "price"], -1, "data.order.items[0].price: is below 0"),
        (["data", "order", "items", 0, "price"], ..., "data.order.items[0].price: is missing"),
        (["data", "order", "items", 0, "product"], 1, "data.order.items[0].product: is no field; did you mean product_id?"),
        (["data", "order", "items", 0, "quantity"], 1.5, "data.order.items[0].quantity: is a number; it must be a whole number"),
        (["data", "order", "items"], [7], "data.order.items[0]: is a number; it must be an object"),
        (["data", "value"], 9.9, "data.value: the amount of an order is data.order.total"),
        (["data", "currency"], "EUR", "data.currency: no field of the API says the currency; amounts are in the account's"),
        (["data", "action"], "purchase", "data.action: the action stands beside type, not in data"),
        (["data", "lists"], ["a"], "data.lists: send one list/subscribe for each list, with data.list_id"),
        (["data", "seat"], 1, "data.seat: is a field of workshop/booked, not of order/purchase"),
        (["data", "zzz"], 1, "data.zzz: is no field of order/purchase"),
        (["data", "giftTo"], "x", "data.giftTo: is no field; did you mean gift_to?"),
        (["identifiers", "phone_number"], "5551234567", "identifiers.phone_number: is not an identifier; use phone, as +15551234567"),
        (["identifiers", "fs-user-id"], "x", "identifiers.fs-user-id: is not an identifier; use fs_user_id"),
        (["identifiers", "customerId"], "x", "identifiers.customerId: is not an identifier; use customer_id, as C-000017"),
        (["identifiers", "email"], " A@b.example", "identifiers.email: has not the form name@host.example in lower case"),
        (["identifiers", "phone"], "5551234567", "identifiers.phone: has not the form +15551234567 (E.164)"),
        (["identifiers", "customer_id"], "17", r"identifiers.customer_id: has not the form C-000017 (C-\d{6})"),
        (["identifiers", "email"], "staff@shop.example", "identifiers.email: is one that must never be sent: it would merge customers"),
    ],
)  # fmt: skip
def test_each_slip_is_found_and_said(shop, path, value, finding):
    """One finding for one slip, by path, without the value."""
    assert said(shop, changed(path, value)) == [finding]


@pytest.mark.parametrize(
    ("type_", "action", "finding"),
    [
        ("purchase", "done", "kind: is no kind; use type order, action purchase"),
        ("list_subscribe", None, "kind: is no kind; use type list, action subscribe"),
        ("product", "addToCart", "kind: is no kind; nearest is product/add_to_cart"),
        ("order", None, "kind: needs an action: order/purchase, order/refund"),
        ("order", "cancel", 'kind: is a standard kind that is not listed: write [kind."order/cancel"]'),
        ("consent", "given", "kind: is no kind; consent is a state of the customer, not an event: set it on the profile"),
        ("zebra", "fed", "kind: is no kind of shop"),
    ],
)  # fmt: skip
def test_an_unknown_kind_is_told_what_was_meant(shop, type_, action, finding):
    """By the known slips, then the nearest name, then the standard."""
    event = {**PURCHASE, "type": type_, "action": action}
    [found] = findings(shop, event)
    assert str(found) == finding
    assert found.grade == "unknown"


def test_harm_decides_the_grade(shop):
    """A wrong identifier is always invalid; what is unknown and what is wrong have a setting each."""
    grades = {
        "refuse": changed(["identifiers", "email"], "staff@shop.example"),
        "unknown": changed(["data", "zzz"], 1),
        "wrong": changed(["data", "channel"], 1),
    }
    for grade, event in grades.items():
        assert [each.grade for each in findings(shop, event)] == [grade]


def test_what_is_deprecated_is_said_with_its_line(shop):
    """It is no error."""
    event = {
        "type": "list",
        "action": "subscribe",
        "identifiers": {"customer_id": "C-000017"},
        "data": {"list_id": "a", "source": "footer"},
    }
    [found] = findings(shop, event)
    assert (found.grade, found.path, found.line) == ("deprecated", "data.source", 27)
    assert found.problem == "is deprecated: use data_source"


def test_the_standard_takes_identifiers_of_ones_own_but_no_known_slip():
    """Its names are open, as the API's are; `phone_number` is a slip all the same."""
    standard = catalogue("standard")
    event = {"type": "account", "action": "login", "identifiers": {"loyalty_card_number": "7"}}
    assert said(standard, event) == []
    event["identifiers"] = {"phone_number": "5551234567"}
    assert said(standard, event) == [
        "identifiers.phone_number: is not an identifier; use phone, as +15551234567"
    ]


def test_no_message_has_a_value(shop):
    """Values are personal data: a secret in every place is in no message."""
    hidden = "hidden-value"
    event = {
        "type": "order",
        "action": "purchase",
        "identifiers": {"email": hidden, "customer_id": hidden},
        "data": {
            "channel": hidden,
            "order": {"order_id": [hidden], "total": hidden, "items": [hidden]},
        },
    }
    found = said(shop, event)
    assert len(found) == 6
    assert hidden not in "".join(found)
