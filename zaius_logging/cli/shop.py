"""Plays a small shop that logs events as an application would; it knows no handler.

The mistakes in it are made on purpose: each is one that people make.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import count
from random import Random
from typing import Any, NamedTuple

from zaius_logging import bound

VISITS = 80
TEMPTING = 0.5
"""The share of viewed products that go into the cart."""

WITHDRAWN = "vinyl-13"
"""A product that only the API knows to be gone."""
WITHDRAWN_AT = frozenset({15, 45, 75})
"""Visits after which a customer orders it all the same."""

CURRENCY_AT = frozenset(range(0, VISITS, 13))
"""Visits whose order has an unknown field: the API answers 202 and loses it."""

FASTER = 120
"""How much faster time passes in a live shop: it makes a few events a second."""

log = logging.getLogger("shop")


class Customer(NamedTuple):
    """A customer."""

    email: str
    customer_id: str


class Product(NamedTuple):
    """A product."""

    id: str
    price: float


_NAMES = ("ada", "ben", "chloe", "dmitri", "eve", "farid", "grace", "hugo", "iris", "jonas")
CUSTOMERS = [Customer(f"{name}@example.com", f"{n:05}") for n, name in enumerate(_NAMES, 1)]
PRODUCTS = [
    Product("vinyl-7", 24.9),
    Product("vinyl-8", 31.5),
    Product("cd-21", 12.99),
    Product("cd-22", 9.99),
    Product("cassette-3", 6.5),
    Product("poster-1", 15.0),
]


class Shop:
    """Plays a day, or visits without an end.

    Args:
        opens: when the first customer comes.
        closes: when the last one has gone.
        chance: a seeded one makes a day that repeats itself.
    """

    def __init__(self, opens: datetime, closes: datetime, chance: Random) -> None:
        self._opens = opens
        self._step = (closes - opens) / VISITS
        self._chance = chance
        self._now = opens

    def day(self) -> Iterator[str]:
        """Play visit after visit, and say who came."""
        log.info("the shop opens")  # an ordinary line: no event, and none of the handler's business
        for visit in range(VISITS):
            begun = self._now = self._opens + visit * self._step
            customer = self._chance.choice(CUSTOMERS)
            for seconds in self._visit(visit, customer):
                self._now += timedelta(seconds=seconds)
            yield f"{begun + self._step:%H:%M} {customer.email.partition('@')[0]}"
        log.info("the shop closes")

    def live(self) -> Iterator[float]:
        """Play visits without an end; give the seconds to wait until the next event."""
        for visit in count():
            for seconds in self._visit(visit % VISITS, self._chance.choice(CUSTOMERS)):
                yield seconds / FASTER
                self._now = datetime.now(timezone.utc)

    def _visit(self, visit: int, customer: Customer) -> Iterator[int]:
        """Log the events of one customer; give the seconds that pass before the next event."""
        with bound(identifiers=customer._asdict()):
            self._log("account", "login")
            cart: list[Product] = []
            for product in self._chance.sample(PRODUCTS, self._chance.randint(1, 3)):
                yield self._chance.randint(5, 90)
                self._log("product", "detail", product_id=product.id)
                if self._chance.random() < TEMPTING:
                    cart.append(product)
                    self._log("product", "add_to_cart", product_id=product.id)
            if cart:
                yield 40
                self._buy(visit, cart)
            if visit in WITHDRAWN_AT:
                self._log("product", "add_to_cart", product_id=WITHDRAWN)
        if visit in MISTAKES:
            MISTAKES[visit]()
        yield 20

    def _log(self, type_: str, action: str, **data: Any) -> None:
        event = {"type": type_, "action": action, "data": {"ts": self._now, **data}}
        log.info(action, extra={"zaius": event})

    def _buy(self, visit: int, cart: Sequence[Product]) -> None:
        items = [{"product_id": each.id, "price": each.price, "quantity": 1} for each in cart]
        total = round(sum(each.price for each in cart), 2)
        order = {"order_id": f"order-{visit + 1001}", "total": total, "items": items}
        if visit in CURRENCY_AT:
            order["currency"] = "EUR"
        self._log("order", "purchase", order=order)


# Mistakes. Each is invalid where it is made: the handler says so, and says what is wrong with it.


def _forget_customer() -> None:
    log.info(
        "a guest subscribes",
        extra={"zaius": {"type": "list", "action": "subscribe", "identifiers": {}}},
    )


def _call_it_properties() -> None:
    log.info(
        "search",
        extra={
            "zaius": {
                "type": "navigation",
                "action": "search",
                "identifiers": CUSTOMERS[0]._asdict(),
                "properties": {"search_term": "jazz"},
            }
        },
    )


def _count_milliseconds() -> None:
    log.info(
        "logout",
        extra={
            "zaius": {
                "type": "account",
                "action": "logout",
                "identifiers": CUSTOMERS[1]._asdict(),
                "data": {"ts": 1767225600000},
            }
        },
    )


MISTAKES = {20: _forget_customer, 40: _call_it_properties, 60: _count_milliseconds}
"""Visit -> what goes wrong after it."""
