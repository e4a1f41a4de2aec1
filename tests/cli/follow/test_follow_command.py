"""`zaius-logging send --follow`, as people run it: a process, a log, the sandbox."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from zaius_logging.cli.follow.position import Position
from zaius_logging.cli.follow.rotation import Mark
from zaius_logging.cli.sending.failures import Failures
from zaius_logging.cli.sending.state import Saver
from zaius_logging.cli.sending.tracker import CountingSpool, Tracker

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows renames no open file, and these logs rotate so"
)

EVENT = {"type": "list", "action": "subscribe", "identifiers": {"email": "a@b.c"}}


def line(number, **data):
    return json.dumps({**EVENT, "data": {"n": number, **data}}) + "\n"


def numbers(sandbox):
    return [event["data"]["n"] for event in sandbox.events()]


def until(fact, seconds=20.0):
    """Look again and again until a fact of another process holds; the pause only spares the processor."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "app.log"


@pytest.fixture
def follow(start, log):
    """Start following, and wait until it says so."""

    def begin(*more):
        process = start("send", "--follow", str(log), "--position", "p.json", *more)
        process.heading = process.stderr.readline()
        assert process.heading.startswith("following "), process.heading + process.stderr.read()
        return process

    return begin


def end(process, number=signal.SIGTERM):
    process.send_signal(number)
    status = process.wait(20)
    return status, process.stdout.read(), process.stderr.read()


def saved(log):
    return json.loads(log.with_name("p.json").read_text())


@pytest.mark.slow
def test_it_goes_on_where_it_stopped(follow, sandbox, log):
    """What comes is sent; SIGTERM saves the position and reports in one line; a second start repeats nothing."""
    log.write_text(line(1) + '{"message": "x"}\n')
    process = follow()
    assert process.heading == (f"following {log} from its beginning; its position is in p.json\n")
    sandbox.wait_for(1)
    with log.open("a") as file:
        file.write(line(2))
    sandbox.wait_for(2)
    assert end(process) == (
        0,
        (
            "app.log: 2 events delivered in 2 requests, 1 line without an event passed over; sent to line 3; "
            "ended by SIGTERM.\n"
        ),
        "",
    )
    assert saved(log)["offset"] == log.stat().st_size
    with log.open("a") as file:
        file.write(line(3))
    process = follow()
    assert "from line 4;" in process.heading
    sandbox.wait_for(3)
    assert end(process, signal.SIGINT)[0] == 0
    assert numbers(sandbox) == [1, 2, 3]


@pytest.mark.slow
def test_what_the_formatter_prints_keeps_its_ids(follow, sandbox, log):
    """A running application's log becomes its events."""
    code = (
        "import logging, sys, zaius_logging as z\n"
        "handler = logging.FileHandler(sys.argv[1]); handler.setFormatter(z.ZaiusFormatter())\n"
        "logging.basicConfig(handlers=[handler], level='INFO')\n"
        "logging.info('plain')\n"
        f"logging.info('event', extra={{'zaius': {EVENT!r}}})\n"
    )
    process = follow()
    subprocess.run([sys.executable, "-c", code, log], check=True, timeout=60)
    sandbox.wait_for(1)
    printed = [json.loads(each) for each in log.read_text().splitlines()]
    assert sandbox.events() == printed[1:]
    assert end(process)[0] == 0


@pytest.mark.slow
def test_bad_lines_are_told_and_stop_nothing(follow, sandbox, log):
    """Not JSON, no event, rejected by the API: each with file and line, in the file of failures, too."""
    sandbox.faults(bad={"data": {"n": 3}}, message="no such product")
    log.write_text(line(1) + "{nope\n" + line(3) + '{"type": "order"}\n' + line(5))
    process = follow("--refused", "r.jsonl")
    sandbox.wait_for(2)
    until(lambda: saved(log)["line"] == 5)
    status, out, err = end(process)
    assert status == 0
    assert "1 rejected by the API, 2 invalid, and not sent" in out
    assert f"{log}:2: is not JSON" in err
    assert f"{log}:3: the API says: no such product" in err
    assert f"{log}:4: action: is missing" in err
    failed = log.with_name("r.jsonl")
    assert sorted(json.loads(each)["line"] for each in failed.read_text().splitlines()) == [
        2,
        3,
        4,
    ]
    with log.open("a") as file:
        file.write("{nope\n")
    process = follow("--refused", "r.jsonl")
    until(lambda: saved(log)["line"] == 6)
    end(process)
    assert len(failed.read_text().splitlines()) == 4  # an earlier run's are kept


@pytest.mark.slow
def test_nothing_is_safe_before_it_has_arrived(follow, sandbox, log):
    """While the API is down the position stays, SIGTERM ends it in time, and the next start sends all."""
    sandbox.faults(hang=True)
    log.write_text("".join(line(number, idempotence_id=f"i{number}") for number in range(700)))
    process = follow()
    until(lambda: sandbox.stats()["requests"])
    began = time.monotonic()
    status, out, err = end(process)
    assert time.monotonic() - began < 9
    assert (status, err) == (0, "")
    assert out.startswith("app.log: 0 events delivered in ")
    assert " read and left to the next start; sent to line 0; ended by SIGTERM.\n" in out
    assert saved(log)["offset"] == 0
    sandbox.faults()
    process = follow()
    sandbox.wait_for(700)
    assert end(process)[0] == 0
    assert numbers(sandbox) == list(range(700))


@pytest.mark.slow
def test_trouble_and_its_end_are_told_once(follow, sandbox, log):
    """It never gives up on its own: the log keeps what cannot be sent."""
    sandbox.faults({"status": 503, "times": 3}, {"status": 403, "times": 1})
    log.write_text(line(1))
    process = follow()
    assert process.stderr.readline() == "the API answered 503; trying again\n"
    line_ = process.stderr.readline()
    assert line_.startswith("the API answered 403: check ZAIUS_API_KEY")
    status, _, err = end(process)
    assert status == 0
    assert "test-key" not in err


