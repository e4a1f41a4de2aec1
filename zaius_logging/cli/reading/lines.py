"""Makes items of a line, or of a value of JSON: an event, a line of a log, or an error. Pure.

Log lines are what `ZaiusFormatter` and its kin print of records without events, and plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from zaius_logging._event.rules import KEYS

from .decode import Decoder, said, too_deep
from .envelopes import INSIDE, Envelopes, is_meant, without_log_keys
from .items import MAX_LINE, Found, Item, Origin, Skipped, Unusable

_INVALID = "zaius_invalid"
_OF_LOG_LINES = frozenset(
    {
        *("message", "msg", "level", "levelname", "severity", "asctime", "log", "MESSAGE"),
        *("jsonPayload", "textPayload", "protoPayload", "record", "logger", "log.level"),
        *("logEvents", "@message", "__CURSOR", "log_level"),
    }
)
_DEEPEST = 5
_OF_FAILURES = frozenset({"source", "line", "reason", "event"})
_BRACKETS = (b"{", b"[")
_OF_AN_EVENT = re.compile(rb"""["']identifiers""")


class Lines:
    """Reads lines, and the values in them.

    Args:
        strict: whether plain text is invalid instead of passed over.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._decoder = Decoder()
        self._envelopes = Envelopes()

    @property
    def waiting(self) -> bool:
        """Whether pieces of a line are held, so that its place is not behind us yet."""
        return self._envelopes.waiting

    def items(self, raw: bytes, origin: Origin, *, whole: bool = True) -> Iterator[Item]:
        """Read a line that is complete in itself, as `--follow` does.

        Args:
            raw: its bytes, without blanks and NULs around.
            origin: where it was read.
            whole: False if `raw` is but the beginning of a line that is too long.
        """
        if not whole:
            yield Unusable(origin, f"is longer than {MAX_LINE:,} bytes")
            return
        if not raw.startswith(_BRACKETS):
            yield from self.of_text(raw, origin)
            return
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            yield Unusable(origin, "is not UTF-8 text")
            return
        yield from self._of_json(text, origin)

    def _of_json(self, text: str, origin: Origin) -> Iterator[Item]:
        if too_deep(text):
            yield Unusable(origin, "is nested too deep")
            return
        at = 0
        while at < len(text):
            try:
                value, at = self._decoder.value(text, at)
            except RecursionError:
                yield Unusable(origin, "is nested too deep")
                return
            except ValueError as error:
                yield from self.not_json(text, origin, error)
                return
            yield from self.of_value(value, origin, self._decoder.problem)
            while at < len(text) and text[at] in " \t\r\n,":  # of an array, an element a line
                at += 1

    def not_json(self, text: str, origin: Origin, error: ValueError) -> Iterator[Item]:
        """Separate a damaged event from plain text that begins with a bracket, such as `[pod/web]`."""
        if text.startswith("[") and text[1:].lstrip()[:1] not in ("{", "["):
            yield from self.of_text(text.encode("utf-8", "surrogateescape"), origin)
        else:
            yield Unusable(origin, said(error), text)

    def of_text(self, raw: bytes, origin: Origin) -> Iterator[Item]:
        """Read a line that does not begin as JSON does: it may have an event behind a prefix."""
        found = self._envelopes.unwrapped(raw)
        if found is None:
            return
        yield from self._cut(self._envelopes.cut(), origin)
        if found is not raw and found.startswith(_BRACKETS):
            yield from self.items(found, origin)
            return
        if b"{" not in found or not _OF_AN_EVENT.search(found):
            yield from self._plain(origin)
            return
        text = found.decode("utf-8", "replace")
        try:
            values = self._envelopes.in_text(text)
        except ValueError as error:
            yield Unusable(origin, said(error), text)
            return
        if not values:
            yield Unusable(origin, "has an event that cannot be read", text)
        for value in values:
            yield from self.of_value(value, origin)

    def left(self, source: str, line: int) -> Iterator[Item]:
        """What is held at the end of a file: the pieces of lines whose last piece is missing."""
        yield from self._cut(self._envelopes.left(), Origin(source, line))

    def _cut(self, texts: list[str], origin: Origin) -> Iterator[Item]:
        for text in texts:
            if _OF_AN_EVENT.search(text.encode("utf-8", "surrogateescape")):
                yield Unusable(origin, "ends before the last piece of an event's line", text)
            else:
                yield from self._plain(origin)

    def _plain(self, origin: Origin) -> Iterator[Item]:
        yield Unusable(origin, "is not JSON") if self._strict else Skipped(origin, "text")

    def of_value(self, value: Any, origin: Origin, problem: str = "") -> Iterator[Item]:
        """Read a value of JSON: an event, several of them, or something around them.

        Args:
            value: the value.
            origin: where it was read.
            problem: what is wrong with its numbers.
        """
        if problem:
            yield Unusable(origin, f"is not JSON ({problem})")
        elif isinstance(value, list):
            for each in value:
                yield from self.of_value(each, origin)
        elif not isinstance(value, dict):
            reason = "is not an object with type, action, identifiers and data"
            yield Unusable(origin, reason, value)
        elif "identifiers" in value:
            yield Found(origin, value if value.keys() <= KEYS else without_log_keys(value))
        else:
            yield from self._without_identifiers(value, origin)

    def _without_identifiers(self, value: dict[str, Any], origin: Origin) -> Iterator[Item]:
        if _INVALID in value:
            yield Unusable(origin, f"was invalid when it was logged: {value[_INVALID]}", value)
            return
        if value.keys() >= _OF_FAILURES and isinstance(value["event"], dict):
            yield Found(origin, value["event"])  # a line of `--refused`, put right
            return
        try:
            inside = list(self._envelopes.events(value))
        except ValueError as error:
            yield Unusable(origin, f"has an event inside that is not JSON ({error})", value)
            return
        yield from self._cut(self._envelopes.cut(), origin)
        if inside:
            yield from (Found(origin, event) for event in inside)
        elif is_meant(value) or _OF_LOG_LINES.isdisjoint(value):
            yield Found(origin, value)  # better invalid with a reason than passed over in silence
        elif hidden := _hidden(value):
            yield Unusable(origin, f"has an event in '{hidden}', where none is looked for", value)
        elif not self.waiting:
            yield Skipped(origin)


def _hidden(value: dict[str, Any], depth: int = 0) -> str:
    """The key below which an object has an event that nothing was made of; blank for none."""
    for name, inside in value.items():
        for each in inside if isinstance(inside, list) else (inside,):
            if isinstance(each, str):
                if name not in INSIDE and "{" in each and '"identifiers"' in each:
                    return name
            elif isinstance(each, dict) and (
                (isinstance(each.get("identifiers"), dict))
                or (depth < _DEEPEST and _hidden(each, depth + 1))
            ):
                return name
    return ""
