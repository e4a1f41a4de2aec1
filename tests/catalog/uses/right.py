"""Right uses of a shop's generated module: both checkers pass them, strictly."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from decimal import Decimal

from shop_events import Item, account, list_, order, pageview, product, workshop

log = logging.getLogger("shop")

log.info(
    "paid %s",
    7,
    extra=order.purchase(
        customer_id="C-000017",
        order_id=7,
        channel="web",
        total=Decimal("9.90"),
        items=[
            Item(product_id="1", price=4.95, quantity=2),
            {"product_id": 2, "price": 0, "quantity": 1},
        ],
    ),
)
log.info("back", extra=order.refund(email="a@b.example", order_id="7", refund_id="r", total=9.9))
log.info("in", extra=account.login(customer_id=17, ip="10.0.0.1"))
log.info("list", extra=list_.subscribe(list_id="newsletter"))
log.info("cart", extra=product.add_to_cart(product_id="1", quantity=2))
log.info("page", extra=pageview(page="/", ts=1764355200.5))
log.info(
    "seat",
    extra=workshop.booked(workshop_id="coffee-1", starts_at=datetime.now(timezone.utc), seat=3),
)
