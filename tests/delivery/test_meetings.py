"""What other threads ask while the background thread is in the middle of its round: it is done, and at once.

The first half has a fault of the past each, at the moment where it struck; the second tries every moment.
Events wait for a batch to fill for an hour here, so that what is not sent when it is asked for is not sent at all.
"""

import sys
import threading
from collections import deque
from pathlib import Path

import pytest
from listening import Gate, no_thread, sent, wait_for

import zaius_logging
from zaius_logging import MemorySpool, Rejected, Retry, Split, StubTransport
from zaius_logging._delivery.listener import Listener
from zaius_logging._delivery.machine import NEVER, Delivery
from zaius_logging._delivery.pace import Pace
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.journal.spool import JournalSpool

# Python 3.12.1 crashes where a thread is traced by bytecodes while others run the same code; by lines it does not.
MOMENT = "line" if sys.version_info[:2] == (3, 12) else "opcode"
OURS = str(Path(zaius_logging.__file__).parent)
A, B, C, D = (b'{"n":%d}' % n for n in range(1, 5))


def beside(work, *args):
    """Have another thread do it."""
    thread = threading.Thread(target=work, args=args, daemon=True)
    thread.start()
    return thread


def sleeps(listener, *, settled):
    """Whether so many events have come to their end and the thread waits."""
    stats = listener.stats()
    return stats.delivered + stats.rejected == settled and 0 < listener._wake_at < NEVER


class Hooked(MemorySpool):
    """A spool at which something happens once, after a look of the thread's and before the look is used."""

    listener = act = None

    def at(self, when, act):
        """Act after the next look of the thread's for which `when` says yes, given its caller's name and what it saw."""
        self.when, self.act = when, act

    def waiting(self):
        seen, listener = super().waiting(), self.listener
        if listener and self.act and listener.on_own_thread():
            caller = sys._getframe(1).f_code.co_name
            if self.when(caller, seen):
                act, self.act = self.act, None
                act()
        return seen


@pytest.mark.parametrize("look", [1, 2, 3, 4])
def test_a_flush_means_what_came_before_it(make, look):
    """The thread has looked at the spool; before it uses what it saw, an event and a flush come."""
    looks = []

    def is_that_look(*_):
        looks.append(1)
        return len(looks) == look

    def put_and_flush():
        listener.put(B)
        beside(listener.flush, 0).join()

    transport, spool = StubTransport(), Hooked()
    spool.listener = listener = make(transport, spool)
    spool.at(is_that_look, put_and_flush)
    listener.put(A)
    wait_for(lambda: listener.wake() or not spool.act)
    wait_for(lambda: sent(transport) == [1, 2])


def test_an_end_sends_what_came_since_the_look_at_an_empty_spool(make):
    """The last line of a program, and its end, both between the thread's look and its use of it."""
    transport, spool, dropped, ends = StubTransport(), Hooked(), [], []
    spool.listener = listener = make(transport, spool, on_drop=lambda *each: dropped.append(each))
    listener.put(A)
    assert listener.flush(10)
    wait_for(lambda: sleeps(listener, settled=1))

    def put_and_end():
        listener.put(B)
        beside(lambda: ends.append(listener.end(10)))
        wait_for(lambda: listener._deadline is not None)

    spool.at(lambda caller, seen: caller == "_step" and not seen.count, put_and_end)
    listener.wake()
    wait_for(lambda: ends)
    assert dropped == []
    assert sent(transport) == [1, 2]


def test_an_event_that_comes_while_the_journal_is_closed_is_flushed(make, tmp_path):
    """Another thread logs between the close's count of what waits and the moment when it lets go of the files."""
    spool, transport = JournalSpool(tmp_path, "shop"), StubTransport()
    listener = make(transport, spool)
    listener.put(A)
    going = spool._going

    def log_and_go():
        del spool._going
        listener.put(B)
        return going()

    spool._going = log_and_go
    spool.close()
    assert spool.waiting()[:3] == (2, len(A) + len(B), 0)
    assert listener.flush(10)
    assert sent(transport) == [1, 2]


def test_an_end_sends_what_came_while_the_thread_had_its_last_lines_to_run(make):
    """It ends because it was asked to; it cannot know of an event and of the end of the process any more."""
    dropped, ends = [], []
    transport = StubTransport()
    listener = make(transport, on_drop=lambda *each: dropped.append(each))
    listener.put(A)
    assert listener.flush(10)
    leave = listener._leave

    def last_lines(me):
        listener._leave = leave
        listener.put(B)
        beside(lambda: ends.append(listener.end(10)))
        wait_for(lambda: listener._deadline is not None)
        leave(me)

    listener._leave = last_lines
    listener.retire()
    wait_for(lambda: ends)
    assert dropped == []
    assert sent(transport) == [1, 2]


