"""The thread: batches go out, everything is counted once, and nothing that fails ends it."""

import random
import signal
import sys
import threading
import time

import pytest
from listening import Gate, adds_up, no_thread, numbers, senders, sent, wait_for

from zaius_logging import (
    ConfigError,
    Delivered,
    MemorySpool,
    Paused,
    Rejected,
    Retry,
    Split,
    StubTransport,
    ZaiusHandler,
)
from zaius_logging._delivery.listener import Wakeup
from zaius_logging._delivery.machine import Delivery


def test_a_flush_delivers_what_waits_and_says_so(make):
    """`flush` is True once everything that waited at the call has settled."""
    transport = StubTransport()
    listener = make(transport)
    for item in numbers(3):
        listener.put(item)
    assert listener.flush(10)
    assert sent(transport) == [0, 1, 2]
    assert listener.stats().delivered == 3
    assert listener.stats().state == "idle"


def test_no_thread_runs_before_the_first_event(make):
    """Making a listener starts nothing."""
    before = threading.active_count()
    listener = make()
    assert threading.active_count() == before
    listener.put(b"{}")
    assert threading.active_count() == before + 1


def test_a_full_batch_leaves_without_a_flush(make):
    """The event that fills a batch wakes the thread, long before the timer."""
    transport = Gate()
    listener = make(transport, batch=10)
    for item in numbers(9):
        listener.put(item)
    assert not transport.entered.wait(0.05)
    listener.put(b'{"n":9}')
    assert transport.entered.wait(10)
    transport.open.set()
    assert listener.flush(10)
    assert [len(batch) for batch in transport.batches] == [10]


def test_the_timer_sends_what_is_not_full(make):
    """A lone event leaves after the flush interval."""
    transport = Gate()
    listener = make(transport, every=0.02)
    listener.put(b'{"n":0}')
    assert transport.entered.wait(10)


def test_flush_is_false_while_the_server_hangs(make):
    """A flush keeps its timeout, and says that not everything settled."""
    transport = Gate()
    listener = make(transport)
    listener.put(b'{"n":0}')
    assert not listener.flush(0.05)
    transport.open.set()
    assert listener.flush(10)


def test_a_retry_sends_the_very_same_again(make):
    """After a Retry the same bytes go again, in the same order, and are counted once."""
    transport = StubTransport([Retry("503"), Retry("503")])
    listener = make(transport)
    for item in numbers(3):
        listener.put(item)
    assert listener.flush(10)
    assert transport.batches[0] == transport.batches[1] == transport.batches[2]
    stats = listener.stats()
    assert (stats.delivered, stats.requests, stats.retries) == (3, 3, 2)
    assert adds_up(stats)


def test_the_named_events_are_rejected_and_the_others_sent(make):
    """A Rejected takes exactly the places it names."""
    rejected = []
    transport = StubTransport([Rejected({1: "bad", 3: "worse"})])
    listener = make(
        transport, on_reject=lambda event, reason: rejected.append((event["n"], reason))
    )
    for item in numbers(5):
        listener.put(item)
    assert listener.flush(10)
    assert sent(transport) == [0, 2, 4]
    assert rejected == [(1, "bad"), (3, "worse")]
    assert listener.stats().rejected == 2


def test_an_unnamed_rejection_is_halved_until_the_bad_one_stands_alone(make):
    """Split after Split finds the one bad event; the others are delivered once, in order."""

    class Picky(StubTransport):
        def send(self, items):
            if b'{"n":7}' in items:
                super().send(items)
                self._delivered.clear()
                self._delivered.extend(self.good)
                return Split("unnamed")
            outcome = super().send(items)
            self.good = list(self._delivered)
            return outcome

        good = ()

    transport = Picky()
    listener = make(transport)
    for item in numbers(20):
        listener.put(item)
    assert listener.flush(10)
    assert sent(transport) == [n for n in range(20) if n != 7]
    assert listener.stats().rejected == 1


