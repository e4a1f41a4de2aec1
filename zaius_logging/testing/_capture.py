"""What the pytest plugin captures, and how its assertions fail. It needs no pytest."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from zaius_logging import _build
from zaius_logging._catalog.model import kind_name
from zaius_logging._event.writer import id_name
from zaius_logging._handler import ZaiusHandler
from zaius_logging._process.lifecycle import managed
from zaius_logging._spool.memory import MemorySpool
from zaius_logging._transport.outcome import Delivered, Outcome, Retry

from ._compare import differences, expectation, names, nearest, show, times
from ._right import id_of

if TYPE_CHECKING:
    import pytest

_ARRIVAL = 10.0  # seconds that what is captured may take to get from the log call to the fixture


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the marker `zaius` can say."""

    level: int | str = logging.INFO
    identifiers: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = None
    attribute: str = "zaius"
    allow_invalid: bool = False
    catalog: str | None = None
    allow_unknown: bool = False
    allow_unlogged: bool = False

    def with_(self, **changes: Any) -> Options:
        """The options with some of them changed.

        Raises:
            TypeError: there is none of that name.
        """
        known = [field.name for field in fields(self)]
        if unknown := sorted(set(changes) - set(known)):
            raise TypeError(f"there is no {', '.join(unknown)}, only {', '.join(known)}")
        return replace(self, **changes)


class ZaiusEvents:
    """The fixture `zaius_events`: the events of a test, in the order of their time.

    It is their sequence, too: `len(zaius_events)`, `for event in zaius_events`.
    """

    def __init__(self) -> None:
        self._transport = _Capture()
        self._invalid: list[tuple[logging.LogRecord, str, str]] = []
        self._made_invalid: list[tuple[str, logging.LogRecord]] = []  # by handlers of the user's

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was delivered so far, as the API would have got it; during an outage, before it."""
        if not self._transport.down:
            for handler in managed():
                handler.flush(_ARRIVAL)
        return self._transport.events()

    @property
    def pending(self) -> int:
        """How many events wait: during an outage, all that were logged since."""
        waiting = {  # by id: ours on the root logger has taken what the user's has taken
            json.loads(item)["data"]["idempotence_id"]
            for handler in managed()
            if isinstance(handler, ZaiusHandler)
            for item in handler.waiting_items()
        }
        return len(waiting)

    @property
    def invalid(self) -> list[tuple[str, str]]:
        """(file:line, what is wrong) of each record whose event was invalid at the call."""
        taken = {event["data"]["idempotence_id"] for event in self.events}
        found = {
            (f"{record.pathname}:{record.lineno}", problem): None
            for record, problem, own_id in self._invalid
            if not (own_id and record.__dict__.get(own_id) in taken)  # one of the user's took it
        }
        return list(found)

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.events)

    def __repr__(self) -> str:
        return f"<zaius_events: {names(self._transport.events()) or 'none yet'}>"

    def clear(self) -> None:
        """Forget what was captured so far, invalid events included."""
        _ = self.events
        self._transport.clear()
        self._invalid.clear()
        self._made_invalid.clear()

    def assert_sent(
        self,
        type: str,  # noqa: A002 - the API's own word
        action: str | None,
        *,
        identifiers: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        times: int | None = None,
    ) -> dict[str, Any]:
        """Assert that such an event was sent.

        Args:
            type: of the event.
            action: likewise; None for an event without one, such as `pageview`.
            identifiers: those that it must have; it may have others. One that is None it must not have.
            data: fields that it must have, to any depth; it may have others. A value equals what it
                would be sent as, such as a date or a Decimal; `pytest.approx` works.
            times: how often; None is at least once.

        Returns:
            The first such event.

        Raises:
            AssertionError: telling the nearest event and the difference.
        """
        __tracebackhide__ = True
        expected = expectation(type, action, identifiers, data)
        events = self.events
        found = [event for event in events if not differences(event, expected)]
        if len(found) == times or (found and times is None):
            return found[0] if found else {}
        what = kind_name(type, action)
        raise AssertionError(self._explain(what, events, expected, len(found), times))

    def assert_not_sent(self, type: str | None = None, action: str | None = None) -> None:  # noqa: A002
        """Assert that no event was sent, or none of a type, or none of a type and action.

        Raises:
            AssertionError: telling what was sent.
        """
        __tracebackhide__ = True
        expected = {k: v for k, v in (("type", type), ("action", action)) if v is not None}
        found = [event for event in self.events if not differences(event, expected)]
        if found:
            what = "/".join(expected.values()) or "event"
            raise AssertionError(f"no {what} should have been sent, but was: {show(found[0])}")

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Rehearse an outage: inside the block the API answers nothing, and events wait."""
        _ = self.events
        self._transport.down = True
        try:
            yield
        finally:
            self._transport.down = False

    def made_invalid(self) -> set[str]:
        """Ids of the events that a handler of the application has made invalid."""
        return {id_of(attribute, record) for attribute, record in self._made_invalid}

    def report_invalid(self) -> str:
        """What the teardown tells of invalid events."""
        lines = [f"  {where}: {problem}" for where, problem in self.invalid]
        number = "1 event was" if len(lines) == 1 else f"{len(lines)} events were"
        return "\n".join(
            [
                f"{number} invalid, and would have been counted, not sent:",
                *lines,
                "(allowed by @pytest.mark.zaius(allow_invalid=True))",
            ]
        )

    def _explain(
        self,
        what: str,
        events: Sequence[dict[str, Any]],
        expected: dict[str, Any],
        found: int,
        wanted: int | None,
    ) -> str:
        if wanted is None or (not found and wanted):
            lines = [f"no such {what} was sent", *nearest(events, expected)]
        else:
            lines = [f"such {what} was sent {times(found)}, expected {times(wanted)}"]
            if found < wanted:
                lines += nearest(events, expected, "the nearest other")
        lines.append(f"sent: {names(events) or 'nothing'}")
        if self.pending:
            lines.append(f"waiting, because an outage is rehearsed: {self.pending}")
        lines += [f"invalid: {where}: {problem}" for where, problem in self.invalid]
        return "\n".join(lines)


