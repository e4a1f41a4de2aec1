"""Events as lines of JSON: read, checked as a handler would, and written with the ids and times that they have."""

from __future__ import annotations

import json
import logging
from functools import cache
from typing import Any

from zaius_logging._build import writer_of
from zaius_logging._config import configure
from zaius_logging._errors import EventError
from zaius_logging._event.event import Event


def event_of(text: bytes | str) -> dict[str, Any]:
    """Read one event.

    Raises:
        ValueError: it is none, with what is wrong; never with a value of it.
    """
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise ValueError(  # noqa: TRY004 - JSON of another shape
            "is no event: it needs type, action, identifiers and data"
        )
    return event


def bytes_of(event: bytes | dict[str, Any]) -> bytes:
    """Check an event by the API's rules, and write it. It keeps its id and its time where it has them.

    Raises:
        ValueError: it could not be sent, with what is wrong.
    """
    if isinstance(event, bytes):
        event = event_of(event)
    record = logging.makeLogRecord({"name": "zaius_logging.operating"})
    try:
        record.zaius = Event.from_mapping(event)
        item = _writer()(record)
    except EventError as error:
        raise ValueError(str(error)) from None
    return item or b""


@cache
def _writer() -> Any:
    settings = {"source_fields": False, "require_action": False}
    return writer_of(configure(settings, {}, needs_key=False))
