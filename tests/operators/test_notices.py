"""What operators hear: once for each change of state, where they want it, and nothing personal."""

import _thread
import contextlib
import io
import json
import logging
import os
import sys
import threading
import time
from contextlib import redirect_stderr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zaius_logging import Delivered, Paused, Retry, StubTransport, ZaiusHandler
from zaius_logging._delivery.reporter import Reporter
from zaius_logging._operators import notices as notices_module
from zaius_logging._operators.notices import MAX_KINDS, MAX_LINE, Notices
from zaius_logging._operators.redact import HIDDEN, MAX_SHOWN, scrubbed

DOWN, NO_KEY, OK = Retry("the API answered 503"), Paused("403: check api_key"), Delivered()


def heard(outcomes, step=1.0):
    """What is said to outcomes, one each `step` seconds: (place, line) pairs."""
    said: list[tuple[int, str]] = []
    reporter = Reporter(Notices(lambda line: said.append((place, line.partition(": ")[2]))))
    for place, outcome in enumerate(outcomes):
        reporter.answered(outcome, 7, place * step)
    return said


# Which


def reporting(said):
    """A reporter whose lines go into a list."""
    return Reporter(Notices(said.append))


def called_at(line):
    """A record of a line of code."""
    return logging.LogRecord("shop", logging.INFO, "shop.py", line, "x", None, None)


def test_each_problem_at_a_line_of_code_is_told():
    """A helper that logs every event has one line: its second problem is news, the same one again is not."""
    said = []
    reporter = reporting(said)
    for place in range(5):
        for problem in (f"data.items[{place}].price: is of type bytes", "type: is missing"):
            reporter.invalid(called_at(7), problem)
    assert [line.partition("shop.py:7: ")[2] for line in said] == [
        "data.items[0].price: is of type bytes",
        "type: is missing",
    ]


def test_problems_that_anybody_can_name_have_a_bound():
    """The name of a field may come from outside: beyond the bound a line of code counts once, as do others."""
    said = []
    reporter = reporting(said)
    for number in range(10_000):
        reporter.invalid(called_at(7), f"identifiers.x{number}: is not one")
    assert 100 < len(said) < MAX_KINDS - 100
    reporter.rejected([(b"{}", "no")])
    assert said[-1] == "zaius_logging: the API rejected 1 event: no (see on_reject)"


def test_each_reason_of_an_answer_is_told():
    """Different reasons stand in one line, the same one once; beyond three the line says that there are more."""
    item = b'{"type": "order"}'
    for count, words in [
        (1, "r0"),
        (2, "r0; r1"),
        (3, "r0; r1; r2"),
        (9, "r0; r1; r2; and other reasons"),
    ]:
        said = []
        reporting(said).rejected([(item, f"r{place}") for place in range(count) for _ in range(2)])
        assert said == [
            f"zaius_logging: the API rejected {2 * count} events: {words} (see on_reject)"
        ]


# When


def test_trouble_is_told_when_it_begins_and_when_it_ends():
    """Two lines for any number of failures, the second with counts."""
    lines = heard([OK, *[DOWN] * 50, OK, OK])
    assert [place for place, _ in lines] == [1, 51]
    assert lines[0][1].startswith("the API answered 503. 7 events wait; trying again")
    assert lines[1][1] == "delivering again after 50 failed tries in 50 s; 7 events waited"


def test_a_server_that_comes_and_goes_does_not_fill_the_log():
    """A failure each second request, for an hour: a line when it begins, and a few each minute."""
    lines = heard([DOWN, OK] * 1800)
    assert len(lines) <= 2 * 61
    assert any("shorter troubles since" in line for _, line in lines)


def test_a_pause_is_reported_though_there_was_trouble_before():
    """A person must change something: that is news at any time, and once."""
    lines = heard([DOWN, DOWN, NO_KEY, NO_KEY, NO_KEY, OK])
    assert [place for place, _ in lines] == [0, 2, 5]


def test_another_pause_is_news():
    """The key was changed, and now the endpoint is wrong."""
    lines = heard([NO_KEY, Paused("404: check endpoint"), Paused("404: check endpoint")])
    assert [place for place, _ in lines] == [0, 1]


def test_a_single_429_is_no_news():
    """It is how the limit is found; three in a row are trouble."""
    slow = Retry("429", throttled=True)
    assert heard([slow, OK] * 20) == []
    assert [place for place, _ in heard([slow] * 5 + [OK])] == [2, 5]


def test_nothing_is_said_while_all_is_well():
    """No news is no line."""
    assert heard([OK] * 100) == []


# Where


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_each_kind_is_told_once_a_minute_with_what_was_held_back():
    """Drops of a whole outage are a few lines."""
    said, clock = [], Clock()
    notices = Notices(said.append, clock=clock)
    for _ in range(5):
        notices.tell("drop", "1 event dropped")
    notices.tell("other", "something else")
    clock.now = 60.0
    notices.tell("drop", "1 event dropped")
    assert said == [
        "zaius_logging: 1 event dropped",
        "zaius_logging: something else",
        "zaius_logging: 1 event dropped (4 more like it since)",
    ]


