"""LogRecord -> Event, or None where the record is none of our business.

Layers, each over the one before: the handler's defaults, what the context binds, chosen attributes
of the record, and what the record itself says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from logging import LogRecord
from math import floor
from typing import Any

from zaius_logging._errors import EventError

from .context import Bound, current
from .event import Event, data_of, identifiers_of, parts_of, shared_data_of

ID_ON_RECORD = "_zaius_idempotence_id"
"""Where a record keeps its event's id, so that each handler and formatter that sees the record tells
of the same event. The underscore keeps it out of what JSON formatters print."""


class RecordReader:
    """Reads events out of log records.

    Args:
        attribute: the key in `extra` that holds the event.
        identifiers: defaults.
        data: defaults.
        record_attributes: field of data -> attribute of the record.
        source: fields of data that tell who sent it, under everything else.
        new_id: makes a fresh idempotence id (UUID4 text).
    """

    __slots__ = ("_data", "_identifiers", "attribute", "new_id", "record_attributes")

    def __init__(
        self,
        *,
        attribute: str,
        identifiers: Mapping[str, Any],
        data: Mapping[str, Any],
        record_attributes: Mapping[str, str],
        source: Mapping[str, str],
        new_id: Callable[[], str],
    ) -> None:
        self.attribute = attribute
        self._identifiers = identifiers_of(identifiers)
        self._data = {**source, **shared_data_of(data)}
        self.record_attributes = dict(record_attributes)
        self.new_id = new_id

    def event(self, record: LogRecord) -> Event | None:
        """The event that a record carries.

        Returns:
            None where the record has no event; otherwise a whole one, with `data.ts` and
            `data.idempotence_id`.

        Raises:
            EventError: naming the field that is wrong.
        """
        said = getattr(record, self.attribute, None)
        if said is None:
            return None
        if isinstance(said, Event):
            said = said.to_mapping()
        said = parts_of(said)
        context = current.get()
        data = data_of(said.get("data"))
        under = self._under(record, context.data)
        if data.get("ts") is None:
            outer = under.pop("ts", None)
            data["ts"] = iso_8601(record.created) if outer is None else outer
        if data.get("idempotence_id") is None:
            outer = under.pop("idempotence_id", None)
            data["idempotence_id"] = self.id_of(record) if outer is None else outer
        for field, value in under.items():
            data.setdefault(field, value)
        own = said.get("identifiers")
        outer = {**self._identifiers, **context.identifiers}
        identifiers = {name: value for name, value in outer.items() if value is not None}
        if own is not None:
            identifiers.update(identifiers_of(own))
        return Event(
            said.get("type"),  # type: ignore[arg-type]  # Event refuses None by name
            said.get("action"),  # type: ignore[arg-type]
            identifiers,
            data,
        )

    def shared(self, bound: Bound) -> tuple[dict[str, str | None], dict[str, Any]]:
        """The identifiers and data that lie under every record's own."""
        return {**self._identifiers, **bound.identifiers}, {**self._data, **bound.data}

    def _under(self, record: LogRecord, bound: Mapping[str, Any]) -> dict[str, Any]:
        data = {**self._data, **bound}
        for field, name in self.record_attributes.items():
            if name == "message":
                data[field] = _message(record, field)
            elif (value := getattr(record, name, None)) is not None:
                data[field] = value
        return data

    def id_of(self, record: LogRecord) -> str:
        """The idempotence id of a record's event: made once, and kept on the record."""
        known: str | None = record.__dict__.get(ID_ON_RECORD)
        if known is None:
            known = record.__dict__[ID_ON_RECORD] = self.new_id()
        return known


def _message(record: LogRecord, field: str) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - it runs the arguments' own code
        raise EventError(
            f"data.{field}", f"the record's message cannot be made: {type(error).__name__}"
        ) from None


def iso_8601(created: float) -> str:
    """Write a time as the API takes it: ISO 8601 in UTC with milliseconds and `Z`.

    Args:
        created: seconds since the epoch, as `LogRecord.created`.
    """
    second, millisecond = divmod(milliseconds(created), 1000)
    return f"{to_the_second(second)}.{millisecond:03d}Z"


def milliseconds(created: float) -> int:
    """Whole milliseconds since the epoch; half a microsecond short of one counts as it."""
    return floor(created * 1000 + 0.0005)


def to_the_second(second: int) -> str:
    """ISO 8601 in UTC, without a zone."""
    return datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
