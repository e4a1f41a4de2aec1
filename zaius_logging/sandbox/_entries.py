"""The entries of the store: events and requests, and how each is written as JSON. Pure.

Events are kept as JSON text, an eighth of the memory of objects, and nobody can change them
afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple

from zaius_logging.sandbox._rules import Finding


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
