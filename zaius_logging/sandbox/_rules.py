"""The form of an event: rules about its four parts.

Pure: an event and nothing else goes in. This is a reading of the API of its own, written without
a look at the client's checks, so that a mistake in either is caught by the other.

Sources: "Events API, POST /v3/events" (the body parameters), the Zaius concept pages (types without
an action), the official SDKs (wrong case is rejected, an empty `identifiers` fails).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zaius_logging.sandbox import _slips as slips

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The four body parameters of the Events API, in its order.
FIELDS: Final = ("type", "action", "identifiers", "data")

#: Types that the documentation shows without an action; no set, for a sent type can be a list.
TYPES_WITHOUT_ACTION: Final = ("pageview", "customer_discovered")


class Finding(NamedTuple):
    """One thing found in an event.

    Attributes:
        rule: The short name of the rule, for filters and links.
        path: Where in the event, such as `data.order.items[2].price`; empty for the event itself.
        message: One sentence for people.
    """

    rule: str
    path: str
    message: str


def errors(event: object) -> list[Finding]:
    """Say what is wrong with the form of an event.

    Args:
        event: One element of the posted array, as JSON gave it.

    Returns:
        One finding for each error. `_judging` says which of them reject the event.
    """
    if not isinstance(event, dict):
        return [Finding("not-an-object", "", "event must be an object")]
    return [
        *_unknown_fields(event),
        *_type(event),
        *_action(event),
        *_identifiers(event),
        *_data(event),
    ]


def _unknown_fields(event: Mapping[str, object]) -> Iterator[Finding]:
    for name in event:
        lower = name.lower()
        if name in FIELDS:
            continue
        if lower in FIELDS:
            message = f"unknown field '{name}': field names are lower case, '{lower}'"
            yield Finding("wrong-case", name, message)
        else:
            hint = f": {slips.KEYS[lower]}" if lower in slips.KEYS else ""
            yield Finding("unknown-field", name, f"unknown field '{name}'{hint}")


def _type(event: Mapping[str, object]) -> Iterator[Finding]:
    if "type" not in event:
        yield Finding("missing-field", "type", "missing 'type' field")
    elif not _is_text(event["type"]):
        yield Finding("not-text", "type", "'type' must be text that is not blank")


def _action(event: Mapping[str, object]) -> Iterator[Finding]:
    if "action" in event:
        if not _is_text(event["action"]):
            yield Finding("not-text", "action", "'action' must be text that is not blank")
    elif event.get("type") not in TYPES_WITHOUT_ACTION:
        yield Finding("missing-action", "action", "missing 'action' field")


def _identifiers(event: Mapping[str, object]) -> Iterator[Finding]:
    if "identifiers" not in event:
        yield Finding("missing-field", "identifiers", "missing 'identifiers' field")
        return
    identifiers = event["identifiers"]
    if not isinstance(identifiers, dict):
        yield Finding("not-an-object", "identifiers", "'identifiers' must be an object")
        return
    if not identifiers:
        yield Finding("no-identifier", "identifiers", "'identifiers' must have at least one")
    for name, value in identifiers.items():
        if not name.strip():
            yield Finding("blank-name", "identifiers", "an identifier has a blank name")
        if not _is_text(value):
            path = f"identifiers.{name}"
            yield Finding("not-text", path, f"'{path}' must be text that is not blank")


def _data(event: Mapping[str, object]) -> Iterator[Finding]:
    if "data" in event and not isinstance(event["data"], dict):
        yield Finding("not-an-object", "data", "'data' must be an object")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
