"""A logging handler that delivers customer events to the Zaius (Optimizely Data Platform) Events API.

Configure `ZaiusHandler` with dictConfig; then `logger.info("cart", extra={"zaius": {...}})` is also a
customer event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._context import bind, bound, unbind
from ._errors import ConfigError, EventError, ZaiusError
from ._event import Event
from ._formatter import EventFilter, ZaiusFormatter
from ._handler import ZaiusHandler
from ._outcome import Delivered, Outcome, Refused, Rejected, Retry, Split
from ._process import flush
from ._spool import MemorySpool, Spool
from ._stats import Stats
from ._transport import StubTransport, Transport

if TYPE_CHECKING:
    from ._http.transport import HTTPTransport
    from ._sqlite.spool import SQLiteSpool

__all__ = [
    "ConfigError",
    "Delivered",
    "Event",
    "EventError",
    "EventFilter",
    "HTTPTransport",
    "MemorySpool",
    "Outcome",
    "Refused",
    "Rejected",
    "Retry",
    "SQLiteSpool",
    "Split",
    "Spool",
    "Stats",
    "StubTransport",
    "Transport",
    "ZaiusError",
    "ZaiusFormatter",
    "ZaiusHandler",
    "bind",
    "bound",
    "flush",
    "unbind",
]


def __getattr__(name: str) -> Any:
    """What is costly is looked up when it is asked for: the version, requests, sqlite3."""
    if name == "__version__":
        from importlib.metadata import version

        return version("zaius-logging")
    if name == "HTTPTransport":
        from ._http.transport import HTTPTransport

        return HTTPTransport
    if name == "SQLiteSpool":
        from ._sqlite.spool import SQLiteSpool

        return SQLiteSpool
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
