"""Builds the answers of the Events API, in its own words where they are known. Pure.

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
    """An HTTP answer: status, body and headers."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """The media type of the body; gateways answer errors in HTML."""
        return "text/html" if self.body.lstrip().startswith("<") else "application/json"


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer: the connection is reset, or stays open without one."""

    kind: Literal["reset", "hang"]


def accepted(now: float) -> Answer:
    """Build the 202 for events that were taken."""
    return Answer(202, _envelope(202, now))


def invalid(bad: Sequence[Checked], now: float, *, named: bool, form: str) -> Answer:
    """Build the 400 that names the bad events of a request.

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
    """Build the 403 for a key that is missing or wrong."""
    return Answer(403, json.dumps({"message": "Forbidden"}))


def rejected(
    status: int, message: str, now: float, headers: Mapping[str, str] | None = None
) -> Answer:
    """Build an error for a whole request, in the API's envelope."""
    return Answer(status, _envelope(status, now, {"message": message}), headers or {})


def plain(status: int, message: str) -> Answer:
    """Build an error as the gateway in front of the API writes it."""
    return Answer(status, json.dumps({"message": message}))


def of_fault(fault: Fault, now: float) -> Answer | Silence:
    """Build the answer of a fault that replaces the API's own."""
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
