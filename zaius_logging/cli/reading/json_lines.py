"""Reads events as JSON: one a line, or an array of them over any number of lines. Pure but for the stream.

A line is an event, a log line or an error. Log lines are what `ZaiusFormatter` and its kin print of
records without events.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from .items import MAX_LINE, Found, Item, Origin, Skipped, Unusable, is_text

_INVALID = "zaius_invalid"
_OF_LOG_LINES = frozenset({"message", "msg", "level", "levelname", "severity", "asctime"})
_OF_REFUSALS = frozenset({"source", "line", "reason", "event"})
_CHUNK = 65_536
_SPACE = " \t\r\n"


def read_json(stream: BufferedReader, source: str) -> Iterator[Item]:
    """Read a file of events.

    Args:
        stream: its bytes, in UTF-8.
        source: its name, for people.
    """
    line, first = 0, True
    while raw := stream.readline(MAX_LINE):
        line += 1
        if line == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if not raw or raw.isspace():
            continue
        if first and raw.lstrip().startswith(b"["):
            yield from _Array(raw, stream, source, line)
            return
        first = False
        whole = _skip_rest(raw, stream)
        yield item_of_line(raw, Origin(source, line), whole=whole)


def _skip_rest(raw: bytes, stream: BufferedReader) -> bool:
    """Pass over the rest of a line that is too long. Gives whether there was none."""
    rest = raw
    while rest and len(rest) == MAX_LINE and not rest.endswith(b"\n"):
        rest = stream.readline(MAX_LINE)
    return rest is raw


def item_of_line(raw: bytes, origin: Origin, *, whole: bool = True) -> Item:
    """Read one line.

    Args:
        raw: its bytes.
        origin: where it was read.
        whole: False if `raw` is but the beginning of a line that is too long.
    """
    if not whole:
        return Unusable(origin, f"is longer than {MAX_LINE:,} bytes")
    try:
        text = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return Unusable(origin, "is not UTF-8 text")
    try:
        return item_of(_DECODER.decode(text), origin)
    except ValueError as error:
        why = f"{error.msg}, column {error.colno}" if isinstance(error, _NotJSON) else f"{error}"
        return Unusable(origin, f"is not JSON ({why})", text)
    except RecursionError:
        return Unusable(origin, "is nested too deep")


def item_of(value: Any, origin: Origin) -> Item:
    """Tell events from log lines.

    An object with `identifiers` is an event, and so is one without any field that log lines have: it is
    better refused with a reason than passed over in silence.
    """
    if not isinstance(value, dict):
        return Unusable(origin, "is not an object with type, action, identifiers and data", value)
    if _INVALID in value:
        return Unusable(origin, f"was invalid when it was logged: {value[_INVALID]}", value)
    if value.keys() >= _OF_REFUSALS and isinstance(value["event"], dict):
        value = value["event"]  # a line of `--refused`, mended
    elif "identifiers" not in value and not _OF_LOG_LINES.isdisjoint(value):
        return Skipped(origin)
    return Found(origin, value)


_NotJSON = json.JSONDecodeError


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


class _BrokenError(Exception):
    """From here on the array cannot be read."""


class _Array:
    """Reads arrays of events, one element at a time.

    Args:
        start: what has been read of the stream: the line that the array begins on.
        stream: the rest.
        source: its name, for people.
        line: the number of that line.
    """

    def __init__(self, start: bytes, stream: BufferedReader, source: str, line: int) -> None:
        self._stream = stream
        self._source = source
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._line = line
        self._text = ""
        self._at = 0
        self._next = start

    def __iter__(self) -> Iterator[Item]:
        try:
            while self._char() == "[":
                self._take(1)
                yield from self._elements()
            if self._char():
                yield self._end("is text after the end of the array")
        except _BrokenError as error:
            yield self._end(str(error))

    def _end(self, why: str) -> Unusable:
        origin = Origin(self._source, self._line)
        return Unusable(origin, f"{why}; nothing from here on was read")

    def _elements(self) -> Iterator[Item]:
        if self._char() == "]":
            self._take(1)
            return
        while True:
            self._char()
            origin = Origin(self._source, self._line)
            yield self._value(origin)
            mark = self._char()
            self._take(1)
            if mark == "]":
                return
            if mark != ",":
                raise _BrokenError("is not JSON: a comma or the end of the array is missing")

    def _char(self) -> str:
        """Pass over white space, and give the next character; blank at the end."""
        while True:
            at = self._at
            while at < len(self._text) and self._text[at] in _SPACE:
                at += 1
            self._take(at - self._at)
            if at < len(self._text):
                return self._text[at]
            if not self._more():
                return ""

    def _value(self, origin: Origin) -> Item:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise _BrokenError("is nested too deep") from None
            except ValueError:
                if len(self._text) - self._at > MAX_LINE:
                    raise _BrokenError(f"is not JSON, or longer than {MAX_LINE:,} bytes") from None
                if not self._more():
                    raise _BrokenError("is not JSON") from None
                continue
            if end == len(self._text) and self._more():
                continue  # a number may go on
            text = self._text[self._at : end]
            self._take(end - self._at)
            if not is_text(text):
                return Unusable(origin, "is not UTF-8 text")
            return item_of(value, origin)

    def _take(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _more(self) -> bool:
        """Read on. Gives whether there was anything."""
        raw = self._next or self._stream.read1(_CHUNK)
        self._next = b""
        text = self._decode(raw, not raw)
        self._text = self._text[self._at :] + text
        self._at = 0
        return bool(raw)
