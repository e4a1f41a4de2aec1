"""Reads an array of any size, an element at a time."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any, Protocol

from .decode import cut, too_deep
from .items import IN_ARRAY, MAX_LINE, Item, Origin, Place
from .window import Window

_SPACE = " \t\r\n"


class Reader(Protocol):
    """Makes items of what an array holds."""

    @property
    def source(self) -> str:
        """The file's name."""

    def decode(self, text: str, at: int) -> tuple[Any, int]:
        """Decode an element."""

    def element(self, value: Any, origin: Origin, end: Place, text: str) -> Iterator[Item]:
        """Give the items of an element."""

    def broken(self, why: str, origin: Origin) -> Iterator[Item]:
        """Say that the array cannot be read on."""


class _BrokenError(Exception):
    """From here on the array cannot be read."""


class Array:
    """Reads one array, an element at a time; what stands behind it goes back to the window.

    Args:
        reader: makes items of elements.
        window: stands behind the bracket that opens the array.
        after_element: whether an element was read already, so that a comma or the end comes next.
    """

    def __init__(self, reader: Reader, window: Window, *, after_element: bool) -> None:
        self._reader = reader
        self._window = window
        self._text = ""
        self._at = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._after = after_element

    def __iter__(self) -> Iterator[Item]:
        try:
            yield from self._elements()
        except _BrokenError as error:
            origin = self._origin()
            self._give_back()
            yield from self._reader.broken(str(error), origin)
            return
        self._give_back()

    def _origin(self) -> Origin:
        return Origin(self._reader.source, self._window.line + 1)

    def _elements(self) -> Iterator[Item]:
        if not self._after:
            if self._char() == "]":
                self._take(1)
                return
            yield from self._element()
        while True:
            mark = self._char()
            if mark not in (",", "]"):
                raise _BrokenError("is not JSON: a comma or the end of the array is missing")
            self._take(1)
            if mark == "]":
                return
            self._char()
            yield from self._element()

    def _element(self) -> Iterator[Item]:
        self._char()
        origin = self._origin()
        value, text = self._value()
        place = self._window.place()
        yield from self._reader.element(value, origin, place._replace(inner=IN_ARRAY), text)

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

    def _value(self) -> tuple[Any, str]:
        while True:
            try:
                value, end = self._reader.decode(self._text, self._at)
            except RecursionError:
                raise _BrokenError("is nested too deep") from None
            except ValueError as error:
                if len(self._text) - self._at > MAX_LINE:
                    raise _BrokenError(f"is not JSON, or longer than {MAX_LINE:,} bytes") from None
                if too_deep(self._text[self._at :]):
                    raise _BrokenError("is nested too deep") from None
                if not cut(error, self._text) or not self._more():
                    raise _BrokenError("is not JSON") from None
                continue
            if end == len(self._text) and self._more():
                continue  # a number may go on
            text = self._text[self._at : end]
            self._take(end - self._at)
            return value, text

    def _take(self, count: int) -> None:
        if count:
            self._window.passed(self._text[self._at : self._at + count])
            self._at += count

    def _more(self) -> bool:
        """Read on. Gives whether there was anything."""
        raw = self._window.take_all() or (self._window.more() and self._window.take_all())
        self._text = self._text[self._at :] + self._decode.decode(raw or b"", not raw)
        self._at = 0
        return bool(raw)

    def _give_back(self) -> None:
        pending = self._decode.getstate()[0]
        rest = self._text[self._at :].encode("utf-8", "surrogateescape") + pending
        self._window.give_back(rest)
