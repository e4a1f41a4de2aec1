"""Calls a method again and again on a thread of its own."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable

from zaius_logging._process.background import BackgroundThread
from zaius_logging._process.wakeup import Wakeup

_LONGEST = 0.5  # seconds that `stop` waits for a method that does not return


class Ticker:
    """Calls a method until it is stopped, its object is garbage, or this is a forked child.

    Args:
        method: bound; its object is not kept alive.
        every: seconds between two calls.
    """

    def __init__(self, method: Callable[[], object], every: float) -> None:
        self._method = weakref.WeakMethod(method)
        self._every = every
        self._wakeup = Wakeup()
        self.thread: threading.Thread | None = None

    def start(self) -> bool:
        """Start the thread unless it runs. False where none can be had."""
        if self.thread is not None and self.thread.is_alive():
            return True
        thread = BackgroundThread("zaius-logging-sync", self._run)
        self._wakeup = Wakeup()  # anew: gevent may have replaced threading's locks since the last
        self.thread = thread
        try:
            thread.start()
        except RuntimeError:
            self.thread = None
        return self.thread is not None

    def stop(self) -> None:
        """Have the thread end, and wait for that unless a disk hangs or the caller is the thread."""
        thread, self.thread = self.thread, None
        self._wakeup.wake()
        if thread is not None and thread.ident not in {None, threading.get_ident()}:
            thread.join(_LONGEST)

    def _run(self) -> None:
        process = os.getpid()  # gevent's threads live on in a forked child
        while self.thread is threading.current_thread() and os.getpid() == process:
            method = self._method()
            if method is None:
                return
            method()
            del method
            self._wakeup.wait(self._every)