def test_a_close_waits_for_no_later_event(make):
    """All it was asked for is delivered: it does not hold up a dictConfig for an event that came after it."""
    transport, closed = Gate(), []
    listener = make(transport)
    listener.put(A)
    closing = beside(lambda: closed.append(listener.close(30)))
    assert transport.entered.wait(10)  # A is on its way, and close waits for it
    listener.put(B)
    transport.open.set()
    closing.join(10)
    assert closed == [True]


class NamesYounger(StubTransport):
    """Calls the third and fourth of four events bad. What is sent after that hangs until the test opens it."""

    def __init__(self):
        super().__init__()
        self.again, self.open = threading.Event(), threading.Event()
        self.open.set()

    def send(self, items):
        if len(items) == 4:
            self.open.clear()
            return Rejected({2: "bad", 3: "bad"})
        self.again.set()
        assert self.open.wait(30)
        return super().send(items)


@pytest.fixture
def younger(make):
    """A and B wait; `asked` begins, and C and D are there before the thread looks again, and are bad."""

    def younger(ask, has_asked, **settings):
        transport, spool, answers = NamesYounger(), Hooked(), []
        spool.listener = listener = make(transport, spool, **settings)
        listener.put(b'{"n":0}')
        assert listener.flush(10)
        wait_for(lambda: sleeps(listener, settled=1))
        listener.put(A)
        listener.put(B)
        wait_for(lambda: sleeps(listener, settled=1))
        transport.again.clear()

        def ask_then_put():
            beside(lambda: answers.append(ask(listener)))
            wait_for(lambda: has_asked(listener))
            listener.put(C)
            listener.put(D)

        spool.at(lambda caller, _: caller == "_maintain", ask_then_put)
        listener.wake()
        assert transport.again.wait(10)
        return transport, listener, answers

    return younger


def test_a_flush_is_not_done_while_an_event_of_it_waits(younger):
    """As many as it waits for have left the spool, but others."""
    transport, listener, answers = younger(
        lambda listener: listener.flush(30), lambda listener: listener._waiters
    )
    assert listener.stats().rejected == 2
    for _ in range(3):  # it looks each time that it is woken
        wait_for(lambda: listener._waiters)
        listener._wake_waiters()
    wait_for(lambda: listener._waiters)
    assert answers == []
    transport.open.set()
    wait_for(lambda: answers == [True])
    assert sent(transport) == [0, 1, 2]


def test_an_end_sends_the_older_ones_though_younger_ones_have_left(younger):
    """The same for the end of the process: none of them is dropped."""
    dropped = []
    transport, _, answers = younger(
        lambda listener: listener.end(30),
        lambda listener: listener._deadline is not None,
        on_drop=lambda *each: dropped.append(each),
    )
    transport.open.set()
    wait_for(lambda: answers)
    assert dropped == []
    assert sent(transport) == [0, 1, 2]


class Numbers:
    """Draws numbers as itertools.count does; the one who has drawn `at` is interrupted before he uses it."""

    def __init__(self, at, act):
        self.last, self.at, self.act = 0, at, act

    def __next__(self):
        self.last = number = self.last + 1
        if number == self.at:
            self.act()
        return number


def test_a_full_batch_is_sent_though_its_last_two_calls_overtook_each_other(make):
    """Two calls draw the numbers 4 and 5, and store 5 and then 4: neither has seen which one must wake."""
    transport, spool = StubTransport(), Hooked()
    spool.listener = listener = make(transport, spool, batch=3)
    listener._arrivals = Numbers(4, lambda: listener.put(b'{"n":5}'))
    listener.put(A)
    assert listener.flush(10)
    wait_for(lambda: sleeps(listener, settled=1))
    deliver = transport.send

    def send(items):
        if items == [B]:
            listener.put(C)  # the first of the batch that is meant
        return deliver(items)

    transport.send = send
    # The thread has seen C alone; now D and 5 come.
    spool.at(
        lambda caller, seen: (
            caller == "_step" and listener.stats().delivered == 2 and seen.count == 1
        ),
        lambda: listener.put(D),
    )
    listener.put(B)
    listener.flush(0)
    wait_for(lambda: sorted(sent(transport)) == [1, 2, 3, 4, 5])


def test_a_thread_ends_though_a_signal_handler_overtook_the_last_call(make):
    """The handler logs, and closes; the call that it has interrupted then stores a lower number."""

    def log_and_close():
        listener.put(B)
        listener.retire()

    listener = make()
    listener._arrivals = Numbers(1, log_and_close)
    listener.put(A)
    wait_for(lambda: listener.stats().delivered == 2)
    wait_for(lambda: no_thread(listener))
    assert listener.stats().state == "closed"


def test_block_drops_nothing_that_fits(make):
    """The call saw nothing wait, found no room, and saw nothing wait again: others were faster, twice."""
    transport, dropped = Gate(), []

    class Spool(MemorySpool):
        main, appends, listener = threading.get_ident(), 0, None

        def append(self, item):
            if threading.get_ident() != self.main:
                return super().append(item)
            self.appends += 1
            if self.appends == 2:  # in the middle of waiting for room
                transport.open.clear()
                beside(self.listener.put, B).join()
            taken = super().append(item)
            if self.appends <= 2:
                assert not taken
                transport.open.set()
                assert self.listener.flush(10)
            return taken

    spool = Spool(1)
    spool.listener = listener = make(
        transport, spool, block=True, on_drop=lambda *each: dropped.append(each)
    )
    beside(listener.put, A).join()
    listener.put(C)
    assert listener.flush(10)
    assert (sorted(sent(transport)), dropped) == ([1, 2, 3], [])


