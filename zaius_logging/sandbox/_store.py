"""Keeps events, rejected events and requests, each in a ring of bounded size.

Pure: time comes in as an argument, and there is no lock, because one thread (that of the server's
event loop) does everything.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from zaius_logging.sandbox._entries import Checked, Kept, Request
from zaius_logging.sandbox._ring import Ring
from zaius_logging.sandbox._rules import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zaius_logging.sandbox._coverage import Coverage, Fate

#: How many rejected events and requests are kept.
HISTORY: Final = 10_000

_DUPLICATE: Final = Finding("duplicate", "data.idempotence_id", "an event with this id came before")


class Store:
    """Keeps and counts events and requests."""

    def __init__(self, capacity: int, max_bytes: int, coverage: Coverage | None = None) -> None:
        self.capacity = capacity
        #: Counts what arrives against a catalogue; None where there is none.
        self.coverage = coverage
        self.events: Ring[Kept] = Ring(capacity, max_bytes)
        self.rejected: Ring[Kept] = Ring(min(capacity, HISTORY), max_bytes // 4)
        self.requests: Ring[Request] = Ring(HISTORY, max_bytes // 4)
        #: Grows with each `clear`, so that watchers notice.
        self.generation = 0
        #: The `order` of the event that comes next.
        self.next_order = 0
        self._reset()

    def _reset(self) -> None:
        self._ids: dict[str, int] = {}
        self._counts = dict.fromkeys(
            ("requests", "events", "rejected", "duplicates", "warnings", "forgotten"), 0
        )

    def request(self) -> int:
        """Count a request and give its number."""
        self._counts["requests"] += 1
        return self._counts["requests"]

    def accept(self, events: Iterable[Checked], request: int, now: float) -> None:
        """Keep events that were taken."""
        for event in events:
            checked = event
            if self._repeats(checked.idempotence_id):
                self._counts["duplicates"] += 1
                checked = checked._replace(findings=[*checked.findings, _DUPLICATE])
            self._counts["events"] += 1
            self._counts["warnings"] += bool(checked.findings)
            self._keep(Kept(self.events.next, self._order(), now, request, True, checked))

    def reject(self, events: Iterable[Checked], request: int, now: float) -> None:
        """Keep events that were rejected."""
        for checked in events:
            self._counts["rejected"] += 1
            self._keep(Kept(self.rejected.next, self._order(), now, request, False, checked))

    def log(self, request: Request) -> None:
        """Keep the facts of a request that was answered."""
        deque(self.requests.append(request), maxlen=0)

    def restore(
        self, kept: Iterable[Kept], requests: Iterable[Request], marks: Mapping[str, int]
    ) -> None:
        """Take what another store kept; for a store that is new.

        Args:
            kept: Events, taken and rejected, in their order.
            requests: Requests, in theirs.
            marks: What `marks` gave.
        """
        for entry in kept:
            (self.events if entry.taken else self.rejected).next = entry.place
            if entry.taken:
                self._repeats(entry.checked.idempotence_id)
            self._keep(entry)
        for request in requests:
            self.log(request)
        self._counts = {name: marks.get(name, 0) for name in self._counts}
        self.events.next = marks.get("next_event", self.events.next)
        self.rejected.next = marks.get("next_rejected", self.rejected.next)
        self.next_order = marks.get("next_order", self.next_order)

    def marks(self) -> dict[str, int]:
        """Give all numbers from which a later store can count on."""
        return {
            **self._counts,
            "next_event": self.events.next,
            "next_rejected": self.rejected.next,
            "next_order": self.next_order,
        }

    def stats(self) -> dict[str, int]:
        """Count what came since the start or the last `clear`.

        Returns:
            `requests`, `events` (taken), `rejected`, `duplicates` (taken again with an
            `idempotence_id` that is among those kept), `warnings` (taken with at least one),
            `forgotten` (pushed out by newer ones) and `held`.
        """
        return {**self._counts, "held": len(self.events)}

    def clear(self) -> None:
        """Forget everything and count from 0."""
        for ring in (self.events, self.rejected, self.requests):
            ring.clear()
        self.generation += 1
        if self.coverage is not None:
            self.coverage.clear()
        self._reset()

    def _order(self) -> int:
        self.next_order += 1
        return self.next_order - 1

    def _keep(self, entry: Kept) -> None:
        if self.coverage is not None:
            checked = entry.checked
            fate: Fate = "warned" if checked.findings else "ok"
            self.coverage.add(checked.text, fate if entry.taken else "rejected", entry.request)
        if not entry.taken:
            deque(self.rejected.append(entry), maxlen=0)
            return
        for oldest in self.events.append(entry):
            self._counts["forgotten"] += 1
            self._forget(oldest.checked.idempotence_id)

    def _repeats(self, idempotence_id: str | None) -> bool:
        """Remember an id, and say whether an event with it is kept already."""
        if idempotence_id is None:
            return False
        seen = self._ids.get(idempotence_id, 0)
        self._ids[idempotence_id] = seen + 1
        return seen > 0

    def _forget(self, idempotence_id: str | None) -> None:
        if idempotence_id is not None:
            self._ids[idempotence_id] -= 1
            if not self._ids[idempotence_id]:
                del self._ids[idempotence_id]
