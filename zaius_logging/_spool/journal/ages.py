"""How old an event is, though hosts are suspended and wall clocks are wrong.

Within one start of the machine the steady clock knows, which counts while the host is suspended. From one
start to the next only wall clocks can tell, and one of the two may have been wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

GRACE = 3600.0
"""Seconds for which events of an earlier start of the machine are tried, however old they look."""


# macOS has no CLOCK_BOOTTIME; there CLOCK_MONOTONIC counts on. Windows has neither, nor a boot id.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))

steady: Callable[[], float] = (
    time.monotonic if _CLOCK is None else partial(time.clock_gettime, _CLOCK)
)
"""Seconds that rise even while the host is suspended. No function of ours: each log call asks."""


def boot_id() -> str:
    """Say which start of the machine this is; blank where the system does not tell."""
    with suppress(OSError), open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()
    return ""


class Clocks:
    """Both clocks, and which start of the machine they are of.

    Args:
        steady: seconds.
        wall: seconds since 1970.
        boot: of the machine's start.
    """

    __slots__ = ("boot", "steady", "wall")

    def __init__(
        self, steady: Callable[[], float], wall: Callable[[], float], boot: str | None
    ) -> None:
        self.steady = steady
        self.wall = wall
        self.boot = boot_id() if boot is None else boot

    def age(self, milliseconds: int, boot: str, ahead: float, found: float) -> float:
        """Seconds since a line was written.

        Args:
            milliseconds: its time.
            boot: of the machine's start when its segment was made.
            ahead: seconds by which the segment's clock was ahead of the steady one.
            found: the steady clock when we found the segment.
        """
        if boot and boot == self.boot:
            return self.steady() + ahead - milliseconds / 1000
        known = self.steady() - found
        if known < GRACE:
            return 0.0
        age = self.wall() - milliseconds / 1000
        return age if age >= 0 else known
