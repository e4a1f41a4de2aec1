"""A shop's catalogue, as one would write it."""

import pytest

from zaius_logging._catalog.read import parse

SHOP = r"""
catalog = 1
name    = "shop"
version = "7"
extends = "standard@1"
[identifiers]
email       = { form = "email", deny = ["*@shop.example"] }
phone       = { form = "phone" }
customer_id = { form = 'C-\d{6}', example = "C-000017" }
[shape.item]
quantity = { type = "integer", required = true, min = 1 }
price    = { type = "number",  required = true, min = 0 }
size     = { one_of = ["S", "M", "L"], about = "Only for clothes." }
[kind."order/purchase"]
about = "The payment was captured; not when the button was pressed."
key   = ["order.order_id"]
keep  = true
fields.channel = { one_of = ["web", "app", "till"], required = true }
fields.gift_to = { type = "text", redact = true }
[kind."order/refund"]
key   = ["order.order_id", "refund_id"]
fields.refund_id = { type = "text", required = true }
[kind."product/add_to_cart"]
fields.quantity = { type = "integer", min = 1 }
[kind."product/detail"]
[kind."list/subscribe"]
fields.source = { one_of = ["footer", "checkout"], deprecated = "use data_source" }
[kind."account/login"]
fields.ip = { type = "text", pii = true, hash = true }
[kind.pageview]
[kind."workshop/booked"]
about = "A seat was booked, by our staff: no sign of life of the customer."
key   = ["workshop_id", "seat"]
active_event = false
fields.workshop_id = { type = "text", required = true, example = "coffee-1" }
fields.starts_at   = { type = "time", required = true }
fields.seat        = { type = "integer", required = true, min = 1 }
"""


@pytest.fixture(scope="session")
def shop_text():
    """The file's text; its first line is blank, so `[kind."order/purchase"]` is line 14."""
    return SHOP


@pytest.fixture(scope="session")
def shop():
    """The catalogue."""
    return parse(SHOP)