def test_two_threads_that_wake_the_same_waiter_go_on(make):
    """The one has its last lines to run, and the next has sent: neither may end by an exception there."""

    class Waiters(deque):
        def popleft(self):
            beside(deque.popleft, self).join()
            return super().popleft()

        def __bool__(self):
            raise AssertionError("what is seen here need not be so a step later")

    listener = make()
    listener._waiters = waiters = Waiters()
    listener._waiter()
    listener._wake_waiters()
    assert not len(waiters)


# Every moment


class Switch:
    """Runs `work` in another thread at the nth bytecode (or line) of ours that the traced thread executes."""

    PATIENCE = 0.002  # seconds that the traced thread stands still for it

    def __init__(self, nth, work):
        self.left, self.place = nth, ""
        self.other = threading.Thread(target=work, daemon=True)

    def __call__(self, frame, what, _arg):
        if what == "call":
            if not frame.f_code.co_filename.startswith(OURS):
                return None
            frame.f_trace_opcodes = MOMENT == "opcode"
        if what == MOMENT:
            self.left -= 1
            if not self.left:
                self.other.start()
                self.place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
                self.other.join(self.PATIENCE)
        return self if self.left > 0 else None


class Traced(Listener):
    """Its first thread is interrupted by the switch."""

    switch = None

    def send_as(self, me):
        sys.settrace(self.switch)
        try:
            super().send_as(me)
        finally:
            sys.settrace(None)


class Mixed(Traced):
    """The control: what others ask is read after the look at the spool, as it was once."""

    def _take_orders(self, me, _flush, _deadline, count):
        super()._take_orders(me, self._flush, self._deadline, count)


def flushed(listener, seconds):
    listener.put(B)
    return listener.flush(seconds)


def closed(listener, seconds):
    listener.put(B)
    return listener.close(seconds)


def ended(listener, seconds):
    listener.put(B)
    return listener.end(seconds) and listener.stats().delivered + listener.stats().rejected >= 2


def retired(listener, seconds):
    listener.retire()
    listener.put(B)
    return listener.flush(seconds)


def trial(ask, nth, outcomes=(), kind=Traced, seconds=10):
    """Have another thread ask at the nth bytecode of the thread's round. Gives the place, and whether it was done."""
    delivery = Delivery(
        batch_size=500,
        batch_bytes=10**6,
        flush_interval=3600,
        pace=Pace(None),
        uniform=lambda *_: 0.0,
    )
    listener = kind(
        MemorySpool(),
        StubTransport(outcomes),
        delivery,
        max_age=3600,
        notices=Notices(lambda line: None),
    )
    answers = []
    switch = listener.switch = Switch(nth, lambda: answers.append(ask(listener, seconds)))
    try:
        listener.put(A)
        listener.flush(0)
        wait_for(lambda: switch.place or sleeps(listener, settled=1) or no_thread(listener))
        listener.retire()  # and through its last lines
        wait_for(lambda: switch.place or no_thread(listener))
        if switch.place:
            switch.other.join(seconds + 10)
        return switch.place, not switch.place or answers == [True]
    finally:
        listener.end(5)


def moments(ask, step, **settings):
    """Try each moment in turn; give how many there were, and where it was not done."""
    nth, wrong = 1, []
    while True:
        place, done = trial(ask, nth, **settings)
        if not place:
            return nth, wrong
        if not done:
            wrong.append((nth, place))
        nth += step


ASKED = [flushed, closed, ended, retired]
ANSWERS = {
    "taken": (),
    "named": (Rejected({0: "bad"}),),
    "not named": (Split("bad"),),
    "failed": (Retry("503"),),
}


@pytest.mark.parametrize("ask", ASKED)
def test_whatever_is_asked_at_any_moment_is_done(ask):
    """At each 13th bytecode of the thread's life an event comes and all is to be sent: it is, within seconds."""
    count, wrong = moments(ask, 13 if MOMENT == "opcode" else 3)
    assert wrong == []
    assert count > (300 if MOMENT == "opcode" else 60)


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("ask", ASKED)
def test_whatever_is_asked_at_any_moment_is_done_long(ask, answer):
    """The same at each bytecode, with whatever the API answers first."""
    _, wrong = moments(ask, 1, outcomes=ANSWERS[answer])
    assert wrong == []


def test_the_control_that_looks_first_and_listens_then_is_found_out():
    """What was asked after the look at the spool is given the look's count."""
    places = range(1, 2000)
    found = next((nth for nth in places if not trial(flushed, nth, kind=Mixed, seconds=0.3)[1]), 0)
    assert found
