"""The background thread: waits until a batch is due, sends it, and has it settled.

A standard `QueueListener` whose queue is the spool. One batch, read from top to bottom: `put` (a log
call) -> spool; `_due` (the thread) asks the machine and takes a batch from the front of the spool;
`_send` gives it to the transport, and the answer to `settlement`, which lets the events leave the spool,
counts them in the `ledger` and has the `reporter` say so.

Nothing here is kept in step with the thread. It runs if `is_alive()` says so. Whoever wants something of
it stores one value (`_flush`, `_hurry`, `_retired`, `_deadline`) and wakes it; it looks at them in each
round. Whoever finds it dead starts another. A log call that was interrupted before it woke the thread
costs at most the time until the next event, or one tick.

No lock is taken: a signal handler or an exception may interrupt anything here. The thread takes neither
the handler's lock nor logging's own: whoever waits for the thread may hold them.
"""

from __future__ import annotations

import logging
import math
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from logging.handlers import QueueListener

from zaius_logging._errors import ConfigError
from zaius_logging._operators.notices import Notices
from zaius_logging._process.clock import steady
from zaius_logging._process.wakeup import Wakeup
from zaius_logging._spool.base import Spool
from zaius_logging._stats import Stats
from zaius_logging._transport.base import Transport
from zaius_logging._transport.outcome import Outcome, Retry

from .ledger import Batch, Ledger
from .machine import NEVER, Delivery, Send, Stop, Wait
from .reporter import Callback, InvalidCallback, Reporter
from .settlement import Settlement

_LOOK = 1.0  # seconds between two looks whether the thread that is waited for still lives
_REST = 0.25  # seconds until a spool that cannot give its items now is asked again
_TICK = 0.5  # seconds that the thread sleeps at the least while nothing is due; else flush_interval
_FOR_CALLBACKS = 0.1  # share of the time for the end that is kept for on_drop


class _Sender(threading.Thread):
    """The thread, and what it has seen of the values that others store for it.

    Made anew at each start: gevent may have replaced threading's locks since the last one, and a greenlet
    that waits for a lock of the system's stops all others (gunicorn --preload).
    """

    def __init__(self, listener: Listener) -> None:
        super().__init__(name="zaius-logging", daemon=True)
        self.wakeup = Wakeup()
        self.flush: object = None
        self.hurry: object = None
        self.ending: object = (-1, None)
        self.deadline: float | None = None
        self.number: int | None = None  # `ident`, or that of the thread that sends in its stead
        self._listener = listener

    def sends_for(self, listener: Listener) -> bool:
        """Whether it is another thread than the caller's, and that listener's."""
        return self._listener is listener and self.number != threading.get_ident()

    def run(self) -> None:
        """Send until there is nothing left to do, or another thread has taken over."""
        self._listener.send_as(self)


