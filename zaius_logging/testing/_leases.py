"""What every lease promises that lets one of many work, as checks; `contracts.check_lease` runs them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

_CONTENDERS = 8
_LATE = 2.0  # seconds after its end within which a lease must be free for others
_LOOK = 0.01


class SharedLease(Protocol):
    """One who asks for a lease. All who are made ask for the same one, as processes of a service would.

    Attributes:
        seconds: that a lease lasts after it was asked for, unless it is renewed. The checks wait for its end
            a few times: give one of a second.
    """

    seconds: float

    def acquire(self) -> str | None:
        """Ask for the lease. Gives what this grant alone is named; None where another has it."""
        ...

    def renew(self, token: str) -> bool:
        """Have it for `seconds` more. False where the grant has ended; then nothing has changed."""
        ...

    def holds(self, token: str) -> bool:
        """Whether the grant has not ended. What only its holder may do must compare this in the same step."""
        ...

    def release(self, token: str) -> None:
        """Give it back, where the grant has not ended."""
        ...

    def close(self) -> None:
        """Let go of connections, and of nothing else. May be called twice."""
        ...


Make = Callable[[], SharedLease]


def expect(true: object, why: str) -> None:
    """Say what is broken, if it is.

    Raises:
        BrokenError: it is not true.
    """
    if not true:
        raise BrokenError(why)


class BrokenError(Exception):
    """A promise is not kept; the text says how."""


def _granted(lease: SharedLease, why: str) -> str:
    """Ask until it is granted, for as long as another's may last."""
    until = time.monotonic() + lease.seconds + _LATE
    while (token := lease.acquire()) is None:
        expect(time.monotonic() < until, why)
        time.sleep(_LOOK)
    return token


def _first(lease: SharedLease) -> str:
    return _granted(lease, "nobody has it, and it is not granted")


def _one_of_many(lease: SharedLease, make: Make) -> None:
    """Of many who ask at once, one is granted it."""
    lease.release(_first(lease))
    others = [make() for _ in range(_CONTENDERS)]
    begin, found = threading.Barrier(_CONTENDERS), []

    def ask(each: SharedLease) -> None:
        begin.wait()
        found.append(each.acquire())

    threads = [threading.Thread(target=ask, args=(each,)) for each in others]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tokens = [token for token in found if token is not None]
        expect(len(found) == _CONTENDERS, f"{_CONTENDERS - len(found)} calls raised")
        expect(len(tokens) == 1, f"{len(tokens)} of {_CONTENDERS} were granted it")
        lease.release(tokens[0])
    finally:
        for each in others:
            each.close()


def _kept_by_renewal(lease: SharedLease, make: Make) -> None:
    """Nobody else is granted it while it is renewed."""
    token, other = _first(lease), make()
    try:
        until = time.monotonic() + 2 * lease.seconds
        while time.monotonic() < until:
            expect(lease.renew(token), "the holder cannot renew it")
            expect(other.acquire() is None, "another was granted it")
            expect(lease.holds(token), "holds() says that it has ended")
            time.sleep(lease.seconds / 10)
        lease.release(token)
    finally:
        other.close()


def _replaced(lease: SharedLease, make: Make) -> None:
    """A holder that is not heard of is replaced when the lease ends, not before, and soon after."""
    token, other = _first(lease), make()
    asked = time.monotonic()
    expect(lease.renew(token), "the holder cannot renew it")
    try:
        following = _granted(other, "it never ends")
        expect(time.monotonic() - asked >= 0.95 * lease.seconds, "it ended early")
        other.release(following)
    finally:
        other.close()


def _fenced(lease: SharedLease, make: Make) -> None:
    """A grant that has ended is over for good: it can neither be renewed, nor give back another's."""
    token, other = _first(lease), make()
    try:
        following = _granted(other, "it never ends")
        expect(not lease.holds(token), "holds() is true for the former holder")
        expect(not lease.renew(token), "the former holder has renewed it")
        lease.release(token)
        expect(other.holds(following), "the former holder has given another's back")
        expect(lease.acquire() is None, "the former holder was granted another's")
        other.release(following)
    finally:
        other.close()


def _handed_over(lease: SharedLease, make: Make) -> None:
    """Given back, it is the next one's at once; giving it back twice changes nothing."""
    token, other = _first(lease), make()
    try:
        lease.release(token)
        expect(not lease.holds(token), "it holds what it has given back")
        following = other.acquire()
        expect(following is not None, "the next one must wait")
        lease.release(token)
        expect(following and other.holds(following), "the second time gave another's back")
        other.release(following or "")
    finally:
        other.close()


def _names(lease: SharedLease, _make: object) -> None:
    """Each grant has a name of its own, also for the same holder."""
    seen = set()
    for _ in range(20):
        token = _first(lease)
        expect(token not in seen, "a name was given twice")
        seen.add(token)
        lease.release(token)


def _closed(lease: SharedLease, make: Make) -> None:
    """Closing gives nothing back, and may be done twice; the next call opens again."""
    token, other = _first(lease), make()
    try:
        lease.close()
        lease.close()
        expect(other.acquire() is None, "another was granted it after close()")
        expect(lease.renew(token), "it cannot be renewed after close()")
        lease.release(token)
    finally:
        other.close()


LEASE: Sequence[tuple[str, Callable[[SharedLease, Make], None]]] = (
    ("P3", _replaced),
    ("P4", _one_of_many),
    ("P4", _kept_by_renewal),
    ("P7", _fenced),
    ("P7", _names),
    ("P8", _handed_over),
    ("P14", _closed),
)