def test_a_wrong_key_pauses_and_says_what_to_check_once(make, said):
    """Paused keeps every event, shows `paused`, and tells the operator one line."""
    transport = StubTransport([Paused("the API answered 403: check api_key")] * 3)
    listener = make(transport)
    listener.put(b'{"n":0}')
    assert not listener.flush(0.1)
    assert not listener.flush(0.1)
    stats = listener.stats()
    assert (stats.state, stats.pending) == ("paused", 1)
    assert stats.problem == "the API answered 403: check api_key"
    assert len([line for line in said if "403" in line]) == 1
    assert not listener.flush(0.1)
    assert listener.flush(10)
    assert "delivering again" in said[-1]


def test_what_does_not_fit_is_dropped_and_counted(make):
    """With a full spool `put` returns at once; the loss is counted and reported."""
    dropped = []
    transport = Gate()
    listener = make(
        transport,
        MemorySpool(3),
        on_drop=lambda event, reason: dropped.append((event["n"], reason)),
    )
    for item in numbers(5):
        listener.put(item)
    stats = listener.stats()
    assert (stats.accepted, stats.pending, stats.dropped) == (5, 3, {"overflow": 2})
    assert dropped == [(3, "overflow"), (4, "overflow")]
    assert adds_up(stats)


def test_an_overflow_makes_the_thread_hurry(make):
    """A spool that is full before a batch is does not wait for the timer."""
    transport = Gate()
    listener = make(transport, MemorySpool(3), batch=500)
    for item in numbers(4):
        listener.put(item)
    assert transport.entered.wait(10)


def test_block_waits_for_room(make):
    """With `block` nothing is dropped: the call waits until the thread has made room."""
    transport = StubTransport()
    listener = make(transport, MemorySpool(10), block=True)
    for item in numbers(200):
        listener.put(item)
    assert listener.flush(10)
    assert sent(transport) == list(range(200))


@pytest.mark.slow
def test_block_ends_at_close(make):
    """A call that waits for room is let go when the handler closes, and its event counted."""
    transport = Gate()
    listener = make(transport, MemorySpool(1), block=True)
    listener.put(b'{"n":0}')
    assert not listener.flush(0.01)
    blocked = threading.Thread(target=listener.put, args=(b'{"n":1}',))
    blocked.start()
    assert transport.entered.wait(10)
    listener.end(0.1)
    blocked.join(10)
    assert not blocked.is_alive()
    stats = listener.stats()
    assert stats.dropped == {"closed": 2}
    assert adds_up(stats)


def test_close_delivers_what_waits(make):
    """Closing sends the rest; afterwards nothing is pending and nothing is lost."""
    transport = StubTransport()
    listener = make(transport)
    for item in numbers(1234):
        listener.put(item)
    listener.end(10)
    stats = listener.stats()
    assert (stats.delivered, stats.pending, stats.state) == (1234, 0, "closed")


def test_close_keeps_its_deadline_and_accounts_for_the_rest(make, said):
    """With a hung server, close returns at its deadline; the rest is counted and reported in a line."""
    transport = Gate()
    listener = make(transport)
    for item in numbers(5):
        listener.put(item)
    started = time.monotonic()
    listener.end(0.2)
    assert time.monotonic() - started < 2
    stats = listener.stats()
    assert (stats.dropped, stats.pending) == ({"closed": 5}, 0)
    assert any("5 events dropped" in line for line in said)
    transport.open.set()
    for thread in senders():
        thread.join(10)
    assert listener.stats() == stats  # an answer that comes too late changes no number


def test_an_end_that_comes_twice_reports_each_event_once(make):
    """A signal handler may end what the exit ends already: `on_drop` is called once for each event."""
    dropped = []
    listener = make(Gate(), on_drop=lambda event, reason: dropped.append((event["n"], reason)))
    for item in numbers(3):
        listener.put(item)
    listener.end(0.05)
    listener.end(0.05)
    assert dropped == [(0, "closed"), (1, "closed"), (2, "closed")]


def test_close_gives_up_at_once_where_waiting_cannot_help(make):
    """With the next try after the deadline, close does not wait for the deadline."""
    transport = StubTransport([Retry("429", after=3000.0, throttled=True)] * 2)
    listener = make(transport)
    listener.put(b'{"n":0}')
    assert not listener.flush(0.05)
    started = time.monotonic()
    listener.end(60)
    assert time.monotonic() - started < 30
    assert listener.stats().dropped == {"closed": 1}


