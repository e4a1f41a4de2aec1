"""Keeps what was not delivered, with the reason: some of it on the screen, all of it in a file."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import IO, Any

from zaius_logging.cli.reading.items import Origin

SHOWN = 5


class Refusals:
    """Takes refusals from any thread.

    Args:
        file: gets a line of JSON for each; None for no file.
        show: gets a line for people for each of the first few.

    Attributes:
        hidden: how many were not shown, and should have been had there been room.
    """

    def __init__(self, file: IO[str] | None, show: Callable[[str], object]) -> None:
        self._file = file
        self._show = show
        self._lock = Lock()
        self._shown = 0
        self._unkept = False
        self.hidden = 0

    def add(self, origin: Origin | None, reason: str, *, show: bool = True, **what: object) -> None:
        """Take one.

        Args:
            origin: where it was read, if that is known.
            reason: why.
            show: whether it is news for people; the file gets it in any case.
            **what: the `event`, or what was `given` in its place.
        """
        with self._lock:
            if show and self._shown < SHOWN:
                self._shown += 1
                self._show(f"{origin or 'an event'}: {reason}")
            else:
                self.hidden += show
            if self._file is not None:
                source, line = origin or (None, None)
                entry = {"source": source, "line": line, "reason": reason, **what}
                self._unkept = True
                self._file.write(json.dumps(entry) + "\n")

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
    """Remembers where those events come from that may still be refused. For any thread.

    Args:
        room: how many; at least as many as can wait in the handler.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._origins: dict[int, tuple[str, Origin]] = {}  # in the order of arrival
        self._numbers: dict[str, deque[int]] = {}
        self._count = 0
        self._lock = Lock()

    def add(self, id_: str, origin: Origin) -> int:
        """Remember one more, forgetting the oldest where there is no room.

        Returns:
            A number to `forget` it by.
        """
        with self._lock:
            self._count += 1
            self._origins[self._count] = (id_, origin)
            self._numbers.setdefault(id_, deque()).append(self._count)
            if len(self._origins) > self._room:
                self._pop(next(iter(self._origins)))
            return self._count

    def forget(self, number: int) -> None:
        """Forget one that was not sent after all."""
        with self._lock:
            self._pop(number)

    def take(self, event: Mapping[str, Any]) -> Origin | None:
        """Give the origin of an event, and forget it. Of several with one id, the first goes first."""
        with self._lock:
            numbers = self._numbers.get(event["data"]["idempotence_id"])
            return self._pop(numbers[0]) if numbers else None

    def _pop(self, number: int) -> Origin:
        id_, origin = self._origins.pop(number)
        self._numbers[id_].remove(number)
        if not self._numbers[id_]:
            del self._numbers[id_]
        return origin
