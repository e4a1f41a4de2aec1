"""A clock that only runs forward, also while tests freeze time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

steady: Callable[[], float] = (
    # freezegun and time-machine replace `time.monotonic`; a thread that waits by it would wait for ever.
    # They leave this one alone. Windows has none.
    partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    if hasattr(time, "CLOCK_MONOTONIC")
    else time.monotonic
)
"""Seconds of the system's steady clock, which no test, user or time server can set."""
