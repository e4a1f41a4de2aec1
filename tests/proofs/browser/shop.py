"""A lively shop for the page: sends events to a sandbox at a steady rate.

`python tests/proofs/browser/shop.py http://127.0.0.1:8765 --rate 1000 --seconds 60` runs it by itself.
"""

import argparse
import http.client
import json
import random
import time
import uuid
from datetime import datetime, timezone
from urllib.parse import urlsplit

NAMES = [
    "ada",
    "ben",
    "chloe",
    "dan",
    "emma",
    "finn",
    "grace",
    "hugo",
    "iris",
    "jack",
    "kira",
    "liam",
    "mona",
    "nils",
    "olga",
    "paul",
]
TERMS = ("blue socks", "rain jacket", "mug", "gift card")


class Shop:
    """Makes events of customers who look, search, buy, and of code that gets some of it wrong."""

    def __init__(self, seed=7):
        self._chance = random.Random(seed)

    def events(self, count):
        return [self.event() for _ in range(count)]

    def event(self):
        kind = self._chance.choices(
            (self._product, self._search, self._page, self._order, self._account, self._slip),
            (45, 14, 16, 12, 9, 4),
        )[0]
        type_, action, data = kind()
        event = {"type": type_, "identifiers": self._customer(), "data": {**data, **self._facts()}}
        return event if action is None else {**event, "action": action}

    def _customer(self):
        number = self._chance.randrange(len(NAMES))
        identifiers = {"email": f"{NAMES[number]}@shop.example"}
        if self._chance.random() < 0.4:
            identifiers["vuid"] = f"vuid_{number:05}"
        if self._chance.random() < 0.2:
            identifiers["customer_id"] = f"c-{number + 100}"
        return identifiers

    def _facts(self):
        ago = abs(self._chance.gauss(0.3, 0.4))
        then = datetime.fromtimestamp(time.time() - ago, timezone.utc)
        return {
            "logger": self._chance.choice(("shop.cart", "shop.checkout", "shop.web")),
            "ts": then.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "idempotence_id": str(uuid.UUID(int=self._chance.getrandbits(128), version=4)),
            "data_source": "zaius-logging",
        }

    def _sku(self):
        return f"sku-{self._chance.randint(100, 999)}"

    def _product(self):
        actions = ("detail", "detail", "add_to_cart", "remove_from_cart", "add_to_wishlist")
        return "product", self._chance.choice(actions), {"product_id": self._sku()}

    def _search(self):
        return "navigation", "search", {"search_term": self._chance.choice(TERMS)}

    def _page(self):
        return "pageview", None, {"page": self._chance.choice(("/", "/sale", "/cart", "/about"))}

    def _account(self):
        return "account", self._chance.choice(("login", "logout", "update")), {}

    def _order(self):
        items = [
            {"product_id": self._sku(), "price": self._chance.randint(300, 9000) / 100}
            for _ in range(self._chance.randint(1, 4))
        ]
        total = round(sum(item["price"] for item in items), 2)
        order_id = str(self._chance.randint(10_000, 99_999))
        return (
            "order",
            "purchase",
            {"order": {"order_id": order_id, "total": total, "items": items}},
        )

    def _slip(self):
        return self._chance.choice(
            (
                ("product", "detail", {}),
                ("product", "detail", {"product_id": self._sku(), "price": {"eur": 5}}),
                ("purchase", "order", {"orderId": 17}),
                ("product", "detail", {"product_id": self._sku(), "note": "so long " * 150}),
            )
        )


class Sender:
    """Posts events over one connection."""

    def __init__(self, url, key="the-shop-key"):
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._headers = {"Content-Type": "application/json", "x-api-key": key}
        self._headers["User-Agent"] = "shop/1.0"

    def post(self, events, path="/v3/events", **headers):
        self._connection.request("POST", path, json.dumps(events), {**self._headers, **headers})
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def close(self):
        self._connection.close()


def run(url, rate, seconds, seed, per_second=10):
    shop, sender = Shop(seed), Sender(url)
    begun = time.monotonic()
    for number in range(round(seconds * per_second)):
        sender.post(shop.events(max(1, round(rate / per_second))))
        # Keeps the pace; it waits for nothing.
        time.sleep(max(0.0, begun + (number + 1) / per_second - time.monotonic()))
    sender.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Send the events of a lively shop to a sandbox.")
    parser.add_argument("url")
    parser.add_argument("--rate", type=float, default=20, help="events a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=7)
    run(**vars(parser.parse_args()))
