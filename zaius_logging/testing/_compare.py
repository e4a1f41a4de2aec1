"""What was sent beside what a test expected: where they differ, and how that reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from zaius_logging._catalog.model import kind_name
from zaius_logging._event.encode import encoder
from zaius_logging._event.event import Event

_SHOWN = 20  # events that a failure lists

Difference = tuple[str, object, object]
"""Path of a field, what was sent, what was expected."""


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def expectation(
    type: str,  # noqa: A002 - the API's own word
    action: str | None,
    identifiers: Mapping[str, Any] | None,
    data: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What an event must have, in the words of `differences`."""
    expected: dict[str, Any] = {"type": type, "action": MISSING if action is None else action}
    if identifiers is not None:
        expected["identifiers"] = {name: _as_text(each) for name, each in identifiers.items()}
    if data is not None:
        expected["data"] = data
    return expected


def differences(sent: object, expected: object, path: str = "") -> list[Difference]:
    """Where `sent` lacks or contradicts what is expected; what else it has does not matter."""
    if isinstance(expected, Mapping) and isinstance(sent, Mapping):
        return [
            difference
            for name, each in expected.items()
            for difference in differences(
                sent.get(name, MISSING), each, f"{path}.{name}" if path else str(name)
            )
        ]
    if isinstance(expected, list) and isinstance(sent, list) and len(expected) == len(sent):
        return [
            difference
            for place, (one, other) in enumerate(zip(sent, expected, strict=True))
            for difference in differences(one, other, f"{path}[{place}]")
        ]
    if _same_kind(sent, expected) and (sent == expected or sent == _as_sent(expected)):
        return []
    return [(path, sent, _as_sent(expected))]


def _same_kind(sent: object, expected: object) -> bool:
    """JSON's true is not its 1, though Python's is; what else is expected compares as it likes."""
    return not isinstance(expected, (int, float)) or isinstance(sent, bool) is isinstance(
        expected, bool
    )


def nearest(
    events: Sequence[dict[str, Any]], expected: Mapping[str, Any], what: str = "nearest"
) -> list[str]:
    """The lines about the event, of those that differ, that differs least; none where there is none."""
    wrong = [event for event in events if differences(event, expected)]
    if not wrong:
        return []
    event = min(wrong, key=lambda event: _distance(event, expected))
    place = next(place for place, each in enumerate(events, 1) if each is event)
    return [
        f"{what} is event {place} of {len(events)}, {kind_of(event)}; it has",
        *(
            f"  {path}: {show(sent)}, expected {show(wanted)}"
            for path, sent, wanted in differences(event, expected)
        ),
    ]


def kind_of(event: Mapping[str, Any]) -> str:
    """Type and action of an event; the type alone where it has no action, as `pageview`."""
    return kind_name(event["type"], event.get("action"))


def names(events: Sequence[dict[str, Any]]) -> str:
    """Type and action of each event, of the first twenty at the most."""
    found = [kind_of(event) for event in events[:_SHOWN]]
    more = [f"and {len(events) - _SHOWN} more"] if len(events) > _SHOWN else []
    return ", ".join(found + more)


def show(value: object) -> str:
    """A value as it would stand in the JSON that is sent; what has no such form by its repr."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return repr(value)


def times(count: int) -> str:
    """How often, in words."""
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _distance(event: dict[str, Any], expected: Mapping[str, Any]) -> tuple[int, int]:
    """Another type or action is further away than any number of other fields."""
    found = differences(event, expected)
    return sum(path in ("type", "action") for path, _, _ in found), len(found)


def _as_text(identifier: object) -> object:
    """As the handler takes an identifier: None is none."""
    if identifier is None:
        return MISSING
    return str(identifier) if isinstance(identifier, (int, UUID)) else identifier


def _as_sent(value: object) -> object:
    """What becomes of a value on its way, as of a date; what could not be sent stays as it is."""
    if value is MISSING or isinstance(value, (str, int, float, Mapping, type(None))):
        return value
    try:
        return json.loads(encoder()(Event("a", "b", {"c": "d"}, {"value": value})))["data"]["value"]
    except Exception:  # noqa: BLE001 - a value's own code may raise anything; `==` has the word then
        return value
