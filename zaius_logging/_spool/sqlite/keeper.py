"""The barrier's thread: makes commits durable soon after they were made, whatever else goes on."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from contextlib import suppress

from zaius_logging._process.wakeup import Wakeup


class Keeper:
    """Calls `work` on a thread of its own, `delay` seconds after the first ring since the last call.

    The listener's thread cannot do this: it may sit in a request for ten seconds. Nobody wakes while
    nobody rings, and a ring costs its caller a look at a flag, but for one in `delay`.

    Args:
        work: must not raise.
        delay: seconds.
    """

    def __init__(self, work: Callable[[], object], delay: float) -> None:
        self._work = work
        self._delay = delay
        self._wakeup: Wakeup | None = None  # made with the thread: gevent may patch in between
        self._ended = False
        self.rung = False

    def wake(self) -> None:
        """Ask for the work; who finds `rung` set need not."""
        self.rung = True
        if self._wakeup is None and not self._ended:
            self._wakeup = Wakeup()
            thread = threading.Thread(
                target=self._run, args=(self._wakeup,), name="zaius-spool", daemon=True
            )
            with suppress(RuntimeError):  # the interpreter is ending: close() does the work
                thread.start()
        if self._wakeup is not None:
            self._wakeup.wake()

    def end(self) -> None:
        """End the thread. It is not waited for: it may sit in a sync."""
        self._ended = True
        if self._wakeup is not None:
            self._wakeup.wake()

    def _run(self, wakeup: Wakeup) -> None:
        while True:
            wakeup.wait(math.inf)
            if not self._ended:
                wakeup.wait(self._delay)  # only `end` rings now
            if self._ended:
                return
            self.rung = False  # what is committed from here on rings again
            self._work()
