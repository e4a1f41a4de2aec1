"""The spool in memory keeps its bounds, and knows its bytes, also after an interruption at any line."""

import sys

import pytest

from zaius_logging import MemorySpool
from zaius_logging._spool import memory


@pytest.mark.parametrize("capacity", [1, 2, 10])
def test_it_is_bounded_by_count(capacity):
    """It takes exactly so many, whether it measures at each call or not; when one leaves there is room for one."""
    spool = MemorySpool(capacity)
    assert [spool.append(b"{}") for _ in range(capacity + 2)] == [True] * capacity + [False] * 2
    spool.remove([id_ for id_, _ in spool.peek(1, 10_000)])
    assert [spool.append(b"{}") for _ in range(2)] == [True, False]
    assert spool.waiting().count == capacity


def test_it_is_bounded_by_bytes():
    """What would go beyond is not taken, and nothing has changed; when something leaves there is room again."""
    spool = MemorySpool(capacity_bytes=1000)
    assert spool.append(b"x" * 600)
    assert not spool.append(b"y" * 600)
    assert spool.waiting()[:2] == (1, 600)
    spool.remove([id_ for id_, _ in spool.peek(10, 10_000)])
    assert spool.append(b"y" * 600)


class Interrupted(BaseException):
    """What a signal handler raises."""


def interrupt(call, nth):
    """Raise at the nth line of the spool that a call runs; give whether there were so many."""
    left = nth

    def trace(frame, what, _arg):
        nonlocal left
        if frame.f_code.co_filename != memory.__file__:
            return None
        if what == "line":
            left -= 1
            if not left:
                sys.settrace(None)
                raise Interrupted
        return trace

    before = sys.gettrace()  # of coverage, say
    sys.settrace(trace)
    try:
        call()
    except Interrupted:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("what", ["append", "remove", "waiting"])
def test_an_interruption_at_any_line_leaves_count_and_bytes_that_agree(what):
    """As an exception out of a signal handler: the next look counts what is there."""
    nth, goes_on = 0, True
    while goes_on:
        nth += 1
        spool = MemorySpool()
        for size in (10, 20, 30, 40):
            spool.append(b"x" * size)
        assert spool.waiting()[:2] == (4, 100)
        first = [id_ for id_, _ in spool.peek(2, 100)]
        calls = {
            "append": lambda: spool.append(b"x" * 50),  # noqa: B023 - called at once
            "remove": lambda: spool.remove(first),  # noqa: B023
            "waiting": spool.waiting,
        }
        goes_on = interrupt(calls[what], nth)
        there = [len(item) for item in spool.perishable()]
        assert spool.waiting()[:2] == (len(there), sum(there)), nth
        spool.append(b"x" * 60)
        assert spool.waiting()[:2] == (len(there) + 1, sum(there) + 60), nth
    assert nth > 3
