"""The one background thread: does what the delivery machine says.

A standard `QueueListener` whose queue is the spool. Its loop is `dequeue` (wait until a batch is due)
and `handle` (send it and settle it). It decides nothing about delivery.

Locks: `_lock` guards the numbers, is re-entrant, and is never held while anything can block. The thread
never takes the handler's lock or logging's own: whoever waits for the thread may hold them.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from logging.handlers import QueueListener
from typing import Any

from ._bell import Bell
from ._delivery import Delivery, Send, Stop, Wait
from ._notices import Notices
from ._outcome import Delivered, Outcome, Refused, Retry
from ._scrub import scrubbed
from ._spool import Spool
from ._stats import Ledger, Stats
from ._transport import Transport
from ._trouble import Trouble, events

Batch = list[tuple[int, bytes]]
Callback = Callable[[dict[str, Any], str], object]

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
        super().__init__(spool)  # type: ignore[arg-type]
        self._transport = transport
        self._delivery = delivery
        self._max_age = max_age
        self._block = block
        self._on_drop = on_drop
        self._on_reject = on_reject
        self._notices = notices or Notices()
        self._clock = clock
        self._thread = None
        self._fresh()
        self._recover()

    def _fresh(self) -> None:
        """What a new process starts with: locks that nobody holds, no thread, nothing counted."""
        self._lock = threading.RLock()
        self._settled = threading.Condition(self._lock)
        self._bell = Bell()
        self._ledger = Ledger()
        self._trouble = Trouble()
        self._running = False
        self._closed = False
        self._abandoned = False
        self._ended = threading.Event()
        self.ident: int | None = None  # of the thread while it runs

    def _recover(self) -> None:
        """Take over what a durable spool holds from before."""
        if len(self.queue):
            self._count(len(self.queue), self.queue.size)
        elif self.queue.neglected():
            self.start()

    # For any thread

    def put(self, item: bytes) -> None:
        """Hand in an event. Never waits for the network, unless `block` is set and the spool is full."""
        if self._closed or not self.queue.append(item):
            self._put_later(item)
            return
        with self._lock:
            self._ledger.accepted += 1
            wake = self._delivery.added(1, len(item))
        if wake or not self._running:
            self._wake()

    def _put_later(self, item: bytes) -> None:
        """Wait for room, where that was asked for; else count the event as dropped."""
        if self._block and not self._closed and self._wait_for_room(item):
            self._count(1, len(item))
            return
        with self._lock:
            self._delivery.hurry()
        self._refuse(item, "closed" if self._closed else "overflow")
        self._bell.ring()

    def _wake(self) -> None:
        if self._abandoned:
            self._write_off()  # it came while close() was accounting, between append and count
        elif self._running:
            self._bell.ring()
        else:
            self.start()

    def _count(self, count: int, size: int) -> None:
        with self._lock:
            self._ledger.accepted += count
            self._delivery.added(count, size)
        self._wake()

    def _refuse(self, item: bytes, reason: str) -> None:
        if self._closed and self.queue.durable and self.queue.append(item):
            with self._lock:  # the next start sends it
                self._ledger.accepted += 1
                self._delivery.added(1, len(item))
            return
        with self._lock:
            self._ledger.accepted += 1
            self._ledger.dropped[reason] += 1
        self._tell_drop([item], reason)

    def _wait_for_room(self, item: bytes) -> bool:
        """Wait until the spool takes the item. False if that cannot be: we are the thread, or closing."""
        while not self._closed and not self.on_own_thread():
            with self._lock:
                self._delivery.hurry()
                settled = self._delivery.settled
            if not self._running:
                self.start()
            self._bell.ring()
            if self.queue.append(item):
                return True
            with self._settled:
                if self._delivery.settled == settled:
                    self._settled.wait(_PATIENCE)
        return False

    def count_invalid(self) -> None:
        """Count a record whose event was refused at the call."""
        with self._lock:
            self._ledger.invalid += 1

    def on_own_thread(self) -> bool:
        """Whether the caller is the thread itself: what it logs must not come back as events."""
        return threading.get_ident() == self.ident

    def stats(self) -> Stats:
        """The numbers of this moment."""
        with self._lock:
            return self._ledger.snapshot(
                pending=self._delivery.count,
                pending_bytes=self._delivery.size,
                state=self._delivery.state,
                degraded=self.queue.degraded,
            )

    def flush(self, timeout: float) -> bool:
        """Send what waits, at once, and wait until it has settled.

        Args:
            timeout: seconds; 0 only asks for it.

        Returns:
            Whether all that waited at the call was delivered, rejected or dropped in time.
        """
        with self._lock:
            target = self._delivery.settled + self._delivery.count
            self._delivery.flush()
        return self._wait_until(lambda: self._delivery.settled >= target, timeout)

    def _wait_until(self, done: Callable[[], bool], timeout: float) -> bool:
        deadline = self._clock() + timeout
        if self.on_own_thread():
            return done()
        while True:
            if not done() and not self._running and not self._closed:
                self.start()
            self._bell.ring()
            with self._settled:
                left = deadline - self._clock()
                if done() or left <= 0 or self._closed:
                    return done()
                self._settled.wait(min(left, _PATIENCE))

    def start(self) -> None:
        """Start the thread unless it runs. Nothing is raised where no thread may be started."""
        with self._lock:
            if self._running or self._closed:
                return
            self._running = True
            # A new bell: gevent may have replaced threading's locks since the last one was made, and
            # a greenlet that waits for a lock of the system's stops all others (gunicorn --preload).
            # Nothing is missed: before it first waits, the thread looks what there is to do.
            self._bell = Bell()
            self._thread = None
            try:
                super().start()
            except RuntimeError:  # the interpreter is ending (CPython 3.12): close() sends inline
                self._running = False

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
        with self._lock:
            again, self._closed = self._closed, True
        if again:
            self._ended.wait(timeout)
            return
        with self._lock:
            deadline = self._clock() + timeout
            self._delivery.close(deadline)
        try:
            self._finish(deadline)
        finally:  # on Ctrl-C too
            self._abandon()
            self._ended.set()
        if not self._running:
            self._let_go()

    def _let_go(self) -> None:
        self._transport.close()
        self.queue.close()

    def _finish(self, deadline: float) -> None:
        for name in (*self._transport.loggers, *self._notices.loggers):  # see Transport.loggers
            _warm_level_cache(name)
        self._bell.ring()
        thread = self._thread
        if self._running and thread is not None and not self.on_own_thread():
            thread.join(max(0.0, deadline - self._clock()))
        elif not self._running and self._delivery.count:
            self._running = True
            self._monitor()

    def _abandon(self) -> None:
        """Account for what could not be sent. The thread, if it hangs, settles nothing after this."""
        with self._lock:
            self._abandoned = True
        self._write_off()
        self._tell_losses()

    def _write_off(self) -> None:
        items = self.queue.preserve()
        with self._lock:
            left, size = self._delivery.count, self._delivery.size
            if self.queue.durable:
                left, size = len(items), sum(map(len, items))
            if left:
                self._ledger.dropped["closed"] += left
                self._delivery.removed(left, size)
            kept = self._delivery.count
            self._settled.notify_all()
        if kept:
            self._notices.tell("close", f"{events(kept)} wait in the spool for the next start")
        if left:
            self._tell_drop(items[-left:], "closed", left)

    # For the thread

    def _monitor(self) -> None:
        self.ident = threading.get_ident()
        thread = threading.current_thread()
        if thread is self._thread:
            thread.name = "zaius-logging"
        try:
            super()._monitor()  # type: ignore[misc]
        finally:
            self.ident = None
            self._running = False
            if self._abandoned:  # close() could not wait for us
                self._let_go()

    def dequeue(self, block: bool) -> Any:  # noqa: ARG002 - the signature is QueueListener's
        """Wait until a batch is due.

        Returns:
            The (id, item) pairs to send, or the sentinel when it is time to end.
        """
        while True:
            patience = math.inf if self._closed else self._tend()
            with self._lock:
                decision = self._delivery.next(self._clock())
            match decision:
                case Send(count, size):
                    batch = self.queue.peek(count, size)
                    if batch:
                        return batch
                    self._tend()  # it may know what it has lost
                    if not self._resync():
                        self._bell.wait(_REST)
                case Wait(until):
                    self._bell.wait(min(until - self._clock(), patience))
                case Stop():
                    return self._sentinel  # type: ignore[attr-defined]

    def handle(self, batch: Batch) -> None:  # type: ignore[override]
        """Send a batch and settle it. Nothing escapes: an exception here would end the thread."""
        try:
            outcome = self._transport.send([item for _, item in batch])
        except Exception as error:  # noqa: BLE001 - a transport of the user's that breaks its promise
            outcome = Retry(f"the transport raised {type(error).__name__}")
        try:
            self._settle(batch, outcome)
        except Exception as error:  # noqa: BLE001 - a spool of the user's that breaks its promise
            self._notices.tell("settle", f"settling a batch failed ({type(error).__name__})")
            with self._lock:
                self._delivery.answered(Retry("settling failed"), len(batch), self._clock())

    def _settle(self, batch: Batch, outcome: Outcome) -> None:
        with self._lock:
            if self._abandoned:  # close() has accounted for it
                if isinstance(outcome, Delivered) and self.queue.durable:
                    self.queue.remove([place for place, _ in batch])
                return
            places = self._delivery.answered(outcome, len(batch), self._clock())
            self._ledger.requests += 1
            self._ledger.problem = getattr(outcome, "reason", "") if _stuck(outcome) else ""
            self._ledger.retries += _stuck(outcome)
        self._tell_state(outcome)
        if isinstance(outcome, Delivered):
            self._leave(batch, "delivered")
        elif places:
            self._reject({batch[place]: reason for place, reason in places.items()})
        elif _stuck(outcome):
            self._expire()

    def _leave(self, batch: Sequence[tuple[int, bytes]], fate: str, reason: str = "") -> None:
        """Take events out of the spool and count them, once."""
        self.queue.remove([place for place, _ in batch])
        size = sum(len(item) for _, item in batch)
        with self._lock:
            if self._abandoned:
                return
            self._delivery.removed(len(batch), size)
            if fate == "delivered":
                self._ledger.delivered += len(batch)
            else:
                self._ledger.dropped[reason] += len(batch)
            self._settled.notify_all()

    def _reject(self, reasons: Mapping[tuple[int, bytes], str]) -> None:
        self.queue.bury({place: reason for (place, _), reason in reasons.items()})
        with self._lock:
            if self._abandoned:
                return
            self._delivery.removed(len(reasons), sum(len(item) for _, item in reasons))
            self._ledger.rejected += len(reasons)
            self._settled.notify_all()
        for (_, item), reason in reasons.items():
            self._call(self._on_reject, item, reason)
        (_, item), reason = next(iter(reasons.items()))
        self._notices.tell(
            "reject",
            f"the API refused {events(len(reasons))}: {scrubbed(reason, item)} (see on_reject)",
        )

    def _expire(self) -> None:
        while old := self.queue.expired(self._max_age):
            self._leave(old, "dropped", "expired")
            with self._lock:
                self._delivery.front_changed()
            self._tell_drop([item for _, item in old], "expired")

    def _tend(self) -> float:
        """Let the spool do what is due, and book what it found and lost.

        Returns:
            Seconds until it wants to be asked again.
        """
        try:
            tended = self.queue.tend()
        except Exception as error:  # noqa: BLE001 - a spool of the user's that breaks its promise
            self._notices.tell("tend", f"tending the spool failed ({type(error).__name__})")
            return _PATIENCE
        if tended.found or tended.lost:
            with self._lock:
                self._ledger.accepted += tended.found
                self._delivery.added(tended.found, tended.found_size)
                if tended.found:
                    self._delivery.flush()  # they have waited long enough
                self._lose(tended.lost, tended.lost_size)
        return tended.wait

    def _resync(self) -> bool:
        """Believe a spool that has less than was counted: it lost items by itself. False if not."""
        with self._lock:
            lost = self._delivery.count - len(self.queue)
            self._lose(lost, self._delivery.size - self.queue.size)
        return lost > 0

    def _lose(self, count: int, size: int) -> None:
        if count > 0:
            self._delivery.removed(count, size)
            self._ledger.dropped["lost"] += count
            self._settled.notify_all()
        self._delivery.front_changed()

    # Telling

    def _tell_state(self, outcome: Outcome) -> None:
        """Tell operators of trouble once, when it begins, and of its end."""
        line = self._trouble.line(outcome, self._delivery.count, self._clock())
        if line is not None:
            self._notices.tell("state", line, always=True)

    def _tell_drop(self, items: Sequence[bytes], reason: str, count: int | None = None) -> None:
        for item in items:
            self._call(self._on_drop, item, reason)
        number = events(len(items) if count is None else count)
        self._notices.tell(f"drop {reason}", f"{number} dropped: {_DROPS[reason]}")

    def tell_waiting(self) -> None:
        """Tell operators what still waits, unless it would outlive the process."""
        if (left := self.stats().pending) and not self.queue.durable:
            self._notices.tell(
                "waiting",
                f"{events(left)} left waiting by flush(), and lost if the process ends now; "
                "give it more time, or set spool_dir",
                always=True,
            )

    def _tell_losses(self) -> None:
        """At close, the sum of all that did not arrive, if anything did not."""
        stats = self.stats()
        if stats.rejected or stats.dropped or stats.invalid:
            dropped = ", ".join(f"{count:,} {reason}" for reason, count in stats.dropped.items())
            self._notices.tell(
                "losses",
                f"closed: {events(stats.accepted)} accepted, {stats.delivered:,} delivered, "
                f"{stats.rejected:,} rejected by the API, {dropped or '0'} dropped; "
                f"{stats.invalid:,} invalid at the call",
            )

    def _call(self, callback: Callback | None, item: bytes, reason: str) -> None:
        if callback is None:
            return
        try:
            callback(json.loads(item), reason)
        except Exception as error:  # noqa: BLE001 - what users hand in must not cost other events
            self._notices.tell("callback", f"on_drop or on_reject raised {type(error).__name__}")


_DROPS = {
    "overflow": "the spool is full; raise capacity, or see why the API does not answer",
    "closed": "still waiting when the handler closed; raise close_timeout, or set spool_dir",
    "expired": "older than max_age, and the API has not answered since",
}


def _stuck(outcome: Outcome) -> bool:
    return isinstance(outcome, (Retry, Refused))


def _warm_level_cache(name: str) -> None:
    logger = logging.getLogger(name)
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logger.isEnabledFor(level)
