"""Events of every shape that people log, new values in each call.

A shape makes the `n`th value of `extra["zaius"]`; the same `n` gives the same event, so that the tests compare bytes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from zaius_logging import Event

from .event import MARK

EMAIL = MARK.decode()
START = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Shape:
    """How events of one shape are made, and what is set up for them.

    Attributes:
        make: n -> the event.
        settings: of the handler.
        bind_every: so many calls share what is bound around them; 0 binds nothing.
    """

    make: object
    settings: dict = field(default_factory=dict)
    bind_every: int = 0


def event(identifiers, data, kind="product", action="add_to_cart"):
    made = {"type": kind, "action": action, "identifiers": identifiers}
    return {**made, "data": data} if data is not None else made


def who(n):
    return {"email": EMAIL, "vuid": f"9a1c9f1d3c0e4b6f8a2d{n:04x}"}


def what(n):
    return {
        "product_id": f"SKU-{n}",
        "quantity": n % 9 + 1,
        "price": n % 100 + 0.95,
        "page": f"/cart/?from=product&n={n}",
        "new": n % 2 == 0,
    }


def amounts(n):
    names = ("total", "subtotal", "tax", "shipping", "discount")
    return {"order_id": f"A-{n}", **{name: euros(n + place) for place, name in enumerate(names)}}


def order(n, number):
    """An order of three lines, its eight amounts made by `number`."""
    items = [
        {
            "product_id": f"SKU-{n + line}",
            "quantity": 1 + line,
            "price": number(n + line),
            "subtotal": number(n),
        }
        for line in range(3)
    ]
    total = {"order_id": f"A-{n}", "total": number(7 * n), "tax": number(n // 5), "items": items}
    return event(who(n), {"order": total}, "order", "purchase")


def euros(n):
    return n % 1000 + 0.25 + n % 7 / 10


SHAPES = {
    "plain": Shape(lambda n: event(who(n), what(n))),
    "no data": Shape(lambda n: event(who(n), None)),
    "a new field each time": Shape(lambda n: event(who(n), {**what(n), f"field_{n}": n})),
    "umlauts": Shape(
        lambda n: event(who(n), {**what(n), "page": f"/größe/{n}", "name": "Jürgen Groß"})
    ),
    "floats": Shape(lambda n: event(who(n), amounts(n), "order", "purchase")),
    "an order of three lines": Shape(lambda n: order(n, euros)),
    "None in data": Shape(lambda n: event(who(n), {**what(n), "coupon": None, "campaign": None})),
    "whole number": Shape(lambda n: event({"email": EMAIL, "customer_id": 4_711_000 + n}, what(n))),
    "UUID": Shape(lambda n: event({"email": EMAIL, "customer_id": UUID(int=n << 64 | n)}, what(n))),
    "identifier of None": Shape(
        lambda n: event({"email": EMAIL, "phone": None, "vuid": str(n)}, what(n))
    ),
    "ts, epoch": Shape(lambda n: event(who(n), {**what(n), "ts": 1_700_000_000 + n})),
    "ts, datetime": Shape(lambda n: event(who(n), {**what(n), "ts": START + timedelta(seconds=n)})),
    "idempotence_id": Shape(lambda n: event(who(n), {**what(n), "idempotence_id": f"order-{n}"})),
    "Event": Shape(lambda n: Event("product", "add_to_cart", who(n), what(n))),
    "record_attributes": Shape(
        lambda n: event(who(n), what(n)),
        {"record_attributes": {"logger": "name", "text": "message"}},
    ),
    "bound": Shape(lambda n: event({"vuid": str(n)}, what(n)), bind_every=5),
    "handler's defaults": Shape(
        lambda n: event(who(n), what(n)),
        {"identifiers": {"fs_user_id": "f-1"}, "data": {"shop": "one", "page": "/"}},
    ),
    "datetime": Shape(lambda n: event(who(n), {**what(n), "seen": START + timedelta(seconds=n)})),
    "one Decimal": Shape(
        lambda n: event(who(n), {**what(n), "price": Decimal(n % 1000) + Decimal("0.95")})
    ),
    "eight Decimals": Shape(lambda n: order(n, lambda m: Decimal(m % 1000) + Decimal("19.95"))),
}


def binding(n):
    """What is bound around the calls of which `n` is the first."""
    return {
        "identifiers": {"email": EMAIL, "customer_id": 4_711_000 + n},
        "data": {"request": f"r-{n}"},
    }
