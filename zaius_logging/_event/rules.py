"""What each field of an event may hold: one rule a function, for `Event` and for the writer of records alike.

The rules are those of the Events API (`POST /v3/events`, body parameters) and of its concept pages
where they say more. Where nobody knows what the server does, the rule is the reading that cannot
hurt: a wrong identifier merges two customers for good, and an event once sent cannot be taken back.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from numbers import Integral
from typing import Any
from uuid import UUID

from zaius_logging._errors import EventError

KEYS = frozenset({"type", "action", "identifiers", "data"})

WITHOUT_ACTION = frozenset({"pageview", "customer_discovered"})
"""Types that the documentation shows without an action: their events need none."""

MAX_TEXT = 1024
"""Characters of a text field (documented limit). Longer text in `data` is let through, since what
the server does with it is unknown; a cut *identifier* could be somebody else's, so it is invalid."""

KNOWN_IDENTIFIERS = frozenset(
    {"email", "phone", "customer_id", "vuid", "zaius_id", "fs_user_id", "web_user_id"}
)
_SLIPS = {
    "properties": "the API calls it 'data'",
    "props": "the API calls it 'data'",
    "fields": "the API calls it 'data'",
    "attributes": "the API calls it 'data'",
    "timestamp": "the time goes to data.ts",
    "ts": "the time goes to data.ts",
    "time": "the time goes to data.ts",
    "event": "the API takes 'type' and 'action'",
    "name": "the API takes 'type' and 'action'",
    "event_type": "the API calls it 'type'",
    "identifier": "the API calls it 'identifiers'",
    "ids": "the API calls it 'identifiers'",
    "user_id": "it goes to identifiers.customer_id",
    "customer_id": "it goes to identifiers.customer_id",
    "email": "it goes to identifiers.email",
    "vuid": "it goes to identifiers.vuid",
    "idempotence_id": "it goes to data.idempotence_id",
    "idempotency_id": "it goes to data.idempotence_id",
}
_ISO_8601 = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"([T ]([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"(\d{1,20})(\.\d+)?", re.ASCII)
_NINE_DIGITS = (
    1e8  # fewer are a year, a month or a compact date; as seconds they lie before March 1973
)
_MILLISECONDS = 1e11  # as seconds this is the year 5138; as milliseconds, 1973

taught: dict[type, Callable[[Any], Any]] = {}
"""What `register_type` was given."""


_WITH_A_FORM = frozenset({str, int, float, bool, type(None), list, tuple, dict, UUID})


def register_type(kind: type, convert: Callable[[Any], Any]) -> None:
    """Take values of a class of another library in events, in `data` and as identifiers.

    For example `register_type(bson.ObjectId, str)`, once, where logging is configured.

    Args:
        kind: the class; its subclasses count as well, unless they are registered themselves.
        convert: value -> what stands for it in the event: text, a number, None, a list or a dict.

    Raises:
        TypeError: `kind` is not a class, or has a form already that nobody asks for (text, int, float, bool,
            None, list, tuple, dict, UUID, Enum).
    """
    if not isinstance(kind, type) or kind in _WITH_A_FORM or issubclass(kind, Enum):
        raise TypeError("kind must be a class that JSON has no form of its own for")
    if not callable(convert):
        raise TypeError("convert must be callable")
    taught[kind] = convert


def converter(kind: type) -> Callable[[Any], Any] | None:
    """What `register_type` was given for a class or the nearest of its bases."""
    return next((taught[each] for each in kind.__mro__ if each in taught), None)


def text(value: object, field: str) -> str:
    """Check a text field.

    Raises:
        EventError: it is missing, blank, too long or no text.
    """
    if not is_text(value):
        if value is None:
            raise EventError(field, "is missing; give it as text")
        raise EventError(field, f"is {kind_of(value)}; it must be text")
    checked = _text_of(value, field)
    if not checked or checked.isspace():
        raise EventError(field, "is blank; give it as text")
    if len(checked) > MAX_TEXT:
        raise EventError(field, f"has {len(checked)} characters; the API takes {MAX_TEXT}")
    return checked


def type_of_event(value: object) -> str:
    """Check an event's type.

    Raises:
        EventError: it is no text, or the usual slip.
    """
    checked = text(value, "type")
    if checked == "purchase":
        raise EventError("type", "'purchase' is an action: use type 'order', action 'purchase'")
    return checked


def is_text(value: object) -> bool:
    """Whether a value is text: of any class of text, or text that Django translates when it is read."""
    if isinstance(value, str):
        return True
    django = sys.modules.get("django.utils.functional")
    return django is not None and isinstance(value, django.Promise)


def plain_text(value: object) -> str:
    """The text itself, of a subclass (whose `str()` may differ: an Enum's does) or a lazy proxy."""
    return str.__str__(value) if issubclass(type(value), str) else str(value)


def _text_of(value: object, field: str) -> str:
    try:
        return plain_text(value)
    except Exception as error:  # noqa: BLE001 - a lazy proxy may raise anything
        raise unreadable(field, error) from None


def identifiers_of(value: object) -> dict[str, str | None]:
    """Check identifiers as one layer gives them: None and blank mean "not known here".

    Raises:
        EventError: naming the identifier that is not text, a whole number or a UUID.
    """
    given = mapping_of(value, "identifiers")
    return {identifier_name(name): identifier(name, each) for name, each in given.items()}


