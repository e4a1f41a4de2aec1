"""Spreads what was read from a stream over a relay's lanes, so that each customer's events keep their order. Pure.

A lane is a row of events that are sent in order, one request at a time; several lanes are several requests
in flight. Two events are of one customer if they share an identifier. An event goes to the lane that has
events of its customer; where none has, to the one that an identifier's checksum names: so a few busy
customers are spread too, whatever came before. One whose identifiers are in two lanes waits, and all
behind it, until one of these lanes has none of them any more.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from zlib import crc32

Keys = tuple[str, ...]

_UNKNOWN: Keys = ("",)  # of events that name nobody: they keep their order among themselves


class Lane:
    """Events that are sent in order, one request at a time.

    Attributes:
        number: of the lane, from 0.
        items: id -> event, in order.
        size: of the events, in bytes.
    """

    __slots__ = ("items", "number", "size")

    def __init__(self, number: int) -> None:
        self.number = number
        self.items: dict[int, bytes] = {}
        self.size = 0

    def front(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The first (id, event) pairs: at most so many, but at least one if any."""
        found: list[tuple[int, bytes]] = []
        size = 0
        for number, item in self.items.items():
            size += len(item)
            if found and (size > max_bytes or len(found) == max_count):
                break
            found.append((number, item))
        return found


class Lanes:
    """All events that were read and not settled.

    Args:
        count: of lanes.
        batch: events of a full batch.
        batch_bytes: bytes of a full batch.

    Attributes:
        each: the lanes.
    """

    def __init__(self, count: int, batch: int, batch_bytes: int) -> None:
        self.each = [Lane(number) for number in range(count)]
        self._batch = batch
        self._batch_bytes = batch_bytes
        self._size = 0  # of all events that were read
        self._keys: dict[int, Keys] = {}  # of each of them, by its id
        self._unassigned: deque[tuple[int, bytes]] = deque()
        self._lane_of: dict[str, tuple[Lane, int]] = {}  # identifier -> lane, events there

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, number: int) -> bool:
        return number in self._keys

    def room(self) -> tuple[int, int]:
        """How many events and bytes to read: two batches for each lane, one of them in flight.

        Where nothing more is read, some lane has a full batch: the others may wait for theirs to fill.
        """
        batches = 2 * len(self.each)
        return batches * self._batch - len(self), batches * self._batch_bytes - self._size

    def add(self, number: int, item: bytes) -> None:
        """Take in an event that was read. Ids rise, but for those that are read again."""
        self._keys[number] = identifiers(item) if len(self.each) > 1 else ()
        self._size += len(item)
        self._unassigned.append((number, item))

    def assign(self) -> tuple[set[Lane], set[Lane]]:
        """Give events to lanes, from the front, as far as that goes.

        Returns:
            The lanes that have got events, and those that the next event waits for.
        """
        changed: set[Lane] = set()
        while self._unassigned:
            number, item = self._unassigned[0]
            keys = self._keys[number]
            lanes = {self._lane_of[key][0] for key in keys if key in self._lane_of}
            if len(lanes) > 1:
                return changed, lanes
            lane = lanes.pop() if lanes else self._usual(keys)
            self._unassigned.popleft()
            lane.items[number] = item
            lane.size += len(item)
            for key in keys:
                self._lane_of[key] = (lane, self._lane_of.get(key, (lane, 0))[1] + 1)
            changed.add(lane)
        return changed, set()

    def _usual(self, keys: Keys) -> Lane:
        return self.each[crc32(min(keys).encode()) % len(self.each)] if keys else self.each[0]

    def leave(self, lane: Lane, number: int) -> int:
        """Forget an event of a lane that has been settled. Gives its size; 0 where it is not there."""
        item = lane.items.pop(number, None)
        if item is None:
            return 0
        lane.size -= len(item)
        self._size -= len(item)
        for key in self._keys.pop(number):
            _, count = self._lane_of[key]
            if count > 1:
                self._lane_of[key] = (lane, count - 1)
            else:
                del self._lane_of[key]
        return len(item)


def identifiers(item: bytes) -> Keys:
    """The identifiers of an event's customer, as texts to compare; letters' case counts nothing."""
    try:
        named: Sequence[tuple[str, object]] = json.loads(item)["identifiers"].items()
        return tuple({f"{name} {value}".casefold() for name, value in named}) or _UNKNOWN
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _UNKNOWN  # whoever put it into the stream: the API is to judge it