@pytest.mark.slow
def test_it_gives_up_where_that_is_asked_for(start, sandbox, log):
    """With --timeout, status 1, so that whoever watches it learns of it."""
    sandbox.faults(forbidden=True)
    log.write_text(line(1))
    process = start("send", "--follow", str(log), "--position", "p.json", "--timeout", "5")
    assert process.wait(30) == 1
    assert "the API answered 403: check ZAIUS_API_KEY" in process.stdout.read()


@pytest.mark.slow
def test_rotation_while_it_runs_and_while_it_does_not(follow, sandbox, log):
    """Each line once, in order."""
    log.write_text(line(1))
    process = follow("--rotate-wait", "0.3")
    sandbox.wait_for(1)
    log.rename(log.with_name("app.log.1"))
    log.write_text(line(2))
    sandbox.wait_for(2)
    end(process)
    log.with_name("app.log.1").rename(log.with_name("app.log.2"))
    log.rename(log.with_name("app.log.1"))
    log.write_text(line(3))
    process = follow("--rotate-wait", "0.3")
    sandbox.wait_for(3)
    end(process)
    assert numbers(sandbox) == [1, 2, 3]


def test_two_followers_of_one_log(follow, here, sandbox, log):
    """The second is reported, with status 2, and the first goes on."""
    log.write_text(line(1))
    process = follow()
    sandbox.wait_for(1)  # it has begun: a signal before that ends it as one of any command
    second = here("send", "--follow", str(log), "--position", "p.json")
    assert second.returncode == 2
    assert "is being followed already" in second.stderr
    third = here("send", "--follow", "other.log", "--position", "p.json")
    assert third.returncode == 2
    assert "or another log with this --position" in third.stderr
    assert end(process)[0] == 0


@pytest.mark.slow
def test_on_a_terminal(environment, start, terminal, sandbox, log):
    """There is a bar without an end."""
    environment.update(TERM="xterm", COLUMNS="200")
    log.write_text(line(1))
    main, other = os.openpty()
    process = start("send", "--follow", str(log), "--position", "p.json", stderr=other)
    os.close(other)
    shown = []
    reading = threading.Thread(target=lambda: shown.append(terminal(main)))
    reading.start()
    sandbox.wait_for(1)
    until(lambda: saved(log)["line"] == 1)
    assert end_quietly(process) == 0
    reading.join(20)
    assert b"following" in shown[0]


def end_quietly(process):
    process.terminate()
    return process.wait(20)


BAD = [
    (["a.log", "b.log"], "--follow takes one FILE: start one command for each"),
    (["-"], "--follow takes one FILE"),
    (["a.log", "--format=csv"], "--follow reads JSON lines: options of CSV do not go with it"),
    (["a.csv"], "--follow reads JSON lines"),
    (["a.log", "--type=x"], "--follow reads JSON lines"),
    (["a.log", "--dry-run"], "--dry-run does not go with --follow"),
    (["a.log.gz"], "does not grow: leave out --follow"),
    (["no/a.log"], "no: there is no such directory"),
    (["."], "is a directory"),
    (["pipe"], "is not a file: send what a pipe brings with: zaius-logging send -"),
    (["a.log", "--position", "a.log"], "is also FILE: name another file"),
    (["a.log", "--position=r", "--refused=r"], "is also --refused: name another file"),
    (["there.log", "--refused", "there.log"], "--refused there.log is also to be read"),
    (["a.log", "--position=there.log"], "is not a position that was saved here"),
    (["a.log", "--position=there.log/p"], "--position there.log/p:"),
    (["a.log", "--rotate-wait=-1"], "--rotate-wait"),
    (["a.log", "--endpoint=ftp://x"], "--endpoint (or ZAIUS_ENDPOINT): must start with"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=lambda value: " ".join(value)[:50])
def test_what_cannot_be(here, write, tmp_path, options, message):
    """One message that names the option and what to do."""
    write("there.log", "text\n")
    os.mkfifo(tmp_path / "pipe")
    done = here("send", "--follow", *options)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split()).replace("│", "")
    assert done.stdout == ""


@pytest.mark.parametrize("option", ["--position", "--rotate-wait"])
def test_options_that_need_follow(here, write, option):
    """Alone they would promise what is not done."""
    done = here("send", write("f.jsonl", line(1)), option, "1")
    assert done.returncode == 2
    assert f"{option} goes with --follow only" in done.stderr


def test_a_position_that_cannot_be_saved_is_told(tmp_path, monkeypatch):
    """Once, and once when it can be again; what is safe is kept until then."""
    said, tracker = [], Tracker(CountingSpool())
    position = Position(tmp_path / "gone" / "p", tmp_path / "a.log")
    saver = Saver(position.save, tracker, lambda: None, said.append)
    tracker.reached(Mark(1, 1, 9))
    for now in (1, 2, 3):
        saver.keep(now)
    assert said == ["the position cannot be saved (No such file or directory); trying again"]
    (tmp_path / "gone").mkdir()
    saver.keep(4)
    assert said[1:] == ["the position is saved again"]
    assert position.load() == saver.saved == Mark(1, 1, 9)


def test_failures_are_shown_again_after_a_while():
    """A follower runs for months: five lines are not all that it has to say."""
    shown = []
    failures = Failures(None, shown.append)
    for _ in range(7):
        failures.add(None, "why")
    assert failures.turn_the_page() == 2
    failures.add(None, "again")
    assert shown[5:] == ["an event: again"]
    assert failures.turn_the_page() == 0
