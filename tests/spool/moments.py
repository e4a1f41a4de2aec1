"""Strikes at each line of the journal's code, one after the other, as a signal handler does."""

import sys
from itertools import count
from pathlib import Path

from zaius_logging._process.frames import called_by_a_finaliser
from zaius_logging._spool.journal import upkeep

JOURNAL = str(Path(upkeep.__file__).parent)


class Limit(BaseException):
    """As a time limit raises out of a signal handler."""


def at_each_line(call, strike):
    """Call it, and strike at each line of the journal's code, with the line's number, as a signal handler does."""
    number = count(1)
    before = sys.gettrace()

    def trace(frame, what, _):
        if not frame.f_code.co_filename.startswith(JOURNAL) or called_by_a_finaliser():
            return None
        if what == "line":
            sys.settrace(None)
            strike(next(number))
            sys.settrace(trace)
        return trace

    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)


def interrupted_at(step, call):
    """Call it, and raise at the `step`th line of the journal's code. False if it has fewer."""

    def strike(number):
        if number == step:
            raise Limit

    try:
        at_each_line(call, strike)
    except Limit:
        return True
    return False
