"""What every spool promises, as checks; `contracts.check_spool` runs them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from zaius_logging._spool.base import Spool

from ._contract import (
    BrokenError,
    expect,
    full_disk,
    in_child,
    keeps_others_going,
    leaves_others_alone,
    records,
    within,
)

_ALL = 10**9
_MOST = 300_000  # appends until a spool counts as unbounded
_THREADS, _EACH = 8, 250
_NESTED = 5_000  # appends that a signal handler interrupts
_LONG = 5.0  # seconds that a call may take at the most
_CLOSING = 3.0  # seconds in which the end of a process must be done with a spool
_LOOK = 0.01
_OLD = 0.05  # seconds
_BETWEEN = 0.001  # seconds between two signals
_HANGS = 10.0  # seconds after which an append that was interrupted hangs

Make = Callable[[], Spool]


def _item(number: int) -> bytes:
    return b'{"n":%d}' % number


def _items(spool: Spool) -> list[bytes]:
    return [item for _, item in spool.peek(_ALL, _ALL)]


def empty(spool: Spool) -> None:
    """Take all items out of a spool."""
    spool.maintain()  # what an earlier one has left comes in
    for _ in range(_MOST):  # one that forgets nothing would go on for ever
        pairs = spool.peek(500, _ALL)
        if not pairs:
            return
        spool.remove([place for place, _ in pairs])


def _filled(spool: Spool, count: int) -> list[bytes]:
    items = [_item(number) for number in range(count)]
    for item in items:
        expect(spool.append(item), "append said that there is no room")
    return items


def _never_raises(spool: Spool, _make: object) -> None:
    """Appending takes any bytes, and raises nothing."""
    for item in (b"{}", b"", b"\0\n\xff", b"x" * 200_000, '{"a":"ü"}'.encode()):
        spool.append(item)


def _conserves(spool: Spool, _make: object) -> None:
    """What waits is what was appended less what was removed, at each step."""
    items = _filled(spool, 10)
    expect(spool.waiting().count == len(items), "waiting() counts something else")
    pairs = spool.peek(4, _ALL)
    spool.remove([place for place, _ in pairs])
    spool.remove([place for place, _ in pairs])
    expect(spool.waiting().count == len(items) - 4, "removing twice is not removing once")
    expect(_items(spool) == items[4:], "other items are left")


def _stays(spool: Spool, _make: object) -> None:
    """Looking takes nothing away: an item stays, with its id, until it is removed."""
    _filled(spool, 5)
    expect(spool.peek(5, _ALL) == spool.peek(5, _ALL), "two looks give different pairs")


def _bounds(spool: Spool, _make: object) -> None:
    """A look keeps to its bounds, but gives one item at least."""
    _filled(spool, 10)
    expect(
        len(spool.peek(3, _ALL)) == 3,  # noqa: PLR2004
        "more or fewer than were asked for",
    )
    expect(len(spool.peek(_ALL, 1)) == 1, "not one item where one is too large")
    expect(
        len(spool.peek(_ALL, len(_item(0)) * 3)) <= 3,  # noqa: PLR2004
        "more bytes than were asked for",
    )


def _dead_letters(spool: Spool, _make: object) -> None:
    """Exactly the rejected items leave."""
    items = _filled(spool, 6)
    pairs = spool.peek(6, _ALL)
    spool.dead_letter({pairs[1][0]: "bad", pairs[4][0]: "bad"}, "rejected")
    left = [items[at] for at in (0, 2, 3, 5)]
    expect(_items(spool) == left, "others left, or stayed")


def _order(spool: Spool, _make: object) -> None:
    """Items come out in the order of the calls, and their ids rise."""
    items = _filled(spool, 600)
    pairs = spool.peek(_ALL, _ALL)
    expect([item for _, item in pairs] == items, "another order")
    places = [place for place, _ in pairs]
    expect(places == sorted(set(places)), "ids that do not rise")


def _reopens(spool: Spool, _make: object) -> None:
    """It may be closed at any time, and twice; the next append opens it again."""
    _filled(spool, 3)
    spool.close()
    spool.close()
    expect(spool.append(_item(3)), "it takes nothing after close()")
    kept = _items(spool)
    expect(_item(3) in kept, "what was appended after close() is not there")
    expect(
        len(kept) == 4,  # noqa: PLR2004
        f"{len(kept)} items instead of 4 after close()",
    )


def _durable(spool: Spool, make: Make) -> None:
    """What is left is there for the next process, if it says that it is durable."""
    items = _filled(spool, 20)
    if not spool.durable:
        expect(spool.perishable() == items, "perishable() names other items")
        return
    spool.close()
    following = make()
    try:
        following.maintain()
        expect(_items(following) == items, "the next one finds something else")
        empty(following)
    finally:
        following.close()


def _forks(spool: Spool, _make: object) -> None:
    """In a forked child nothing waits: what was inherited is the parent's."""
    items = _filled(spool, 5)

    def look() -> None:
        spool.after_fork_in_child()
        left = spool.waiting().count
        expect(left == 0, f"{left} items wait in the child")

    in_child(look)
    expect(_items(spool) == items, "the parent has lost items to its child")


def _bounded(spool: Spool, _make: object) -> None:
    """It is bounded: at last it says no, and nothing has changed then."""
    item = b'{"x":"%b"}' % (b"x" * 4000)
    for _ in range(_MOST):
        if not spool.append(item):
            break
    else:
        raise BrokenError(f"it took {_MOST:,} items of 4 kB")
    count = spool.waiting().count
    spool.append(item)
    expect(spool.waiting().count <= count + 1, "a no has changed what waits")
    empty(spool)
    expect(spool.append(item), "it has no room again once it is empty")