def test_an_event_after_close_is_counted_as_dropped(make):
    """Nothing is silently lost after close either."""
    listener = make()
    listener.end(1)
    listener.put(b"{}")
    assert listener.stats().dropped == {"closed": 1}
    assert listener.flush(0)


class SlipsIn(MemorySpool):
    """Closes the listener in the middle of an append, before or after the item is taken."""

    def __init__(self, when):
        super().__init__()
        self.when, self.interrupt = when, lambda seconds: None

    def append(self, item):
        if self.when == "before":
            self.interrupt(1)
        taken = super().append(item)
        if self.when == "after":
            self.interrupt(1)
        return taken


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_event_that_slips_in_while_closing_is_counted(make, when):
    """Its call had begun before close(): it is delivered, or dropped and reported, and never pending."""
    dropped = []
    spool, transport = SlipsIn(when), StubTransport()
    listener = make(transport, spool, on_drop=lambda event, reason: dropped.append(event["n"]))
    spool.interrupt = listener.end
    listener.put(b'{"n":0}')
    stats = listener.stats()
    assert sent(transport) + dropped == [0]
    assert stats.pending == 0
    assert stats.delivered == (when == "after")
    assert adds_up(stats)


def test_threads_that_log_while_it_closes_account_for_each_event(make):
    """Whatever side of close() a call falls on, its event is delivered or reported as dropped, once."""
    for trial in range(4):
        dropped, counts, transport = [], [], StubTransport()
        listener = make(
            transport,
            MemorySpool(500),
            batch=7,
            on_drop=lambda event, reason, dropped=dropped: dropped.append(event["n"]),
        )
        closing = threading.Event()

        def log(who, listener=listener, closing=closing, counts=counts):
            n = who * 1_000_000
            while not closing.is_set() or n % 50:
                listener.put(b'{"n":%d}' % n)
                n += 1
            counts.append((who * 1_000_000, n))

        threads = [threading.Thread(target=log, args=(who,)) for who in range(3)]
        for thread in threads:
            thread.start()
        while listener.stats().accepted < 100 * trial:
            pass
        listener.end(10)
        closing.set()
        for thread in threads:
            thread.join()
        logged = [n for first, end in counts for n in range(first, end)]
        assert sorted(sent(transport) + dropped) == sorted(logged)
        stats = listener.stats()
        assert stats.accepted == len(logged)
        assert stats.pending == 0
        assert adds_up(stats)


def test_an_event_between_the_last_look_and_the_wait_is_not_slept_over(make):
    """The thread looks again after it has said which event must wake it."""

    class Late(Delivery):
        left = 1

        def room(self):
            found = super().room()
            if self.left and self._count == 0:
                self.left -= 1
                listener.put(b'{"n":1}')  # nobody is on the list yet to be woken
            return found

    transport = StubTransport()
    listener = make(transport, delivery=Late, every=0.0)
    listener.put(b'{"n":0}')
    wait_for(lambda: sent(transport) == [0, 1])


def test_no_wake_is_lost(make):
    """Each event finds the thread going to sleep, or just asleep, and goes all the same."""
    transport = StubTransport()
    listener = make(transport, every=0.0)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for n in range(2_000):
            listener.put(b'{"n":%d}' % n)
            wait_for(lambda n=n: len(transport.batches) > n)
    finally:
        sys.setswitchinterval(before)
    assert sent(transport) == list(range(2_000))


def test_who_logs_rings_for_the_first_event_and_for_a_full_batch_only(make):
    """A wake costs the caller a hand-over; and while the thread works, nobody rings at all."""
    transport = Gate()
    listener = make(transport, batch=10)
    listener.put(b'{"n":0}')
    rings = []
    wait_for(lambda: listener._wake_at == 10)
    ring = listener.wake
    listener.wake = lambda: [rings.append(listener._arrived), ring()]
    for item in numbers(29, 1):
        listener.put(item)
    assert transport.entered.wait(10)
    for item in numbers(100, 30):
        listener.put(item)
    assert rings[0] == 10
    assert rings[-1] <= 30  # none while it sends


