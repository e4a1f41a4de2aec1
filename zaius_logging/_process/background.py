"""A thread that does not keep the process alive."""

from __future__ import annotations

import threading
from collections.abc import Callable


class BackgroundThread(threading.Thread):
    """A daemon thread; in a subinterpreter, which allows none from Python 3.12 on, a plain one.

    A plain one would be waited for at the end: `lifecycle` ends it before.

    Args:
        name: for people.
        target: what it runs, unless `run` is overridden.
    """

    def __init__(self, name: str, target: Callable[[], object] | None = None) -> None:
        try:
            super().__init__(target=target, name=name, daemon=True)
        except RuntimeError:
            super().__init__(target=target, name=name, daemon=False)