def test_stderr_is_the_default_and_may_be_missing_or_closed(monkeypatch):
    """What cannot be written costs nothing."""
    with redirect_stderr(io.StringIO()) as stderr:
        Notices().tell("x", "hello")
    assert stderr.getvalue() == "zaius_logging: hello\n"
    monkeypatch.setattr(sys, "stderr", None)
    Notices().tell("x", "hello")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    Notices().tell("x", "hello")


def test_a_logger_gets_them_as_warnings(caplog):
    """By name, so that dictConfig can say it."""
    Notices("shop.delivery").tell("x", "100 % hello")
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [
        ("shop.delivery", "WARNING", "zaius_logging: 100 % hello")
    ]


def test_what_takes_a_line_may_raise():
    """It is the operator's; our thread goes on."""

    def bad(line):
        raise RuntimeError

    Notices(bad).tell("x", "hello")


def test_telling_does_not_tell_of_itself(attach):
    """A logger whose records make events, and bad ones: one line, not a chain without end."""
    handler = ZaiusHandler(transport=StubTransport(), notices="loop", identifiers={"vuid": "1"})
    logger = attach(handler, "loop")
    lines = []

    def mark(record):
        lines.append(record.getMessage())
        record.zaius = {"no": "event"}
        return True

    logger.addFilter(mark)
    try:
        logger.info("a record of the application")
    finally:
        logger.removeFilter(mark)
        handler.close()
    assert len(lines) == 2, lines


@pytest.mark.parametrize("wrong", [7, "", []])
def test_where_to_tell_is_checked(wrong):
    """A mistake is found while configuring."""
    with pytest.raises(ValueError, match="notices: must be"):
        ZaiusHandler(transport=StubTransport(), notices=wrong)


# Whoever reads

PATIENT = 5.0  # seconds: a test that waits so long has failed


class Slow:
    """What writes lines only while it is let."""

    def __init__(self):
        self.lines, self.gate = [], threading.Event()

    def __call__(self, line):
        self.gate.wait(PATIENT)
        self.lines.append(line)


def until(fact):
    """Wait for a fact."""
    end = time.monotonic() + PATIENT
    while not fact():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.001)


def test_nobody_waits_for_what_does_not_take_a_line():
    """The caller goes on; further lines are counted, without another thread; then it is as ever."""
    slow = Slow()
    notices = Notices(slow)
    started = time.monotonic()
    for _ in range(50):
        notices.tell("x", "hello", always=True)
    assert time.monotonic() - started < 1.0
    slow.gate.set()
    until(lambda: slow.lines)
    until(lambda: notices.tell("x", "again", always=True) or len(slow.lines) > 1)
    assert slow.lines[0] == "zaius_logging: hello"
    assert slow.lines[1].startswith("zaius_logging: again (")


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_last_line_is_waited_for(before):
    """On a busy machine a thread starts late, and the end of the process would take the line with it.

    So it would where the line before it is the late one: it was held back, and nobody learned of the losses.
    """
    slow = Slow()
    notices = Notices(slow)
    for number in range(before):
        notices.tell(f"drop {number}", "dropped")
    letting = threading.Timer(0.3, slow.gate.set)
    letting.start()
    notices.tell("losses", "closed", last=True)
    assert "zaius_logging: closed" in slow.lines
    letting.join()


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_line_that_is_not_the_last_is_not_waited_for(before):
    """The control of the last one: without it, its caller would be here before the line is written."""
    slow = Slow()
    notices = Notices(slow)
    for number in range(before):
        notices.tell(f"drop {number}", "dropped")
    notices.tell("losses", "closed")
    assert not slow.lines
    slow.gate.set()


def test_a_control_that_writes_itself_would_wait():
    """The control: the same object, called by the thread that has the notice."""
    slow = Slow()
    threading.Timer(0.3, slow.gate.set).start()
    started = time.monotonic()
    slow("hello")
    assert time.monotonic() - started > 0.2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX pipes")
def test_a_pipe_that_nobody_reads_holds_nobody_up(monkeypatch):
    """A full pipe as stderr, as a supervisor leaves that has stopped reading; also where no thread starts."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    pipe = os.fdopen(writing, "w", buffering=1)
    monkeypatch.setattr(sys, "stderr", pipe)
    started = time.monotonic()
    notices = Notices()
    notices.tell("x", "hello")
    with monkeypatch.context() as ending:
        ending.setattr(_thread, "start_new_thread", no_thread)
        Notices().tell("x", "hello")
    assert time.monotonic() - started < 1.0
    os.close(reading)  # lets the writer go
    until(lambda: not notices_module._is_late("stderr"))
    with contextlib.suppress(OSError):
        pipe.close()


def no_thread(*_):
    raise RuntimeError("can't create new thread at interpreter shutdown")


def test_where_no_thread_can_be_had_the_line_is_written_all_the_same(monkeypatch, capsys):
    """At the end of the interpreter, that is."""
    monkeypatch.setattr(_thread, "start_new_thread", no_thread)
    Notices().tell("x", "hello")
    assert capsys.readouterr().err == "zaius_logging: hello\n"


def test_a_forked_child_tells_though_the_parent_is_held_up():
    """The writer that has not finished is the parent's; the child has lines of its own."""
    slow = Slow()
    notices = Notices(slow)
    notices.tell("x", "hello")
    child = os.fork()
    if child == 0:
        try:
            slow.gate.set()
            notices.tell("y", "from the child")
            os._exit(len(slow.lines) != 1)
        finally:
            os._exit(2)  # not one more process that runs the tests
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    slow.gate.set()


