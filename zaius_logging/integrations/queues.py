"""Pipelines that carry records to another thread, process or machine: QueueHandler, SocketHandler.

What is bound is bound to the task that logs, and is not there any more where the record arrives; and what
`extra` holds may have changed, or not survive pickling. `Seal` makes the event whole at the call.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from typing import Any

from zaius_logging._build import writer_of
from zaius_logging._config import configure, own_part
from zaius_logging._errors import EventError
from zaius_logging._event.context import SEALED


class Seal(logging.Filter):
    """A filter for the QueueHandler or SocketHandler: puts the whole event into the record.

    The event gets what is bound, `data.ts` and `data.idempotence_id`, and becomes plain JSON data. An
    event that is not valid is left as it is, for `ZaiusHandler` to report it by name.

    Args:
        attribute: as for `ZaiusHandler`; give both the same, as of the next three.
        identifiers: see there.
        data: see there.
        record_attributes: see there.

    Raises:
        ConfigError: naming the argument.
    """

    def __init__(
        self,
        *,
        attribute: str | None = None,
        identifiers: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        record_attributes: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        config = configure(
            {
                "attribute": attribute,
                "identifiers": identifiers,
                "data": data,
                "record_attributes": record_attributes,
                "source_fields": False,
            },
            own_part(os.environ),
            needs_key=False,
        )
        self._attribute = config.attribute
        self._write = writer_of(config)

    def filter(self, record: logging.LogRecord) -> bool:
        """Seal the record's event, if it has one; every record passes."""
        if getattr(record, self._attribute, None) is None:
            return True
        try:
            item = self._write(record)
        except EventError as error:
            setattr(record, SEALED, (error.field, error.problem))
        except Exception as error:  # noqa: BLE001 - a mapping of the user's may raise anything
            setattr(record, SEALED, ("event", f"reading it raised {type(error).__name__}"))
        else:
            if item is not None:
                setattr(record, self._attribute, json.loads(item))
                setattr(record, SEALED, True)
        return True
