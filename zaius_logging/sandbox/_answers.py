"""The answers of the Events API, word for word as far as its words are known. Pure.

Sources: "Events API, POST /v3/events" (202, 400, 403) and what the official SDKs expect to read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from zaius_logging.sandbox._entries import iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zaius_logging.sandbox._entries import Checked
    from zaius_logging.sandbox._fault_document import Fault


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes over the wire."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """What the body looks like; gateways answer errors in HTML."""
        return "text/html" if self.body.lstrip().startswith("<") else "application/json"


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer at all: the connection is cut, or held open for ever."""

    kind: Literal["reset", "hang"]


def accepted(now: float) -> Answer:
    """Say that events are taken for processing."""
    return Answer(202, _envelope(202, now))


def invalid(bad: Sequence[Checked], now: float, *, named: bool, form: str) -> Answer:
    """Say which events of a request are bad.

    Args:
        bad: The events with their errors, in order.
        now: Epoch seconds.
        named: False for the documented example, which names nobody.
        form: `event` for places and messages; `field` for the schema form, without places;
            `fields` for the same with its reasons in an array.
    """
    invalids: list[dict[str, Any]] = []
    for checked in bad if named else ():
        if form == "event":
            message = "; ".join(finding.message for finding in checked.findings)
            invalids.append({"event": checked.position, "message": message})
        else:
            invalids += [
                {
                    "field": finding.path,
                    "reason": [finding.message] if form == "fields" else finding.message,
                }
                for finding in checked.findings
            ]
    return Answer(400, _envelope(400, now, {"invalids": invalids}))


def forbidden() -> Answer:
    """Say that the key is missing or wrong."""
    return Answer(403, json.dumps({"message": "Forbidden"}))


def rejected(
    status: int, message: str, now: float, headers: Mapping[str, str] | None = None
) -> Answer:
    """Say no to a request as a whole, in the API's envelope."""
    return Answer(status, _envelope(status, now, {"message": message}), headers or {})


def plain(status: int, message: str) -> Answer:
    """Say no the way the gateway in front of the API does."""
    return Answer(status, json.dumps({"message": message}))


def of_fault(fault: Fault, now: float) -> Answer | Silence:
    """Give the answer with which a fault ends a request."""
    if fault.reset or fault.hang:
        return Silence("reset" if fault.reset else "hang")
    if fault.redirect:
        return Answer(fault.status or 302, "", {"Location": fault.redirect})
    if fault.forbidden:
        return forbidden()
    status = fault.status or 429
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Answer(status, fault.body or _body_of(status, now), headers)


def _body_of(status: int, now: float) -> str:
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return _envelope(status, now)
    if status == HTTPStatus.BAD_REQUEST:
        return _envelope(status, now, {"invalids": []})
    return json.dumps({"message": _phrase(status)})


def _envelope(status: int, now: float, detail: Mapping[str, Any] | None = None) -> str:
    document = {"title": _phrase(status), "status": status, "timestamp": iso(now)}
    return json.dumps(document if detail is None else {**document, "detail": detail})


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
