"""Checks a fault document, the body of `PUT /api/faults`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_MAX_SECONDS: Final = 86_400


class FaultError(ValueError):
    """A fault document is wrong; the message names the field."""


@dataclass(frozen=True, slots=True)
class Bad:
    """Which events are bad: all that match, or every n-th of them.

    Attributes:
        type: The event's type, or None for any.
        action: The event's action, or None for any.
        identifiers: Identifiers that the event must have with exactly these values.
        data: The same of its data; a dot leads into nested data (`order.order_id`).
        every: 3 finds every third event of those that match.
    """

    type: str | None = None
    action: str | None = None
    identifiers: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = None
    every: int = 1

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Say whether an event matches."""
        return (
            self.type in (None, event.get("type"))
            and self.action in (None, event.get("action"))
            and _has(event.get("identifiers"), self.identifiers)
            and _has(event.get("data"), self.data)
        )


def _has(values: object, wanted: Mapping[str, Any] | None) -> bool:
    return all(_at(values, path) == value for path, value in (wanted or {}).items())


def _at(value: object, path: str) -> object:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; the fields are those of the document.

    Attributes:
        document: The document as it was given.
        latency: Seconds to wait before the answer.
        status: The status to answer.
        body: The body of that answer; empty for the API's own.
        retry_after: The `Retry-After` of that answer, as it stands.
        reset: Cut the connection (RST) in place of an answer.
        hang: Never answer.
        redirect: Answer a redirect (302, or `status`) to this URL.
        forbidden: Answer 403, as to a wrong key.
        rate: Answer 429 to what exceeds so many requests a second.
        burst: How many requests may come at once under `rate`.
        taken: Whether the events are taken although the answer says otherwise.
        bad: Which events are rejected with a 400.
        message: What such a rejection says.
        named: False to name no bad event.
        form: `event`, `field` or `fields`: how bad events are named.
        partial: True for the reading of the API where a 400 takes the good events.
        share: The share of requests that the fault hits.
        times: After so many hits the fault ends.
        seconds: After so many seconds the fault ends.
    """

    document: dict[str, Any]
    latency: float = 0.0
    status: int | None = None
    body: str = ""
    retry_after: str | float | None = None
    reset: bool = False
    hang: bool = False
    redirect: str | None = None
    forbidden: bool = False
    rate: float | None = None
    burst: float = 1.0
    taken: bool = False
    bad: Bad | None = None
    message: str = "rejected by a fault of the sandbox"
    named: bool = True
    form: str | None = None
    partial: bool | None = None
    share: float = 1.0
    times: int | None = None
    seconds: float | None = None

    @property
    def ends(self) -> bool:
        """Whether the fault takes the place of the answer."""
        return bool(_endings(self.document))


def parse(document: object) -> list[Fault]:
    """Read a fault, or an array of faults that are asked in turn.

    Args:
        document: The JSON value.

    Returns:
        The faults in order.

    Raises:
        FaultError: It is not a fault; the message names the field.
    """
    documents = document if isinstance(document, list) else [document]
    return [_fault(each) for each in documents]


def _fault(document: object) -> Fault:
    fields = dict(_checked(document, _FIELDS, "fault"))
    endings = _endings(fields)
    if len(endings) > 1:
        both = "' and '".join(endings)
        raise FaultError(f"'{both}' in one fault: give an array of faults, each with its share")
    for needy, needed in (("retry_after", ("status", "rate")), ("body", ("status",))):
        if needy in fields and not any(name in fields for name in needed):
            raise FaultError(f"'{needy}' needs '{needed[0]}'")
    if "burst" in fields and "rate" not in fields:
        raise FaultError("'burst' needs 'rate'")
    # By default a bucket lets through what one second allows.
    fields.setdefault("burst", max(1.0, fields.get("rate", 1.0)))
    if "bad" in fields:
        fields["bad"] = Bad(**_checked(fields["bad"], _BAD_FIELDS, "bad"))
    # A 2xx that loses the events would be a lie that the API does not tell.
    fields.setdefault("taken", fields.get("status") in range(200, 300))
    return Fault(document=cast("dict[str, Any]", document), **fields)


def _endings(fields: Mapping[str, Any]) -> list[str]:
    endings = ("redirect", "reset", "hang", "forbidden", "rate", "status")
    found = [name for name in endings if fields.get(name)]
    if found[:1] == ["redirect"]:
        found = [name for name in found if name != "status"]  # which redirect it is
    return found


def _checked(
    document: object, known: Mapping[str, tuple[Callable[[Any], bool], str]], what: str
) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise FaultError(f"a '{what}' must be an object")
    for name, value in document.items():
        if name not in known:
            raise FaultError(f"unknown field '{name}' of '{what}', known are: {', '.join(known)}")
        fits, wanted = known[name]
        if not fits(value):
            raise FaultError(f"'{name}' must be {wanted}")
    return document


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    )


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _one_of(choices: Sequence[str]) -> Callable[[Any], bool]:
    return lambda value: value in choices


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types)


def _encodable(text: str) -> bool:
    """Say whether text can be encoded: JSON may contain a lone surrogate."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _header(value: object) -> bool:
    """Say whether a value can stand in a header: a line break would begin another one."""
    return str(value).isascii() and str(value).isprintable()


_SWITCH: Final = (_is(bool), "true or false")
_OBJECT: Final = (_is(dict), "an object")
_SECONDS: Final = (_number(0, _MAX_SECONDS), f"a number of seconds from 0 to {_MAX_SECONDS}")
_COUNT: Final = (_whole(1, 1_000_000_000), "a whole number, at least 1")
_TEXT: Final = (_is(str), "text")
_FIELDS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "latency": _SECONDS,
    "status": (_whole(200, 599), "a status from 200 to 599"),
    "body": (lambda value: _is(str)(value) and _encodable(value), "text"),
    "retry_after": (
        lambda value: type(value) in (str, int, float) and _header(value),
        "a number, or text that can stand in a header",
    ),
    "reset": _SWITCH,
    "hang": _SWITCH,
    "redirect": (lambda value: _is(str)(value) and _header(value), "a URL"),
    "forbidden": _SWITCH,
    "rate": (_number(0.001, 1_000_000), "a number of requests a second, above 0"),
    "burst": _COUNT,
    "taken": _SWITCH,
    "bad": _OBJECT,
    "message": _TEXT,
    "named": _SWITCH,
    "form": (_one_of(("event", "field", "fields")), "'event', 'field' or 'fields'"),
    "partial": _SWITCH,
    "share": (_number(0, 1), "a number from 0 to 1"),
    "times": _COUNT,
    "seconds": _SECONDS,
}
_BAD_FIELDS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "type": _TEXT,
    "action": _TEXT,
    "identifiers": _OBJECT,
    "data": _OBJECT,
    "every": _COUNT,
}