class _Capture:
    """The transport that all handlers are given."""

    loggers: Sequence[str] = ()

    def __init__(self) -> None:
        self.down = False
        self._events: dict[
            str, tuple[bool, dict[str, Any]]
        ] = {}  # by id: is it ours, and the event

    def send(self, items: Sequence[bytes], *, ours: bool = False) -> Outcome:
        if self.down:
            return Retry("an outage is rehearsed")
        for item in items:
            event = json.loads(item)
            known = self._events.get(event["data"]["idempotence_id"])
            if known is None or (known[0] and not ours):
                self._events[event["data"]["idempotence_id"]] = (ours, event)
        return Delivered()

    def events(self) -> list[dict[str, Any]]:
        return sorted(
            (event for _, event in self._events.values()),
            key=lambda event: str(event["data"]["ts"]),
        )

    def clear(self) -> None:
        self._events.clear()

    def after_fork_in_child(self) -> None:
        """Nothing to forget."""

    def close(self) -> None:
        """Nothing to close."""


class _OwnCapture(_Capture):
    """For the handler on the root logger: what a handler of the user's has sent too is theirs."""

    def __init__(self, capture: _Capture) -> None:
        super().__init__()
        self._capture = capture

    def send(self, items: Sequence[bytes], *, ours: bool = True) -> Outcome:
        return self._capture.send(items, ours=ours)


@contextmanager
def capturing(options: Options, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZaiusEvents]:
    """Put every handler of the process, and one of our own, before a transport that keeps."""
    events = ZaiusEvents()
    capture = events._transport  # noqa: SLF001 - its other half

    def keep(handler: ZaiusHandler, record: logging.LogRecord, problem: str) -> None:
        own_id = id_name(options.attribute) if handler is own else ""
        events._invalid.append((record, problem, own_id))  # noqa: SLF001
        if handler is not own:
            events._made_invalid.append((handler._attribute, record))  # noqa: SLF001

    monkeypatch.setattr(ZaiusHandler, "invalid", keep)
    monkeypatch.setattr(_build, "transport_of", lambda *_: capture)
    if "ZAIUS_API_KEY" not in os.environ:
        monkeypatch.setenv("ZAIUS_API_KEY", "captured-by-zaius_events")
    diverted = []
    for handler in managed():
        if isinstance(handler, ZaiusHandler):
            handler.flush(0.0)
            diverted.append((handler, handler.divert(capture)))
    own = ZaiusHandler(
        attribute=options.attribute,
        identifiers=options.identifiers,
        data=options.data,
        transport=_OwnCapture(capture),
        spool=MemorySpool(),  # whatever ZAIUS_SPOOL_DIR says
        notices=lambda _: None,
    )
    root = logging.getLogger()
    level = root.level
    root.addHandler(own)
    root.setLevel(min(level, logging._checkLevel(options.level)))  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        yield events
        _ = events.events  # what the test did not look at must not reach the next one
    finally:
        root.setLevel(level)
        root.removeHandler(own)
        capture.down = False
        for handler, transport in diverted:
            handler.divert(transport)
        own.close()
