"""What the leader does with a stream: reads it for the lanes of its relay, and lets settled events leave it.

Only the holder of the lease gets anything done here. What a failing Redis did not let go of is remembered
and let go before anything else is read, so an outage doubles no event.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from .failures import code_of, redis_failure
from .lanes import Lane, Lanes
from .scripts import APPEND, BEGIN, DEAD_LETTER, FENCED, NOW, READ, REMOVE, Script
from .server import Server

MAX_DEAD = 100_000
"""Dead letters that are kept; then the oldest give way, and are counted."""

_AT_ONCE = 1000
"""Events that one script removes: after an outage all lanes have some, and Lua passes on 8,000 values at most."""

_SEQUENCE = 64  # bits of the second half of an entry's id


class Stream:
    """A stream for one term of leadership, shared by the threads of its lanes.

    Args:
        server: used under the lock here, and by nobody else.
        lease: as Redis granted it; every script compares it.
        group: the consumer group.
        name: of this relay.
        lanes: requests in flight at the most.
        batch: events in a request at the most.
        batch_bytes: bytes in a request at the most.
        tell: called with a lane that has got events, and whether it is not to wait for its batch to fill.

    Attributes:
        fenced: another relay leads; nothing can be done here any more.
        problem: why Redis could not be used last, for people; blank while all is well.
    """

    def __init__(
        self,
        server: Server,
        lease: str,
        *,
        group: str,
        name: str,
        lanes: int = 1,
        batch: int = 500,
        batch_bytes: int = 1_000_000,
        tell: Callable[[Lane, bool], None] = lambda _lane, _hurry: None,
    ) -> None:
        address = server.address
        self._server = server
        self._address = address
        self._lease = lease
        self._group = group
        self._name = name
        self._tell = tell
        self._keys = (address.key("lease"), address.stream)
        self._begun = False
        self._from = "0"  # what was read before us first; then `>`, what nobody has read
        # Everything below is guarded by the lock, and it is held while Redis is asked: who reads must
        # not find again what another thread is about to let go.
        self._lock = threading.Lock()
        self._lanes = Lanes(lanes, batch, batch_bytes)
        self._delivered: dict[int, int] = {}  # settled, and not yet out of the stream: id -> bytes
        self._dead_letters: dict[int, str] = {}
        self.fenced = False
        self.problem = ""

    @property
    def lanes(self) -> Sequence[Lane]:
        """The lanes, which nobody else may change."""
        return self._lanes.each

    def look(self, length: int) -> None:
        """Read what has come, as far as there is room for it. Never waits for a lane: who looks renews the lease.

        A lane that asks Redis just now reads too, or the next look does.

        Args:
            length: events in the stream.
        """
        known = len(self._lanes) + len(self._delivered) + len(self._dead_letters)
        if length > known and self._lock.acquire(blocking=False):
            try:
                self._guarded(self._read)
            finally:
                self._lock.release()

    def peek(self, lane: Lane, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, event) pairs at a lane's front. Nothing where Redis fails or another relay leads."""
        with self._lock:
            return lane.front(max_count, max_bytes) if self._guarded(self._read) else []

    def expired(self, lane: Lane, max_age: float) -> list[tuple[int, bytes]]:
        """The pairs of a lane that came to the stream more than `max_age` seconds ago."""
        found: list[tuple[int, bytes]] = []

        def find() -> None:
            self._read()
            last = self._run(NOW, self._keys[:1]) - int(max_age * 1000)
            found.extend(pair for pair in lane.items.items() if pair[0] >> _SEQUENCE <= last)

        with self._lock:
            self._guarded(find)
        return found

    def append(self, item: bytes) -> bool:
        """Put an event at the end, as `RedisTransport` does."""
        address = self._address
        keys = (address.stream, address.key("bytes"))
        with self._lock:
            bounds = (address.max_events, address.max_bytes)
            return bool(self._server.run(APPEND, keys, (*bounds, item))[0])

    def remove(self, lane: Lane, ids: Iterable[int]) -> None:
        """Acknowledge and delete delivered events: now, or once Redis answers again."""
        with self._lock:
            for number in ids:
                self._delivered[number] = self._lanes.leave(lane, number)
            self._guarded(self._settle)
            self._assign()

    def dead_letter(self, lane: Lane, reasons: Mapping[int, str]) -> None:
        """Move events to the dead stream, each with its reason: now, or once Redis answers again."""
        with self._lock:
            for number, reason in reasons.items():
                self._lanes.leave(lane, number)
                self._dead_letters[number] = reason
            self._guarded(self._settle)
            self._assign()

    def close(self) -> None:
        """Close the connections. May be called twice."""
        with self._lock:
            self._server.drop()

    def after_fork_in_child(self) -> None:
        """Forget the connections: in a forked child, they are the parent's."""
        self._server.after_fork_in_child()

    # With the lock

    def _read(self) -> None:
        """Read on until there is no more, or no more room.

        Even where there is no room Redis is asked: who leads may have changed.
        """
        self._settle()
        if not self._begun:
            self._run(BEGIN, self._keys, self._group, self._name)
            self._begun = True
        while True:
            room = self._lanes.room()
            answer = self._run(READ, self._keys, self._group, self._name, *room, self._from)
            self._from = answer[0]
            for number, item in _pairs(answer[1:]):
                if number not in self._lanes:  # else it is read again, after a failure
                    self._lanes.add(number, item)
            if len(answer) == 1:
                break
        self.problem = ""
        self._assign()

    def _assign(self) -> None:
        changed, waited_for = self._lanes.assign()
        for lane in changed | waited_for:
            self._tell(lane, lane in waited_for)

    def _settle(self) -> None:
        """Let what is settled leave the stream."""
        address = self._address
        keys = (*self._keys, address.key("bytes"))
        while self._delivered:
            some = dict(islice(self._delivered.items(), _AT_ONCE))
            self._run(REMOVE, keys, self._group, sum(some.values()), *map(_name_of, some))
            for number in some:
                del self._delivered[number]
        if self._dead_letters:
            pairs = [
                part
                for number, why in self._dead_letters.items()
                for part in (_name_of(number), why)
            ]
            more = (address.key("dead"), address.key("forgot"))
            self._run(DEAD_LETTER, (*keys, *more), self._group, self._name, MAX_DEAD, *pairs)
            self._dead_letters.clear()

    def _run(self, script: Script, keys: Sequence[str], *arguments: Any) -> Any:
        return self._server.run(script, keys, (self._lease, *arguments))

    def _guarded(self, work: Callable[[], object]) -> bool:
        """Do something with Redis. Gives whether that went well; if not, the events stay there."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - tried again before the next read
            self.problem = getattr(redis_failure(error), "reason", "")
            if code_of(error) == FENCED:
                self.fenced = True
            else:
                # It may be another primary, or one that has forgotten the group; and an answer that was
                # lost may have given us entries that we have not seen. All that is pending is read again.
                self._begun = False
                self._from = "0"
                self._server.drop()
            return False
        return True


def _pairs(flat: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Pair ids with events: id, event, id, event, and so on."""
    return [(_number_of(name), item) for name, item in zip(flat[::2], flat[1::2], strict=True)]


def _number_of(name: bytes) -> int:
    """An entry's id as a number that sorts as entries do."""
    time, _, sequence = name.partition(b"-")
    return int(time) << _SEQUENCE | int(sequence)


def _name_of(number: int) -> str:
    return f"{number >> _SEQUENCE}-{number & ((1 << _SEQUENCE) - 1)}"
