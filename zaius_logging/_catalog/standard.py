"""The documented standard kinds of events, as the document that an `events.toml` extends.

Versioned: what is right under `standard@1` stays right under it. It holds what the API documents (product,
order, account, pageview, navigation, advertisement, list) and what official SDKs send (email, push, loyalty,
fullstack). Fields that the documentation does not name are not here, and it requires only what the API requires.
"""

from __future__ import annotations

from typing import Any

_MONEY: dict[str, Any] = {"type": "number"}

_PRODUCT = {
    "product_id": {"type": "id", "required": True, "about": "Which product, as in the feed."}
}
_ORDER = {"order": {"shape": "order", "required": True, "about": "The order."}}
_LIST = {"list_id": {"type": "id", "required": True, "about": "Which list, such as newsletter."}}
_PAGE = {"page": {"type": "text", "about": "The page's address or path."}}
_SEARCH = {
    "search_term": {"type": "text", "about": "What the customer typed."},
    "category": {"type": "text", "about": "Where the customer searched."},
}

_SENT = {
    "sent": "was sent to the customer",
    "delivery": "reached the customer's provider",
    "open": "was opened by the customer",
    "click": "had a link that the customer followed",
    "soft_bounce": "could not be delivered for now",
    "hard_bounce": "could not be delivered for good",
    "spam_report": "was called spam by the customer",
}
_LOYALTY = {
    "enrolled": "The customer joined the programme.",
    "points_added": "The customer got points.",
    "points_removed": "The customer spent or lost points.",
    "tier_earned": "The customer reached a tier.",
    "tier_lost": "The customer fell out of a tier.",
    "referral_completed": "Somebody whom the customer referred has joined.",
}


def _kinds() -> dict[str, dict[str, Any]]:
    kinds: dict[str, dict[str, Any]] = {}

    def add(type_: str, fields: dict[str, Any], /, **actions: str) -> None:
        for action, about in actions.items():
            kinds[f"{type_}/{action}"] = {"about": about, "fields": fields}

    add(
        "product",
        _PRODUCT,
        detail="The customer looked at a product.",
        listing="The customer saw a product in a listing.",
        add_to_cart="The customer put a product into the cart.",
        remove_from_cart="The customer took a product out of the cart.",
        add_to_wishlist="The customer put a product on the wish list.",
        remove_from_wishlist="The customer took a product off the wish list.",
    )
    add(
        "order",
        _ORDER,
        purchase="The customer bought something.",
        **{"return": "The customer sent something back."},
        refund="The customer got money back. The amount is `total`.",
        cancel="The order was cancelled.",
    )
    add(
        "account",
        {},
        register="The customer made an account.",
        login="The customer signed in.",
        logout="The customer signed out.",
        update="The customer changed the account.",
    )
    add("navigation", _SEARCH, search="The customer searched.")
    add(
        "navigation",
        {},
        sort="The customer sorted a listing.",
        filter="The customer narrowed a listing.",
        browse="The customer opened a category.",
    )
    add("advertisement", {}, impression="An advertisement was seen.", click="It was followed.")
    add("list", _LIST, subscribe="The customer joined a list.", unsubscribe="The customer left it.")
    for channel, what in (("email", "An e-mail"), ("push", "A push message")):
        add(channel, {}, **{action: f"{what} {done}." for action, done in _SENT.items()})
    add("loyalty", {}, **_LOYALTY)
    add(
        "fullstack",
        {},
        identified="An SDK learned who the visitor is.",
        client_initialized="An SDK started.",
    )
    kinds["pageview"] = {"about": "The customer opened a page. It has no action.", "fields": _PAGE}
    kinds["customer_discovered"] = {
        "about": "A customer was seen for the first time.",
        "fields": {},
    }
    return kinds


STANDARDS: dict[str, dict[str, Any]] = {
    "standard@1": {
        "catalog": 1,
        "name": "standard",
        "version": "1",
        "identifiers": {
            "customer_id": {"about": "Your own number of the customer.", "example": "C-000017"},
            "email": {
                "form": "email",
                "about": "The customer's own address: it merges customers who share it.",
                "example": "tyler@example.com",
            },
            "phone": {
                "form": "phone",
                "about": "In E.164 form: plus, country, number.",
                "example": "+15551234567",
            },
            "vuid": {"about": "The browser's or device's id, from the cookie of the web SDK."},
            "zaius_id": {"about": "The id that the API itself gave."},
            "fs_user_id": {"about": "The user id of a feature experiment."},
            "web_user_id": {"about": "The user id of a web experiment."},
        },
        "shape": {
            "order": {
                "order_id": {"type": "id", "required": True, "about": "Your number of the order."},
                "total": {**_MONEY, "about": "What was paid, in the account's currency."},
                "subtotal": {**_MONEY, "about": "Before discount, tax and shipping."},
                "discount": {**_MONEY, "about": "What was taken off."},
                "tax": {**_MONEY, "about": "Taxes."},
                "shipping": {**_MONEY, "about": "What the delivery cost."},
                "coupon_code": {"type": "text", "about": "The code that was used."},
                "items": {"list": "item", "about": "The lines of the order."},
            },
            "item": {
                "product_id": {"type": "id", "required": True, "about": "As in the feed."},
                "price": {**_MONEY, "about": "For one."},
                "quantity": {"type": "number", "about": "How many."},
                "discount": {**_MONEY, "about": "What was taken off."},
                "subtotal": {**_MONEY, "about": "Price times quantity, less discount."},
            },
        },
        "kind": _kinds(),
    }
}
