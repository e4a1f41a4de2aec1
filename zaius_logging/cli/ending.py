"""Ctrl-C and SIGTERM: an order to end, heard once."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

INTERRUPTED, TERMINATED = 130, 143
"""Exit statuses, as a shell has them: 128 and the number of the signal."""


class Ending:
    """Makes SIGTERM do what Ctrl-C does, and lets neither disturb the end that has begun.

    The first signal raises KeyboardInterrupt in the main thread. Once it is over (`hush`), they are only
    noted, so that what waits is sent within its time; a second Ctrl-C ends that, too. A signal that was
    ignored when the process began (nohup, a shell's background job) stays ignored.

    Attributes:
        heard: the number of the first signal; 0 if none came.
    """

    def __init__(self) -> None:
        self.heard = 0
        self._quiet = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Ending:  # noqa: PYI034 - typing has no Self in Python 3.10
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) != signal.SIG_IGN:
                try:
                    self._before[number] = signal.signal(number, self._hear)
                except ValueError:  # not in the main thread: signals are somebody else's
                    return self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, _: FrameType | None) -> None:
        again = bool(self.heard) and number == signal.SIGINT
        self.heard = self.heard or number
        if again or not self._quiet:
            self._quiet = True
            raise KeyboardInterrupt

    def hush(self) -> None:
        """From here on, only note signals."""
        self._quiet = True

    def listen(self) -> None:
        """From here on, a signal ends it again."""
        self._quiet = False

    @property
    def status(self) -> int:
        """What to end with where one of them ended it."""
        return TERMINATED if self.heard == signal.SIGTERM else INTERRUPTED

    @property
    def word(self) -> str:
        """What happened, for people."""
        return "ended by SIGTERM" if self.heard == signal.SIGTERM else "interrupted"