def known(identifiers: Mapping[str, str | None]) -> dict[str, str]:
    """The identifiers that say something.

    Raises:
        EventError: there is none.
    """
    found = {name: value for name, value in identifiers.items() if value is not None}
    if not found:
        raise EventError(
            "identifiers",
            "at least one is needed that is not blank, such as email or customer_id: "
            "without it the event belongs to nobody",
        )
    return found


def identifier_name(name: object) -> str:
    """Check the name of an identifier.

    Raises:
        EventError: it is blank, no text, or a known one in the wrong case.
    """
    if not isinstance(name, str) or not name or name.isspace():
        raise EventError("identifiers", "a name is blank or not text; names are such as 'email'")
    if name not in KNOWN_IDENTIFIERS and name.lower() in KNOWN_IDENTIFIERS:
        raise EventError(f"identifiers.{name}", f"names are lower case: use '{name.lower()}'")
    return name if type(name) is str else plain_text(name)


def identifier(name: str, value: object) -> str | None:
    """Check an identifier and make it text; None where it says nothing.

    Raises:
        EventError: it is not text, a whole number or a UUID, or too long.
    """
    if value is None:
        return None
    if type(value) is int:  # first: the search for other whole numbers takes ten times as long
        found = _digits(value, name)
    elif isinstance(value, UUID):
        found = str(value)
    elif is_text(value):
        found = _text_of(value, f"identifiers.{name}")
        if not found or found.isspace():
            return None
    elif isinstance(value, Integral) and not isinstance(value, bool):  # NumPy's count as well
        found = _digits(value, name)
    elif (convert := converter(type(value))) is not None:
        return identifier(name, convert(value))
    else:
        raise EventError(
            f"identifiers.{name}", f"is {kind_of(value)}; it must be text or a whole number"
        )
    if len(found) > MAX_TEXT:
        raise EventError(
            f"identifiers.{name}",
            f"has {len(found)} characters; the API takes {MAX_TEXT}, and a cut identifier "
            "could be another customer's",
        )
    return found


def _digits(number: int | Integral, name: str) -> str:
    try:
        return str(int(number))
    except ValueError:  # CPython's limit on digits (CVE-2020-10735)
        raise EventError(f"identifiers.{name}", "has too many digits to be one") from None


def time(value: object) -> object:
    """Check `data.ts`: ISO 8601 text, epoch seconds, a date or an aware datetime.

    Raises:
        EventError: it is none of these, or the API would read another time than was meant.
    """
    if isinstance(value, datetime):
        if type(value) is not datetime and value != value:  # noqa: PLR0124 - pandas' NaT
            raise EventError("data.ts", "is NaT, which is no time; leave it out for the call's own")
        if value.utcoffset() is None:
            raise EventError(
                "data.ts", "is a datetime without a time zone; use datetime.now(timezone.utc)"
            )
    elif isinstance(value, str):
        number = _NUMBER.fullmatch(value)
        if number:
            _epoch(float(number[0]))
        elif not _ISO_8601.fullmatch(value):
            raise EventError("data.ts", "is not ISO 8601, such as 2026-01-31T12:00:00.000Z")
    elif isinstance(value, (Integral, float)) and not isinstance(value, bool):
        _epoch(value)
    elif not isinstance(value, date):
        raise EventError("data.ts", f"is {kind_of(value)}; use ISO 8601 text or epoch seconds")
    return value


def _epoch(seconds: Any) -> None:
    if 0 <= seconds < _NINE_DIGITS:
        raise EventError(
            "data.ts",
            "has fewer than nine digits, so it is not a time in epoch seconds; a year or a date is written "
            "as ISO 8601, such as 2026-01-31",
        )
    if not _NINE_DIGITS <= seconds < _MILLISECONDS:  # NaN fails both
        raise EventError(
            "data.ts", "is not a time in epoch seconds; if it is in milliseconds, divide by 1000"
        )


def idempotence_id(value: object) -> str:
    """Check `data.idempotence_id` and make it text.

    Raises:
        EventError: it is not text or a UUID.
    """
    if isinstance(value, UUID):
        return str(value)
    return text(value, "data.idempotence_id")


def mapping_of(value: object, field: str) -> dict[Any, Any]:
    """Copy what must be an object, whose own code may raise anything.

    Raises:
        EventError: it is none, or cannot be read.
    """
    if not isinstance(value, Mapping):
        raise EventError(field, f"is {kind_of(value)}; it must be an object{_OBJECTS[field]}")
    try:
        return dict(value.items())
    except Exception as error:  # noqa: BLE001
        raise unreadable(field, error) from None


_OBJECTS = {
    "event": " with type, action and identifiers",
    "identifiers": " such as {'email': …}",
    "data": ", or left out",
}


def unknown_key(key: object) -> EventError:
    """The error for a key that the API does not know, with a hint for the usual slips."""
    if not isinstance(key, str):
        return EventError("event", f"has a key that is {kind_of(key)}; keys are text")
    hint = _SLIPS.get(key.lower())
    if key.lower() in KEYS:
        hint = f"keys are lower case: use '{key.lower()}'"
    if hint is None:
        hint = "the API knows type, action, identifiers and data; other fields go into data"
    return EventError(key[:MAX_TEXT], f"is not a key of an event: {hint}")


def unreadable(field: str, error: Exception) -> EventError:
    """The error for a value whose own code raised something; not with its words, which may be data."""
    return EventError(field, f"cannot be read: it raised {type(error).__name__}")


def kind_of(value: object) -> str:
    """Name the kind of a value, never the value: it may be personal data."""
    return "missing" if value is None else f"of type {type(value).__name__}"
