"""The rules in words for people: what each one says, why, and what to do. Pure.

The page shows them under `#/rules/NAME`, `/api/rules` gives them as JSON. A rule's `source` says
how sure it is: `documented` by Zaius, `seen` in official SDKs, `inferred`, or `unknown`, where
the sandbox takes the careful side.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Source = Literal["documented", "seen", "inferred", "unknown", "sandbox"]


class Rule(NamedTuple):
    """One rule.

    Attributes:
        name: As findings name it.
        rejects: Whether an event that breaks it is rejected; otherwise it is taken, with a warning.
        title: What is wrong, in a few words.
        why: What it leads to, in a sentence.
        cure: What to do.
        source: How sure the rule is.
    """

    name: str
    rejects: bool
    title: str
    why: str
    cure: str
    source: Source


RULES: Final = (
    Rule(
        "shared-identifier",
        False,
        "An identifier that many customers share",
        "Identifiers merge customers: all who come with the same value become one customer, "
        "and nobody can part them again.",
        "Send an identifier of the customer alone, never that of a mailbox or a service account.",
        "documented",
    ),
    Rule(
        "placeholder",
        False,
        "A placeholder in place of an identifier",
        "All events with 'null' or 'guest' become those of one customer, for good.",
        "Leave an unknown identifier out; without any, do not send the event.",
        "documented",
    ),
    Rule(
        "milliseconds",
        False,
        "A time in milliseconds",
        "The API reads epoch seconds, so the event lands tens of thousands of years ahead.",
        "Divide by 1000, or send ISO 8601: 2022-06-30T20:59:52.046Z.",
        "documented",
    ),
    Rule(
        "future",
        False,
        "A time in the future",
        "More than a day ahead is a wrong clock or a wrong time zone, and sorts before all else.",
        "Send the time at which it happened, in UTC.",
        "inferred",
    ),
    Rule(
        "time-form",
        False,
        "A time that cannot be read",
        "Without a time it knows, the API takes that of the arrival.",
        "Send epoch seconds, or ISO 8601 with Z: 2022-06-30T20:59:52.046Z.",
        "documented",
    ),
    Rule(
        "duplicate",
        False,
        "An event that came before",
        "Another event with this idempotence_id is held: a retry after an answer that got lost, "
        "or an id that is used twice. Whether the API drops the second one is not documented.",
        "Nothing, if it is a retry. Otherwise give each event an id of its own.",
        "unknown",
    ),
    Rule(
        "missing-field",
        True,
        "A field that is required is missing",
        "Without type, action or identifiers an event is rejected; a standard event without its own "
        "fields (product_id, order.order_id) is taken here, and may be rejected there.",
        "Add the field that is named.",
        "documented",
    ),
    Rule(
        "unknown-field",
        True,
        "A field that events do not have",
        "An event has type, action, identifiers and data, in lower case; what else is sent is lost "
        "or rejected.",
        "Put it under data.",
        "inferred",
    ),
    Rule(
        "not-an-object",
        True,
        "Not an object",
        "An event, its identifiers and its data are objects with names and values.",
        "Send an object.",
        "documented",
    ),
    Rule(
        "not-text",
        True,
        "Not text",
        "Type, action and identifiers are text that is not blank; a number is no text.",
        'Send text: "42", not 42.',
        "documented",
    ),
    Rule(
        "no-identifier",
        True,
        "Nobody's event",
        "An event belongs to a customer, whom at least one identifier tells.",
        "Send one identifier at least: email, customer_id, vuid, …",
        "seen",
    ),
    Rule(
        "blank-name",
        True,
        "An identifier without a name",
        "A value whose name is blank tells nobody.",
        "Name it: email, customer_id, vuid, …",
        "inferred",
    ),
    Rule(
        "long-text",
        False,
        "Text of more than 1024 characters",
        "1024 are documented. Whether more is cut, dropped or rejected is not.",
        "Shorten it before it is sent.",
        "documented",
    ),
    Rule(
        "unprintable",
        False,
        "Characters that cannot be printed",
        "Text is printable UTF-8; control characters and half characters are not.",
        "Remove them, line breaks included.",
        "documented",
    ),
    Rule(
        "field-name",
        False,
        "An unusual name of a field",
        "Fields are lower snake case, such as product_id, and must be known to the account; "
        "others get a 202 and may be dropped without a word. Names that begin with event_ are "
        "reserved.",
        "Rename it: lower case, digits and underscores, at least two letters.",
        "documented",
    ),
    Rule(
        "kind-name",
        False,
        "An unusual type or action",
        "Types and actions are lower case with underscores, such as add_to_cart; another spelling "
        "is another type.",
        "Use lower case and underscores.",
        "documented",
    ),
    Rule(
        "type-slip",
        False,
        "A type that is really an action",
        "A purchase is type 'order' with action 'purchase'; reports look for it there.",
        'Send {"type": "order", "action": "purchase"}.',
        "documented",
    ),
    Rule(
        "identifier-name",
        False,
        "An unknown identifier",
        "Identifiers are email, phone, vuid, or end in _id, _hash, _number, _token, _alias, "
        "_address or _key; the account must know them.",
        "Use the name that the account knows, or make it known there.",
        "documented",
    ),
    Rule(
        "email-form",
        False,
        "Not an e-mail address",
        "An identifier that is no address reaches nobody.",
        "Send an address, or another identifier.",
        "inferred",
    ),
    Rule(
        "phone-form",
        False,
        "Not a phone number in E.164 form",
        "Two spellings of one number are two customers.",
        "Write it as +15551234567: plus, country, number, no blanks.",
        "documented",
    ),
    Rule(
        "nested",
        False,
        "Nested data",
        "Only an order's order is documented with objects inside; the rest is flat.",
        "Flatten it: address_city in place of address.city.",
        "documented",
    ),
    Rule(
        "too-deep",
        False,
        "Data that is nested very deep",
        "No one reads what lies so deep, and what the API does with it is not known.",
        "Flatten it.",
        "unknown",
    ),
    Rule(
        "fault",
        True,
        "Rejected by a fault",
        "A fault that is in force under Rehearse calls this event bad.",
        "End the fault, or see how your client keeps the other events of the request.",
        "sandbox",
    ),
)
