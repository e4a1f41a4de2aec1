"""An exception at any line of a call leaves a handler that delivers the next event, with sums that agree.

What raises in the world is a signal handler: a time limit, Ctrl-C, gevent.Timeout. Here a trace function
raises instead, at each line of ours in turn: in the first call of a handler, in later ones, in flush, in
close and in a callback. A spool is added to `SPOOLS` by its name and what makes it.
"""

import dis
import linecache
import logging
import random
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

import zaius_logging
from zaius_logging import MemorySpool, Rejected, StubTransport, ZaiusHandler
from zaius_logging._delivery import listener as module
from zaius_logging._spool.journal.spool import JournalSpool

OURS = str(Path(zaius_logging.__file__).parent)
EVENT = {"zaius": {"type": "a", "action": "b", "identifiers": {"customer_id": "1"}}}
SPOOLS = {
    "memory": lambda _folder: MemorySpool(),
    "journal": lambda folder: JournalSpool(folder, "shop"),
}


@pytest.fixture(autouse=True)
def _forget_interrupted_starts():
    """An interrupted Thread.start() leaves a thread that never runs in threading's list, for all later tests."""
    yield
    threading._limbo.clear()


class TimeLimit(BaseException):
    """What a signal handler raises."""


class Raiser:
    """Raises at the nth line of ours that the current thread executes.

    Attributes:
        place: where that was; empty where there were not so many lines.
    """

    def __init__(self, nth):
        self.nth = nth
        self.place = ""

    def __call__(self, frame, what, _arg):
        if what == "call":
            return self if frame.f_code.co_filename.startswith(OURS) else None
        if what == "line" and not _leaves_with(frame):
            self.nth -= 1
            if not self.nth:
                name = Path(frame.f_code.co_filename).name
                self.place = f"{name}:{frame.f_lineno} {frame.f_code.co_name}"
                sys.settrace(None)
                raise TimeLimit
        return self


def _leaves_with(frame):
    """Whether a `with` is left, or a `try` begins in one: only a tracer can raise there, past `__exit__`."""
    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip()
    first = dis.opname[frame.f_code.co_code[frame.f_lasti]]
    return text.startswith(("with ", "try:")) and first in {"POP_BLOCK", "LOAD_CONST", "NOP"}


def adds_up(stats):
    return stats.accepted == (
        stats.delivered + stats.rejected + sum(stats.dropped.values()) + stats.pending
    )


def log(logger):
    logger.info("x", extra=EVENT)


class Trial:
    """One handler, one call that is interrupted, and what is left."""

    again = 0  # events that may arrive twice: where the sender is interrupted, the batch in flight

    def __init__(self, spool, *, warm, transport=None, **settings):
        self.transport = transport or StubTransport()
        self.handler = ZaiusHandler(
            transport=self.transport,
            spool=spool,
            flush_interval=0.02,
            close_timeout=5.0,
            notices=lambda _: None,
            **settings,
        )
        self.logger = logging.Logger("every-line", logging.INFO)  # noqa: LOG001 - one of its own, known to nobody
        self.logger.addHandler(self.handler)
        for _ in range(warm):
            log(self.logger)
        if warm:
            assert self.handler.flush(5)

    def interrupt(self, call, nth):
        """Give the place where the call was interrupted; empty where it has fewer lines."""
        raiser = Raiser(nth)
        sys.settrace(raiser)
        try:
            call(self)
        except TimeLimit:
            pass
        finally:
            sys.settrace(None)
        return raiser.place

    def interrupt_sender(self, nth):
        """The same for the thread that sends one event, and then ends."""
        raiser = Raiser(nth)
        threading.settrace(raiser)
        try:
            log(self.logger)
            while not raiser.place and not self.handler.stats().delivered:
                time.sleep(0.0005)
            if not raiser.place:
                self.handler.close()
        finally:
            threading.settrace(None)
        return raiser.place

    def problem(self):
        """What is wrong afterwards; empty where nothing is."""
        before = len(self.transport.events)
        log(self.logger)
        deadline = time.monotonic() + 20  # a disk that others keep busy may take seconds for a sync
        while len(self.transport.events) <= before or self.handler.stats().pending:
            if time.monotonic() > deadline:
                return f"the next event is not delivered by itself: {self.handler.stats()}"
            time.sleep(0.001)
        stats = self.handler.stats()
        ids = [event["data"]["idempotence_id"] for event in self.transport.events]
        if not adds_up(stats) or stats.delivered != len(set(ids)):
            return f"the sums do not agree: {stats}, {len(ids)} arrived"
        if len(ids) > len(set(ids)) + self.again:
            return f"{len(ids) - len(set(ids))} arrived twice"
        if not self.handler.flush(2):
            return "flush does not tell the truth"
        started = time.monotonic()
        self.handler.close()
        return "close takes too long" if time.monotonic() - started > 2 else ""


def log_twice(trial):
    log(trial.logger)
    log(trial.logger)


def log_and_flush(trial):
    log(trial.logger)
    trial.handler.flush(2)


def log_and_close(trial):
    log(trial.logger)
    trial.handler.close()


def log_and_look(trial):
    log(trial.logger)
    trial.handler.stats()