@pytest.mark.parametrize("text", ["a\nb", "a\r\x1b[2Kb", "a\u2028b", "a\u202eb", "a\x00b"])
def test_no_text_makes_a_line_of_its_own(text):
    """What an API, a proxy or a record says stays inside the one line that quotes it."""
    said = []
    Notices(said.append).tell("x", f"the API says {text}")
    assert len(said) == 1
    assert said[0].isprintable()
    assert said[0].startswith("zaius_logging: the API says a")


def test_kinds_without_end_are_remembered_to_a_number():
    """A kind may name a file or a field of the caller's; memory stays flat, and so does the log."""
    said = []
    notices = Notices(said.append)
    for number in range(MAX_KINDS + 500):
        notices.tell(f"invalid at {number}", "x" * 5000)
    assert len(said) == MAX_KINDS + 1
    assert len(notices._last) == MAX_KINDS + 1
    assert max(map(len, said)) <= MAX_LINE


# What

ITEM = json.dumps(
    {
        "type": "order",
        "action": "purchase",
        "identifiers": {"email": "Ada.Lovelace@example.org", "customer_id": "C7", "name": "Ada L"},
        "data": {"order": {"order_id": "x-99", "items": [{"price": 12.5}]}, "ok": True, "no": None},
    }
).encode()


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("missing 'type' field", "missing 'type' field"),
        ("Missing required field `product_id`", "Missing required field `product_id`"),
        ("bad email ada.lovelace@EXAMPLE.org", "bad email …"),
        ("C7 is unknown, and so is AC7X", "… is unknown, and so is AC7X"),
        ("order x-99 at 12.5", "order … at …"),
        ("who is Ada?", "who is …?"),
        ("call +49 151 12345678 or bob%40example.org", "call … or …"),
        ("no order is purchase", "no order is purchase"),
    ],
)
def test_what_a_reason_may_quote_of_an_event_is_taken_out(reason, shown):
    """Its values wherever they stand, and what looks personal; our own vocabulary stays."""
    assert scrubbed(reason, ITEM) == shown


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(st.text(min_size=1, max_size=20).filter(str.strip), st.text(max_size=20))
def test_no_value_of_an_event_survives(value, around):
    """Any value, in any sentence."""
    item = json.dumps({"type": "t", "data": {"x": value + "tail"}}).encode()
    shown = scrubbed(f"{around} {value}tail {around}", item)
    assert f"{value}tail" not in shown.replace(HIDDEN, "") or value in around


@pytest.mark.parametrize(
    "reason",
    [
        "data.token: '" + "3f9a" * 40 + " is longer than 1024",
        "1f" * 200,
        "1 " * 250,
        "a@" * 250,
        ("+" * 249 + "1") * 2,
    ],
)
def test_no_reason_takes_long_to_clean(reason):
    """No pattern can backtrack: 300 characters once stopped every thread for 25 s."""
    started = time.process_time()
    assert "3f9a" not in scrubbed(reason, ITEM)
    assert time.process_time() - started < 0.05


def test_the_cost_is_bounded_whatever_the_size_of_the_event():
    """Of a large event no reason is shown, rather than looking through all of it."""
    words = " ".join(f"{number:07x}" for number in range(100_000))
    item = json.dumps({"type": "t", "data": {"text": words}}).encode()
    started = time.process_time()
    assert scrubbed("text too long", item) == HIDDEN
    assert scrubbed("text too long", item[:60_000] + b'"}}') == "text too long"
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("the value 'Lovel' is cut", "the value 'Lovel' is cut"),
        ("the value 'ada.lov' is cut", "the value '…' is cut"),
        ("email=ada.lovelace; no", "…; no"),
        ("it answered 400", "it answered 400"),
        ("550e8400-e29b-41d4-a716-446655440000", "…"),
    ],
)
def test_what_is_quoted_in_part(reason, shown):
    """The start of a value is known again, and a number that is long; no status."""
    assert scrubbed(reason, ITEM) == shown


def test_a_reason_is_shown_to_a_length_and_never_raises():
    """Also for an item that is no JSON."""
    assert len(scrubbed("x " * 5000, ITEM)) == MAX_SHOWN
    assert scrubbed("secret", b"{") == HIDDEN
