"""What every spool, transport and lease promises, as checks that anyone can run against a part of their own.

    from zaius_logging.testing.contracts import check_spool

    def test_my_spool(tmp_path):
        for result in check_spool(lambda: MySpool(tmp_path)):
            assert result.passed, result

P1 to P17 are the promises of the project (docs/promises.md); those that a part alone can keep are checked here.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from zaius_logging._spool.base import Spool
from zaius_logging._transport.base import Transport
from zaius_logging._transport.outcome import Delivered, Paused, Rejected, Retry, Split

from ._leases import LEASE
from ._leases import BrokenError as _BrokenError
from ._leases import SharedLease as SharedLease  # noqa: PLC0414 - handed on
from ._leases import expect as _expect

_ALL = 10**9
_MOST = 300_000  # appends until a spool counts as unbounded
_THREADS, _EACH = 8, 250
_NESTED = 5_000  # appends that a signal handler interrupts
_LONG = 5.0  # seconds that a call may take at the most


class Result(NamedTuple):
    """What one check found.

    Attributes:
        promise: which it shows, such as `P7`.
        fact: what holds, in a sentence.
        passed: whether it does.
        why: what was seen instead; blank where it passed.
    """

    promise: str
    fact: str
    passed: bool
    why: str = ""


Check = tuple[str, Callable[..., None]]


def check_spool(make: Callable[[], Spool]) -> Iterator[Result]:
    """Check a spool.

    Args:
        make: makes one on the same place each time, as the next process of a service would. A check empties
            it, closes it and makes another.
    """
    for promise, check in _SPOOL:
        spool = make()
        try:
            with suppress(Exception):
                _empty(spool)
            yield _run(promise, check, spool, make)
            with suppress(Exception):
                _empty(spool)
        finally:
            spool.close()


def check_transport(make: Callable[[], Transport]) -> Iterator[Result]:
    """Check a transport. It is asked to send one harmless event, marked `active_event: false`, again and again."""
    for promise, check in _TRANSPORT:
        transport = make()
        try:
            yield _run(promise, check, transport, make)
        finally:
            transport.close()


def check_lease(make: Callable[[], SharedLease]) -> Iterator[Result]:
    """Check a lease, by which one of many works at a time.

    Args:
        make: makes one more who asks for the same lease, as another process of a service would. Nobody
            else may have it meanwhile.
    """
    for promise, check in LEASE:
        lease = make()
        try:
            yield _run(promise, check, lease, make)
        finally:
            lease.close()


def _run(promise: str, check: Callable[..., None], *arguments: object) -> Result:
    fact = (check.__doc__ or "").partition("\n")[0]
    try:
        check(*arguments)
    except _BrokenError as error:
        return Result(promise, fact, passed=False, why=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a part raises breaks its promise
        return Result(promise, fact, passed=False, why=f"raised {type(error).__name__}: {error}")
    return Result(promise, fact, passed=True)


def _item(number: int) -> bytes:
    return b'{"n":%d}' % number


def _items(spool: Spool) -> list[bytes]:
    return [item for _, item in spool.peek(_ALL, _ALL)]


def _empty(spool: Spool) -> None:
    spool.maintain()  # what an earlier one has left comes in
    for _ in range(_MOST):  # one that forgets nothing would go on for ever
        pairs = spool.peek(500, _ALL)
        if not pairs:
            return
        spool.remove([place for place, _ in pairs])


def _filled(spool: Spool, count: int) -> list[bytes]:
    items = [_item(number) for number in range(count)]
    for item in items:
        _expect(spool.append(item), "append said that there is no room")
    return items


# Spools


def _never_raises(spool: Spool, _make: object) -> None:
    """Appending takes any bytes, and raises nothing."""
    for item in (b"{}", b"", b"\0\n\xff", b"x" * 200_000, '{"a":"ü"}'.encode()):
        spool.append(item)


def _conserves(spool: Spool, _make: object) -> None:
    """What waits is what was appended less what was removed, at each step."""
    items = _filled(spool, 10)
    _expect(spool.waiting().count == len(items), "waiting() counts something else")
    pairs = spool.peek(4, _ALL)
    spool.remove([place for place, _ in pairs])
    spool.remove([place for place, _ in pairs])
    _expect(spool.waiting().count == len(items) - 4, "removing twice is not removing once")
    _expect(_items(spool) == items[4:], "other items are left")


def _stays(spool: Spool, _make: object) -> None:
    """Looking takes nothing away: an item stays, with its id, until it is removed."""
    _filled(spool, 5)
    _expect(spool.peek(5, _ALL) == spool.peek(5, _ALL), "two looks give different pairs")


def _bounds(spool: Spool, _make: object) -> None:
    """A look keeps to its bounds, but gives one item at least."""
    _filled(spool, 10)
    _expect(
        len(spool.peek(3, _ALL)) == 3,  # noqa: PLR2004
        "more or fewer than were asked for",
    )
    _expect(len(spool.peek(_ALL, 1)) == 1, "not one item where one is too large")
    _expect(
        len(spool.peek(_ALL, len(_item(0)) * 3)) <= 3,  # noqa: PLR2004
        "more bytes than were asked for",
    )


def _dead_letters(spool: Spool, _make: object) -> None:
    """Exactly the rejected items leave."""
    items = _filled(spool, 6)
    pairs = spool.peek(6, _ALL)
    spool.dead_letter({pairs[1][0]: "bad", pairs[4][0]: "bad"}, "rejected")
    left = [items[at] for at in (0, 2, 3, 5)]
    _expect(_items(spool) == left, "others left, or stayed")


def _order(spool: Spool, _make: object) -> None:
    """Items come out in the order of the calls, and their ids rise."""
    items = _filled(spool, 600)
    pairs = spool.peek(_ALL, _ALL)
    _expect([item for _, item in pairs] == items, "another order")
    places = [place for place, _ in pairs]
    _expect(places == sorted(set(places)), "ids that do not rise")


def _reopens(spool: Spool, _make: object) -> None:
    """It may be closed at any time, and twice; the next append opens it again."""
    _filled(spool, 3)
    spool.close()
    spool.close()
    _expect(spool.append(_item(3)), "it takes nothing after close()")
    kept = _items(spool)
    _expect(_item(3) in kept, "what was appended after close() is not there")
    _expect(
        len(kept) == 4,  # noqa: PLR2004
        f"{len(kept)} items instead of 4 after close()",
    )


def _durable(spool: Spool, make: Callable[[], Spool]) -> None:
    """What is left is there for the next process, if it says that it is durable."""
    items = _filled(spool, 20)
    if not spool.durable:
        _expect(spool.perishable() == items, "perishable() names other items")
        return
    spool.close()
    following = make()
    try:
        following.maintain()
        _expect(_items(following) == items, "the next one finds something else")
        _empty(following)
    finally:
        following.close()


def _forks(spool: Spool, _make: object) -> None:
    """In a forked child nothing waits: what was inherited is the parent's."""
    if not hasattr(os, "fork"):
        return
    items = _filled(spool, 5)
    child = os.fork()
    if not child:
        try:
            spool.after_fork_in_child()
            os._exit(spool.waiting().count)
        except BaseException:  # noqa: BLE001 - only its status is heard of
            os._exit(99)
    _, status = os.waitpid(child, 0)
    left = os.waitstatus_to_exitcode(status)
    _expect(left == 0, f"{left} items wait in the child")
    _expect(_items(spool) == items, "the parent has lost items to its child")


