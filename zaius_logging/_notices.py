"""What we tell operators: short lines on stderr, each kind at most once a minute.

Not through logging: this is the logging pipeline, and it would feed itself. No notice carries personal
data or the key.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress

INTERVAL = 60.0


class Notices:
    """Writes notices, and counts those it holds back.

    Args:
        write: takes a line; by default it goes to stderr.
        clock: steady seconds.
    """

    def __init__(
        self,
        write: Callable[[str], object] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write or _to_stderr
        self._clock = clock
        self._last: dict[str, tuple[float, int]] = {}  # kind -> (when told, held back since)

    def tell(self, kind: str, line: str, *, always: bool = False) -> None:
        """Write a line, unless one of its kind was written within the last minute.

        Args:
            kind: what it is about; not shown.
            line: for people: what happened, to how many events, what to do.
            always: a change of state, which is never held back.
        """
        now = self._clock()
        last, held = self._last.get(kind, (-INTERVAL, 0))
        if not always and now - last < INTERVAL:
            self._last[kind] = (last, held + 1)
            return
        self._last[kind] = (now, 0)
        more = f" ({held} more like it since)" if held else ""
        with suppress(Exception):  # a closed stderr must not cost an event
            self._write(f"zaius_logging: {line}{more}")


def _to_stderr(line: str) -> None:
    if sys.stderr is not None:  # pythonw has none
        sys.stderr.write(line + "\n")
