"""The newest entries, bounded by count and by bytes. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Generic, Protocol, TypeVar


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
        """Add an entry, and give the old ones that it pushes out."""
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