def _bounded(spool: Spool, _make: object) -> None:
    """It is bounded: at last it says no, and nothing has changed then."""
    item = b'{"x":"%b"}' % (b"x" * 4000)
    for _ in range(_MOST):
        if not spool.append(item):
            break
    else:
        raise _BrokenError(f"it took {_MOST:,} items of 4 kB")
    count = spool.waiting().count
    spool.append(item)
    _expect(spool.waiting().count <= count + 1, "a no has changed what waits")
    _empty(spool)
    _expect(spool.append(item), "it has no room again once it is empty")


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
    _expect(len(items) == _THREADS * _EACH, f"{len(items)} of {_THREADS * _EACH} items")
    _expect(len(set(items)) == len(items), "an item twice")


def _signals(spool: Spool, _make: object) -> None:
    """A signal handler appends in the middle of an append: both items are there, and nothing waits for a lock."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        return
    nested: list[bool] = []

    def hear(*_: object) -> None:
        nested.append(spool.append(_item(len(nested))))

    before = signal.signal(signal.SIGALRM, hear)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        until, own = time.monotonic() + 0.5, 0
        while time.monotonic() < until and own < _NESTED:
            own += spool.append(_item(own))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    count = spool.waiting().count
    _expect(count == own + sum(nested), f"{count} of {own + sum(nested)} items")


def _maintains(spool: Spool, _make: object) -> None:
    """What is due takes no time while nothing is, and is given in seconds."""
    _filled(spool, 3)
    before = time.monotonic()
    for _ in range(100):
        _expect(spool.maintain() >= 0, "maintain() gave no number of seconds")
    _expect(time.monotonic() - before < _LONG, "100 calls took 5 s")


_SPOOL: Sequence[Check] = (
    ("P1", _never_raises),
    ("P2", _conserves),
    ("P3", _durable),
    ("P4", _stays),
    ("P6", _dead_letters),
    ("P7", _order),
    ("P9", _forks),
    ("P13", _bounds),
    ("P13", _bounded),
    ("P14", _reopens),
    ("P15", _signals),
    ("P15", _threads),
    ("P17", _maintains),
)


# Transports

_EVENT = (
    b'{"type":"zaius_logging","action":"certify","identifiers":{"vuid":"0123456789abcdef0123456789abcdef"},'
    b'"data":{"active_event":false,"idempotence_id":"certify"}}'
)
_OUTCOMES = (Delivered, Rejected, Split, Retry, Paused)


def _answers(transport: Transport, _make: object) -> None:
    """Sending gives an outcome, and raises nothing."""
    outcome = transport.send([_EVENT])
    _expect(isinstance(outcome, _OUTCOMES), f"gave {type(outcome).__name__}")


def _names_places(transport: Transport, _make: object) -> None:
    """A rejection names places that are in the batch."""
    outcome = transport.send([_EVENT, b'{"type":"","identifiers":{}}'])
    if isinstance(outcome, Rejected):
        _expect(set(outcome.places) <= {0, 1}, f"names {sorted(outcome.places)}")


def _closes(transport: Transport, _make: object) -> None:
    """It may be closed at any time, and twice; the next send opens it again."""
    transport.close()
    transport.close()
    _expect(isinstance(transport.send([_EVENT]), _OUTCOMES), "it sends nothing after close()")


def _sends_in_child(transport: Transport, _make: object) -> None:
    """A forked child sends by connections of its own, and the parent goes on."""
    if not hasattr(os, "fork"):
        return
    transport.send([_EVENT])
    child = os.fork()
    if not child:
        try:
            transport.after_fork_in_child()
            os._exit(0 if isinstance(transport.send([_EVENT]), _OUTCOMES) else 1)
        except BaseException:  # noqa: BLE001 - only its status is heard of
            os._exit(99)
    _, status = os.waitpid(child, 0)
    _expect(os.waitstatus_to_exitcode(status) == 0, "the child could not send")
    _expect(isinstance(transport.send([_EVENT]), _OUTCOMES), "the parent cannot send any more")


def _names_loggers(transport: Transport, _make: object) -> None:
    """It names the loggers that it may log to."""
    _expect(all(isinstance(name, str) for name in transport.loggers), "loggers are no names")


_TRANSPORT: Sequence[Check] = (
    ("P1", _answers),
    ("P6", _names_places),
    ("P9", _sends_in_child),
    ("P10", _names_loggers),
    ("P14", _closes),
)
