"""`ZaiusFormatter` and `EventFilter`: events in, or out of, any other handler's output."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from ._build import writer_of
from ._config import configure, own_part
from ._errors import ConfigError, EventError

INVALID = "zaius_invalid"
"""The field of an ordinary JSON line that says why the record's event is none."""


class ZaiusFormatter(JsonFormatter):
    """Prints a record with an event as the event's JSON: the same bytes that `ZaiusHandler` would send.

    Any other record is printed as an ordinary JSON log line. A record whose event is invalid is one of
    these, with the reason in `zaius_invalid`. `zaius-logging send` takes the lines back in.

    Args:
        *args: as for `pythonjsonlogger.json.JsonFormatter`, for the ordinary lines.
        attribute: as for `ZaiusHandler`, and so are the next four; give both the same.
        identifiers: see there.
        data: see there.
        record_attributes: see there.
        source_fields: see there.
        **kwargs: as for `JsonFormatter`.

    Raises:
        ConfigError: naming the argument.
    """

    def __init__(
        self,
        *args: Any,
        attribute: str | None = None,
        identifiers: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        record_attributes: Mapping[str, str] | None = None,
        source_fields: bool | None = None,
        **kwargs: Any,
    ) -> None:
        config = configure(
            {
                "attribute": attribute,
                "identifiers": identifiers,
                "data": data,
                "record_attributes": record_attributes,
                "source_fields": source_fields,
            },
            own_part(os.environ),
            needs_key=False,
        )
        super().__init__(*args, **kwargs)
        self._attribute = config.attribute
        self._write = writer_of(config)

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        try:
            item = self._write(record)
            if item is not None:
                return item.decode()
        except EventError as error:
            return self._ordinary(record, str(error))
        except Exception as error:  # noqa: BLE001 - a mapping of the user's may raise anything
            return self._ordinary(record, f"reading it raised {type(error).__name__}")
        return self._ordinary(record)

    def _ordinary(self, record: logging.LogRecord, invalid: str = "") -> str:
        """The line of a record without its event."""
        plain = logging.makeLogRecord(record.__dict__)
        plain.__dict__.pop(self._attribute, None)
        if invalid:
            plain.__dict__[INVALID] = invalid
        return super().format(plain)


class EventFilter(logging.Filter):
    """Keeps records with events out of a handler, or lets only them in.

    Args:
        mode: `exclude` keeps events out, `only` keeps everything else out.
        attribute: the name in `extra` that holds the event.

    Raises:
        ConfigError: naming the argument.
    """

    def __init__(self, mode: str = "exclude", attribute: str | None = None) -> None:
        if mode not in ("exclude", "only"):
            raise ConfigError("mode", "must be 'exclude' or 'only'")
        super().__init__()
        self._only = mode == "only"
        self._attribute = configure(
            {"attribute": attribute}, own_part(os.environ), needs_key=False
        ).attribute

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the handler gets the record."""
        return (getattr(record, self._attribute, None) is not None) is self._only
