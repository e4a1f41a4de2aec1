"""The event: a value that is valid once it exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zaius_logging._errors import EventError

from . import rules


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a customer did.

    Attributes:
        type: the event type, for example `product`. Text, not blank, at most 1024 characters.
        action: what was done, for example `add_to_cart`. Likewise.
        identifiers: name -> text, at least one. Whole numbers and UUIDs are taken as text; an
            identifier that is None or blank says nothing and is left out.
        data: any other fields. `ts` is ISO 8601 text, epoch seconds (nine digits or more) or an aware
            datetime.

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
        _set(self, "type", rules.type_of_event(type))
        _set(self, "action", rules.text(action, "action"))
        _set(self, "identifiers", rules.known(rules.identifiers_of(identifiers)))
        _set(self, "data", data_of(data))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Event:
        """Make an event of the API's own form, `{type, action, identifiers, data}`.

        Raises:
            EventError: for an unknown key too, with a hint for the usual slips.
        """
        parts = rules.mapping_of(mapping, "event")
        for key in parts:
            if key not in rules.KEYS:
                raise rules.unknown_key(key)
        return cls(
            parts.get("type"),  # type: ignore[arg-type]  # None is invalid by name
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


def data_of(value: object) -> dict[str, Any]:
    """Check `data` as far as that needs no walk: its form, `ts` and `idempotence_id`.

    Raises:
        EventError: naming the field.
    """
    if value is None:
        return {}
    data = rules.mapping_of(value, "data")
    if data.get("ts") is not None:
        data["ts"] = rules.time(data["ts"])
    if data.get("idempotence_id") is not None:
        data["idempotence_id"] = rules.idempotence_id(data["idempotence_id"])
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
