"""How long to wait after n failures.

Full jitter: a delay drawn evenly from nothing up to a doubling bound. Clients that failed together
come back spread over the whole bound, which is what a recovering server needs (M. Brooker,
"Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
"""

from __future__ import annotations

import math
from collections.abc import Callable

BASE = 0.5
CAP = 30.0

_DOUBLINGS_TO_CAP = math.ceil(
    math.log2(CAP / BASE)
)  # past the cap a larger power only risks overflow


def bound(failures: int) -> float:
    """The longest delay after `failures` failures in a row (1 or more), in seconds."""
    doublings = min(failures - 1, _DOUBLINGS_TO_CAP)
    return min(CAP, BASE * 2.0**doublings)


def delay(failures: int, uniform: Callable[[float, float], float]) -> float:
    """Draw the delay after `failures` failures in a row.

    Args:
        failures: 1 or more.
        uniform: as `random.uniform`: (low, high) -> a number between them.

    Returns:
        Seconds, between 0 and `bound(failures)`.
    """
    return uniform(0.0, bound(failures))
