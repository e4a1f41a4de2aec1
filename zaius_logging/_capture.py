"""What the pytest plugin captures, and how its assertions fail. It needs no pytest."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import _assembly
from ._handler import ZaiusHandler
from ._outcome import Delivered, Outcome, Retry
from ._process import managed
from ._record import ID_ON_RECORD

if TYPE_CHECKING:
    import pytest

_PATIENCE = 10.0  # seconds that what is captured may take to get from the log call to the fixture
_SHOWN = 20  # events that a failure lists

Difference = tuple[str, object, object]
"""Path of a field, what was sent, what was expected."""


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the marker `zaius` can say."""

    level: int | str = logging.INFO
    identifiers: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = None
    attribute: str = "zaius"
    allow_invalid: bool = False

    def with_(self, **changes: Any) -> Options:
        """The options with some of them changed.

        Raises:
            TypeError: there is none of that name.
        """
        return replace(self, **changes)


class ZaiusEvents:
    """The fixture `zaius_events`: the events of a test, in the order of their time.

    Attributes:
        invalid: (where, what is wrong) for each record whose event was refused at the call.
    """

    def __init__(self) -> None:
        self._transport = _Capture()
        self._refused: list[tuple[logging.LogRecord, str, bool]] = []

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was delivered so far, as the API would have got it; during an outage, before it."""
        if not self._transport.down:
            for handler in managed():
                handler.flush(_PATIENCE)
        return self._transport.events()

    @property
    def pending(self) -> int:
        """How many events wait: during an outage, all that were logged since."""
        return sum(h.stats().pending for h in managed() if isinstance(h, ZaiusHandler))

    @property
    def invalid(self) -> list[tuple[str, str]]:
        """(file:line, what is wrong) of each record whose event was refused at the call."""
        taken = {event["data"]["idempotence_id"] for event in self.events}
        found = {
            (f"{record.pathname}:{record.lineno}", problem): None
            for record, problem, ours in self._refused
            if not (
                ours and record.__dict__.get(ID_ON_RECORD) in taken
            )  # one of the user's took it
        }
        return list(found)

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.events)

    def __repr__(self) -> str:
        return f"<zaius_events: {_names(self._transport.events()) or 'none yet'}>"

    def clear(self) -> None:
        """Forget what was captured so far, refusals included."""
        _ = self.events
        self._transport.clear()
        self._refused.clear()

    def assert_sent(
        self,
        type: str,  # noqa: A002 - the API's own word
        action: str,
        *,
        identifiers: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        times: int | None = None,
    ) -> dict[str, Any]:
        """Assert that such an event was sent.

        Args:
            type: of the event.
            action: likewise.
            identifiers: those that it must have; it may have others.
            data: likewise, to any depth. A value is compared by `==`, so `pytest.approx` works.
            times: how often; None is at least once.

        Returns:
            The first such event.

        Raises:
            AssertionError: telling the nearest event and the difference.
        """
        __tracebackhide__ = True
        expected: dict[str, Any] = {"type": type, "action": action}
        if identifiers is not None:
            expected["identifiers"] = {
                name: str(each) if isinstance(each, int) else each
                for name, each in identifiers.items()
            }
        if data is not None:
            expected["data"] = data
        events = self.events
        found = [event for event in events if not differences(event, expected)]
        if len(found) == times or (found and times is None):
            return found[0] if found else {}
        raise AssertionError(self._explain(events, expected, len(found), times))

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
            raise AssertionError(f"no {what} should have been sent, but was: {_show(found[0])}")

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Rehearse an outage: inside the block the API answers nothing, and events wait."""
        _ = self.events
        self._transport.down = True
        try:
            yield
        finally:
            self._transport.down = False

    def report_invalid(self) -> str:
        """What the teardown tells of invalid events."""
        lines = [f"  {where}: {problem}" for where, problem in self.invalid]
        number = "1 event was" if len(lines) == 1 else f"{len(lines)} events were"
        return "\n".join(
            [
                f"{number} refused as invalid, and would have been counted, not sent:",
                *lines,
                "(allowed by @pytest.mark.zaius(allow_invalid=True))",
            ]
        )

    def _explain(
        self,
        events: Sequence[dict[str, Any]],
        expected: dict[str, Any],
        found: int,
        times: int | None,
    ) -> str:
        what = f"{expected['type']}/{expected['action']}"
        if found or times == 0:
            wanted = f"sent {found} times, expected {times}"
            return f"{what} was {wanted}\n{_sent(events)}"
        lines = [f"no such {what} was sent"]
        if events:
            nearest = min(events, key=lambda event: _distance(event, expected))
            place = events.index(nearest) + 1
            lines.append(
                f"nearest is event {place} of {len(events)}, {nearest['type']}/{nearest['action']}; it has"
            )
            lines += [
                f"  {path}: {_show(sent)}, expected {_show(wanted)}"
                for path, sent, wanted in differences(nearest, expected)
            ]
        lines.append(_sent(events))
        if self.pending:
            lines.append(f"waiting, because an outage is rehearsed: {self.pending}")
        lines += [f"refused as invalid: {where}: {problem}" for where, problem in self.invalid]
        return "\n".join(lines)


def differences(sent: object, expected: object, path: str = "") -> list[Difference]:
    """Where `sent` lacks or contradicts what is expected; what else it has does not matter."""
    if isinstance(expected, Mapping) and isinstance(sent, Mapping):
        return [
            difference
            for name, each in expected.items()
            for difference in differences(
                sent.get(name, MISSING), each, f"{path}.{name}" if path else str(name)
            )
        ]
    if isinstance(expected, list) and isinstance(sent, list) and len(expected) == len(sent):
        return [
            difference
            for place, (one, other) in enumerate(zip(sent, expected, strict=True))
            for difference in differences(one, other, f"{path}[{place}]")
        ]
    return [] if sent == expected else [(path, sent, expected)]


def _distance(event: dict[str, Any], expected: dict[str, Any]) -> tuple[int, int]:
    """Another type or action is further away than any number of other fields."""
    found = differences(event, expected)
    return sum(path in ("type", "action") for path, _, _ in found), len(found)


def _sent(events: Sequence[dict[str, Any]]) -> str:
    return f"sent: {_names(events) or 'nothing'}"


def _names(events: Sequence[dict[str, Any]]) -> str:
    names = [f"{event['type']}/{event['action']}" for event in events[:_SHOWN]]
    more = [f"and {len(events) - _SHOWN} more"] if len(events) > _SHOWN else []
    return ", ".join(names + more)


def _show(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return repr(value)


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

    def reset(self) -> None:
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

    def refuse(handler: ZaiusHandler, record: logging.LogRecord, problem: str) -> None:
        events._refused.append((record, problem, handler is own))  # noqa: SLF001

    monkeypatch.setattr(ZaiusHandler, "_tell_invalid", refuse)
    monkeypatch.setattr(_assembly, "transport_of", lambda *_: capture)
    if "ZAIUS_API_KEY" not in os.environ:
        monkeypatch.setenv("ZAIUS_API_KEY", "captured-by-zaius_events")
    for handler in managed():
        if isinstance(handler, ZaiusHandler):
            handler.flush(0.0)
            monkeypatch.setattr(handler, "_transport", capture)
            monkeypatch.setattr(handler._listener, "_transport", capture)  # noqa: SLF001
    own = ZaiusHandler(
        attribute=options.attribute,
        identifiers=options.identifiers,
        data=options.data,
        transport=_OwnCapture(capture),
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
        own.close()
