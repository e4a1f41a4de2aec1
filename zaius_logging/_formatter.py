"""`ZaiusFormatter` and `EventFilter`: events in, or out of, any other handler's output."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pythonjsonlogger.json import JsonFormatter

from ._build import writer_of
from ._config import configure, own_part
from ._errors import ConfigError, EventDroppedError, EventError
from ._operators.notices import Notices
from ._operators.secret import hidden
from ._settings import SETTINGS, BeforeSend

if TYPE_CHECKING:
    from pathlib import PurePath

INVALID = "zaius_invalid"
"""The field of an ordinary JSON line that says why the record's event is none."""


class ZaiusFormatter(JsonFormatter):
    """Prints a record with an event as the event's JSON: the same bytes that `ZaiusHandler` would send.

    Any other record is printed as an ordinary JSON log line. A record whose event is invalid is one of
    these, with the reason in `zaius_invalid`. `zaius-logging send` takes the lines back in.

    Args:
        *args: as for `pythonjsonlogger.json.JsonFormatter`, for the ordinary lines.
        attribute: as for `ZaiusHandler`, and so are all that follow; give both the same.
        identifiers: see there.
        data: see there.
        record_attributes: see there.
        source_fields: see there.
        require_action: see there.
        placeholders: see there.
        vuid_hyphens: see there.
        catalog: see there.
        on_unknown: see there.
        on_wrong: see there.
        before_send: see there; the line of an event that it drops is an ordinary one.
        deny: see there.
        redact: see there; this takes nothing out of the message of the record.
        hash: see there.
        hash_key: see there.
        notices: see there.
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
        require_action: bool | None = None,
        placeholders: str | None = None,
        vuid_hyphens: str | None = None,
        catalog: str | PurePath | None = None,
        on_unknown: str | None = None,
        on_wrong: str | None = None,
        before_send: BeforeSend | None = None,
        deny: Mapping[str, Sequence[str]] | None = None,
        redact: Sequence[str] | None = None,
        hash: Sequence[str] | None = None,
        hash_key: str | None = None,
        notices: str | Callable[[str], object] | None = None,
        **kwargs: Any,
    ) -> None:
        hash_key = hidden(hash_key)
        arguments = locals()
        given = {name: arguments[name] for name in SETTINGS if name in arguments}
        config = configure(given, own_part(os.environ), needs_key=False)
        super().__init__(*args, **kwargs)
        self._attribute = config.attribute
        self._write = writer_of(config, Notices(config.notices).tell)

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        try:
            item = self._write(record)
            if item is not None:
                return item.decode()
        except EventDroppedError:  # by before_send, on purpose
            pass
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
