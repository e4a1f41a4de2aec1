"""Limits the warnings about events that do not fit: the first of a kind, then the 10th, the 100th and so on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from logging import LogRecord

from .check import Finding

_KEPT = 1000  # kinds of slips; code has fewer lines that log events
_PLACE = re.compile(r"\[\d+\]")


class WarningLimiter:
    """Warns of findings: of each kind of slip in a line of code the first, the 10th, the 100th time.

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
        """Count the findings of one event, and report those whose turn it is."""
        where = f"{record.filename}:{record.lineno}"
        for each in found:
            slip = (kind, _PLACE.sub("[]", each.path), each.rule, where)
            count = self._seen.get(slip, 0)
            if count or len(self._seen) < _KEPT:
                self._seen[slip] = count + 1
            if _is_reported(count + 1):
                line = f" ({self._place(each.line)})" if each.line else ""
                times = f", {count + 1:,} times so far" if count else ""
                problem = each.problem if each.path == "kind" else str(each)
                self._tell(
                    f"catalogue {slip} {count}",
                    f"{where} {kind} does not fit the catalogue {self._catalogue}: "
                    f"{problem}{line}{times}",
                )


def _is_reported(count: int) -> bool:
    """Whether it is the first of a kind, or the 10th, the 100th and so on."""
    return str(count).strip("0") == "1"
