"""The content of an event: rules about what gets a 202 and may yet be lost, merged or misread.

The API answers 202 without a word about what it kept of an event, and its documentation leaves
much open. Pure: the event and the time of its arrival go in. `_judging` says which finding only
warns, and which rejects.

Sources: `_rulebook` cites them, rule by rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from zaius_logging.sandbox import _slips as slips
from zaius_logging.sandbox._rules import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_TEXT: Final = 1024
MAX_DEPTH: Final = 16
_FUTURE: Final = 86_400.0
# Epoch seconds reach this number in the year 5138; what is above it was meant as milliseconds.
_MILLISECONDS: Final = 100_000_000_000.0

_FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,61}\Z")
_IDENTIFIER_NAME: Final = re.compile(
    r"(email|phone|vuid|[a-z][a-z0-9_]*_(id|hash|number|token|alias|address|key))\Z"
)
_NUMBER: Final = re.compile(r"\d+(\.\d+)?\Z")
_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?\Z",
)
# Control characters and lone surrogates; not `isprintable`, which calls a no-break space one.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PHONE: Final = re.compile(r"\+[1-9]\d{6,14}\Z")
# Mailboxes that belong to a machine or a team, so that many customers' events would carry them.
_SHARED_MAILBOX: Final = re.compile(
    r"(no-?reply|do-?not-?reply|admin|root|system|service|support|info|webmaster|postmaster"
    r"|mailer-daemon)@",
    re.IGNORECASE,
)


def warnings(event: Mapping[str, object], now: float) -> list[Finding]:
    """Say what may go wrong with an event of the right form.

    Args:
        event: A well-formed event.
        now: The time of its arrival, in epoch seconds.

    Returns:
        One finding for each thing that a rule is about.
    """
    identifiers = cast("dict[str, str]", event["identifiers"])
    data = cast("dict[str, object]", event.get("data", {}))
    found = [*_kind(event["type"], event.get("action")), *_required(event["type"], data)]
    for name, value in identifiers.items():
        found += _identifier(name, value)
    found += _slips(event["type"], data)
    for field, content in data.items():
        found += _field(field, content, event["type"])
    if "ts" in data:
        found += _time(data["ts"], now)
    return found


def _identifier(name: str, value: str) -> Iterator[Finding]:
    path = f"identifiers.{name}"
    if not _IDENTIFIER_NAME.match(name) or name in slips.IDENTIFIERS:
        meant = slips.IDENTIFIERS.get(name.lower())
        hint = f"; did you mean {meant}?" if meant else ""
        message = f"'{name}' is not the name of a known identifier{hint}"
        yield Finding("identifier-name", path, message)
    yield from _text(value, path)
    yield from _nobody(path, value.strip().lower())
    if name == "email":
        yield from _email(path, value)
    elif name == "phone" and not _PHONE.match(value):
        yield Finding("phone-form", path, "'identifiers.phone' is not in E.164 form, +15551234567")
    elif name == "vuid" and "-" in value:
        yield Finding("vuid-hyphens", path, "a vuid with hyphens may be another device's")


def _nobody(path: str, word: str) -> Iterator[Finding]:
    mailbox, at, _ = word.partition("@")
    if word in slips.PLACEHOLDERS or (at and mailbox in slips.PLACEHOLDER_MAILBOXES):
        yield Finding("placeholder", path, f"'{path}' is a placeholder: it would merge customers")
    elif word in slips.ZEROS:
        yield Finding("zero-identifier", path, f"'{path}' probably stands for nobody")


def _email(path: str, value: str) -> Iterator[Finding]:
    if _SHARED_MAILBOX.match(value):
        yield Finding("shared-identifier", path, "a shared mailbox would merge customers")
    elif value.strip().lower() in slips.PLACEHOLDERS | slips.ZEROS:
        return
    elif "@" not in value:
        yield Finding("email-form", path, "'identifiers.email' is not an e-mail address")
    elif any(letter.isspace() for letter in value) or value != value.lower():
        message = "'identifiers.email' has blanks or upper case: two spellings may be two customers"
        yield Finding("email-form", path, message)


def _kind(type_: object, action: object) -> Iterator[Finding]:
    slip = slips.TYPES.get(type_) if isinstance(type_, str) else None
    if slip:
        yield Finding("type-slip", "type", slip)
    for path, value in (("type", type_), ("action", action)):
        if isinstance(value, str) and not _FIELD_NAME.match(value):
            yield Finding("kind-name", path, f"'{path}' is usually lower case with underscores")
        if isinstance(value, str) and value in slips.CONSENT:
            yield Finding("consent", path, "consent is a state of the customer, not an event")


def _slips(type_: object, data: Mapping[str, object]) -> Iterator[Finding]:
    order = data.get("order")
    parts = [("data", data, slips.DATA)]
    if type_ == "order":
        parts.append(("data", data, slips.ORDER_DATA))
    if isinstance(order, dict):
        parts.append(("data.order", order, slips.ORDER))
    for path, values, known in parts:
        for name in values:
            if name in known:
                yield Finding("data-slip", f"{path}.{name}", known[name])


def _required(type_: object, data: Mapping[str, object]) -> Iterator[Finding]:
    if type_ == "product" and "product_id" not in data:
        yield _missing("product_id")
    if type_ == "list" and "list_id" not in data:
        yield _missing("list_id")
    if type_ == "order":
        yield from _order(data.get("order"))


def _order(order: object) -> Iterator[Finding]:
    if not isinstance(order, dict) or "order_id" not in order:
        yield _missing("order.order_id")
    items = order.get("items") if isinstance(order, dict) else None
    if isinstance(items, list):
        for place, item in enumerate(items):
            if not isinstance(item, dict) or "product_id" not in item:
                yield _missing(f"order.items[{place}].product_id")
                return  # The first one tells; an order can have hundreds.


def _missing(field: str) -> Finding:
    # The wording is the API's own, as far as it is known.
    return Finding("missing-data", f"data.{field}", f"Missing required field `{field}`")


def _field(name: str, value: object, type_: object) -> Iterator[Finding]:
    path = f"data.{name}"
    if not _FIELD_NAME.match(name):
        yield Finding("field-name", path, f"'{name}' is not lower snake case of 2 to 62 letters")
    elif name.startswith("event_"):
        yield Finding("field-name", path, f"'{name}': names that start with 'event_' are reserved")
    if isinstance(value, str):
        yield from _text(value, path)
    elif isinstance(value, (dict, list)):
        if (type_, name) != ("order", "order"):
            yield Finding("nested", path, f"'{path}' is nested: only an order's `order` may be")
        yield from _leaves(value, path)


def _leaves(value: object, path: str) -> Iterator[Finding]:
    """Walk nested data with a stack of our own: senders choose the depth."""
    stack: list[tuple[object, str, int]] = [(value, path, 1)]
    while stack:
        value, path, depth = stack.pop()
        if isinstance(value, str):
            yield from _text(value, path)
        elif depth > MAX_DEPTH:
            yield Finding("too-deep", path, f"data is nested deeper than {MAX_DEPTH} levels")
            return
        elif isinstance(value, dict):
            stack += [(inner, f"{path}.{name}", depth + 1) for name, inner in value.items()]
        elif isinstance(value, list):
            stack += [(inner, f"{path}[{at}]", depth + 1) for at, inner in enumerate(value)]


def _text(value: str, path: str) -> Iterator[Finding]:
    if len(value) > MAX_TEXT:
        length = len(value)
        yield Finding("long-text", path, f"text of {length} characters, {MAX_TEXT} are documented")
    if _UNPRINTABLE.search(value):
        yield Finding("unprintable", path, f"'{path}' has characters that cannot be printed")


def _time(value: object, now: float) -> Iterator[Finding]:
    seconds = _seconds(value)
    if seconds is None:
        if not (isinstance(value, str) and _ISO.match(value)):
            yield _ts("time-form", "is neither epoch seconds nor ISO 8601")
    elif seconds >= _MILLISECONDS:
        yield _ts("milliseconds", "looks like milliseconds: the API reads seconds")
    elif seconds > now + _FUTURE:
        yield _ts("future", "lies in the future")


def _ts(rule: str, what: str) -> Finding:
    return Finding(rule, "data.ts", f"'data.ts' {what}")


def _seconds(value: object) -> float | None:
    if isinstance(value, str):
        return float(value) if _NUMBER.match(value) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # A comparison of a huge whole number would be exact; a float of it would overflow.
        return min(value, _MILLISECONDS)
    return None
