"""Keeps what was not delivered, with the reason: some of it on the screen, all of it in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import IO, Any

from zaius_logging.cli.reading.items import Origin
from zaius_logging.cli.words import printable

SHOWN = 5
PLACES = 3
_GROUPS = 1_000


class Failures:
    """Takes failures from any thread.

    Args:
        file: gets a line of JSON for each; None for no file.
        show: gets a line for people for each of the first few; None where `groups` says it at the end.

    Attributes:
        count: how many there were that are news for people.
        hidden: how many of these were not shown, and should have been had there been room.
    """

    def __init__(self, file: IO[str] | None, show: Callable[[str], object] | None = None) -> None:
        self._file = file
        self._show = show
        self._lock = Lock()
        self._shown = 0
        self._unkept = False
        self._groups: dict[str, tuple[int, list[str]]] = {}
        self.count = 0
        self.hidden = 0

    @property
    def filed(self) -> bool:
        """Whether they are kept in a file."""
        return self._file is not None

    def add(self, origin: Origin | None, reason: str, *, show: bool = True, **what: object) -> None:
        """Take one.

        Args:
            origin: where it was read, if that is known.
            reason: why.
            show: whether it is news for people; the file gets it in any case.
            **what: the `event`, or what was `given` in its place.
        """
        with self._lock:
            self.count += show
            if show:
                self._tell(printable(str(origin or "an event")), printable(reason))
            if self._file is not None:
                source, line, record = origin or (None, None, 0)
                place = {"source": source, "line": line, **({"record": record} if record else {})}
                entry = {**place, "reason": reason, **what}
                self._unkept = True
                self._file.write(json.dumps(entry) + "\n")

    def _tell(self, place: str, reason: str) -> None:
        if self._show is None:
            reason = reason if len(self._groups) < _GROUPS else "other reasons"
            number, places = self._groups.setdefault(reason, (0, []))
            if number < PLACES:
                places.append(place)
            self._groups[reason] = (number + 1, places)
        elif self._shown < SHOWN:
            self._shown += 1
            self._show(f"{place}: {reason}")
        else:
            self.hidden += 1

    def groups(self) -> Iterator[str]:
        """Give a line for each reason, with the first places, the most frequent first."""
        ordered = sorted(self._groups.items(), key=lambda each: -each[1][0])
        for reason, (number, places) in ordered[: 4 * SHOWN]:
            if number == 1:
                yield f"{places[0]}: {reason}"
            else:
                more = ", …" if number > len(places) else ""
                yield f"{number:,} times: {reason} ({', '.join(places)}{more})"
        if rest := ordered[4 * SHOWN :]:
            yield f"… and {sum(number for _, (number, _) in rest):,} for {len(rest)} more reasons"

    def keep(self) -> None:
        """See to it that what was written so far survives a power cut.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            if self._file is not None and self._unkept:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._unkept = False

    def turn_the_page(self) -> int:
        """Show the next few again. Gives how many were hidden since the last time."""
        with self._lock:
            hidden, self.hidden, self._shown = self.hidden, 0, 0
            return hidden


class Origins:
    """Remembers where those events come from that may still be rejected. For any thread.

    Args:
        room: how many; at least as many as can wait in the handler.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._origins: dict[str, Origin | list[Origin]] = {}  # by id, in the order of arrival
        self._more = 0  # than one of an id
        self._lock = Lock()

    def add(self, id_: str, origin: Origin) -> None:
        """Remember one more, forgetting the oldest where there is no room."""
        if self._origins.setdefault(id_, origin) is origin and len(self._origins) < self._room:
            return  # one step of the interpreter's: nobody need be kept out
        with self._lock:
            known = self._origins.get(id_, origin)
            if known is not origin:
                self._origins[id_] = [*(known if isinstance(known, list) else [known]), origin]
                self._more += 1
            if len(self._origins) + self._more > self._room:
                self._pop(next(iter(self._origins)), 0)

    def forget(self, id_: str) -> None:
        """Forget the last one with an id: it was not sent after all."""
        with self._lock:
            if id_ in self._origins:
                self._pop(id_, -1)

    def take(self, event: Mapping[str, Any]) -> Origin | None:
        """Give the origin of an event, and forget it. Of several with one id, the first goes first."""
        id_ = event["data"]["idempotence_id"]
        with self._lock:
            return self._pop(id_, 0) if id_ in self._origins else None

    def _pop(self, id_: str, place: int) -> Origin:
        known = self._origins.pop(id_)
        if isinstance(known, Origin):
            return known
        origin = known.pop(place)
        self._more -= 1
        self._origins[id_] = known if len(known) > 1 else known[0]
        return origin
