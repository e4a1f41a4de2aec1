"""A logging handler that delivers customer events to the Zaius (Optimizely Data Platform) Events API.

Configure `ZaiusHandler` with dictConfig; then `logger.info("cart", extra={"zaius": {...}})` is also a
customer event.

For who works on it: `_settings` declares each setting, `_checks` says what it may be, `_config` reads arguments and
environment, `_build` puts the parts together; each folder says in its first lines what it is for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._errors import ConfigError, EventError, ZaiusError
from ._event.context import bind, bound, unbind
from ._event.event import Event
from ._event.rules import register_type
from ._formatter import EventFilter, ZaiusFormatter
from ._handler import ZaiusHandler
from ._process.lifecycle import flush

if TYPE_CHECKING:
    from ._spool.base import Spool
    from ._spool.journal.spool import JournalSpool
    from ._spool.memory import MemorySpool
    from ._stats import Stats
    from ._transport.base import StubTransport, Transport
    from ._transport.http.transport import HTTPTransport
    from ._transport.outcome import Delivered, Outcome, Paused, Rejected, Retry, Split

__all__ = [
    "ConfigError",
    "Delivered",
    "Event",
    "EventError",
    "EventFilter",
    "HTTPTransport",
    "JournalSpool",
    "MemorySpool",
    "Outcome",
    "Paused",
    "Rejected",
    "Retry",
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
    "register_type",
    "unbind",
]


_LATER = {
    **dict.fromkeys(
        ("Delivered", "Outcome", "Paused", "Rejected", "Retry", "Split"), "_transport.outcome"
    ),
    "JournalSpool": "_spool.journal.spool",
    "MemorySpool": "_spool.memory",
    "Spool": "_spool.base",
    **dict.fromkeys(("StubTransport", "Transport"), "_transport.base"),
    "HTTPTransport": "_transport.http.transport",
    "Stats": "_stats",
}
"""What is loaded when it is asked for (PEP 562): what extends a handler, requests."""


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
