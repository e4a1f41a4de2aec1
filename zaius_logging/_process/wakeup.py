"""A wake-up call for a waiting thread, which a signal handler may give."""

from __future__ import annotations

import threading
from contextlib import suppress


class Wakeup:
    """Ends another thread's waiting.

    A raw lock used as a binary semaphore: unlike Event and Condition it has no lock of its own that an
    interrupted `wake` could hold, and waking twice is waking once.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def wake(self) -> None:
        """Wake the thread that waits, or let the next one not wait."""
        if self._lock.locked():  # else it is awake already
            with suppress(RuntimeError):  # another thread was faster
                self._lock.release()

    def wait(self, seconds: float) -> None:
        """Wait until somebody wakes us, at most `seconds` (may be infinite)."""
        self._lock.acquire(timeout=min(max(seconds, 0.0), threading.TIMEOUT_MAX))