def _threads(spool: Spool, _make: object) -> None:
    """Threads append at once: each item is there, once."""

    def append(first: int) -> None:
        for number in range(first, first + _EACH):
            spool.append(_item(number))

    threads = [threading.Thread(target=append, args=(n * _EACH,)) for n in range(_THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(_LONG)
    items = _items(spool)
    expect(len(items) == _THREADS * _EACH, f"{len(items)} of {_THREADS * _EACH} items")
    expect(len(set(items)) == len(items), "an item twice")


def _signals(spool: Spool, make: Make) -> None:
    """A signal handler appends in the middle of an append: both items are there, and nothing waits for a lock."""
    spool.close()

    def work() -> None:
        fresh = make()
        nested: list[bool] = []

        def hear(*_: object) -> None:
            nested.append(fresh.append(_item(len(nested))))
            signal.setitimer(signal.ITIMER_REAL, _BETWEEN)  # only now: a slow append meets one

        signal.signal(signal.SIGALRM, hear)
        signal.setitimer(signal.ITIMER_REAL, _BETWEEN)
        until, own = time.monotonic() + 0.5, 0
        while time.monotonic() < until and own < _NESTED:
            own += fresh.append(_item(own))
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        count = fresh.waiting().count
        expect(count == own + sum(nested), f"{count} of {own + sum(nested)} items")
        empty(fresh)
        fresh.close()

    in_child(work, _HANGS)


def _maintains(spool: Spool, _make: object) -> None:
    """What is due takes no time while nothing is, and is given in seconds."""
    _filled(spool, 3)
    before = time.monotonic()
    for _ in range(100):
        expect(spool.maintain() >= 0, "maintain() gave no number of seconds")
    expect(time.monotonic() - before < _LONG, "100 calls took 5 s")


def _ages(spool: Spool, _make: object) -> None:
    """What is too old is named, in order, and nothing younger; it stays until it is removed."""
    items = _filled(spool, 5)
    expect(not spool.expired(3600.0), "items of this moment count as an hour old")
    until, old = time.monotonic() + _LONG, spool.expired(_OLD)
    while len(old) < len(items) and time.monotonic() < until:
        time.sleep(_LOOK)
        old = spool.expired(_OLD)
    expect(
        [item for _, item in old] == items, f"{len(old)} of 5 items grow old, or in another order"
    )
    expect(_items(spool) == items, "naming them took them away")
    spool.append(_item(5))
    expect(len(spool.expired(_OLD)) <= len(items), "one of this moment counts as old")


def _ends(spool: Spool, _make: object) -> None:
    """The end of a process is done with it within three seconds, however much waits."""
    for number in range(2_000):
        spool.append(b'{"n":%d,"x":"%b"}' % (number, b"x" * 500))

    def end() -> None:
        spool.perishable()
        spool.close()

    expect(within(_CLOSING, end), "perishable() and close() took more than three seconds")


def _silent(spool: Spool, make: Make) -> None:
    """Appending logs nothing: it is itself a part of a log call."""
    spool.close()

    def work() -> None:
        fresh = make()
        with records() as found:
            _filled(fresh, 5)
            fresh.waiting()
        names = ", ".join(sorted({each.name for each in found}))
        expect(not found, f"it logs to {names}")
        empty(fresh)
        fresh.close()

    in_child(work)


def _failing_disk(spool: Spool, make: Make) -> None:
    """On a disk that is full it raises nothing, keeps what it said yes to, and works on once there is room."""
    spool.close()

    def work() -> None:
        fresh = make()
        with full_disk():
            taken = [item for item in map(_item, range(50)) if fresh.append(item)]
            fresh.maintain()
            expect(_items(fresh) == taken, "what it said yes to is not there")
            expect(fresh.waiting().count == len(taken), "waiting() counts something else")
        expect(fresh.append(_item(50)), "it takes nothing once there is room again")
        fresh.maintain()
        expect(_items(fresh) == [*taken, _item(50)], "once there is room, other items wait")
        empty(fresh)
        fresh.close()

    in_child(work)


def _alone(spool: Spool, make: Make) -> None:
    """Files of somebody else, beside its own, are left as they are."""
    spool.close()

    def work() -> None:
        fresh = make()
        _filled(fresh, 20)
        places = [place for place, _ in fresh.peek(20, _ALL)]
        fresh.dead_letter({places[0]: "bad"}, "rejected")
        fresh.remove(places[1:10])
        fresh.close()
        following = make()
        empty(following)
        following.close()

    in_child(lambda: leaves_others_alone(work))


def _stops_nobody(spool: Spool, _make: object) -> None:
    """While it works no other thread stands still."""

    def work() -> None:
        _filled(spool, 500)
        spool.maintain()
        spool.remove([place for place, _ in spool.peek(500, _ALL)])
        spool.maintain()

    keeps_others_going(work)


CHECKS: Sequence[tuple[str, Callable[[Spool, Make], None]]] = (
    ("P1", _never_raises),
    ("P2", _conserves),
    ("P3", _durable),
    ("P4", _stays),
    ("P5", _ages),
    ("P6", _dead_letters),
    ("P7", _order),
    ("P8", _ends),
    ("P9", _forks),
    ("P10", _silent),
    ("P11", _failing_disk),
    ("P13", _bounds),
    ("P13", _bounded),
    ("P14", _reopens),
    ("P15", _signals),
    ("P15", _threads),
    ("P16", _alone),
    ("P17", _maintains),
    ("P17", _stops_nobody),
)

ELSEWHERE: Mapping[str, str] = {
    "P12": "Not a spool's: it is never given the key. The transport keeps it to itself.",
}
"""Of the other promises, who keeps them."""
