"""What every spool, transport and lease promises, as checks that anyone can run against a part of their own.

    from zaius_logging.testing.contracts import check_spool

    def test_my_spool(tmp_path):
        for result in check_spool(lambda: MySpool(tmp_path)):
            assert result.passed, result

P1 to P17 are the promises of the project (docs/certified.md). Each has its rows: what was checked, or which other
part keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from zaius_logging._spool.base import Spool
from zaius_logging._transport.base import Transport

from . import _leases, _spools, _transports
from ._contract import BrokenError as _BrokenError
from ._contract import NotHereError as _NotHereError
from ._leases import SharedLease as SharedLease  # noqa: PLC0414 - handed on

PROMISES = tuple(f"P{number}" for number in range(1, 18))


class Result(NamedTuple):
    """What one check found.

    Attributes:
        promise: which it shows, such as `P7`.
        fact: what holds, in a sentence; where the promise is not this part's, who keeps it.
        passed: whether it does.
        why: what was seen instead, or why it could not be checked on this system; blank where it passed.
        checked: False where nothing was checked.
    """

    promise: str
    fact: str
    passed: bool
    why: str = ""
    checked: bool = True


_Check = tuple[str, Callable[..., None]]


def check_spool(make: Callable[[], Spool], *, only: Container[str] = PROMISES) -> Iterator[Result]:
    """Check a spool.

    Args:
        make: makes one on the same place each time, as the next process of a service would. A check empties
            it, closes it and makes another, in forked children too.
        only: the promises to look at.
    """
    for promise, check in _wanted(_spools.CHECKS, _spools.ELSEWHERE, only):
        if isinstance(check, str):
            yield Result(promise, check, passed=True, checked=False)
            continue
        spool = make()
        try:
            with suppress(Exception):
                _spools.empty(spool)
            yield _run(promise, check, spool, make)
            with suppress(Exception):
                _spools.empty(spool)
        finally:
            spool.close()


def check_transport(
    make: Callable[[], Transport], *, only: Container[str] = PROMISES
) -> Iterator[Result]:
    """Check a transport. It is asked to send one harmless event, marked `active_event: false`, again and again.

    Args:
        make: makes one, in forked children too.
        only: the promises to look at.
    """
    return _each(make, _transports.CHECKS, _transports.ELSEWHERE, only)


def check_lease(
    make: Callable[[], SharedLease], *, only: Container[str] = PROMISES
) -> Iterator[Result]:
    """Check a lease, by which one of many works at a time.

    Args:
        make: makes one more who asks for the same lease, as another process of a service would. Nobody
            else may have it meanwhile.
        only: the promises to look at.
    """
    return _each(make, _leases.CHECKS, _leases.ELSEWHERE, only)


def _each(
    make: Callable[[], Transport] | Callable[[], SharedLease],
    checks: Sequence[_Check],
    elsewhere: Mapping[str, str],
    only: Container[str],
) -> Iterator[Result]:
    for promise, check in _wanted(checks, elsewhere, only):
        if isinstance(check, str):
            yield Result(promise, check, passed=True, checked=False)
            continue
        part = make()
        try:
            yield _run(promise, check, part, make)
        finally:
            part.close()


def _wanted(
    checks: Sequence[_Check], elsewhere: Mapping[str, str], only: Container[str]
) -> Iterator[tuple[str, Callable[..., None] | str]]:
    """Give each promise with its checks, or with the words that say who keeps it."""
    for promise in PROMISES:
        if promise in only:
            if promise in elsewhere:
                yield promise, elsewhere[promise]
            yield from (each for each in checks if each[0] == promise)


def _run(promise: str, check: Callable[..., None], *arguments: object) -> Result:
    fact = (check.__doc__ or "").partition("\n")[0]
    try:
        check(*arguments)
    except _NotHereError as error:
        return Result(promise, fact, passed=True, why=f"Not checked: {error}.", checked=False)
    except _BrokenError as error:
        return Result(promise, fact, passed=False, why=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a part raises breaks its promise
        return Result(promise, fact, passed=False, why=f"raised {type(error).__name__}: {error}")
    return Result(promise, fact, passed=True)
