"""What `--dry-run` says of the events that would be sent, so that people see what is wrong before it leaves."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from zaius_logging.cli.columns import times
from zaius_logging.cli.columns.options import Columns, pair
from zaius_logging.cli.columns.paths import Path, parse_path
from zaius_logging.cli.words import count

_EXAMPLES = 5
_MOST = 1_000_000
_SHOWN = 8


class Plan:
    """Counts events by what people can check. For one thread.

    Args:
        columns: what was said of columns; a field of it that no event has is named.

    Attributes:
        examples: the first few events.
    """

    def __init__(self, columns: Columns | None = None) -> None:
        said = columns or Columns()
        names = [pair("", each)[0] for each in said.identifier]
        self._missing: dict[str, Path] = {f"identifiers.{n}": ("identifiers", n) for n in names}
        names = [pair("", each)[0] for each in said.data]
        self._missing |= {f"data.{name}": ("data", *parse_path(name)) for name in names}
        self._kinds: Counter[str] = Counter()
        self._totals: dict[str, Decimal] = {}
        self._identifiers: dict[str, set[int]] = {}
        self._floats: Counter[str] = Counter()
        self._orders: Counter[tuple[str, int]] = Counter()
        self._ids: set[int] = set()
        self._doubled = 0
        self._first = self._last = ""
        self._timeless = 0
        self._warned: Counter[str] = Counter()
        self.examples: list[Mapping[str, Any]] = []

    def add(self, event: Mapping[str, Any]) -> None:
        """Count an event."""
        kind = "/".join(str(event[part]) for part in ("type", "action") if event.get(part))
        self._kinds[kind] += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(event)
        data = event.get("data") or {}
        self._time(data.get("ts"))
        self._identify(event.get("identifiers"))
        id_ = hash(data.get("idempotence_id"))
        if id_ in self._ids:
            self._doubled += 1
        elif len(self._ids) < _MOST:
            self._ids.add(id_)
        order = data.get("order")
        if isinstance(order, dict):
            self._order(kind, order)
        if self._missing:
            self._missing = {n: path for n, path in self._missing.items() if not _has(event, path)}
        self._warn(event)

    def _warn(self, event: Mapping[str, Any]) -> None:
        """Count what the sandbox would warn of. Its words may quote a value, so the rule's name stands in."""
        from zaius_logging.sandbox._warnings import warnings

        known = {name: str(value) for name, value in event["identifiers"].items() if value}
        for finding in warnings({"data": {}, **event, "identifiers": known}, time.time()):
            self._warned[f"{finding.path}: {finding.rule}"] += 1

    def _time(self, stamp: Any) -> None:
        if stamp is None:
            self._timeless += 1
            return
        try:
            at = times.moment(str(stamp))
        except ValueError:
            return
        self._first = min(self._first or at, at)
        self._last = max(self._last, at)

    def _identify(self, identifiers: Any) -> None:
        for name, value in (identifiers or {}).items():
            if value:
                known = self._identifiers.setdefault(name, set())
                if len(known) < _MOST:
                    known.add(hash(value))
                text = str(value)
                self._floats[name] += text.endswith(".0") and text[:-2].isdigit()

    def _order(self, kind: str, order: Mapping[str, Any]) -> None:
        with suppress(InvalidOperation):  # without a total, too
            self._totals[kind] = self._totals.get(kind, Decimal(0)) + Decimal(
                str(order.get("total"))
            )
        if order.get("order_id") is not None and len(self._orders) < _MOST:
            self._orders[kind, hash(str(order["order_id"]))] += 1  # JSON has more than text there

    def lines(self) -> Iterator[str]:
        """Give the lines of the summary."""
        for kind, number in self._kinds.most_common(_SHOWN):
            total = (
                f", order.total adds up to {self._totals[kind]:,}" if kind in self._totals else ""
            )
            yield f"  {number:>9,}  {kind}{total}"
        if len(self._kinds) > _SHOWN:
            yield f"             … and {len(self._kinds) - _SHOWN} more kinds"
        if self._first:
            yield f"  from {self._first} to {self._last}"
        for name, known in self._identifiers.items():
            more = " or more" if len(known) >= _MOST else ""
            yield f"  {len(known):>9,}{more} distinct {name}"
        yield from self._warnings()

    def _warnings(self) -> Iterator[str]:
        for name in sorted(self._missing) if self._kinds else ():
            yield f"  {name} is in none of them: its column is blank in each row, or has another name"
        if self._timeless:
            yield f"  {count(self._timeless, 'event')} without a time of its own will get the present"
        again = sum(number - 1 for number in self._orders.values() if number > 1)
        if again:
            yield (
                f"  {count(again, 'event')} with an order_id that came before: each row is a purchase "
                "of its own; --group COLUMN makes one event of an order's rows"
            )
        if self._doubled:
            yield f"  {count(self._doubled, 'event')} with an idempotence_id that came before"
        for what, number in self._warned.most_common(_SHOWN):
            yield f"  {count(number, 'event')}: {what} (the sandbox warns)"
        for name, number in self._floats.items():
            if number:
                yield (
                    f"  {number:,} of {name} look like 17850.0: "
                    f"--identifier {name}=COLUMN:integer-text reads 17850"
                )

    def shown(self) -> Iterator[str]:
        """Give the examples."""
        for event in self.examples:
            yield json.dumps(event, ensure_ascii=False)


def _has(event: Any, path: Path) -> bool:
    try:
        for step in path:
            event = event[step]
    except (KeyError, IndexError, TypeError):
        return False
    return event is not None
