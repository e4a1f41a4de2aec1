"""One lane of a stream as a spool, from which a listener takes events."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from zaius_logging._spool.base import Waiting

from .lanes import Lane
from .stream import Stream


class RedisSpool:
    """What waits in one lane, for one term of leadership.

    Args:
        stream: where it comes from.
        lane: one of the stream's.
    """

    durable = True
    shared = False  # who holds the lease has the stream read
    degraded = False

    def __init__(self, stream: Stream, lane: Lane) -> None:
        self._stream = stream
        self._lane = lane

    def waiting(self) -> Waiting:
        """What waits, of what has been read."""
        return Waiting(len(self._lane.items), self._lane.size)

    def append(self, item: bytes) -> bool:
        """Put an item at the stream's end; some lane gets it when it is read."""
        return self._stream.append(item)

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front. Nothing where Redis fails or another relay leads."""
        return self._stream.peek(self._lane, max_count, max_bytes)

    def remove(self, ids: Iterable[int]) -> None:
        """Acknowledge and delete delivered items: now, or once Redis answers again."""
        self._stream.remove(self._lane, ids)

    def dead_letter(self, reasons: Mapping[int, str], fate: str) -> None:  # noqa: ARG002 - see Spool
        """Move items to the dead stream, each with its reason: now, or once Redis answers again."""
        self._stream.dead_letter(self._lane, reasons)

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """The pairs that came to the stream more than `max_age` seconds ago."""
        return self._stream.expired(self._lane, max_age)

    def after_fork_in_child(self) -> None:
        """Forget the connections: in a forked child, they are the parent's."""
        self._stream.after_fork_in_child()

    def close(self) -> None:
        """Close the connections; another lane that still needs them opens them again."""
        self._stream.close()

    # What only a spool on a disk has to do

    def perishable(self) -> list[bytes]:
        """Nothing: what waits is Redis's."""
        return []

    def maintain(self) -> float:
        """Nothing is due."""
        return math.inf
