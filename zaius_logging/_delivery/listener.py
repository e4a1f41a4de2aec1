"""What any thread may ask of delivery: to take an event, to flush, to close, and the numbers.

One batch, read from top to bottom: `put` (a log call) -> spool; then the background thread's round in
`sender`: `_due` takes a batch from the spool, `_send` has it sent and settled.

Nothing is kept in step with the thread: whoever wants something of it stores one value and wakes it. A log
call that was interrupted before it woke the thread costs at most the time until the next event, or one tick.
No lock is taken: a signal handler or an exception may interrupt anything here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from zaius_logging._errors import ConfigError
from zaius_logging._operators.notices import Notices
from zaius_logging._process.clock import steady
from zaius_logging._process.wakeup import Wakeup
from zaius_logging._spool.base import Spool
from zaius_logging._stats import Stats
from zaius_logging._transport.base import Transport

from .machine import Delivery
from .reporter import Callback, InvalidCallback, Reporter
from .sender import Sender, SenderThread

_GLANCE = 0.05  # seconds between two looks whether it still means to end
_LOOK = 1.0  # seconds between two looks whether the thread that is waited for still lives
_FOR_CALLBACKS = 0.1  # share of the time for the end that is kept for on_drop


class Listener(Sender):
    """Takes events from any thread, and has its own deliver them.

    Args:
        spool: where events wait.
        transport: what carries them away.
        delivery: decides.
        max_age: seconds after which an event that could not be delivered is given up.
        block: whether `put` waits for room in a full spool instead of dropping.
        on_drop: called for each event that is lost on our side, with the reason.
        on_reject: called for each event that the API rejected, with its reason.
        on_invalid: called for each record whose event is invalid, with what is wrong.
        notices: reports to operators.
        clock: steady seconds.

    Raises:
        ConfigError: the spool or the transport lacks something that every one must have.
    """

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
        _check("spool", spool, Spool)
        _check("transport", transport, Transport)
        reporter = Reporter(
            notices or Notices(), on_drop=on_drop, on_reject=on_reject, on_invalid=on_invalid
        )
        super().__init__(spool, transport, delivery, reporter, max_age=max_age, clock=clock)
        self._block = block
        self._append: Callable[[bytes], bool] = spool.append
        self._arrivals = count(1)
        if spool.waiting().count:
            self.wake()

    # Events

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
            before = self._ledger.gone()
            waiter = self._waiter()
            self._ask_to_hurry()
            if self.queue.append(item):
                return True
            if before == self._ledger.gone() and not before[1]:
                return False  # nothing waited, and nothing has come and gone meanwhile
            waiter.wait(_LOOK)
            self.wake()
        return False

    def _waiter(self) -> Wakeup:
        """What the thread wakes once when events have left. Wait only briefly: the thread may have ended."""
        waiter = Wakeup()
        self._waiters.append(waiter)
        return waiter

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

    # Numbers

    def stats(self) -> Stats:
        """The numbers of this moment."""
        stats = self._ledger.stats()
        return replace(stats, state=self._state(stats.pending - stats.stored))

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
        if self._retired >= self._arrived and not self._runs():
            return "closed"
        return "idle" if state == "waiting" else state

    def tell_waiting(self) -> None:
        """Report to operators what still waits, unless it would outlive the process."""
        if (left := self._ledger.look()[1].count) and not self.queue.durable:
            self._reporter.waiting(left)

    # To wait and to end

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
            waiter = self._waiter()
            self.wake()
            left = deadline - self._clock()
            if self._has_left(target) or not self._ledger.gone()[1]:
                return True
            if left <= 0 or self._ended or self.on_own_thread():
                return False
            waiter.wait(min(left, _LOOK))

    def start(self) -> None:
        """Start the thread unless it runs."""
        if not self._runs():
            self._start()

    def idle(self) -> bool:
        """Whether nothing waits and no thread runs."""
        return not self._runs() and not self._ledger.look()[1].count

    def enqueue_sentinel(self) -> None:
        """Have the thread end when nothing waits."""
        self.retire()

    def retire(self) -> None:
        """Have the thread send what waits, end, and let go of connections and files.

        The next event starts it again.
        """
        self._retired = self._arrived
        self._flush = object()
        if self._runs():
            self.wake()

    def stop(self) -> None:
        """As `close`, for as long as the default of `ZaiusHandler`."""
        self.close(5.0)

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
            # Alive: an interrupted start leaves a thread in that list that never runs and cannot be joined.
            if isinstance(thread, SenderThread) and thread.is_alive() and thread.sends_for(self):
                thread.wakeup.wake()
                # An event may come meanwhile, for which it goes on.
                while thread.is_alive() and self._retired >= self._arrived:
                    if (left := deadline - self._clock()) <= 0:
                        return
                    thread.join(min(left, _GLANCE))

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
        # There was none, or it had ended before it could know.
        unaware = thread is None or thread.deadline is None
        if unaware and not self._runs() and self.queue.waiting().count and not self._ended:
            self._thread = thread = SenderThread(self)  # no thread can be had: send here
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

    def after_fork_in_child(self) -> None:
        """In a forked child this listener is over; a call that the fork interrupted ends in nothing."""
        self._append = _take_all
        self._thread = self.ident = (
            None  # gevent's thread lives on: it finds itself nobody's, and ends
        )


def _take_none(_item: bytes) -> bool:
    """Stands for a spool's append once the process has ended with its events."""
    return False


def _take_all(_item: bytes) -> bool:
    """Stands for a spool's append at the end of a log call that a fork interrupted, in the child."""
    return True


def _check(name: str, given: object, wanted: type) -> None:
    """Look whether a part of the user's own lacks something, before any event is taken.

    Args:
        name: of the argument.
        given: the spool or the transport.
        wanted: the protocol that it is to follow.

    Raises:
        ConfigError: naming it.
    """
    for each in sorted({*wanted.__annotations__, *vars(wanted)}):
        if not each.startswith("_") and not hasattr(given, each):
            problem = f"has no `{each}`, as zaius_logging.{wanted.__name__} describes it"
            raise ConfigError(name, problem)
