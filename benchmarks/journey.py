"""Follows one record through the code: which files it enters on each side, and how often it moves between them.

    python -m benchmarks.journey

The first event starts the thread; the second is followed. A move is a call or a return that goes from one of our
files to another.
"""

import logging
import sys
import tempfile
import threading
from pathlib import Path

import zaius_logging
from zaius_logging import StubTransport, ZaiusHandler

ROOT = str(Path(zaius_logging.__file__).parent)
EVENT = {
    "type": "order",
    "action": "purchase",
    "identifiers": {"customer_id": 17},
    "data": {"total": 9.9},
}


class Steps:
    """Notes, for each thread, the files of ours that run, in order, without repetitions."""

    def __init__(self):
        self.on = False
        self.files = {}

    def trace(self, frame, _event, _):
        """What sys.settrace calls at each call, line and return."""
        if self.on and frame.f_code.co_filename.startswith(ROOT):
            file = frame.f_code.co_filename[len(ROOT) + 1 :]
            seen = self.files.setdefault(threading.get_ident(), [])
            if not seen or seen[-1] != file:
                seen.append(file)
        return self.trace


def journey(**settings):
    """Log two events, follow the second. Gives (the caller's files in order, the thread's)."""
    steps = Steps()
    threading.settrace(steps.trace)
    logger = logging.getLogger("journey")
    logger.propagate = False
    handler = ZaiusHandler(
        transport=StubTransport(), api_key="any", flush_interval=0.01, **settings
    )
    logger.handlers = [handler]
    logger.warning("first", extra={"zaius": EVENT})
    assert handler.flush(10)
    sys.settrace(steps.trace)
    steps.on = True
    logger.warning("followed", extra={"zaius": EVENT})
    steps.on = False
    sys.settrace(None)
    steps.on = True
    while handler.stats().delivered < 2:
        handler_is_waited_for.wait(0.01)
    steps.on = False
    me = steps.files.pop(threading.get_ident(), [])
    handler.close()
    threading.settrace(None)
    return me, [file for files in steps.files.values() for file in files]


handler_is_waited_for = threading.Event()  # never set: a pause that holds no lock


def main():
    """Print both journeys, in memory and on disk."""
    with tempfile.TemporaryDirectory() as directory:
        for name, settings in {
            "memory": {},
            "disk": {"spool_dir": directory, "account": "journey"},
        }.items():
            for side, files in zip(("log call", "thread"), journey(**settings), strict=True):
                print(f"{name}, {side}: {len(set(files))} files, {max(0, len(files) - 1)} moves")
                print(f"    {' > '.join(dict.fromkeys(files))}")


if __name__ == "__main__":
    main()
