"""What we tell operators: short lines, each kind at most once a minute, on stderr by default.

Not through logging unless asked for: this is the logging pipeline. Where a logger is asked for, what it
does cannot come back here, because a thread that is telling tells nothing else. No notice carries
personal data or the key.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

INTERVAL = 60.0
STDERR = "stderr"


class Notices:
    """Writes notices, and counts those it holds back.

    Args:
        to: `stderr`, the name of a logger (which gets them at level WARNING), or what takes a line.
        clock: steady seconds.

    Attributes:
        loggers: names of loggers that `tell` may log to; see `Transport.loggers`.
    """

    def __init__(
        self,
        to: str | Callable[[str], object] = STDERR,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = _writer(to)
        self.loggers: Sequence[str] = (to,) if isinstance(to, str) and to != STDERR else ()
        self._clock = clock
        self._last: dict[str, tuple[float, int]] = {}  # kind -> (when told, held back since)
        self._telling: set[int] = set()  # threads in the middle of it

    def tell(self, kind: str, line: str, *, always: bool = False) -> None:
        """Write a line, unless one of its kind was written within the last minute.

        Args:
            kind: what it is about; not shown.
            line: for people: what happened, to how many events, what to do.
            always: a change of state, which is never held back.
        """
        now = self._clock()
        last, held = self._last.get(kind, (-INTERVAL, 0))
        me = threading.get_ident()
        if me in self._telling or (not always and now - last < INTERVAL):
            self._last[kind] = (last, held + 1)
            return
        self._last[kind] = (now, 0)
        more = f" ({held} more like it since)" if held else ""
        self._telling.add(me)
        try:
            with suppress(Exception):  # a closed stderr must not cost an event
                self._write(f"zaius_logging: {line}{more}")
        finally:
            self._telling.discard(me)


def _writer(to: str | Callable[[str], object]) -> Callable[[str], object]:
    if not isinstance(to, str):
        return to
    if to == STDERR:
        return _to_stderr
    logger = logging.getLogger(to)
    return lambda line: logger.warning("%s", line)


def _to_stderr(line: str) -> None:
    if sys.stderr is not None:  # pythonw has none
        sys.stderr.write(line + "\n")
