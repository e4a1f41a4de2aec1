"""A Redis stream as a spool: what the fleet's hosts have appended, taken from the front by one leader.

Only the holder of the lease gets anything done here. The listener's thread takes events out;
the thread that holds the lease asks how much has come. What a failing Redis did not let go of is
remembered and let go before anything else is read, so an outage doubles no event.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from zaius_logging._spool.base import Waiting

from .failures import code_of, redis_failure
from .scripts import APPEND, BEGIN, DEAD_LETTER, FENCED, OLD, READ, REMOVE, Script
from .server import Server

MAX_DEAD = 100_000
"""Dead letters that are kept; then the oldest give way, and are counted."""

_OLD_AT_ONCE = 1000
_SEQUENCE = 64  # bits of the second half of an entry's id


class RedisSpool:
    """What waits in a stream, for one term of leadership.

    Args:
        server: used by the listener's thread alone.
        lease: as Redis granted it; every script compares it.
        group: the consumer group.
        name: of this relay.

    Attributes:
        fenced: another relay leads; nothing can be done here any more.
        problem: why Redis could not be used last, for people; blank while all is well.
    """

    durable = True
    shared = False  # who holds the lease tells the listener what has come
    degraded = False

    def __init__(self, server: Server, lease: str, *, group: str, name: str) -> None:
        address = server.address
        self._server = server
        self._address = address
        self._lease = lease
        self._group = group
        self._name = name
        self._keys = (address.key("lease"), address.stream)
        self._begun = False
        self._from = "0"  # what was read before us first; then `>`, what nobody has read
        # Everything below is guarded by the lock, and it is held while Redis is asked: a count is
        # of use only together with what was believed when it was taken.
        self._lock = threading.RLock()
        self._items: dict[int, bytes] = {}  # read and not settled, in order
        self._sizes: dict[int, int] = {}
        self._count = 0  # what has been counted and is not settled
        self._size = 0
        self._found = 0
        self._delivered: dict[int, int] = {}  # settled, and not yet out of the stream
        self._dead_letters: dict[int, str] = {}
        self.fenced = False
        self.problem = ""

    def waiting(self) -> Waiting:
        """What waits, as far as was asked."""
        return Waiting(self._count, self._size, self._found)

    def grown(self, ask: Callable[[], tuple[int, int]]) -> tuple[int, int]:
        """How much has come since the last call.

        Args:
            ask: gives the stream's events and bytes. Its errors pass through.

        Returns:
            Events and their bytes; nothing where the stream has less than was believed, which
            the next peek finds out.
        """
        with self._lock:
            events, size = ask()
            count = events - self._count - len(self._delivered) - len(self._dead_letters)
            if count <= 0:
                return 0, 0
            size = max(count, size - self._size - self._unsettled_bytes())
            self._count += count
            self._size += size
            self._found += count
            return count, size

    def _unsettled_bytes(self) -> int:
        return sum(self._delivered.values()) + sum(
            self._sizes.get(n, 0) for n in self._dead_letters
        )

    def append(self, item: bytes) -> bool:
        """Put an item at the end, as `RedisTransport` does."""
        address = self._address
        with self._lock:
            done = self._server.run(
                APPEND,
                (address.stream, address.key("bytes")),
                (address.max_events, address.max_bytes, item),
            )[0]
            size = done * len(item)
            self._count += done
            self._size += size
        return bool(done)

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front. Nothing where Redis fails or another relay leads."""
        try:
            with self._lock:
                self._settle()
                self._read(max_count, max_bytes)
                if not self._items:  # somebody else has deleted events: believe the stream
                    self._count = self._size = 0
                self.problem = ""
                return self._front(max_count, max_bytes)
        except Exception as error:  # noqa: BLE001 - the events stay in Redis
            self._failed(error)
            return []

    def _front(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        size = 0
        for number, item in self._items.items():
            size += len(item)
            if found and (size > max_bytes or len(found) == max_count):
                break
            found.append((number, item))
        return found

    def _read(self, max_count: int, max_bytes: int) -> None:
        """Read on to a full batch. Even where it is full Redis is asked: who leads may have changed."""
        if not self._begun:
            self._run(BEGIN, self._keys, self._group, self._name)
            self._begun = True
        held = sum(map(len, self._items.values()))
        answer = self._run(
            READ,
            self._keys,
            self._group,
            self._name,
            max_count - len(self._items),
            max_bytes - held,
            self._from,
        )
        self._from = answer[0]
        for number, item in _pairs(answer[1:]):
            self._items[number] = item
            self._sizes[number] = len(item)

    def remove(self, ids: Iterable[int]) -> None:
        """Acknowledge and delete delivered items: now, or once Redis answers again."""
        with self._lock:
            for number in ids:
                self._delivered[number] = self._leave(number)
            self._try_to_settle()

    def dead_letter(self, reasons: Mapping[int, str], fate: str) -> None:  # noqa: ARG002 - see Spool
        """Move items to the dead stream, each with its reason: now, or once Redis answers again."""
        with self._lock:
            for number, reason in reasons.items():
                size = self._leave(number)
                self._sizes[number] = size  # until it has left the stream
                self._dead_letters[number] = reason
            self._try_to_settle()

    def _leave(self, number: int) -> int:
        self._items.pop(number, None)
        size = self._sizes.pop(number, 0)
        self._count = max(0, self._count - 1)
        self._size = max(0, self._size - size)
        return size

    def _try_to_settle(self) -> None:
        try:
            self._settle()
        except Exception as error:  # noqa: BLE001 - tried again before the next peek
            self._failed(error)

    def _settle(self) -> None:
        """Let what is settled leave the stream."""
        address = self._address
        keys = (*self._keys, address.key("bytes"))
        if self._delivered:
            size = sum(self._delivered.values())
            self._run(REMOVE, keys, self._group, size, *map(_name_of, self._delivered))
            self._delivered.clear()
        if self._dead_letters:
            pairs = [
                part
                for number, why in self._dead_letters.items()
                for part in (_name_of(number), why)
            ]
            more = (address.key("dead"), address.key("forgot"))
            self._run(DEAD_LETTER, (*keys, *more), self._group, self._name, MAX_DEAD, *pairs)
            for number in self._dead_letters:
                self._sizes.pop(number, None)
            self._dead_letters.clear()

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """The pairs at the front that came to the stream more than `max_age` seconds ago."""
        try:
            with self._lock:
                self._settle()
                age = int(max_age * 1000)
                found = _pairs(self._run(OLD, self._keys, age, _OLD_AT_ONCE))
                self._sizes.update((number, len(item)) for number, item in found)
                return found[: self._count]
        except Exception as error:  # noqa: BLE001 - asked again after the next failure
            self._failed(error)
            return []

    def _run(self, script: Script, keys: Sequence[str], *arguments: Any) -> Any:
        return self._server.run(script, keys, (self._lease, *arguments))

    def _failed(self, error: Exception) -> None:
        self.problem = getattr(redis_failure(error), "reason", "")
        if code_of(error) == FENCED:
            self.fenced = True
            return
        # It may be another primary, or one that has forgotten the group; and an answer that was lost
        # may have given us entries that we have not seen. All that is pending is read again.
        self._begun = False
        self._from = "0"
        self._items.clear()
        self._server.drop()

    def after_fork_in_child(self) -> None:
        """Forget the connections: in a forked child, they are the parent's."""
        self._server.after_fork_in_child()

    def close(self) -> None:
        """Close the connections. May be called twice."""
        self._server.drop()

    # What only a spool on a disk has to do

    def perishable(self) -> list[bytes]:
        """Nothing: what waits is Redis's."""
        return []

    def maintain(self) -> float:
        """Nothing is due."""
        return math.inf

    def __repr__(self) -> str:
        return f"<RedisSpool {self._address.stream} {self._count} events, {self._size} bytes>"


def _pairs(flat: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Pair ids with items: id, item, id, item, and so on."""
    return [(_number_of(name), item) for name, item in zip(flat[::2], flat[1::2], strict=True)]


def _number_of(name: bytes) -> int:
    """An entry's id as a number that sorts as entries do."""
    time, _, sequence = name.partition(b"-")
    return int(time) << _SEQUENCE | int(sequence)


def _name_of(number: int) -> str:
    return f"{number >> _SEQUENCE}-{number & ((1 << _SEQUENCE) - 1)}"
