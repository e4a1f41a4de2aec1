"""Finds events inside the objects that loggers, containers and clouds wrap around a line. Pure.

| who | where the event is |
|---|---|
| python-json-logger, our own `extra` | `zaius` |
| loguru `serialize=True` | `record.extra.zaius` |
| structlog | `zaius`, or `event` |
| docker json-file | `log`, in pieces of 16 KiB |
| CRI (containerd, CRI-O) | behind `TIME stdout F `, in pieces that are marked P |
| docker compose, syslog, kubectl --prefix | behind a prefix |
| CloudWatch | `message`; `events[]`, `logEvents[]` |
| Google Cloud | `jsonPayload`, `textPayload` |
| journald | `MESSAGE`, as text or as a list of bytes |
| Elasticsearch, Splunk, SQS and SNS | `hits.hits[]._source`; `result._raw`; `Records[]`, `body`, `Sns.Message` |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from zaius_logging._event.rules import KEYS

from .decode import Decoder

INSIDE = (
    *("zaius", "message", "msg", "event", "log", "MESSAGE", "jsonPayload", "textPayload"),
    *("record", "extra", "fields", "body", "line", "text", "@message", "payload", "attributes"),
    *("events", "logEvents", "entries", "records", "context", "labels"),
    *("hits", "_source", "result", "_raw", "_msg", "Records", "Sns", "Message"),
)
"""Keys of objects in which events are looked for."""

_TIMES = ("timestamp", "time", "@timestamp", "ts", "Timestamp", "asctime")
_SURELY_LOG = frozenset({"message", "msg", "level", "levelname", "severity", "asctime"})
_BESIDE = _SURELY_LOG | {
    *("timestamp", "time", "@timestamp", "@version", "logger", "logger_name", "name", "lineno"),
    *("pathname", "filename", "module", "funcName", "process", "processName", "thread", "pid"),
    *("threadName", "taskName", "hostname", "event", "exc_info", "stack_info", "request_id"),
}
_OF_EVENTS = frozenset({"type", "action", "identifiers", "identifier", "data"})
_ENOUGH = 2
_DEEPEST = 5
_LOGGED = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)", re.ASCII
)
_CRI = re.compile(rb"(?P<time>\d\S+[Z\d]) (?P<stream>stdout|stderr) (?P<tag>[FP])(?::\S*)? ?")


def is_event(value: Any) -> bool:
    """Whether an object is an event, whatever else is in it."""
    return isinstance(value, dict) and "identifiers" in value


def is_meant(value: Mapping[str, Any]) -> bool:
    """Whether an object is meant as an event though something is wrong with it."""
    return len(_OF_EVENTS.intersection(value)) >= _ENOUGH and (
        ("type" in value and "action" in value)
        or isinstance(value.get("data"), dict)
        or isinstance(value.get("identifier"), dict)
    )


def without_log_keys(value: dict[str, Any]) -> dict[str, Any]:
    """An event that stands among the keys of a log line, without these; other keys are slips, and stay."""
    extra = value.keys() - KEYS
    if not extra <= _BESIDE or extra.isdisjoint(_SURELY_LOG):
        return value
    return _timed({name: each for name, each in value.items() if name in KEYS}, value)


class Envelopes:
    """Looks into what stands around events.

    Attributes:
        waiting: whether a line's first pieces are held until its last one comes.
    """

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._pieces: dict[str, list[str]] = {}
        self._cut: list[str] = []

    @property
    def waiting(self) -> bool:
        """Whether pieces of a line are held."""
        return bool(self._pieces)

    def events(self, value: Mapping[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
        """Give the events inside an object, each with the object's time if it has none.

        Some loggers write an event twice into a line, as an object and as text: it is one.
        """
        found: list[dict[str, Any]] = []
        for name in INSIDE:
            if name in value:
                inside = self._within(value, name, value[name], depth)
                found += [event for event in inside if event not in found]
        yield from found

    def _within(
        self, around: Mapping[str, Any], name: str, inside: Any, depth: int
    ) -> Iterator[dict[str, Any]]:
        inside = self._decoded(around, name, inside)
        for each in inside if isinstance(inside, list) else [inside]:
            if is_event(each) or (name == "zaius" and isinstance(each, dict)):
                yield _timed(each, around)
            elif isinstance(each, dict) and depth < _DEEPEST:
                for event in self.events(each, depth + 1):
                    yield _timed(event, around)

    def _decoded(self, around: Mapping[str, Any], name: str, inside: Any) -> Any:
        """A text as the JSON that it holds; other values as they are."""
        if name == "log" and "stream" in around and isinstance(inside, str):
            inside = self._joined(str(around["stream"]), inside, whole=inside.endswith("\n"))
        if name == "MESSAGE" and isinstance(inside, list):
            try:
                inside = bytes(inside).decode()
            except (ValueError, TypeError):  # a field that was given several times
                inside = "\n".join(each for each in inside if isinstance(each, str))
        if not isinstance(inside, str) or "{" not in inside:
            return inside
        return self.in_text(inside)

    def left(self) -> list[str]:
        """Give the pieces of lines that never ended, and forget them."""
        pieces, self._pieces = self._pieces, {}
        return [*self.cut(), *("".join(each) for each in pieces.values())]

    def cut(self) -> list[str]:
        """Give the pieces of lines behind which another line began, and forget them."""
        cut, self._cut = self._cut, []
        return cut

    def in_text(self, text: str) -> list[dict[str, Any]]:
        """Give the objects that a text has behind whatever prefix: those with events, else the first.

        Raises:
            ValueError: there should be one, and it cannot be read.
        """
        found: list[dict[str, Any]] = []
        at = -1
        while (at := text.find("{", at + 1)) >= 0:
            try:
                value, end = self._decoder.value(text, at)
            except RecursionError:
                break
            except ValueError:
                continue
            if isinstance(value, dict) and value:
                if self._decoder.problem:
                    raise ValueError(self._decoder.problem)
                found.append(value)
                at = end - 1
        return [each for each in found if is_event(each) or any(self.events(each))] or found[:1]

    def unwrapped(self, raw: bytes) -> bytes | None:
        """Take a container runtime's prefix from a line; None while its rest is still to come."""
        found = _CRI.match(raw)
        if not found:
            return raw
        text = raw[found.end() :].decode("utf-8", "surrogateescape")
        joined = self._joined(found["stream"].decode(), text, whole=found["tag"] == b"F")
        return None if joined is None else joined.encode("utf-8", "surrogateescape")

    def _joined(self, stream: str, text: str, *, whole: bool) -> str | None:
        if not whole:
            self._pieces.setdefault(stream, []).append(text.rstrip("\n"))
            return None
        pieces = self._pieces.pop(stream, [])
        # Who wrote the first piece ended in the middle of its line.
        if pieces and self._is_whole(text):
            self._cut.append("".join(pieces))
            return text
        return "".join([*pieces, text])

    def _is_whole(self, text: str) -> bool:
        if not text.startswith("{"):
            return False
        try:
            _, end = self._decoder.value(text)
        except (ValueError, RecursionError):
            return False
        return not text[end:].strip()


def _timed(event: dict[str, Any], around: Mapping[str, Any]) -> dict[str, Any]:
    """The event, with the time of the log line if it has none of its own and that is beyond doubt."""
    data = event.get("data", {})
    if not isinstance(data, dict) or data.get("ts") is not None or "ts" in event:
        return event
    for name in _TIMES:
        if stamp := _stamp(around.get(name)):
            return {**event, "data": {**data, "ts": stamp}}
    micros = around.get("__REALTIME_TIMESTAMP")
    if isinstance(micros, str) and micros.isdigit():
        return {**event, "data": {**data, "ts": _iso(int(micros) / 1e6)}}
    return event


def _stamp(value: Any) -> str:
    if isinstance(value, str) and _LOGGED.fullmatch(value):
        return value.replace(" ", "T", 1).replace(",", ".")
    if isinstance(value, dict):  # loguru: {"repr": ..., "timestamp": seconds}
        value = value.get("timestamp")
        return _iso(value) if isinstance(value, float) else ""
    if type(value) is int and 10**12 <= value < 10**13:  # CloudWatch: milliseconds
        return _iso(value / 1000)
    return ""


def _iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"