def test_a_spool_that_lacks_something_is_an_error():
    """Before any event is taken, and by name."""

    class Old(MemorySpool):
        perishable = property()

    with pytest.raises(ConfigError, match="spool: has no `perishable`"):
        ZaiusHandler(transport=StubTransport(), spool=Old())


def test_a_transport_that_lacks_something_is_an_error():
    """Else it works until the end of the process, where what waits is lost."""

    class Sends:
        def send(self, items):
            return Delivered()

    with pytest.raises(ConfigError, match="transport: has no `after_fork_in_child`"):
        ZaiusHandler(transport=Sends())
    with pytest.raises(ConfigError, match="transport: has no"):
        ZaiusHandler(transport="my.transport")  # `ext://` was forgotten in dictConfig


def test_a_transport_that_raises_is_retried(make):
    """A transport that breaks its promise costs a retry, not the thread."""

    class Broken(StubTransport):
        left = 2

        def send(self, items):
            self.left -= 1
            if self.left >= 0:
                raise KeyError("secret")
            return super().send(items)

    transport = Broken()
    listener = make(transport)
    listener.put(b'{"n":0}')
    assert listener.flush(10)
    assert listener.stats().retries == 2


def test_a_spool_that_raises_does_not_end_the_thread(make, said):
    """A spool that breaks its promise is reported; later events still go."""

    class Broken(MemorySpool):
        broken = True

        def remove(self, ids):
            if self.broken:
                self.broken = False
                raise OSError("disk")
            super().remove(ids)

    transport = StubTransport()
    listener = make(transport, Broken())
    listener.put(b'{"n":0}')
    assert listener.flush(10)
    assert any("settling a batch failed (OSError)" in line for line in said)
    assert sent(transport) == [0, 0]  # sent again: twice is better than never


def test_callbacks_that_raise_cost_nothing(make, said):
    """A user's on_reject that raises is reported, and everything else goes on."""

    def on_reject(event, reason):
        raise RuntimeError("mine")

    transport = StubTransport([Rejected({0: "bad"})])
    listener = make(transport, on_reject=on_reject)
    for item in numbers(2):
        listener.put(item)
    assert listener.flush(10)
    assert sent(transport) == [1]
    assert any("on_drop, on_reject or on_invalid raised RuntimeError" in line for line in said)


def test_what_on_drop_logs_and_loses_is_counted_and_no_more(make):
    """A callback that logs into the full spool is not called for its own loss, and of that one's, and so on."""
    called = []

    def on_drop(event, reason):
        called.append(event["n"])
        listener.put(b'{"n":99}')

    listener = make(StubTransport([Retry("503", 60)] * 9), MemorySpool(1), on_drop=on_drop)
    for item in numbers(3):
        listener.put(item)
    assert called == [1, 2]
    assert listener.stats().dropped == {"overflow": 4}


def test_what_is_too_old_is_given_up(make):
    """An event that has met failures for longer than max_age is dropped as expired, and reported."""
    now = [0.0]
    dropped = []

    class Late(StubTransport):
        def send(self, items):
            outcome = super().send(items)
            if len(self.batches) == 2:
                now[0] = 11.0
            return outcome

    transport = Late([Retry("503"), Retry("503"), Retry("503")])
    listener = make(
        transport,
        MemorySpool(clock=lambda: now[0]),
        max_age=10.0,
        on_drop=lambda event, reason: dropped.append((event["n"], reason)),
    )
    listener.put(b'{"n":0}')
    assert listener.flush(10)
    assert dropped == [(0, "expired")]
    assert listener.stats().dropped == {"expired": 1}
    listener.put(b'{"n":1}')
    assert listener.flush(10)
    assert sent(transport) == [1]


def test_items_left_from_before_are_taken_over(make):
    """What a spool holds at the start is sent first, and counted as accepted."""
    spool = MemorySpool()
    for item in numbers(3):
        spool.append(item)
    transport = StubTransport()
    listener = make(transport, spool)
    listener.put(b'{"n":3}')
    assert listener.flush(10)
    assert sent(transport) == [0, 1, 2, 3]
    assert listener.stats().accepted == 4


