"""What the sandbox keeps: events, refusals and requests, each in a ring of bounded size.

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
    from collections.abc import Iterable, Iterator, Sequence

#: How many refused events and requests are kept.
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
        findings: Doubts about an event that is taken, errors of one that is refused.
        idempotence_id: The event's `data.idempotence_id`, if it is text.
        position: The event's 0-based place in its request.
    """

    text: str
    findings: Sequence[Finding]
    idempotence_id: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that the sandbox keeps, taken or refused."""

    place: int
    arrived: float
    request: int
    checked: Checked

    @property
    def weight(self) -> int:
        """About how many bytes it holds."""
        return len(self.checked.text)

    def json(self) -> str:
        """Write the event with its arrival, the event itself being exactly what was kept."""
        checked = self.checked
        problems = json.dumps([finding._asdict() for finding in checked.findings])
        return (
            f'{{"place":{self.place},"arrived":"{iso(self.arrived)}","request":{self.request},'
            f'"position":{checked.position},"event":{checked.text},"problems":{problems}}}'
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
        note: Why it was refused, or which fault it met; empty otherwise.
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

    @property
    def weight(self) -> int:
        """About how many bytes it holds."""
        return len(self.path) + len(self.agent) + len(self.note)

    def json(self) -> str:
        """Write it as a JSON object."""
        document: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        document["request"] = document.pop("place")
        document["bytes"] = document.pop("size")
        document["time"] = iso(self.time)
        document["duration"] = round(self.duration, 6)
        return json.dumps(document)


class _Entry(Protocol):
    @property
    def place(self) -> int: ...

    @property
    def weight(self) -> int: ...


T = TypeVar("T", bound=_Entry)


class Ring(Generic[T]):
    """The newest entries, bounded by count and by bytes."""

    def __init__(self, capacity: int, max_bytes: int) -> None:
        self._entries: deque[T] = deque()
        self._capacity = capacity
        self._max_bytes = max_bytes
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, entry: T) -> Iterator[T]:
        """Add an entry, and give back those that had to go for it."""
        self._entries.append(entry)
        self._bytes += entry.weight
        while len(self) > self._capacity or (self._bytes > self._max_bytes and len(self) > 1):
            oldest = self._entries.popleft()
            self._bytes -= oldest.weight
            yield oldest

    def page(self, offset: int, limit: int) -> list[T]:
        """Give up to `limit` entries, oldest first, without the first `offset`."""
        return list(islice(self._entries, offset, offset + limit))

    def after(self, place: int, limit: int) -> list[T]:
        """Give up to `limit` entries from `place` on, oldest first."""
        if not self._entries:
            return []
        return self.page(max(0, place - self._entries[0].place), limit)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
        self._bytes = 0


class Store:
    """All that the sandbox remembers."""

    def __init__(self, capacity: int, max_bytes: int) -> None:
        self.events: Ring[Kept] = Ring(capacity, max_bytes)
        self.rejected: Ring[Kept] = Ring(min(capacity, HISTORY), max_bytes // 4)
        self.requests: Ring[Request] = Ring(HISTORY, max_bytes // 4)
        #: Grows with each `clear`, so that watchers notice.
        self.generation = 0
        # Places grow for ever, over `clear` as well: a link to an event never shows another.
        self.next_event = 0
        self.next_rejected = 0
        self._reset()

    def _reset(self) -> None:
        self._ids: dict[str, int] = {}
        self._counts = dict.fromkeys(
            ("requests", "events", "rejected", "duplicates", "problems", "forgotten"), 0
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
            kept = Kept(self.next_event, now, request, checked)
            self.next_event += 1
            self._counts["events"] += 1
            self._counts["problems"] += bool(checked.findings)
            for oldest in self.events.append(kept):
                self._counts["forgotten"] += 1
                self._forget(oldest.checked.idempotence_id)

    def reject(self, events: Iterable[Checked], request: int, now: float) -> None:
        """Keep events that were refused."""
        for checked in events:
            kept = Kept(self.next_rejected, now, request, checked)
            self.next_rejected += 1
            self._counts["rejected"] += 1
            deque(self.rejected.append(kept), maxlen=0)

    def log(self, request: Request) -> None:
        """Keep the facts of a request that was answered."""
        deque(self.requests.append(request), maxlen=0)

    def stats(self) -> dict[str, int]:
        """Count what came since the start or the last `clear`.

        Returns:
            `requests`, `events` (taken), `rejected`, `duplicates` (taken again with an
            `idempotence_id` that is among those kept), `problems` (taken, but doubtful),
            `forgotten` (pushed out by newer ones) and `held`.
        """
        return {**self._counts, "held": len(self.events)}

    def clear(self) -> None:
        """Forget everything and count from 0."""
        for ring in (self.events, self.rejected, self.requests):
            ring.clear()
        self.generation += 1
        self._reset()

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
