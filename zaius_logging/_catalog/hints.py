"""What was probably meant: the hints behind a finding. Only an error pays for them.

In this order: the exact name elsewhere in the kind, the known slips, other kinds, then the nearest name. By
nearness alone a flat `order_id` would get "did you mean order?".
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from .model import Catalogue, Kind, kind_name, leaves

KINDS = {
    "purchase": "order/purchase",
    "purchases": "order/purchase",
    "order_purchase": "order/purchase",
    "rics_purchase": "order/purchase",
    "refund": "order/refund",
    "list_subscribe": "list/subscribe",
    "subscribe": "list/subscribe",
    "newsletter": "list/subscribe",
    "list_unsubscribe": "list/unsubscribe",
    "customer_update": "account/update",
    "registration": "account/register",
    "signup": "account/register",
    "login": "account/login",
    "search": "navigation/search",
    "add_to_cart": "product/add_to_cart",
    "page_view": "pageview",
}
"""Types that people have sent, and the kind that they meant."""

FIELDS = {
    "action": "the action stands beside type, not in data",
    "type": "the type stands beside data, not in it",
    "lists": "send one list/subscribe for each list, with data.list_id",
    "value": "the amount of an order is data.order.total",
    "revenue": "the amount of an order is data.order.total",
    "amount": "the amount of an order is data.order.total",
    "currency": "no field of the API says the currency; amounts are in the account's",
    "timestamp": "the time is data.ts",
    "time": "the time is data.ts",
    "idempotency_id": "it is spelled idempotence_id",
    "products": "the lines of an order are data.order.items",
    "line_items": "the lines of an order are data.order.items",
    "email": "it is an identifier: identifiers.email",
    "customer_id": "it is an identifier: identifiers.customer_id",
    "phone": "it is an identifier: identifiers.phone",
}
"""Fields of data that people have sent, and what they meant."""

IDENTIFIERS = {
    "phone_number": "phone",
    "phonenumber": "phone",
    "mobile": "phone",
    "email_address": "email",
    "e-mail": "email",
    "mail": "email",
    "fs-user-id": "fs_user_id",
    "user_id": "customer_id",
    "userid": "customer_id",
    "customerid": "customer_id",
    "customer": "customer_id",
    "cust_id": "customer_id",
    "custid": "customer_id",
    "zaiusid": "zaius_id",
}
"""Identifiers that people have sent, and what they meant."""

_CONSENT = ("consent", "opt_in", "opt_out", "gdpr")


def unknown_kind(catalogue: Catalogue, event: Mapping[str, Any]) -> tuple[str, int]:
    """What to say of an event whose kind the catalogue lacks, and the line of what was meant."""
    type_, action = str(event.get("type")), event.get("action")
    name = kind_name(type_, action if isinstance(action, str) else None)
    if any(word in name.lower() for word in _CONSENT):
        return (
            "is no kind; consent is a state of the customer, not an event: set it on the profile",
            0,
        )
    meant = KINDS.get(type_.lower()) or KINDS.get(name.lower().replace("/", "_"))
    if meant in catalogue.kinds and meant is not None:
        return f"is no kind; use {_said(meant)}", catalogue.kinds[meant].line
    of_type = [each.name for each in catalogue.kinds.values() if each.type == type_]
    if action is None and of_type:
        return f"needs an action: {', '.join(of_type[:5])}", 0
    near = nearest(_snake(name), catalogue.kinds) or nearest(name, catalogue.kinds)
    if near:
        return f"is no kind; nearest is {near}", catalogue.kinds[near].line
    if name in _standard_kinds(catalogue):
        return f'is a standard kind that is not listed: write [kind."{name}"]', 0
    return f"is no kind of {catalogue.name}", 0


def _standard_kinds(catalogue: Catalogue) -> Iterable[str]:
    from .standard import STANDARDS

    kinds: Mapping[str, Any] = STANDARDS.get(catalogue.extends, {}).get("kind", {})
    return kinds


def _said(name: str) -> str:
    type_, _, action = name.partition("/")
    return f"type {type_}, action {action}" if action else f"type {type_} without an action"


def unknown_field(catalogue: Catalogue, kind: Kind, name: str, above: str) -> tuple[str, int]:
    """What to say of a field that a kind lacks, and the line of what was meant.

    Args:
        catalogue: that lacks it.
        kind: of the event.
        name: of the field.
        above: the path of the object that it stands in, below data.
    """
    known = dict(leaves(kind.fields))
    if path := next((each for each in known if _leaf(each) == name), None):
        return f"belongs to data.{path}", known[path].line
    if name.lower() in FIELDS:
        return FIELDS[name.lower()], 0
    here = above.partition("[")[0] + ("[]" if "[" in above else "")
    beside = {_leaf(each): each for each in known if each.rpartition(".")[0] == here}
    anywhere = {_leaf(each): each for each in known}
    for names in (beside, anywhere):
        if near := nearest(name, names) or nearest(_snake(name), names):
            return f"is no field; did you mean {near}?", known[names[near]].line
    for other in catalogue.kinds.values():
        if name in other.fields:
            return f"is a field of {other.name}, not of {kind.name}", other.fields[name].line
    return f"is no field of {kind.name}", kind.line


def _leaf(path: str) -> str:
    return path.rpartition(".")[2]


def is_identifier_slip(name: str) -> bool:
    """Whether a name is a known slip, so that it is wrong even where names are open."""
    return name.lower() in IDENTIFIERS


def unknown_identifier(catalogue: Catalogue, name: str) -> str:
    """What to say of an identifier that the catalogue lacks."""
    meant = IDENTIFIERS.get(name.lower()) or nearest(_snake(name), catalogue.identifiers)
    if meant:
        example = catalogue.identifiers[meant].example if meant in catalogue.identifiers else ""
        return f"is not an identifier; use {meant}" + (f", as {example}" if example else "")
    return f"is not an identifier; there are {', '.join(catalogue.identifiers)}"


def nearest(name: str, names: Iterable[str]) -> str:
    """The nearest of some names, or blank text."""
    return next(iter(difflib.get_close_matches(name[:200], [*names], n=1, cutoff=0.7)), "")


def _snake(name: str) -> str:
    """`addToCart` as `add_to_cart`."""
    return "".join(
        f"_{char.lower()}" if char.isupper() and at and name[at - 1].isalnum() else char.lower()
        for at, char in enumerate(name[:200])
    ).replace("-", "_")
