"""What the sandbox keeps: events, rejections and requests, each in a ring of bounded size.

Pure: time comes in as an argument, and there is no lock, because one thread (that of the server's
event loop) does everything. Events are kept as JSON text, an eighth of the memory of objects, and
nobody can change them afterwards.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeVar

from zaius_logging.sandbox._rules import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zaius_logging.sandbox._coverage import Coverage, Fate

#: How many rejected events and requests are kept.
HISTORY: Final = 10_000

_DUPLICATE: Final = Finding("duplicate", "data.idempotence_id", "an event with this id came before")


def iso(seconds: float) -> str:
    """Write epoch seconds the way the API does, such as `2022-06-30T20:59:52.046Z`."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Checked(NamedTuple):
    """An event with what the rules found in it.

    Attributes:
        text: The event as compact JSON.
        findings: Warnings about an event that is taken, errors of one that is rejected.
        idempotence_id: The event's `data.idempotence_id`, if it is text.
        position: The event's 0-based place in its request.
    """

    text: str
    findings: Sequence[Finding]
    idempotence_id: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that the sandbox keeps, taken or rejected.

    Attributes:
        place: Its number among those of its outcome, from 0.
        order: Its number among all events, taken and rejected.
        arrived: When it came, in epoch seconds.
        request: The number of its request.
        taken: False for a rejected one.
        checked: The event with what the rules found in it.
    """

    place: int
    order: int
    arrived: float
    request: int
    taken: bool
    checked: Checked

    @property
    def weight(self) -> int:
        """About how many bytes it holds."""
        return len(self.checked.text)

    def json(self) -> str:
        """Write the event with its arrival, on one line.

        The event comes last and is exactly what was kept: a reader can cut it off at `,"event":`,
        which no text before it can hold, and need not parse it.
        """
        checked = self.checked
        outcome = "taken" if self.taken else "rejected"
        problems = (
            json.dumps([finding._asdict() for finding in checked.findings])
            if checked.findings
            else "[]"
        )
        return (
            f'{{"place":{self.place},"order":{self.order},"outcome":"{outcome}",'
            f'"arrived":"{iso(self.arrived)}","request":{self.request},'
            f'"position":{checked.position},"problems":{problems},"event":{checked.text}}}'
        )


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the Events API.

    Attributes:
        place: Its number, from 1.
        time: When it came, in epoch seconds.
        method: The HTTP method.
        path: The path asked for.
        status: The status answered; None where a fault gave no answer.
        count: How many events it carried.
        size: Bytes of the body as they came.
        duration: Seconds from its arrival to its answer.
        key: The key, masked; None where there was none.
        agent: The `User-Agent`.
        note: Why it was rejected, or which fault it met; empty otherwise.
        headers: Its headers, what is secret in them masked.
        answer: The body of the answer, as far as it is kept.
    """

    place: int
    time: float
    method: str
    path: str
    status: int | None
    count: int
    size: int
    duration: float
    key: str | None
    agent: str
    note: str
    headers: Sequence[tuple[str, str]] = ()
    answer: str = ""

    @property
    def weight(self) -> int:
        """About how many bytes it holds."""
        facts = len(self.path) + len(self.agent) + len(self.note) + len(self.answer)
        return facts + sum(len(name) + len(value) for name, value in self.headers)

    def json(self) -> str:
        """Write it as a JSON object, without headers and answer."""
        return json.dumps(self._facts())

    def detail(self) -> str:
        """Write all of it as a JSON object."""
        return json.dumps(self._facts() | {"headers": self.headers, "answer": self.answer})

    def _facts(self) -> dict[str, Any]:
        return {
            "request": self.place,
            "time": iso(self.time),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "count": self.count,
            "bytes": self.size,
            "duration": round(self.duration, 6),
            "key": self.key,
            "agent": self.agent,
            "note": self.note,
        }


class _Entry(Protocol):
    @property
    def weight(self) -> int: ...


T = TypeVar("T", bound=_Entry)


class Ring(Generic[T]):
    """The newest entries, bounded by count and by bytes.

    Each entry has a place, which grows for ever, over `clear` as well: a link to an entry never
    shows another.
    """

    def __init__(self, capacity: int, max_bytes: int) -> None:
        self._entries: deque[T] = deque()
        self._capacity = capacity
        self._max_bytes = max_bytes
        self._bytes = 0
        #: The place of the entry that comes next.
        self.next = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def first(self) -> int:
        """The place of the oldest entry, if there is one."""
        return self.next - len(self)

    def append(self, entry: T) -> Iterator[T]:
        """Add an entry, and give back those that had to go for it."""
        self._entries.append(entry)
        self.next += 1
        self._bytes += entry.weight
        while len(self) > self._capacity or (self._bytes > self._max_bytes and len(self) > 1):
            oldest = self._entries.popleft()
            self._bytes -= oldest.weight
            yield oldest

    def page(self, offset: int, limit: int) -> list[T]:
        """Give up to `limit` entries, oldest first, without the first `offset`."""
        size = len(self)
        end = min(size, offset + limit)
        if offset < size // 2:
            return list(islice(self._entries, offset, end))
        # A deque is walked from its nearer end: watchers read the newest entries, often.
        found = list(islice(reversed(self._entries), size - end, max(size - end, size - offset)))
        found.reverse()
        return found

    def after(self, place: int, limit: int) -> list[T]:
        """Give up to `limit` entries from `place` on, oldest first."""
        return self.page(max(0, place - self.first), limit)

    def get(self, place: int) -> T | None:
        """Give the entry of a place, or None if it is gone or has not come."""
        return self._entries[place - self.first] if self.first <= place < self.next else None

    def newest(self) -> Iterator[T]:
        """Go through all entries, newest first."""
        return reversed(self._entries)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
        self._bytes = 0


class Store:
    """All that the sandbox remembers."""

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
