"""What the tests of the listener share: a transport that hangs, and waiting for a fact."""

import threading
import time

from zaius_logging import StubTransport


class Gate(StubTransport):
    """A transport whose `send` hangs, as a server can, until the test opens it."""

    def __init__(self, outcomes=()):
        super().__init__(outcomes)
        self.entered = threading.Event()
        self.open = threading.Event()

    def send(self, items):
        self.entered.set()
        assert self.open.wait(30)
        return super().send(items)


def never(low, high):
    """No jitter at all: a retry is due at once."""
    return 0.0


def senders():
    """The threads that send and run: an interrupted start leaves one in that list that never will."""
    return [
        each for each in threading.enumerate() if each.name == "zaius-logging" and each.is_alive()
    ]


def no_thread(listener):
    thread = listener._thread
    return thread is None or not thread.is_alive()


def wait_for(fact, seconds=10):
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0)


def adds_up(stats):
    return stats.accepted == (
        stats.delivered + stats.rejected + sum(stats.dropped.values()) + stats.pending
    )


def numbers(count, start=0):
    return [b'{"n":%d}' % n for n in range(start, start + count)]


def sent(transport):
    return [event["n"] for event in transport.events]
