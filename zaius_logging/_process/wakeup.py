"""What wakes a thread; a signal handler may ring it."""

from __future__ import annotations

import threading
from contextlib import suppress


class Bell:
    """Wakes the thread; a signal handler may ring it.

    A raw lock used as a binary semaphore: unlike Event and Condition it has no lock of its own that an
    interrupted `ring` could hold, and ringing twice is ringing once.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def ring(self) -> None:
        """Wake who waits, or let who comes next not wait."""
        with suppress(RuntimeError):  # it was ringing already
            self._lock.release()

    def wait(self, seconds: float) -> None:
        """Wait until somebody rings, at most `seconds` (may be infinite)."""
        self._lock.acquire(timeout=min(max(seconds, 0.0), threading.TIMEOUT_MAX))
