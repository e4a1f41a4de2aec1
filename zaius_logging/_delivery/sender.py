"""The background thread's part: waits until a batch is due, sends it, and has it settled.

A standard `QueueListener` whose queue is the spool. `_due` asks the machine and takes a batch from the
front of the spool; `_send` gives it to the transport, and the answer to `settlement`, which lets the events
leave the spool, counts them in the `ledger` and has the `reporter` say so. What other threads ask of it
stands in `listener`.

Nothing here is kept in step with those. The thread runs if `is_alive()` says so. Whoever wants something of
it stores one value (`_flush`, `_hurry`, `_retired`, `_deadline`) and wakes it; it looks at them in each
round. Whoever finds it dead starts another.

No lock is taken: a signal handler or an exception may interrupt anything here. The thread takes neither
the handler's lock nor logging's own: whoever waits for the thread may hold them.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from logging.handlers import QueueListener

from zaius_logging._process.background import BackgroundThread
from zaius_logging._process.sigterm import watch
from zaius_logging._process.wakeup import Wakeup
from zaius_logging._spool.base import Spool
from zaius_logging._transport.base import Transport
from zaius_logging._transport.outcome import Outcome, Retry

from .ledger import Batch, Ledger
from .machine import NEVER, Delivery, Send, Stop, Wait
from .reporter import Reporter
from .settlement import Settlement

_REST = 0.25  # seconds until a spool that cannot give its items now is asked again
_TICK = 0.5  # seconds that the thread sleeps at the least while nothing is due; else flush_interval


class SenderThread(BackgroundThread):
    """The background thread, and what it has seen of the values that others store for it.

    Made anew at each start: gevent may have replaced threading's locks since the last one, and a greenlet
    that waits for a lock of the system's stops all others (gunicorn --preload).
    """

    def __init__(self, sender: Sender) -> None:
        super().__init__("zaius-logging")
        self.wakeup = Wakeup()
        self.flush: object = None
        self.hurry: object = None
        self.ending: object = (-1, None)
        self.deadline: float | None = None
        self.number: int | None = None  # `ident`, or that of the thread that sends in its stead
        self._sender = sender

    def sends_for(self, sender: Sender) -> bool:
        """Whether it is another thread than the caller's, and that sender's."""
        return self._sender is sender and self.number != threading.get_ident()

    def run(self) -> None:
        """Send until there is nothing left to do, or another thread has taken over."""
        self._sender.send_as(self)


class Sender(QueueListener):
    """Takes batches from a spool to a transport, on a thread of its own.

    Args:
        spool: where events wait.
        transport: what carries them away.
        delivery: decides.
        reporter: reports what came of events.
        max_age: seconds after which an event that could not be delivered is given up.
        clock: steady seconds.

    Attributes:
        ident: of the thread while it runs.
    """

    queue: Spool  # type: ignore[assignment]
    _thread: SenderThread | None

    def __init__(
        self,
        spool: Spool,
        transport: Transport,
        delivery: Delivery,
        reporter: Reporter,
        *,
        max_age: float,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(spool)  # type: ignore[arg-type]
        self._transport = transport
        self._delivery = delivery
        self._clock = clock
        self._ledger = ledger = Ledger(spool)
        self._reporter = reporter
        self._settlement = Settlement(spool, ledger, delivery, reporter, max_age=max_age)
        self._pid = os.getpid()
        self._thread = None
        # What the spool had found and lost when the thread looked last
        self._found = self._lost = 0
        self._waiters: deque[Wakeup] = deque()  # of threads that wait for events to leave
        # What others store for the thread
        self._arrived = 0  # the number of the last event that was handed in
        self._flush: object = None  # another object asks to send all at once ...
        self._hurry: object = None  # ... or not to wait for the batch to fill
        self._retired = -1  # end when nothing waits, if no event came after the one of this number
        self._deadline: float | None = None  # of the end of the process, ...
        self._target = 0  # ... for so many events in total
        self._ended = False  # ... which is over
        # What the thread stores for others
        self.ident: int | None = None
        self._wake_at = 0  # the event of this number, or a later one, must wake it

    # Its life

    def _runs(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_alive()

    def _start(self) -> None:
        before = self._thread
        if os.getpid() != self._pid:
            return  # a call that the fork interrupted: the events are the parent's
        thread = SenderThread(self)
        # The last look and the store follow each other without a call in between, where another thread
        # could do the same; one that did not become `_thread` ends before it sends.
        alive = before is not None and before.is_alive()
        if alive or self._thread is not before:
            return
        self._thread = thread
        try:
            thread.start()
            watch()
        except RuntimeError as error:  # no more threads, or the interpreter ends: tried again
            if threading.main_thread().is_alive():
                self._reporter.broken("starting the thread", error)

    # Its round

    def send_as(self, me: SenderThread) -> None:
        """Send as this thread until there is nothing left to do."""
        me.number = threading.get_ident()
        if self._thread is me:
            self.ident = me.number
        try:
            while (batch := self._due(me)) is not None:
                self._send(me, batch)
        finally:
            self._leave(me)
        if self._thread is None and self._deadline is None and self.queue.waiting().count:
            self._start()  # an event came while we ended

    def _leave(self, me: SenderThread) -> None:
        if self.ident == me.number:
            self.ident = None
        if self._thread is not me:
            self._wake_at = 0
            if self._ended:
                self._let_go()  # `end` could not wait for us
            return
        if self._deadline is None:
            self._let_go()
        self._thread = None  # from here on an event starts the next one
        self._wake_at = 0
        self._wake_waiters()

    def _let_go(self) -> None:
        self._transport.close()
        self.queue.close()

    def _due(self, me: SenderThread) -> Batch | None:
        """Wait until a batch is due. None when it is time to end."""
        while self._is_mine(me):
            try:
                step = self._step(me)
            except Exception as error:  # noqa: BLE001, PERF203 - a spool that breaks its promise
                self._reporter.broken("using the spool", error)
                me.wakeup.wait(_REST)
            else:
                if step is not True:
                    return step or None
        return None

    def _is_mine(self, me: SenderThread) -> bool:
        """Whether this thread is still the one that sends; gevent's threads live on in a forked child."""
        return self._thread is me and self._pid == os.getpid()

    def _step(self, me: SenderThread) -> Batch | bool:
        """Take a batch that is due, or wait until something is. False when it is time to end."""
        rest = self._maintain()
        # Before the look at the spool: who asked by then meant what it finds, and what comes later is seen later.
        arrived, flush, deadline = self._arrived, self._flush, self._deadline
        waiting = self.queue.waiting()
        if deadline is not None and self._has_left(self._target):
            return False
        self._take_orders(me, flush, deadline, waiting.count)
        now = self._clock()
        match self._delivery.next(now, waiting.count, waiting.size):
            case Send(most, size, skip):
                me.hurry = self._hurry
                self._wake_at = NEVER
                batch = self.queue.peek(skip + most, size)[skip:]
                if batch:
                    return batch
                me.wakeup.wait(_REST)
            case Wait(until):
                if not waiting.count and self._retired >= arrived:
                    return False
                room = self._delivery.room()
                self._wake_at = arrived + room
                # Else so many came that have not seen this number. `_arrived` may go back: it does not say so.
                if self.queue.waiting().count - waiting.count < room:
                    tick = max(_TICK, self._delivery.flush_interval)
                    me.wakeup.wait(min(until - now, rest, tick))
            case Stop():
                return False
        return True

    def _has_left(self, target: int) -> bool:
        """Whether the events up to that number have come to their end, not others in their stead."""
        gone = self._ledger.gone()[0]  # first: a search begins before what it has found leaves
        return gone >= target and not self._delivery.searching

    def _maintain(self) -> float:
        """Let the spool do what is due, and take in what it has found and lost by itself."""
        self._ledger.finish()
        rest = math.inf if self._deadline is not None else self.queue.maintain()
        waiting = self.queue.waiting()
        found, lost = waiting.found, waiting.lost
        if found != self._found:
            self._found = found
            self._flush = object()  # they have waited long enough
            self._delivery.front_changed()
        if lost > self._lost:
            self._reporter.lost(lost - self._lost)
            self._delivery.front_changed()
        self._lost = lost
        return rest

    def _take_orders(
        self, me: SenderThread, flush: object, deadline: float | None, count: int
    ) -> None:
        if me.ending != (self._retired, deadline):
            me.ending = (self._retired, deadline)
            self._transport.close()  # a connection that a NAT forgot must not eat the time that is left
        if me.flush is not flush:
            me.flush = flush
            self._delivery.flush(count)
        if me.hurry is not self._hurry:
            self._delivery.hurry(count)
        if deadline is not None and me.deadline is None:  # once: it ends a wait
            me.deadline = deadline
            self._delivery.close(deadline)

    def _send(self, me: SenderThread, batch: Batch) -> None:
        """Send a batch and have it settled. Nothing escapes: an exception here would end the thread."""
        items = [item for _, item in batch]
        outcome: Outcome
        try:
            outcome = self._transport.send(items)
        except Exception as error:  # noqa: BLE001 - a transport of the user's that breaks its promise
            outcome = Retry(f"the transport raised {type(error).__name__}")
        if self._is_mine(me):
            self._settlement.settle(batch, items, outcome, self._clock())
            self._wake_waiters()

    def _wake_waiters(self) -> None:
        """Wake all that wait for events to leave."""
        with suppress(IndexError):  # none is left, or another thread was faster
            while True:
                self._waiters.popleft().wake()
