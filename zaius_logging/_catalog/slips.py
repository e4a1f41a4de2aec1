"""Warnings about events that do not fit: each kind of slip once with its line, the rest counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from logging import LogRecord

from .check import Finding

_KEPT = 1000  # kinds of slips; code has fewer lines that log events
_PLACE = re.compile(r"\[\d+\]")


class Slips:
    """Tells of findings, each kind of slip once.

    Args:
        tell: takes (kind of notice, line).
        catalogue: its name, for people.
        place: line of the catalogue -> where it is.
    """

    def __init__(
        self, tell: Callable[[str, str], object], catalogue: str, place: Callable[[int], str]
    ) -> None:
        self._tell = tell
        self._catalogue = catalogue
        self._place = place
        self._seen: dict[tuple[str, str, str, str], int] = {}

    def add(self, record: LogRecord, kind: str, found: Iterable[Finding]) -> None:
        """Report the findings of one event that were not reported of the same line of code before."""
        where = f"{record.filename}:{record.lineno}"
        for each in found:
            slip = (kind, _PLACE.sub("[]", each.path), each.rule, where)
            count = self._seen.get(slip, 0)
            if count or len(self._seen) < _KEPT:
                self._seen[slip] = count + 1
            if not count:
                line = f" ({self._place(each.line)})" if each.line else ""
                problem = each.problem if each.path == "kind" else str(each)
                self._tell(
                    f"catalogue {slip}",
                    f"{where} {kind} does not fit the catalogue {self._catalogue}: {problem}{line}",
                )

    def rest(self) -> str:
        """A line about the slips that were reported once and came again; blank where none did."""
        again = [count - 1 for count in self._seen.values() if count > 1]
        if not again:
            return ""
        return (
            f"{sum(again)} more events did not fit the catalogue {self._catalogue}, in "
            f"{len(again)} of the {len(self._seen)} ways reported before"
        )
