"""The one background thread: does what the delivery machine says.

A standard `QueueListener` whose queue is the spool. Its loop is `dequeue` (wait until a batch is due)
and `handle` (send it, and have it settled). Here is when it waits, when it is woken, how it starts and
ends; what to send when is decided in `_delivery`, what becomes of a batch in `_clerk`, the numbers are in
`_books` and the words in `_teller`.

Who logs takes no lock but the spool's, and wakes the thread only at an event that changes what it does.
The thread says which that is before it waits, and then looks once more what has come; who appends looks
at it afterwards. So one of the two always sees the other.

The thread takes neither the handler's lock nor logging's own: whoever waits for it may hold them.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from logging.handlers import QueueListener
from typing import Any

from zaius_logging._errors import ConfigError
from zaius_logging._operators.notices import Notices
from zaius_logging._process.frames import interrupts
from zaius_logging._process.uwsgi import is_master
from zaius_logging._process.wakeup import Wakeup
from zaius_logging._spool.base import Spool
from zaius_logging._stats import Stats
from zaius_logging._transport.base import Transport
from zaius_logging._transport.outcome import Retry

from .ledger import Books
from .machine import Decision, Delivery, Send, Stop, Wait
from .reporter import Callback, Teller
from .settlement import Batch, Clerk

_PATIENCE = 1.0  # seconds between two looks whether the thread that is waited for still lives
_REST = 0.25  # seconds until a spool that cannot give its items now is asked again


class Listener(QueueListener):
    """Takes batches from a spool to a transport.

    Args:
        spool: where events wait.
        transport: what carries them away.
        delivery: decides.
        max_age: seconds after which an event that could not be delivered is given up.
        block: whether `put` waits for room in a full spool instead of dropping.
        on_drop: told of each event that is lost on our side, with the reason.
        on_reject: told of each event that the API refused, with its reason.
        notices: tells operators.
        clock: steady seconds.

    Attributes:
        ident: of the thread while it runs.

    Raises:
        ConfigError: the spool lacks something that every spool must have.
    """

    queue: Spool  # type: ignore[assignment]  # only dequeue() reads it, and that is ours
    _thread: threading.Thread | None

    def __init__(
        self,
        spool: Spool,
        transport: Transport,
        delivery: Delivery,
        *,
        max_age: float,
        block: bool = False,
        on_drop: Callback | None = None,
        on_reject: Callback | None = None,
        notices: Notices | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        _check(spool)
        super().__init__(spool)  # type: ignore[arg-type]
        self._transport = transport
        self._block = block
        self._clock = clock
        self._books = Books(spool, delivery)
        teller = Teller(notices or Notices(), on_drop=on_drop, on_reject=on_reject)
        self._clerk = Clerk(spool, self._books, teller, max_age=max_age)
        self._loggers = teller.loggers
        self._wakeup = Wakeup()
        self._life = threading.RLock()  # start and close
        self._thread = None
        self._pid = 0  # of the process that the thread is of
        self._running = False
        self._closed = False
        self._ended = threading.Event()
        self.ident: int | None = None
        # What the spool has taken, events or bytes, when somebody must call _wake: 0 where a thread
        # must be started, or an event accounted for that came too late.
        self._wake_at = self._wake_at_size = 0.0
        if len(spool):  # it holds what was left from before
            self._books.found(len(spool), spool.size)
            self._wake()
        elif spool.shared and not is_master():
            self.start()

    # For any thread

    def put(self, item: bytes) -> None:
        """Hand in an event. Never waits for the network, unless `block` is set and the spool is full."""
        spool = self.queue
        if self._closed or not spool.append(item):
            self._put_later(item)
        elif spool.appended >= self._wake_at or spool.appended_size >= self._wake_at_size:
            self._wake()

    def _wake(self) -> None:
        self._wake_at = self._wake_at_size = math.inf  # once is enough, until the thread looks
        if self._books.abandoned:
            self._wake_at = 0
            self._clerk.write_off()  # it came while close() was accounting
        elif self._running:
            self._wakeup.wake()
        else:
            self.start()

    def _put_later(self, item: bytes) -> None:
        """Wait for room, where that was asked for; else count the event as dropped."""
        if self._block and self._wait_for_room(item):
            return
        if self._closed:
            self._clerk.refuse_late(item)
            return
        if self._books.hurry() or not self._running:
            self._wake()
        self._clerk.refuse(item, "overflow")

    def _wait_for_room(self, item: bytes) -> bool:
        """Wait until the spool takes the item.

        Returns:
            False if that cannot be: we are closing, or the thread, or have interrupted a call that
            holds the spool's lock, so that the thread can make no room.
        """
        if interrupts(type(self.queue).append):
            return False
        while not self._closed and not self.on_own_thread():
            settled = self._books.settled
            self._books.hurry()
            self._wake()
            if self.queue.append(item):
                self._wake()
                return True
            self._books.wait_beyond(settled, _PATIENCE)
        return False

    def count_invalid(self) -> None:
        """Count a record whose event was refused at the call."""
        self._books.tally.count_invalid()

    def on_own_thread(self) -> bool:
        """Whether the caller is the thread itself: what it logs must not come back as events."""
        return threading.get_ident() == self.ident

    def stats(self) -> Stats:
        """The numbers of this moment."""
        return self._books.stats()

    def tell_waiting(self) -> None:
        """Tell operators what still waits, unless it would outlive the process."""
        self._clerk.tell_waiting()

    def flush(self, timeout: float) -> bool:
        """Send what waits, at once, and wait until it has settled.

        Args:
            timeout: seconds; 0 only asks for it.

        Returns:
            Whether all that waited at the call was delivered, rejected or dropped in time.
        """
        deadline = self._clock() + timeout
        target = self._books.flush()
        while (settled := self._books.settled) < target and not self.on_own_thread():
            if not self._running:
                self.start()
            self._wakeup.wake()
            left = deadline - self._clock()
            if left <= 0 or self._closed:
                break
            self._books.wait_beyond(settled, min(left, _PATIENCE))
        return self._books.settled >= target

    # Its life

    def start(self) -> None:
        """Start the thread unless it runs. Nothing is raised where no thread may be started."""
        with self._life:
            if self._running or self._closed:
                return
            self._running = True
            self._wake_at = self._wake_at_size = math.inf  # before it first waits, it looks
            # A new wakeup: gevent may have replaced threading's locks since the last one was made, and
            # a greenlet that waits for a lock of the system's stops all others (gunicorn --preload).
            self._wakeup = Wakeup()
            self._thread = None
            try:
                super().start()
            except RuntimeError:  # the interpreter is ending (CPython 3.12): close() sends inline
                self._running = False
                self._wake_at = 0

    def enqueue_sentinel(self) -> None:
        """Ask the thread to end: the machine says Stop once it is closed."""
        self.close(0.0)

    def stop(self) -> None:
        """As `close`, waiting for as long as the default of `ZaiusHandler`."""
        self.close(5.0)

    def close(self, timeout: float) -> None:
        """Send what can be sent in `timeout` seconds, account for the rest, end the thread.

        Nothing is waited for beyond that, whatever the server does. A second call waits for the first.
        """
        with self._life:
            again, self._closed = self._closed, True
        if again:
            self._ended.wait(timeout)
            return
        deadline = self._clock() + timeout
        self._books.close(deadline)
        try:
            self._finish(deadline)
        finally:  # on Ctrl-C too
            self._books.abandon()  # the thread, if it hangs, settles nothing after this
            self._wake_at = 0
            self._clerk.close()
            self._ended.set()
        if not self._running:
            self._let_go()

    def _finish(self, deadline: float) -> None:
        for name in (*self._transport.loggers, *self._loggers):  # see Transport.loggers
            _warm_level_cache(name)
        self._wakeup.wake()
        thread = self._thread
        if self._running and thread is not None and not self.on_own_thread():
            thread.join(max(0.0, deadline - self._clock()))
        elif not self._running and self._books.pending():
            self._running = True
            self._monitor()

    def _let_go(self) -> None:
        self._transport.close()
        self.queue.close()

    # For the thread

    def _monitor(self) -> None:
        self._pid = os.getpid()
        self.ident = threading.get_ident()
        thread = threading.current_thread()
        if thread is self._thread:
            thread.name = "zaius-logging"
        try:
            super()._monitor()  # type: ignore[misc]
        finally:
            self.ident = None
            self._running = False
            self._wake_at = 0
            if self._books.abandoned:  # close() could not wait for us
                self._let_go()

    def dequeue(self, block: bool) -> Any:  # noqa: ARG002 - the signature is QueueListener's
        """Wait until a batch is due.

        Returns:
            The (id, item) pairs to send, or the sentinel when it is time to end.
        """
        while self._ours():
            patience = math.inf if self._closed else self._clerk.maintain()
            match self._decide():
                case Send(count, size):
                    batch = self.queue.peek(count, size)
                    if batch:
                        return batch
                    self._clerk.maintain()  # it may know what it has lost
                    if not self._books.resync():
                        self._wakeup.wait(_REST)
                case Wait(until):
                    self._wakeup.wait(min(until - self._clock(), patience))
                case Stop():
                    break
        return self._sentinel  # type: ignore[attr-defined]

    def _ours(self) -> bool:
        """Whether this is still the thread's process: gevent's threads live on in a forked child."""
        return os.getpid() == self._pid

    def _decide(self) -> Decision:
        """Ask the machine, and say which event must end the waiting, if it is to wait."""
        while True:
            decision, at, at_size = self._books.decide(self._clock())
            self._wake_at, self._wake_at_size = at, at_size
            came = self.queue.appended >= at or self.queue.appended_size >= at_size
            if not came or not isinstance(decision, Wait):
                return decision

    def handle(self, batch: Batch) -> None:  # type: ignore[override]
        """Send a batch and settle it. Nothing escapes: an exception here would end the thread."""
        items = [item for _, item in batch]
        try:
            outcome = self._transport.send(items)
        except Exception as error:  # noqa: BLE001 - a transport of the user's that breaks its promise
            outcome = Retry(f"the transport raised {type(error).__name__}")
        if not self._ours():
            return
        self._clerk.settle(batch, items, outcome, self._clock())


def _check(spool: Spool) -> None:
    """Refuse a spool of the user's own that lacks something, before any event is taken.

    Raises:
        ConfigError: naming it.
    """
    for name in sorted({*Spool.__annotations__, *vars(Spool)}):
        if not name.startswith("_") and not hasattr(spool, name):
            raise ConfigError("spool", f"has no `{name}`, as zaius_logging.Spool describes it")


def _warm_level_cache(name: str) -> None:
    logger = logging.getLogger(name)
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logger.isEnabledFor(level)