CALLS = {
    "log": lambda trial: log(trial.logger),
    "flush": log_and_flush,
    "close": log_and_close,
    "stats": log_and_look,
    "twice": log_twice,
}


def every_line(make_spool, call, warm, folder):
    """Interrupt a call at each line of it. Gives (how many there were, what went wrong)."""
    wrong, nth = [], 1
    while True:
        trial = Trial(make_spool(folder / f"{nth}"), warm=warm)
        place = trial.interrupt(call, nth)
        if not place:
            trial.handler.close()
            return nth - 1, wrong
        if problem := trial.problem():
            wrong.append(f"{place}: {problem}")
            if len(wrong) > 3:
                return nth, wrong
        nth += 1


# An exception between `open` and `with` leaves the file to the collector, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.timeout(600)  # on disk, each of 500 trials makes files
@pytest.mark.parametrize("warm", [0, 2], ids=["first", "later"])
@pytest.mark.parametrize(
    ("spool", "call"),
    [
        pytest.param(
            spool, call, marks=[] if (spool, call) == ("memory", "log") else pytest.mark.slow
        )
        for spool in SPOOLS
        for call in CALLS
    ],
)
def test_an_exception_at_any_line_leaves_a_handler_that_works(spool, call, warm, tmp_path):
    """The next event is delivered by itself, the sums agree, flush and close keep their word."""
    lines, wrong = every_line(SPOOLS[spool], CALLS[call], warm, tmp_path)
    assert lines > 20
    assert wrong == []


# One in a `__del__`, or between `open` and `with`, is reported by the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("spool", SPOOLS)
def test_an_exception_at_any_line_of_the_thread_that_sends(spool, tmp_path, monkeypatch):
    """No signal handler runs there, but whatever ends the thread: the next event is delivered by another."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    wrong, nth = [], 1
    while len(wrong) < 4:
        trial = Trial(SPOOLS[spool](tmp_path / f"{nth}"), warm=0)
        trial.again = 1
        place = trial.interrupt_sender(nth)
        if not place:
            break
        if problem := trial.problem():
            wrong.append(f"{place}: {problem}")
        nth += 1
    assert nth > 100
    assert wrong == []


class FlagFirst(module.Listener):
    """The start of the thread as it was: a flag says that it runs, before it does."""

    running = False

    def wake(self):
        if self.running:
            thread = self._thread
            if thread is not None:
                thread.wakeup.wake()
            return
        self.running = True
        self._start()

    def _runs(self):
        return self.running


@pytest.mark.slow
def test_control_a_flag_that_is_set_before_the_thread_starts(monkeypatch):
    """The negative control: an interruption after the flag leaves a handler that never sends again."""
    monkeypatch.setattr(module, "Listener", FlagFirst)
    nth, stuck = 1, 0
    while not stuck and nth < 400:
        trial = Trial(MemorySpool(), warm=0)
        place = trial.interrupt(lambda one: log(one.logger), nth)
        if not place:
            break
        if place.startswith(("listener.py", "sender.py")):
            stuck += bool(trial.problem())
        nth += 1
    assert stuck


def test_a_callback_that_is_interrupted_costs_no_event():
    """on_reject runs in the thread that sends: what it raises may end that thread, and no more."""
    before, threading.excepthook = threading.excepthook, lambda _: None
    try:
        raised = []

        def on_reject(_event, _reason):
            raised.append(1)
            raise TimeLimit

        trial = Trial(
            MemorySpool(),
            warm=0,
            transport=StubTransport([Rejected({0: "bad"})]),
            on_reject=on_reject,
        )
        log(trial.logger)
        while not raised:
            time.sleep(0.001)
        assert trial.problem() == ""
        assert trial.handler.stats().rejected == 1
    finally:
        threading.excepthook = before


@pytest.mark.parametrize("spool", SPOOLS)
@pytest.mark.parametrize(
    "trials",
    [
        pytest.param(300, marks=pytest.mark.slow),
        pytest.param(10_000, marks=[pytest.mark.full, pytest.mark.timeout(3600)]),
    ],
)
# An exception between `open` and `with` leaves the file to the collector, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_real_signals_at_random_instants(trials, spool, tmp_path):
    """A timer that raises in the middle of a first or a later call, wherever it falls."""
    chance, wrong, reached, left = random.Random(5), [], 0, 0
    armed = False

    def on_signal(*_):
        nonlocal armed
        if armed:
            armed = False
            raise TimeLimit

    before = signal.signal(signal.SIGALRM, on_signal)
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        for number in range(trials):
            trial = Trial(SPOOLS[spool](tmp_path / f"{number}"), warm=number % 2)
            try:
                longest = (1e-4 if number % 2 else 5e-4) * (1 if spool == "memory" else 4)
                armed = True
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(5e-6, longest))
                log(trial.logger)
                armed = False
            except TimeLimit:
                reached += 1
            armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            # Before 3.13 logging keeps it where the signal fell between `acquire` and `try`, as in any program.
            while logging._lock._is_owned():
                logging._lock.release()
                left += 1
            if problem := trial.problem():
                wrong.append(problem)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        sys.unraisablehook = hook
    print(f"{trials} signals, {reached} in a call, {left} in logging's lock, {len(wrong)} wrong")  # noqa: T201 - -s shows it
    assert reached > trials / 20
    assert wrong == []
