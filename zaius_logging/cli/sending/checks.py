"""What is seen to before an event is logged: identifiers that would merge customers, times that are none. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from zaius_logging._event.placeholders import INVISIBLE, placeholder
from zaius_logging.cli.columns import times
from zaius_logging.cli.columns.cells import names_nobody, shortened

PLACEHOLDERS = ("refuse", "warn", "allow")

SKIP = "skip"
"""What `checked` says of an event that is to be passed over."""

_MAY_DOUBT = ("0", "-")
_DIGITS = re.compile(r"\s*[+-]?\d+(?:\.\d*)?\s*", re.ASCII)

_TIMELESS = {"refuse": "data.ts: is missing (--time-blank)", "skip": SKIP, "now": ""}


@dataclass(slots=True)
class Checks:
    """Checks events, and trims what has blanks around it.

    Attributes:
        placeholders: as the handler's setting; `warn` counts those that are sent.
        time_blank: what to do with events without a time: `refuse`, `now` or `skip`.
        warned: identifiers that were sent though they are, or may be, placeholders: name -> how many.
        twice: times that the clocks of their zone showed twice.
    """

    placeholders: str = "refuse"
    time_blank: str = "now"
    warned: Counter[str] = field(default_factory=Counter)
    twice: int = 0

    def checked(self, event: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Give the event, trimmed, and why it is invalid: blank if it is not, `SKIP` to pass over it."""
        identifiers = event.get("identifiers")
        if isinstance(identifiers, dict):
            for value in identifiers.values():
                if type(value) is str and (value.strip() != value or not value.isascii()):
                    identifiers = {name: _bare(each) for name, each in identifiers.items()}
                    event = {**event, "identifiers": identifiers}
                    break
            if reason := self._judged(identifiers):
                return event, reason
        return event, self._time(event.get("data"))

    def _judged(self, identifiers: dict[str, Any]) -> str:
        """Why identifiers would merge customers; blank where they would not. Counts those that may."""
        for name, value in identifiers.items():
            if type(value) is not str:
                continue
            first = value[:1]
            if first in _MAY_DOUBT and placeholder(value) == "doubtful":
                self.warned[name] += 1
            if self.placeholders == "refuse":
                if "+" in value and shortened(value):
                    return f"identifiers.{name}: {_MANY}"
                if first == "#" and names_nobody(value) and not placeholder(value):
                    return f"identifiers.{name}: {_NOBODY}"
        if self.placeholders == "warn":
            self._count(identifiers)
        return ""

    def _count(self, identifiers: dict[str, Any]) -> None:
        for name, value in identifiers.items():
            if isinstance(value, str) and (names_nobody(value) or shortened(value)):
                self.warned[name] += 1

    def _time(self, data: Any) -> str:
        if data is not None and not isinstance(data, dict):
            return ""
        stamp = (data or {}).get("ts")
        if type(stamp) is str and stamp.endswith("Z"):
            return ""  # no number: the handler is its judge
        self.twice += type(stamp) is times.Twice
        if isinstance(stamp, str) and not stamp.strip():
            return "data.ts: is blank; leave it out, or write the time"
        if stamp is None:
            return _TIMELESS[self.time_blank]
        try:
            if isinstance(stamp, (int, float)) and not isinstance(stamp, bool):
                times.check_epoch(stamp)
            elif isinstance(stamp, str) and _DIGITS.fullmatch(stamp):
                times.check_epoch(float(stamp))
        except ValueError as error:
            return f"data.ts: {error}"
        return ""


_MANY = "is a number that a spreadsheet has shortened, as in 1.2E+12: it would merge customers; export it as text"

_NOBODY = "is an error of a spreadsheet, such as #N/A, which would merge all customers who have it"


def _bare(value: Any) -> Any:
    """A text without blanks around it, and what cannot be seen: a mark of bytes between two joined files, too."""
    if type(value) is not str:
        return value
    bare = value.strip()
    return bare if bare.isascii() else bare.strip(f" {INVISIBLE}")
