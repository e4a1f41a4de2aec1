"""Mistakes that people have made with this API, and hints what they meant. Pure.

Sources: public integrations of the API in Python, and what their users report (third party).
"""

from __future__ import annotations

from typing import Final

#: Keys beside type, action, identifiers and data -> what was meant.
KEYS: Final = {
    "properties": "did you mean 'data'?",
    "attributes": "did you mean 'data'?",
    "timestamp": "did you mean 'data.ts'?",
    "ts": "did you mean 'data.ts'?",
    "time": "did you mean 'data.ts'?",
    "idempotence_id": "did you mean 'data.idempotence_id'?",
    "user_id": "did you mean 'identifiers'?",
    "email": "did you mean 'identifiers.email'?",
    "lists": "send one event list/subscribe for each list, with data.list_id",
}

#: Types that are an action, or another type -> the standard kind.
TYPES: Final = {
    "purchase": "a purchase is type 'order' with action 'purchase'",
    "rics_purchase": "a purchase is type 'order' with action 'purchase'",
    "order_purchase": "a purchase is type 'order' with action 'purchase'",
    "list_subscribe": "a subscription is type 'list' with action 'subscribe'",
    "list_unsubscribe": "the end of a subscription is type 'list' with action 'unsubscribe'",
    "customer_update": "a change of the customer's data is type 'account' with action 'update'",
    "registration": "a registration is type 'account' with action 'register'",
}

#: Fields of data -> what to do.
DATA: Final = {
    "action": "the action stands beside the type, not in data",
    "type": "the type stands beside data, not in it",
    "lists": "send one event list/subscribe for each list, with data.list_id",
    "timestamp": "the time is data.ts",
    "idempotency_id": "it is spelled idempotence_id",
}

#: Fields of an order's data -> what to do.
ORDER_DATA: Final = {
    "order_id": "an order's id is data.order.order_id",
    "total": "an order's amount is data.order.total",
    "items": "an order's lines are data.order.items",
}

#: Fields of data.order -> what to do.
ORDER: Final = {
    "value": "an order's amount is data.order.total",
    "revenue": "an order's amount is data.order.total",
    "currency": "no field of the API says the currency; amounts are in the account's",
}

#: Identifiers that people have sent -> the one that was meant.
IDENTIFIERS: Final = {
    "phone_number": "phone, as +15551234567",
    "mobile": "phone, as +15551234567",
    "email_address": "email",
    "e-mail": "email",
    "fs-user-id": "fs_user_id",
    "user_id": "customer_id, or the name that the account knows",
    "cust_id": "customer_id",
    "custid": "customer_id",
    "customerid": "customer_id",
    "zaiusid": "zaius_id",
}

#: Types and actions that are about consent.
CONSENT: Final = frozenset({"consent", "opt_in", "opt_out", "opted_in", "opted_out", "gdpr"})

#: Words for "nobody", as exports of databases and spreadsheets and programs write them.
PLACEHOLDERS: Final = frozenset(
    {
        *("na", "n/a", "#n/a", "n.a.", "null", "(null)", "<null>", "[null]", "\\n", "nan", "nil"),
        *("none", "(none)", "<none>", "undefined", "(undefined)", "[object object]", "unknown"),
        *("anonymous", "guest", "-", "--", "?", ".", "<na>"),
        *("#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!"),
    }
)
#: The same before the @ of an address; `na@` and `nan@` may be a person's.
PLACEHOLDER_MAILBOXES: Final = frozenset(
    {
        *("none", "null", "(null)", "undefined", "unknown", "anonymous", "noemail", "no-email"),
        *("no_email", "no.email"),
    }
)
#: Values that probably stand for "nobody", and may be a customer.
ZEROS: Final = frozenset({"0", "-1", "00000000-0000-0000-0000-000000000000"})
