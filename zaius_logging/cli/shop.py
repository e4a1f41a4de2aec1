"""A day in a small shop, as an application would log it. It knows logging, and no handler.

The mistakes in it are made on purpose: each is one that people make.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from zaius_logging import bound

VISITS = 80
TEMPTING = 0.5
"""The share of looks at a product that put it into the cart."""

WITHDRAWN = "vinyl-13"
"""A product that only the API knows to be gone."""
WITHDRAWN_AT = frozenset({15, 45, 75})
"""Visits after which somebody wants it all the same."""

log = logging.getLogger("shop")


class Customer(NamedTuple):
    """Somebody who comes back."""

    email: str
    customer_id: str


class Product(NamedTuple):
    """Something to buy."""

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
    """Plays a day.

    Args:
        opens: when the first customer comes.
        closes: when the last one has gone.
        chance: a seeded one makes a day that repeats itself.
    """

    def __init__(self, opens: datetime, closes: datetime, chance: Random) -> None:
        self._time = opens
        self._step = (closes - opens) / VISITS
        self._chance = chance

    def day(self) -> Iterator[str]:
        """Play visit after visit, and tell of each."""
        log.info("the shop opens")  # an ordinary line: no event, and none of the handler's business
        for visit in range(VISITS):
            customer = self._chance.choice(CUSTOMERS)
            with bound(identifiers=customer._asdict()):
                self._visit(f"order-{visit + 1001}")
            if visit in WITHDRAWN_AT:
                _want_withdrawn(customer, self._time)
            if visit in MISTAKES:
                MISTAKES[visit]()
            self._time += self._step
            yield f"{self._time:%H:%M} {customer.email.partition('@')[0]}"
        log.info("the shop closes")

    def _visit(self, order_id: str) -> None:
        at = self._time
        with bound(data={"ts": at}):
            log.info("login", extra={"zaius": {"type": "account", "action": "login"}})
        cart: list[Product] = []
        for product in self._chance.sample(PRODUCTS, self._chance.randint(1, 3)):
            at += timedelta(seconds=self._chance.randint(5, 90))
            with bound(data={"ts": at, "product_id": product.id}):
                log.info("detail", extra={"zaius": {"type": "product", "action": "detail"}})
                if self._chance.random() < TEMPTING:
                    cart.append(product)
                    log.info("cart", extra={"zaius": {"type": "product", "action": "add_to_cart"}})
        if cart:
            _buy(order_id, cart, at + timedelta(seconds=40))


def _buy(order_id: str, cart: Sequence[Product], at: datetime) -> None:
    order = {
        "order_id": order_id,
        "total": round(sum(each.price for each in cart), 2),
        "items": [{"product_id": each.id, "price": each.price, "quantity": 1} for each in cart],
    }
    log.info(
        "order %s",
        order_id,
        extra={
            "zaius": {"type": "order", "action": "purchase", "data": {"ts": at, "order": order}}
        },
    )


def _want_withdrawn(customer: Customer, at: datetime) -> None:
    event = {
        "type": "product",
        "action": "add_to_cart",
        "identifiers": customer._asdict(),
        "data": {"ts": at, "product_id": WITHDRAWN},
    }
    log.info("cart", extra={"zaius": event})


# Mistakes. The handler refuses each where it is made, and says what is wrong with it.


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