class Listener(QueueListener):
    """Takes batches from a spool to a transport.

    Args:
        spool: where events wait.
        transport: what carries them away.
        delivery: decides.
        max_age: seconds after which an event that could not be delivered is given up.
        block: whether `put` waits for room in a full spool instead of dropping.
        on_drop: called for each event that is lost on our side, with the reason.
        on_reject: called for each event that the API rejected, with its reason.
        on_invalid: called for each record whose event is invalid, with what is wrong.
        notices: tells operators.
        clock: steady seconds.

    Attributes:
        ident: of the thread while it runs.

    Raises:
        ConfigError: the spool lacks something that every spool must have.
    """

    queue: Spool  # type: ignore[assignment]
    _thread: _Sender | None

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
        on_invalid: InvalidCallback | None = None,
        notices: Notices | None = None,
        clock: Callable[[], float] = steady,
    ) -> None:
        _check(spool)
        super().__init__(spool)  # type: ignore[arg-type]
        self._transport = transport
        self._delivery = delivery
        self._block = block
        self._clock = clock
        self._ledger = ledger = Ledger(spool)
        self._reporter = Reporter(
            notices or Notices(), on_drop=on_drop, on_reject=on_reject, on_invalid=on_invalid
        )
        self._settlement = Settlement(spool, ledger, delivery, self._reporter, max_age=max_age)
        self._append: Callable[[bytes], bool] = spool.append
        self._pid = os.getpid()
        self._thread = None
        self._found = self._lost = (
            0  # what the spool had found and lost when the thread looked last
        )
        self._waiters: deque[Wakeup] = deque()  # of threads that wait for events to leave
        # What others store for the thread
        self._arrivals = count(1)
        self._arrived = 0  # the number of the last event that was handed in
        self._flush: object = None  # another object asks to send all at once ...
        self._hurry: object = None  # ... or not to wait for the batch to fill
        self._retired = -1  # end when nothing waits, if no event came after the one of this number
        self._deadline: float | None = None  # of the end of the process, ...
        self._target = 0  # ... for so many events, all told
        self._ended = False  # ... which is over
        # What the thread stores for others
        self.ident: int | None = None
        self._wake_at = 0  # the event of this number, or a later one, must wake it
        if spool.waiting().count:
            self.wake()

    # For any thread

    def put(self, item: bytes) -> None:
        """Hand in an event. Never waits for the network, unless `block` is set and the spool is full."""
        if not self._append(item) and not self._put_at_last(item):
            return
        self._arrived = arrived = next(self._arrivals)
        if arrived >= self._wake_at:
            self.wake()
            if self._ended:
                self._settlement.too_late(item)

    def wake(self) -> None:
        """Have the thread look what is to be done; start it where it does not run."""
        thread = self._thread
        if thread is not None and thread.is_alive():
            thread.wakeup.wake()
        elif self._deadline is None:
            self._start()

    def _put_at_last(self, item: bytes) -> bool:
        """Wait for room, where that was asked for; else count the event as dropped."""
        if self._block and self._wait_for_room(item):
            return True
        reason = "overflow" if self._deadline is None else "closed"
        self._ledger.not_taken(reason)
        self._ask_to_hurry()
        if self.queue.waiting().count or reason == "closed":
            self._reporter.dropped([item], reason)
        else:
            self._reporter.too_large(item)
        return False

    def _ask_to_hurry(self) -> None:
        thread = self._thread
        if thread is None or thread.hurry is self._hurry:  # else it was asked already
            self._hurry = object()
            self.wake()

    def _wait_for_room(self, item: bytes) -> bool:
        """Wait until the spool takes the item.

        Returns:
            False if that cannot be: the item is too large, the process ends, or the caller is the thread.
        """
        while self._deadline is None and not self.on_own_thread():
            empty = not self.queue.waiting().count
            bell = self._bell()
            self._ask_to_hurry()
            if self.queue.append(item):
                return True
            if empty and not self.queue.waiting().count:
                return False
            bell.wait(_LOOK)
            self.wake()
        return False

    def _bell(self) -> Wakeup:
        """What the thread rings once when events have left. Without one that rings, wait briefly."""
        bell = Wakeup()
        self._waiters.append(bell)
        return bell

    def invalid(self, record: logging.LogRecord, problem: str, *, report: bool) -> None:
        """Count a record whose event is invalid, and report it."""
        self._ledger.invalid.add()
        if report:
            self._reporter.invalid(record, problem)

    def not_taken(self, reason: str) -> None:
        """Count an event that is dropped before it waits."""
        self._ledger.not_taken(reason)

    def divert(self, transport: Transport) -> Transport:
        """Send by another transport from now on. Gives the one before."""
        before, self._transport = self._transport, transport
        return before

    def on_own_thread(self) -> bool:
        """Whether the caller is the thread itself: what it logs must not come back as events."""
        return threading.get_ident() == self.ident

    def in_callback(self) -> bool:
        """Whether the caller was called by on_drop or on_reject, which may log events."""
        return self._reporter.in_callback()

    def remember_own(self, item: bytes) -> None:
        """Call no callback for an event that a callback has logged on the thread: it could never end."""
        self._reporter.from_callback(item)

    def stats(self) -> Stats:
        """The numbers of this moment."""
        stats = self._ledger.stats()
        return replace(stats, state=self._state(stats.pending))

    def _state(self, pending: int) -> str:
        state = self._delivery.state
        if self._ended:
            return "closed"
        if pending:
            if not self._runs():
                self.wake()
            if not self._runs():
                return "stopped"
            return "waiting" if state == "idle" else state
        if self._retired == self._arrived and not self._runs():
            return "closed"
        return "idle" if state == "waiting" else state

    def _runs(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_alive()

    def tell_waiting(self) -> None:
        """Tell operators what still waits, unless it would outlive the process."""
        if (left := self._ledger.look()[1].count) and not self.queue.durable:
            self._reporter.waiting(left)

    def flush(self, timeout: float) -> bool:
        """Send what waits, at once, and wait until it has settled.

        Args:
            timeout: seconds; 0 only asks for it.

        Returns:
            Whether all that waited at the call was delivered, rejected or dropped in time.
        """
        deadline = self._clock() + timeout
        gone, pending = self._ledger.gone()
        if not pending:
            return True
        target = gone + pending
        self._flush = object()
        while True:
            bell = self._bell()
            self.wake()
            gone, pending = self._ledger.gone()
            left = deadline - self._clock()
            if gone >= target or not pending:
                return True
            if left <= 0 or self._ended or self.on_own_thread():
                return False
            bell.wait(min(left, _LOOK))

    # Its life

    def start(self) -> None:
        """Start the thread unless it runs."""
        if not self._runs():
            self._start()

    def stop(self) -> None:
        """As `close`, for as long as the default of `ZaiusHandler`."""
        self.close(5.0)

    def enqueue_sentinel(self) -> None:
        """Have the thread end when nothing waits."""
        self.retire()

    def idle(self) -> bool:
        """Whether nothing waits and no thread runs."""
        return not self._runs() and not self._ledger.look()[1].count

    def _start(self) -> None:
        before = self._thread
        if os.getpid() != self._pid:
            return  # a call that the fork interrupted: the events are the parent's
        thread = _Sender(self)
        # The last look and the store follow each other without a call in between, where another thread
        # could do the same; one that did not become `_thread` ends before it sends.
        alive = before is not None and before.is_alive()
        if alive or self._thread is not before:
            return
        self._thread = thread
        try:
            thread.start()
        except RuntimeError as error:  # no more threads, or the interpreter ends: tried again
            if threading.main_thread().is_alive():
                self._reporter.broken("starting the thread", error)

    def retire(self) -> None:
        """Have the thread send what waits, end, and let go of connections and files.

        The next event starts it again.
        """
        self._retired = self._arrived
        self._flush = object()
        if self._runs():
            self.wake()

    def close(self, timeout: float) -> bool:
        """Retire, and send what can be sent within `timeout` seconds. What is left goes on waiting.

        Returns:
            Whether nothing waits.
        """
        deadline = self._clock() + timeout
        self._warm_level_caches()
        self.retire()
        done = self.flush(timeout)
        if done and not self.on_own_thread():
            self._wait_for_end(deadline)
            if not self._runs():
                self._let_go()
        return done

    def _wait_for_end(self, deadline: float) -> None:
        """Wait until no thread of ours runs: one that is not `_thread` any more has last lines to run."""
        for thread in threading.enumerate():
            if isinstance(thread, _Sender) and thread.sends_for(self) and thread.ident is not None:
                thread.wakeup.wake()
                with suppress(RuntimeError):  # its `ident` is set a moment before it may be joined
                    thread.join(max(0.0, deadline - self._clock()))

    def end(self, timeout: float, *, begin_more: bool = True) -> bool:
        """At the end of the process, send what can be sent and drop what would be lost with it.

        Args:
            timeout: seconds. Nothing is waited for beyond that, whatever the server does.
            begin_more: False has only the request in flight end.

        Returns:
            Whether the thread has ended.
        """
        now = self._clock()
        reserve = _FOR_CALLBACKS * timeout if self._reporter.calls_for_drops else 0.0
        self._target = sum(self._ledger.gone())  # events that come from here on cannot keep us
        self._deadline = now + timeout - reserve if begin_more else now
        self._warm_level_caches()
        thread = self._thread
        if thread is not None and thread.is_alive() and not self.on_own_thread():
            thread.wakeup.wake()
            thread.join(max(0.0, timeout - reserve))
        elif not self._runs() and self.queue.waiting().count and not self._ended:
            self._thread = thread = _Sender(self)  # no thread can be had: send here
            self.send_as(thread)
        stopped = not self._runs()
        again = self._ended
        self._thread = None  # a thread that hangs settles nothing after this
        self._ended = self._ledger.ended = True
        if not self.queue.durable:
            self._append = _take_none
        self._wake_at = 0  # last: an event that was taken meanwhile finds this, and is too late
        self._settlement.end(max(reserve, now + timeout - self._clock()))
        if not again:
            self._reporter.losses(self.stats())
        if stopped:
            self._let_go()
        return stopped

    def _warm_level_caches(self) -> None:
        for name in (*self._transport.loggers, *self._reporter.loggers):  # see Transport.loggers
            logger = logging.getLogger(name)
            for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
                logger.isEnabledFor(level)

    def _let_go(self) -> None:
        self._transport.close()
        self.queue.close()

    def after_fork_in_child(self) -> None:
        """In a forked child this listener is over; a call that the fork interrupted ends in nothing."""
        self._append = _take_all
        self._thread = self.ident = (
            None  # gevent's lives on: it finds that it is nobody's, and ends
        )

    # For the thread

    def send_as(self, me: _Sender) -> None:
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

    def _leave(self, me: _Sender) -> None:
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
        self._ring()

    def _due(self, me: _Sender) -> Batch | None:
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

    def _is_mine(self, me: _Sender) -> bool:
        """Whether this thread is still the one that sends; gevent's threads live on in a forked child."""
        return self._thread is me and self._pid == os.getpid()

    def _step(self, me: _Sender) -> Batch | bool:
        """Take a batch that is due, or wait until something is. False when it is time to end."""
        rest = self._maintain()
        arrived = self._arrived  # before the look at the spool: what comes after it is seen below
        waiting = self.queue.waiting()
        if self._deadline is not None and self._ledger.gone()[0] >= self._target:
            return False
        self._take_orders(me, waiting.count)
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
                if not waiting.count and self._retired == arrived:
                    return False
                self._wake_at = arrived + self._delivery.room()
                if self._arrived < self._wake_at:  # else one came that has not seen this number
                    tick = max(_TICK, self._delivery.flush_interval)
                    me.wakeup.wait(min(until - now, rest, tick))
            case Stop():
                return False
        return True

    def _maintain(self) -> float:
        """Let the spool do what is due, and take in what it has found and lost by itself."""
        self._ledger.finish()
        rest = math.inf if self._deadline is not None else self.queue.maintain()
        _, _, found, lost = self.queue.waiting()
        if found != self._found:
            self._found = found
            self._flush = object()  # they have waited long enough
            self._delivery.front_changed()
        if lost > self._lost:
            self._reporter.lost(lost - self._lost)
            self._delivery.front_changed()
        self._lost = lost
        return rest

    def _take_orders(self, me: _Sender, count: int) -> None:
        if me.ending != (self._retired, self._deadline):
            me.ending = (self._retired, self._deadline)
            self._transport.close()  # a connection that a NAT forgot must not eat the time that is left
        if me.flush is not self._flush:
            me.flush = self._flush
            self._delivery.flush(count)
        if me.hurry is not self._hurry:
            self._delivery.hurry(count)
        if (
            self._deadline is not None and me.deadline is None
        ):  # once: it ends a wait after a failure
            me.deadline = self._deadline
            self._delivery.close(self._deadline)

    def _send(self, me: _Sender, batch: Batch) -> None:
        """Send a batch and have it settled. Nothing escapes: an exception here would end the thread."""
        items = [item for _, item in batch]
        outcome: Outcome
        try:
            outcome = self._transport.send(items)
        except Exception as error:  # noqa: BLE001 - a transport of the user's that breaks its promise
            outcome = Retry(f"the transport raised {type(error).__name__}")
        if self._is_mine(me):
            self._settlement.settle(batch, items, outcome, self._clock())
            self._ring()

    def _ring(self) -> None:
        """Wake all that wait for events to leave."""
        while self._waiters:
            self._waiters.popleft().wake()


def _take_none(_item: bytes) -> bool:
    """Stands for a spool's append once the process has ended with its events."""
    return False


def _take_all(_item: bytes) -> bool:
    """Stands for a spool's append at the end of a log call that a fork interrupted, in the child."""
    return True


def _check(spool: Spool) -> None:
    """Refuse a spool of the user's own that lacks something, before any event is taken.

    Raises:
        ConfigError: naming it.
    """
    for name in sorted({*Spool.__annotations__, *vars(Spool)}):
        if not name.startswith("_") and not hasattr(spool, name):
            raise ConfigError("spool", f"has no `{name}`, as zaius_logging.Spool describes it")
