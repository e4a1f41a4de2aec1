"""Reads events, taken and rejected, in one order out of the store's two rings. Pure."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zaius_logging.sandbox._entries import Kept, Request
    from zaius_logging.sandbox._ring import Ring
    from zaius_logging.sandbox._store import Store


#: How many requests a new reader sees.
_REQUESTS: Final = 2_000


class Cursor(NamedTuple):
    """The position of a reader: the place of the next entry of each ring."""

    events: int
    rejected: int
    requests: int


class Chunk(NamedTuple):
    """The entries after a cursor, and the next cursor.

    Attributes:
        kept: Events, taken and rejected, oldest first.
        requests: Requests, in the order of their answers.
        after: Where to read on.
    """

    kept: list[Kept]
    requests: list[Request]
    after: Cursor


def newest(store: Store, count: int) -> tuple[Cursor, int]:
    """Give the cursor before the newest `count` events, and the order of the first of them."""
    order = max(0, store.next_order - count)
    return Cursor(
        _place_of(store.events, order),
        _place_of(store.rejected, order),
        max(store.requests.first, store.requests.next - _REQUESTS),
    ), order


def _place_of(ring: Ring[Kept], order: int) -> int:
    newer = 0
    for entry in ring.newest():
        if entry.order < order:
            break
        newer += 1
    return ring.next - newer


def read(store: Store, cursor: Cursor, count: int, size: int) -> Chunk:
    """Read the entries after a cursor.

    Args:
        store: What to read.
        cursor: Where to begin; what has been forgotten since is left out.
        count: How many events at most, and how many requests. Events end where their order is a
            multiple of it, so that readers who came apart fall into step again.
        size: How many bytes of events at most, but always one event.
    """
    taken = store.events.after(cursor.events, count)
    rejected = store.rejected.after(cursor.rejected, count)
    kept = list(_part(heapq.merge(taken, rejected, key=_order), count, size))
    requests = store.requests.after(cursor.requests, count)
    after = Cursor(
        _after([entry for entry in kept if entry.taken], store.events, cursor.events),
        _after([entry for entry in kept if not entry.taken], store.rejected, cursor.rejected),
        max(cursor.requests, store.requests.first) + len(requests),
    )
    return Chunk(kept, requests, after)


def before(store: Store, order: int, count: int) -> list[Kept]:
    """Give up to `count` events that came before an order, oldest first."""
    both = heapq.merge(
        store.events.newest(), store.rejected.newest(), key=lambda entry: -entry.order
    )
    found = list(islice((entry for entry in both if entry.order < order), count))
    found.reverse()
    return found


def held(store: Store) -> list[Kept | Request]:
    """Give all that is held: events, taken and rejected, in their order, then requests."""
    kept = before(store, store.next_order, len(store.events) + len(store.rejected))
    return [*kept, *store.requests.page(0, len(store.requests))]


def _order(entry: Kept) -> int:
    return entry.order


def _part(entries: Iterator[Kept], count: int, size: int) -> Iterator[Kept]:
    for entry in entries:
        yield entry
        size -= entry.weight
        if size <= 0 or entry.order % count == count - 1:
            return


def _after(kept: list[Kept], ring: Ring[Kept], place: int) -> int:
    return kept[-1].place + 1 if kept else max(place, ring.first)
