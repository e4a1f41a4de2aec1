"""A recorded session: events and requests as JSON lines, to save and to compare.

A first run is saved beside the tests; later runs must tell Zaius the same, up to what differs by
nature: times, ids and versions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import os

#: Fields that differ between any two runs.
VOLATILE: Final = ("data.ts", "data.idempotence_id", "data.data_source_version")
_ABSENT: Final = object()


class Difference(NamedTuple):
    """One thing in which two sessions differ.

    Attributes:
        where: Such as `event[2].data.order.total`; events count from 0.
        mine: What this session has, as JSON; `nothing` where it has none.
        other: What the other one has.
    """

    where: str
    mine: str
    other: str

    def __str__(self) -> str:
        return f"{self.where}: {self.mine}, not {self.other}"


class Session:
    """The events and requests that a sandbox held.

    Args:
        lines: JSON lines, as `/api/session` and the page's export write them.

    Raises:
        ValueError: A line is not one of a session's.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        #: Events with their outcome and problems, in the order of their arrival.
        self.entries: list[dict[str, Any]] = []
        #: Requests, in the order of their answers.
        self.requests: list[dict[str, Any]] = []
        self._lines = [line for line in lines if line.strip()]
        for number, line in enumerate(self._lines, 1):
            document = json.loads(line)
            if not isinstance(document, dict) or not {"event", "status"} & document.keys():
                raise ValueError(f"line {number} is neither an event nor a request of a session")
            (self.entries if "event" in document else self.requests).append(document)

    def __repr__(self) -> str:
        return f"<Session of {len(self.entries)} events in {len(self.requests)} requests>"

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Session:
        """Read a session from a file."""
        return cls(Path(path).read_text(encoding="utf-8").split("\n"))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the session to a file."""
        Path(path).write_text("".join(f"{line}\n" for line in self._lines), encoding="utf-8")

    @property
    def events(self) -> list[Any]:
        """The events that were taken, as sent."""
        return [entry["event"] for entry in self.entries if entry["outcome"] == "taken"]

    def differences(
        self, other: Session, *, ignore: Iterable[str] = VOLATILE, requests: bool = False
    ) -> list[Difference]:
        """Compare with another session, event by event in their order.

        Args:
            other: The session to compare with, such as one that was saved.
            ignore: Places in an event that may differ, such as `data.ts`.
            requests: Whether the requests' statuses and sizes are compared as well.

        Returns:
            The differences; none if the sessions say the same.
        """
        pairs = [("event", _stated(self, ignore), _stated(other, ignore))]
        if requests:
            pairs.append(("request", _asked(self), _asked(other)))
        return [
            difference
            for what, ours, theirs in pairs
            for number, (one, two) in enumerate(zip_longest(ours, theirs, fillvalue=_ABSENT))
            for difference in _compare(f"{what}[{number}]", one, two)
        ]


def _stated(session: Session, ignore: Iterable[str]) -> list[object]:
    ignored = [path.split(".") for path in ignore]
    return [_judged(_without(entry["event"], ignored), entry) for entry in session.entries]


def _judged(event: object, entry: Mapping[str, Any]) -> object:
    """Add outcome and rules to an event, so that they are compared too."""
    rules = sorted(f"{found['rule']} {found['path']}" for found in entry["problems"])
    judgement = {"(outcome)": entry["outcome"], "(problems)": rules}
    return {**event, **judgement} if isinstance(event, dict) else {"": event, **judgement}


def _asked(session: Session) -> list[object]:
    return [{"status": each["status"], "count": each["count"]} for each in session.requests]


def _without(value: object, paths: Iterable[list[str]]) -> object:
    if not isinstance(value, dict):
        return value
    gone = {path[0] for path in paths if len(path) == 1}
    return {
        name: _without(inner, [path[1:] for path in paths if len(path) > 1 and path[0] == name])
        for name, inner in value.items()
        if name not in gone
    }


def _compare(where: str, one: object, two: object) -> Iterator[Difference]:
    if isinstance(one, dict) and isinstance(two, dict):
        for name in {**one, **two}:
            first, second = one.get(name, _ABSENT), two.get(name, _ABSENT)
            yield from _compare(f"{where}.{name}", first, second)
    elif type(one) is not type(two) or one != two:
        yield Difference(where, _written(one), _written(two))


def _written(value: object) -> str:
    return "nothing" if value is _ABSENT else json.dumps(value)