def test_the_numbers_add_up_at_every_moment(make):
    """Conservation holds in each of thousands of snapshots, under four threads and every outcome."""
    pick = random.Random(7)

    class Moody(StubTransport):
        def send(self, items):
            outcome = pick.choice(
                [Delivered(), Delivered(), Retry("x"), Split("x"), Rejected({0: "x"}), Delivered()]
            )
            self._outcomes = iter([outcome])
            return super().send(items)

    listener = make(Moody(), MemorySpool(300), batch=20)
    stop = threading.Event()
    wrong = []
    seen = []

    def watch():
        while not stop.is_set():
            stats = listener.stats()
            seen.append(1)
            if not adds_up(stats) or min(stats.pending, stats.pending_bytes) < 0:
                wrong.append(stats)

    watcher = threading.Thread(target=watch)
    threads = [
        threading.Thread(target=lambda: [listener.put(item) for item in numbers(2000)])
        for _ in range(4)
    ]
    watcher.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert listener.flush(30)
    stop.set()
    watcher.join()
    assert wrong == []
    assert len(seen) > 100
    stats = listener.stats()
    assert stats.accepted == 8000
    assert stats.pending == 0


def test_order_is_kept(make):
    """One thread's events arrive in the order of its calls, through retries."""
    pick = random.Random(3)

    class Flaky(StubTransport):
        def send(self, items):
            self._outcomes = iter([pick.choice([Delivered(), Retry("x")])])
            return super().send(items)

    transport = Flaky()
    listener = make(transport, batch=7)
    for item in numbers(1000):
        listener.put(item)
    assert listener.flush(30)
    assert sent(transport) == list(range(1000))


def test_a_signal_handler_may_put(make):
    """A signal that logs in the middle of a put, at 300 Hz, neither deadlocks nor loses an event."""
    transport = StubTransport()
    listener = make(transport)
    extra = []

    def on_alarm(signum, frame):
        extra.append(1)
        listener.put(b'{"n":-1}')

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, 1 / 300, 1 / 300)
    try:
        for item in numbers(40_000):
            listener.put(item)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert listener.flush(30)
    assert extra
    assert listener.stats().delivered == 40_000 + len(extra)


def test_a_signal_handler_may_look(make):
    """Numbers that are asked for in the middle of being asked for add up, and nothing counts twice."""
    listener = make(Gate(), MemorySpool(20_000))
    wrong, looks = [], []

    def look(*_):
        stats = listener.stats()
        looks.append(1)
        if not adds_up(stats):
            wrong.append(stats)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1 / 2000, 1 / 2000)
    try:
        for item in numbers(30_000):
            listener.put(item)
            listener.stats()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert looks
    assert wrong == []
    stats = listener.stats()
    assert (stats.accepted, stats.pending) == (30_000, 20_000)
    assert stats.dropped == {"overflow": 10_000}


def test_waking_twice_is_waking_once():
    """Ringing is remembered, not counted."""
    wakeup = Wakeup()
    wakeup.wake()
    wakeup.wake()
    wakeup.wait(10)
    started = time.monotonic()
    wakeup.wait(0.05)
    assert time.monotonic() - started >= 0.04


def test_the_thread_that_flushes_itself_does_not_wait(make):
    """A callback on our own thread that calls flush gets an answer, not a deadlock."""
    answers = []
    transport = StubTransport([Rejected({0: "bad"})])
    listener = make(transport, on_reject=lambda event, reason: answers.append(listener.flush(10)))
    for item in numbers(2):
        listener.put(item)
    assert listener.flush(10)
    assert answers == [False]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_thread_is_replaced(make):
    """If the thread ends for a reason we do not know, the next event starts another."""

    class Deadly(StubTransport):
        deaths = 1

        def send(self, items):
            if self.deaths:
                self.deaths -= 1
                raise SystemExit  # ends a thread, as sys.exit() in a user's transport would
            return super().send(items)

    transport = Deadly()
    listener = make(transport, batch=1)
    listener.put(b'{"n":0}')
    wait_for(lambda: transport.deaths == 0 and no_thread(listener))
    for thread in senders():  # its end is reported by its own hook: here, not in a later test
        thread.join(10)
    listener.put(b'{"n":1}')
    assert listener.flush(10)
    assert sent(transport) == [0, 1]
