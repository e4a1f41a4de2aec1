"""What every lease promises that lets one of many work, as checks; `contracts.check_lease` runs them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from ._contract import (
    Network,
    expect,
    full_disk,
    given_key,
    in_child,
    keeps_others_going,
    leaves_others_alone,
    shows_key,
)

_TRIES = 3  # of what must be done before the lease ends
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


def _forks(lease: SharedLease, _make: object) -> None:
    """A forked child that closes its copy takes nothing from its parent."""
    for _ in range(_TRIES):
        token = _first(lease)
        asked = time.monotonic()
        in_child(lease.close)
        if lease.renew(token):
            lease.release(token)
            return
        expect(time.monotonic() - asked >= lease.seconds, "the parent's grant has ended")


def _fails_closed(lease: SharedLease, make: Make) -> None:
    """Where neither disk nor network works, nobody is granted what another has."""
    token = _first(lease)
    expect(lease.renew(token), "the holder cannot renew it")
    asked = time.monotonic()

    def work() -> None:
        Network()
        granted = False
        with full_disk(), suppress(Exception):
            granted = make().acquire() is not None
        ended = time.monotonic() - asked >= lease.seconds
        expect(ended or not granted, "another was granted it")

    try:
        in_child(work)
    finally:
        lease.release(token)


def _hides_the_key(_lease: SharedLease, make: Make) -> None:
    """The key of the environment is in no repr, and in no grant's name."""

    def work() -> None:
        key = given_key()
        fresh = make()
        token = _first(fresh)
        fresh.release(token)
        expect(not shows_key(key, repr(fresh), str(fresh)), "it stands in the repr")
        expect(not shows_key(key, token), "it stands in the name of a grant")
        fresh.close()

    in_child(work)


def _alone(_lease: SharedLease, make: Make) -> None:
    """Files of somebody else, beside those that it writes, are left as they are."""

    def work() -> None:
        fresh = make()
        token = _first(fresh)
        fresh.renew(token)
        fresh.release(token)
        fresh.close()

    in_child(lambda: leaves_others_alone(work))


def _stops_nobody(lease: SharedLease, _make: object) -> None:
    """While it is asked for, renewed and given back no other thread stands still."""

    def work() -> None:
        token = _first(lease)
        lease.renew(token)
        lease.release(token)

    keeps_others_going(work)


CHECKS: Sequence[tuple[str, Callable[[SharedLease, Make], None]]] = (
    ("P3", _replaced),
    ("P4", _one_of_many),
    ("P4", _kept_by_renewal),
    ("P7", _fenced),
    ("P7", _names),
    ("P8", _handed_over),
    ("P9", _forks),
    ("P11", _fails_closed),
    ("P12", _hides_the_key),
    ("P14", _closed),
    ("P16", _alone),
    ("P17", _stops_nobody),
)

ELSEWHERE: Mapping[str, str] = {
    "P1": "Not a lease's: no log call asks for one, a relay does.",
    "P2": "Not a lease's: it holds no events. The relay counts them.",
    "P5": "Not a lease's: the relay's delivery says when a batch is sent again.",
    "P6": "Not a lease's: what the API answers goes to the relay's delivery.",
    "P10": "Not a lease's: a relay takes no log records, so none can come back.",
    "P13": "Not a lease's: nothing waits in it. The stream has its bound.",
    "P15": "Not a lease's: it is about log calls, and none asks for one.",
}
"""Of the other promises, who keeps them."""
