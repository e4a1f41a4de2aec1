"""A logging handler that delivers customer events to the Zaius (Optimizely Data Platform) Events API.

Configure `ZaiusHandler` with dictConfig; then `logger.info("cart", extra={"zaius": {...}})` is also a
customer event.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._context import bind, bound, unbind
from ._errors import ConfigError, EventError, ZaiusError
from ._event import Event
from ._formatter import EventFilter, ZaiusFormatter
from ._handler import ZaiusHandler
from ._process import flush

if TYPE_CHECKING:
    from ._http.transport import HTTPTransport
    from ._outcome import Delivered, Outcome, Refused, Rejected, Retry, Split
    from ._spool import MemorySpool, Spool
    from ._sqlite.spool import SQLiteSpool
    from ._stats import Stats
    from ._transport import StubTransport, Transport

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


_LATER = {
    **dict.fromkeys(("Delivered", "Outcome", "Refused", "Rejected", "Retry", "Split"), "_outcome"),
    **dict.fromkeys(("MemorySpool", "Spool"), "_spool"),
    **dict.fromkeys(("StubTransport", "Transport"), "_transport"),
    "HTTPTransport": "_http.transport",
    "SQLiteSpool": "_sqlite.spool",
    "Stats": "_stats",
}
"""What is loaded when it is asked for (PEP 562): what extends a handler, requests, sqlite3."""


def __getattr__(name: str) -> Any:
    if name in _LATER:
        value = globals()[name] = getattr(import_module(f".{_LATER[name]}", __name__), name)
        return value
    if name == "__version__":
        from importlib.metadata import version

        return version("zaius-logging")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
