"""Wrong uses: each line that ends in `# wrong` has an error for both checkers, and no other line has."""

from __future__ import annotations

from shop_events import Item, order, product, workshop

order.purchase(channel="web")  # wrong
order.purchase(order_id="7", channel="web", total="9.90")  # wrong
order.purchase(order_id="7", channel="web", totl=9.9)  # wrong
order.purchase(order_id="7", channel="Web")  # wrong
order.purchase(order_id="7", channel="web", customerid="C-000017")  # wrong
order.purchase(order_id="7", channel="web", phone_number="5551234567")  # wrong
order.purchase(order_id="7", channel="web", order={"order_id": "7"})  # wrong
order.purchase("7", channel="web")  # wrong
order.purchased(order_id="7")  # wrong
Item(product_id="1", quantity=2)  # wrong
Item(product_id="1", price=1, quantity=1, product="1")  # wrong
Item(product_id="1", price=1, quantity=1, size="XL")  # wrong
product.add_to_cart(product_id="1", quantity="2")  # wrong
workshop.booked(workshop_id="coffee-1", starts_at="2026-01-31", seat=None)  # wrong
