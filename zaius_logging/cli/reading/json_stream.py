"""Reads JSON in any form: a value a line, values over several lines, arrays of any size, all mixed with text.

Lines are the unit: what cannot be read costs its own line, or its own element of an array.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from typing import Any

from zaius_logging._event.plain_json import MAX_DEPTH
from zaius_logging._event.rules import KEYS

from .array import Array
from .decode import Decoder, balance, cut, too_deep
from .envelopes import is_event
from .items import (
    IN_ARRAY,
    MAX_DOCUMENT,
    MAX_LINE,
    UNSETTLED,
    Found,
    Item,
    Origin,
    Place,
    Skipped,
    Unusable,
    is_text,
)
from .lines import Lines
from .window import Window

OfValue = Callable[[Any, Origin, str], Iterable[Any]]
"""(value, where it was read, what is wrong with its numbers) -> items."""

_PLAIN = 2 * MAX_DEPTH  # characters that cannot be nested too deep
_BLANK = (
    b" \t\r\n\0\x1e"  # NULs stand where copytruncate left a hole, \x1e before texts of a sequence
)
_FRESH = (b'{"', b"[{", b'{ "', b"[ {")


def read_json(
    stream: BufferedReader,
    source: str,
    *,
    of_value: OfValue | None = None,
    strict: bool = False,
    start: Place | None = None,
    whole: bool = False,
) -> Iterator[Item]:
    """Read a file of events.

    Args:
        stream: its bytes, in UTF-8, from `start` on.
        source: its name, for people.
        of_value: makes items of a value; None where values are events.
        strict: whether plain text is invalid instead of passed over.
        start: the place from which on `stream` gives the file.
        whole: whether values are documents that are held whole, not arrays of any length.
    """
    return iter(_Reader(Window(stream, start or Place()), source, of_value, strict, whole))


class _Reader:
    def __init__(
        self, window: Window, source: str, of_value: OfValue | None, strict: bool, whole: bool
    ) -> None:
        self._window = window
        self._source = source
        self._lines = Lines(strict=strict)
        self._of_value = of_value or self._lines.of_value
        self._mapped = of_value is not None
        self._decoder = Decoder()
        self._whole = whole
        self._values = 0
        # Lines that were to complete an object: number, bytes.
        self._taken: list[tuple[int, bytes]] = []
        self._skip = max(0, window.start.inner)  # of the first line: its items that are done
        self._count = 0  # items of the line so far

    def __iter__(self) -> Iterator[Item]:
        window = self._window
        text = 0
        if window.start.inner == IN_ARRAY:
            self._values += 1
            yield from Array(self, window, after_element=True)
        while (raw := window.readline()) or window.more():
            if not raw:
                continue
            stripped = raw.strip(_BLANK)
            if window.line == 1:
                stripped = stripped.removeprefix(codecs.BOM_UTF8).strip(_BLANK)
            if not stripped:
                window.pass_blank()
                continue
            found = self._plain_event(stripped)
            if found is not None:
                yield found
                continue
            for item in self._items(stripped, raw):
                text += isinstance(item, Skipped) and item.why == "text"
                yield item
            self._skip = 0
        for item in self._lines.left(self._source, window.line):
            yield self._behind(item)
        if text and not self._values and not window.start.offset:
            reason = "no line of it is JSON; is it a table? Say what its columns mean (see --help)"
            yield Unusable(Origin(self._source, 1), reason, end=window.place())

    def _plain_event(self, stripped: bytes) -> Found | None:
        """The event of a line that holds one and nothing else, as most do; None for all other lines."""
        if self._mapped or self._skip or not stripped.startswith(b"{"):
            return None
        try:
            text = stripped.decode()
            if len(text) > _PLAIN and too_deep(text):
                return None
            value, end = self._decoder.value(text)
        except (ValueError, RecursionError):
            return None
        if end != len(text) or self._decoder.problem or "identifiers" not in value:
            return None
        if not value.keys() <= KEYS:
            return None
        self._values += 1
        origin = Origin(self._source, self._window.line)
        return Found(origin, value, self._place(), text=text)

    def _items(self, stripped: bytes, raw: bytes) -> Iterator[Item]:
        window = self._window
        origin = Origin(self._source, window.line)
        if self._whole and stripped[:1] in (b"{", b"["):
            try:
                stripped += window.rest(MAX_DOCUMENT)
            except ValueError as error:
                yield Unusable(origin, str(error), end=window.place(), last=True)
                return
            yield from self._object(stripped.rstrip(_BLANK), origin)
        elif len(raw) >= MAX_LINE and stripped[:1] != b"[":
            if not raw.endswith(b"\n"):
                window.skip_line()
            yield Unusable(origin, f"is longer than {MAX_LINE:,} bytes", end=window.place())
        elif stripped.startswith(b"{"):
            yield from self._object(stripped, origin)
        elif stripped.startswith(b"["):
            yield from self._bracket(stripped, raw, origin)
        else:
            for item in self._lines.of_text(stripped, origin):
                self._values += not isinstance(item, Skipped)
                yield self._behind(item)

    def _behind(self, item: Item) -> Item:
        item.end = self._place()
        return item

    def _place(self, place: Place | None = None) -> Place:
        """The place, or the present one; none while a line's first pieces are held, which would not be read again."""
        return UNSETTLED if self._lines.waiting else place or self._window.place()

    # An object, on one line or over several

    def _object(self, stripped: bytes, origin: Origin) -> Iterator[Item]:
        begin, self._count = self._window.begin, 0
        try:
            rest = stripped.decode()
        except UnicodeDecodeError:
            self._values += 1
            yield self._behind(Unusable(origin, "is not UTF-8 text"))
            return
        while rest:
            text = rest
            self._values += 1
            try:
                value, text, at = self._decoded(text)
            except RecursionError:
                yield from self._given_up([Unusable(origin, "is nested too deep")])
                return
            except ValueError as error:
                yield from self._given_up(self._lines.not_json(text, origin, error))
                return
            rest = text[at:].lstrip(" \t\r\n,")
            yield from self._of_one(value, origin, begin, last=not rest)
            if rest and rest[0] not in "{[":
                if rest not in ("]", "],"):  # of an array, an element a line
                    yield self._behind(Unusable(origin, "has text behind the end of its JSON"))
                return

    def _decoded(self, text: str) -> tuple[Any, str, int]:
        """Decode the first value of a text, and of more lines if it needs them.

        Raises:
            ValueError: it cannot be decoded.
            RecursionError: it is nested too deep.
        """
        while True:
            if too_deep(text):
                raise RecursionError
            try:
                value, at = self._decoder.value(text)
            except ValueError as error:
                more = self._longer(text, error)
                if more is None:
                    raise
                text = more
            else:
                self._taken = []
                return value, text, at

    def _of_one(self, value: Any, origin: Origin, begin: Place, *, last: bool) -> Iterator[Item]:
        """The items of one value; all but the last of them end inside it."""
        held: Item | None = None
        for item in self._of_value(value, origin, self._decoder.problem):
            if held is not None:
                yield held
            held = None
            self._count += 1
            if self._count > self._skip:
                item.end = self._place(Place(begin.offset, begin.line, self._count))
                held = item
        if held is not None:
            held.end = self._place() if last else held.end
            yield held

    def _longer(self, text: str, error: ValueError) -> str | None:
        """The text with the lines that complete it; None where it is damaged."""
        if not cut(error, text) or (depth := balance(text)) <= 0:
            return None
        parts, size = [text], len(text)
        while depth > 0:
            if self._window.ahead().startswith(_FRESH):  # the next value begins: this one was cut
                return None
            raw = self._window.readline()
            if raw.isspace():
                self._window.pass_blank()
            elif raw:
                self._taken.append((self._window.line, raw))
            if not raw or size > MAX_LINE:
                return None
            try:
                line = raw.decode()
            except UnicodeDecodeError:
                return None
            parts.append("\n" + line.rstrip("\r\n"))
            size += len(line)
            depth += balance(line)
        return "".join(parts)

    def _given_up(self, items: Iterable[Item]) -> Iterator[Item]:
        """Items of an object that cannot be read, and of the lines that were to complete it.

        In a log it was cut before them: events that stand whole on one are not lost with it.
        """
        found, lines = [*items], self._taken
        self._taken = []
        for number, raw in lines:
            if not self._mapped and b"{" in raw:  # a line in an object may look like a record
                inside = self._lines.items(raw.strip(_BLANK), Origin(self._source, number))
                found += [
                    each for each in inside if isinstance(each, Found) and is_event(each.event)
                ]
        for item in found[:-1]:
            item.end = UNSETTLED  # from there on the lines would be read as others
            yield item
        yield self._behind(found[-1])

    # An array

    def _bracket(self, stripped: bytes, raw: bytes, origin: Origin) -> Iterator[Item]:
        window = self._window
        inner = stripped[1:].lstrip()
        if not inner and window.next_byte() in (b"{", b"[", b"]"):
            inner = b"{"
        if inner[:1] in (b"{", b"]") or self._mapped:
            window.unread(raw)
            window.skip_to(b"[")
            yield from Array(self, window, after_element=False)
            return
        for item in self._lines.items(stripped, origin):
            self._values += not isinstance(item, Skipped)
            yield self._behind(item)

    def element(self, value: Any, origin: Origin, end: Place, text: str) -> Iterator[Item]:
        """The items of an element of an array, which all end behind it."""
        self._values += 1
        if not is_text(text):
            yield Unusable(origin, "is not UTF-8 text", end=end)
        elif too_deep(text):
            yield Unusable(origin, "is nested too deep", end=end)
        else:
            for item in self._of_value(value, origin, self._decoder.problem):
                item.end = self._place(end)
                yield item

    def broken(self, why: str, origin: Origin) -> Iterator[Item]:
        """An array cannot be read on: go on with the next line if a value begins there."""
        window = self._window
        self._values += 1
        window.skip_line()
        window.line += 1
        if window.ahead().startswith(_FRESH):
            yield Unusable(origin, why, end=window.place())
            return
        yield Unusable(
            origin, f"{why}; nothing from here on was read", end=window.place(), last=True
        )
        window.close()

    def decode(self, text: str, at: int) -> tuple[Any, int]:
        """Decode an element."""
        return self._decoder.value(text, at)

    @property
    def source(self) -> str:
        """The file's name."""
        return self._source
