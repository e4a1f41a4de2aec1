"""The mappings that come with the package, on generated exports of 10,000 orders: totals to the cent."""

import csv
import io
import json
import random
from collections import defaultdict
from decimal import Decimal

import pytest

from zaius_logging.cli.columns.mapping_file import SHIPPED, load

ORDERS = 10_000
CENT = Decimal("0.01")


def orders():
    """Orders of one to four lines; every ninth is refunded, in part or in whole; every 50th never paid."""
    chance = random.Random(18)
    for number in range(1, ORDERS + 1):
        lines = [
            (
                f"sku-{chance.randrange(400)}",
                Decimal(chance.randrange(1, 30_000)) / 100,
                chance.randint(1, 5),
            )
            for _ in range(chance.randint(1, 4))
        ]
        subtotal = sum(price * count for _, price, count in lines)
        tax = (subtotal * Decimal("0.19")).quantize(CENT)
        shipping = Decimal("4.90")
        total = subtotal + tax + shipping
        refunded = Decimal(0)
        if number % 9 == 0:
            refunded = total if number % 2 else (total / 3).quantize(CENT)
        yield {
            "number": number,
            "email": f"Customer{number % 3000}@Example.com",
            "lines": lines,
            "subtotal": subtotal,
            "tax": tax,
            "shipping": shipping,
            "total": total,
            "refunded": refunded,
            "paid": number % 50 != 0,
        }


def shopify(all_orders):
    """As the Admin's export: a row an item; the order's columns in its first row alone."""
    out = io.StringIO()
    names = [
        "Name",
        "Email",
        "Financial Status",
        "Paid at",
        "Subtotal",
        "Shipping",
        "Taxes",
        "Total",
        "Discount Code",
        "Discount Amount",
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem sku",
        "Lineitem discount",
        "Refunded Amount",
    ]
    table = csv.DictWriter(out, names)
    table.writeheader()
    for order in all_orders:
        for place, (sku, price, count) in enumerate(order["lines"]):
            row = {
                "Name": f"#{order['number']}",
                "Email": order["email"],
                "Lineitem quantity": count,
                "Lineitem name": 'Shoe, "running"\nsize 9',
                "Lineitem price": price,
                "Lineitem sku": sku,
                "Lineitem discount": "0.00",
            }
            if place == 0:
                row |= {
                    "Financial Status": "paid" if order["paid"] else "pending",
                    "Subtotal": order["subtotal"],
                    "Shipping": order["shipping"],
                    "Taxes": order["tax"],
                    "Total": order["total"],
                    "Discount Amount": "0.00",
                    "Created at": "2026-01-05 10:23:11 -0500",
                    "Refunded Amount": order["refunded"] if order["paid"] else 0,
                }
            table.writerow(row)
    return out.getvalue()


def woocommerce(all_orders):
    """As the REST API answers, pretty: money as text."""
    return json.dumps(
        [
            {
                "id": order["number"],
                "status": "completed" if order["paid"] else "pending",
                "date_created_gmt": "2026-01-05T15:23:11",
                "date_modified_gmt": "2026-01-06T15:23:11",
                "total": str(order["total"]),
                "total_tax": str(order["tax"]),
                "shipping_total": str(order["shipping"]),
                "discount_total": "0.00",
                "billing": {"email": order["email"], "first_name": "A"},
                "line_items": [
                    {"product_id": 7, "sku": sku, "price": float(price), "quantity": count}
                    for sku, price, count in order["lines"]
                ],
                "refunds": halves(order["refunded"]) if order["paid"] else [],
            }
            for order in all_orders
        ],
        indent=1,
    )


def halves(refunded):
    """A refund in two parts."""
    if not refunded:
        return []
    half = (refunded / 2).quantize(CENT)
    return [{"id": 1, "total": f"-{half}"}, {"id": 2, "total": f"-{refunded - half}"}]


def stripe(all_orders):
    """As the API answers: a list inside an object; cents, and seconds."""
    return json.dumps(
        {
            "object": "list",
            "data": [
                {
                    "id": f"ch_{order['number']}",
                    "object": "charge",
                    "amount": int(order["total"] * 100),
                    "amount_refunded": int(order["refunded"] * 100) if order["paid"] else 0,
                    "billing_details": {"email": order["email"], "name": None},
                    "created": 1767626591,
                    "currency": "eur",
                    "refunded": order["refunded"] == order["total"],
                    "status": "succeeded" if order["paid"] else "failed",
                }
                for order in all_orders
            ],
            "has_more": False,
        },
        indent=2,
    )


EXPORTS = {
    "shopify": ("orders.csv", shopify),
    "woocommerce": ("orders.json", woocommerce),
    "stripe": ("charges.json", stripe),
}


@pytest.mark.slow
@pytest.mark.parametrize("shop", EXPORTS)
def test_totals_agree_to_the_cent(here, write, shop):
    """Each order is one purchase and each refund one refund; what they add up to is what was exported."""
    pytest.importorskip("jmespath")
    name, export = EXPORTS[shop]
    every = list(orders())
    path = write(name, export(every))
    paid = [order for order in every if order["paid"]]
    for mapping, wanted in (
        (shop, [order["total"] for order in paid]),
        (f"{shop}-refunds", [order["refunded"] for order in paid if order["refunded"]]),
    ):
        done = here("send", "--dry-run", path, "--mapping", mapping)
        assert done.returncode == 0, done.stderr
        events = [json.loads(line, parse_float=Decimal) for line in done.stdout.splitlines()]
        totals = [abs(Decimal(event["data"]["order"]["total"])) for event in events]
        assert (len(totals), sum(totals)) == (len(wanted), sum(wanted))
        assert {event["type"] for event in events} == {"order"}
        assert all(event["identifiers"]["email"].islower() for event in events)
        assert len({event["data"]["idempotence_id"] for event in events}) == len(events)


@pytest.mark.slow
@pytest.mark.parametrize("shop", ["shopify", "woocommerce"])
def test_items_add_up(here, write, shop):
    """Price times quantity of an order's items is its subtotal, whatever the number of rows."""
    pytest.importorskip("jmespath")
    name, export = EXPORTS[shop]
    every = [order for order in orders() if order["paid"]][:500]
    done = here("send", "--dry-run", write(name, export(every)), "--mapping", shop)
    sums = defaultdict(Decimal)
    for event in (json.loads(line, parse_float=Decimal) for line in done.stdout.splitlines()):
        order = event["data"]["order"]
        for item in order["items"]:
            sums[order["order_id"].strip("#")] += Decimal(item["price"]) * item["quantity"]
    assert sums == {str(order["number"]): order["subtotal"] for order in every}


@pytest.mark.parametrize("name", SHIPPED)
def test_each_can_be_read(name):
    """A shipped mapping is one that options could have written."""
    assert load(name).mapping().key is not None
