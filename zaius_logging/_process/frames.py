"""Tells by its callers what a call is for: the garbage collector and signal handlers make theirs anywhere."""

from __future__ import annotations

import sys
from types import FrameType


def interrupts(function: object) -> bool:
    """Whether a function of Python's is among the callers, and waits with all that it holds."""
    code = getattr(function, "__code__", None)
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - see below
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None


def calls_of(function: object) -> tuple[int, ...]:
    """Tell apart the calls of a function of Python's that are among the callers, by the ids of their frames."""
    code = getattr(function, "__code__", None)
    found = []
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - see below
    while frame is not None:
        if frame.f_code is code:
            found += [id(frame), id(frame.f_back)]
        frame = frame.f_back
    return tuple(found)


def called_by_a_finaliser() -> bool:
    """Whether a `__del__` or a `weakref.finalize` is among the callers.

    The collector runs them in whatever thread allocates next, the one that sends included: an event that
    they log is the application's, and would else be taken for something that sending has logged.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - CPython's; inspect imports much for it
    while frame is not None:
        if frame.f_code.co_name == "__del__" or frame.f_globals.get("__name__") == "weakref":
            return True
        frame = frame.f_back
    return False
