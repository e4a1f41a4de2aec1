"""The event: a value that is valid once it exists.

The rules are those of the Events API (`POST /v3/events`, body parameters) and of its concept pages
where they say more. Where nobody knows what the server does, the rule is the reading that cannot
hurt: a wrong identifier merges two customers for good, and an event once sent cannot be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from numbers import Integral
from typing import Any
from uuid import UUID

from zaius_logging._errors import EventError

KEYS = frozenset({"type", "action", "identifiers", "data"})

MAX_TEXT = 1024
"""Characters of a text field (documented limit). Longer text in `data` is let through, since what
the server does with it is unknown; a cut *identifier* could be somebody else's, so it is refused."""

_KNOWN_IDENTIFIERS = frozenset(
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
_EPOCH_TEXT = re.compile(r"\d{1,10}(\.\d+)?", re.ASCII)
_MILLISECONDS = 1e11  # as seconds this is the year 5138; as milliseconds, 1973


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a customer did.

    Attributes:
        type: the event type, for example `product`. Text, not blank, at most 1024 characters.
        action: what was done, for example `add_to_cart`. Likewise.
        identifiers: name -> text, at least one. Whole numbers and UUIDs are taken as text; an
            identifier that is None or blank says nothing and is left out.
        data: any other fields. `ts` is ISO 8601 text, epoch seconds or an aware datetime.

    Raises:
        EventError: naming the field and what to do.
    """

    type: str
    action: str
    identifiers: Mapping[str, str]
    data: Mapping[str, Any]

    def __init__(
        self,
        type: str,  # noqa: A002 - the API's own word
        action: str,
        identifiers: Mapping[str, Any],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        kind = _text(type, "type")
        if kind == "purchase":
            raise EventError("type", "'purchase' is an action: use type 'order', action 'purchase'")
        _set(self, "type", kind)
        _set(self, "action", _text(action, "action"))
        _set(self, "identifiers", _known(identifiers_of(identifiers)))
        _set(self, "data", data_of(data))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Event:
        """Make an event of the API's own form, `{type, action, identifiers, data}`.

        Raises:
            EventError: for an unknown key too, with a hint for the usual slips.
        """
        parts = parts_of(mapping)
        return cls(
            parts.get("type"),  # type: ignore[arg-type]  # None is refused by name
            parts.get("action"),  # type: ignore[arg-type]
            parts.get("identifiers"),  # type: ignore[arg-type]
            parts.get("data"),
        )

    def to_mapping(self) -> dict[str, Any]:
        """The API's own form, `{type, action, identifiers, data}`."""
        return {
            "type": self.type,
            "action": self.action,
            "identifiers": dict(self.identifiers),
            "data": dict(self.data),
        }


_set = object.__setattr__  # a frozen value is written once, here


def parts_of(value: object) -> dict[str, Any]:
    """Read the parts of what should be an event; refuse a key that the API does not know.

    Raises:
        EventError: naming the first unknown key, with a hint for the usual slips.
    """
    if not isinstance(value, Mapping):
        raise EventError(
            "event", f"is {_a(value)}; it must be an object with type, action and identifiers"
        )
    parts = _read(value, "event")
    for key in parts:
        if key not in KEYS:
            raise _unknown_key(key)
    return parts


def identifiers_of(value: object) -> dict[str, str | None]:
    """Check identifiers as one layer gives them: None and blank mean "not known here".

    Raises:
        EventError: naming the identifier that is not text, a whole number or a UUID.
    """
    if not isinstance(value, Mapping):
        raise EventError(
            "identifiers", f"is {_a(value)}; it must be an object such as {{'email': …}}"
        )
    given = _read(value, "identifiers")
    return {_identifier_name(name): _identifier(name, each) for name, each in given.items()}


def data_of(value: object) -> dict[str, Any]:
    """Check `data` as far as that needs no walk: its form, `ts` and `idempotence_id`.

    Raises:
        EventError: naming the field.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise EventError("data", f"is {_a(value)}; it must be an object, or left out")
    data = _read(value, "data")
    if data.get("ts") is not None:
        data["ts"] = _time(data["ts"])
    if data.get("idempotence_id") is not None:
        data["idempotence_id"] = _idempotence_id(data["idempotence_id"])
    return data


def shared_data_of(value: object) -> dict[str, Any]:
    """Check and copy `data` that several events will carry: defaults, and what a context binds.

    The copy is deep: whoever changes a list that is bound changes no event from then on.

    Raises:
        EventError: naming the field; `idempotence_id` cannot be shared.
    """
    data = data_of(value)
    if data.get("idempotence_id") is not None:
        raise EventError(
            "data.idempotence_id",
            "belongs to one event: shared by several, all but one would count as duplicates",
        )
    try:
        copied: dict[str, Any] = _copied(data, {})
    except RecursionError:  # far deeper than any event may be, which its encoding will say
        return data
    return copied


def _copied(value: Any, known: dict[int, Any]) -> Any:
    kind = type(value)
    if kind is not dict and kind is not list:
        return set(value) if kind is set else value
    if id(value) in known:  # shared, or a cycle
        return known[id(value)]
    copy: Any = kind()
    known[id(value)] = copy
    if kind is dict:
        copy.update((name, _copied(each, known)) for name, each in value.items())
    else:
        copy.extend(_copied(each, known) for each in value)
    return copy


def plain_text(value: str) -> str:
    """The text itself, of a subclass (whose `str()` may differ: an Enum's does) or a lazy proxy."""
    return str.__str__(value) if issubclass(type(value), str) else str(value)


def _read(value: Mapping[Any, Any], field: str) -> dict[Any, Any]:
    """Copy a mapping, whose own code may raise anything."""
    try:
        return dict(value.items())
    except Exception as error:  # noqa: BLE001
        raise EventError(field, f"cannot be read: it raised {type(error).__name__}") from None


def _known(identifiers: Mapping[str, str | None]) -> dict[str, str]:
    known = {name: value for name, value in identifiers.items() if value is not None}
    if not known:
        raise EventError(
            "identifiers",
            "at least one is needed that is not blank, such as email or customer_id: "
            "without it the event belongs to nobody",
        )
    return known


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        if value is None:
            raise EventError(field, "is missing; give it as text")
        raise EventError(field, f"is {_a(value)}; it must be text")
    text = value if type(value) is str else _text_of(value, field)
    if not text or text.isspace():
        raise EventError(field, "is blank; give it as text")
    if len(text) > MAX_TEXT:
        raise EventError(field, f"has {len(text)} characters; the API takes {MAX_TEXT}")
    return text


def _text_of(value: str, field: str) -> str:
    try:
        return plain_text(value)
    except Exception as error:  # noqa: BLE001 - a lazy proxy may raise anything
        raise EventError(field, f"cannot be read: it raised {type(error).__name__}") from None


def _identifier_name(name: object) -> str:
    if not isinstance(name, str) or not name or name.isspace():
        raise EventError("identifiers", "a name is blank or not text; names are such as 'email'")
    if name not in _KNOWN_IDENTIFIERS and name.lower() in _KNOWN_IDENTIFIERS:
        raise EventError(f"identifiers.{name}", f"names are lower case: use '{name.lower()}'")
    return name if type(name) is str else plain_text(name)


def _identifier(name: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        text = value if type(value) is str else _text_of(value, f"identifiers.{name}")
        if not text or text.isspace():
            return None
    elif isinstance(value, UUID):
        text = str(value)
    elif isinstance(value, Integral) and not isinstance(value, bool):  # NumPy's count as well
        text = _digits(value, name)
    else:
        raise EventError(
            f"identifiers.{name}", f"is {_a(value)}; it must be text or a whole number"
        )
    if len(text) > MAX_TEXT:
        raise EventError(
            f"identifiers.{name}",
            f"has {len(text)} characters; the API takes {MAX_TEXT}, and a cut identifier "
            "could be another customer's",
        )
    return text


def _digits(number: Integral, name: str) -> str:
    try:
        return str(int(number))
    except ValueError:  # CPython's limit on digits (CVE-2020-10735)
        raise EventError(f"identifiers.{name}", "has too many digits to be one") from None


def _time(value: object) -> object:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise EventError(
                "data.ts", "is a datetime without a time zone; use datetime.now(timezone.utc)"
            )
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, str, date)):
        raise EventError("data.ts", f"is {_a(value)}; use ISO 8601 text or epoch seconds")
    if isinstance(value, (int, float)):
        if not 0 <= value < _MILLISECONDS:  # NaN fails both
            raise EventError(
                "data.ts",
                "is not a time in epoch seconds; if it is in milliseconds, divide by 1000",
            )
    elif isinstance(value, str) and not (
        _ISO_8601.fullmatch(value) or _EPOCH_TEXT.fullmatch(value)
    ):
        raise EventError("data.ts", "is not ISO 8601, such as 2026-01-31T12:00:00.000Z")
    return value


def _idempotence_id(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    return _text(value, "data.idempotence_id")


def _unknown_key(key: object) -> EventError:
    if not isinstance(key, str):
        return EventError("event", f"has a key that is {_a(key)}; keys are text")
    hint = _SLIPS.get(key.lower())
    if key.lower() in KEYS:
        hint = f"keys are lower case: use '{key.lower()}'"
    if hint is None:
        hint = "the API knows type, action, identifiers and data; other fields go into data"
    return EventError(key[:MAX_TEXT], f"is not a key of an event: {hint}")


def _a(value: object) -> str:
    """Name the kind of a value, never the value: it may be personal data."""
    return "missing" if value is None else f"of type {type(value).__name__}"
