"""`zaius-logging send`, as people run it, against the sandbox."""

import io
import json
import logging
import os
import signal
import socket
import stat
import subprocess
import sys

import pytest

from zaius_logging import ZaiusFormatter, bound

SEED = [
    {
        "type": "product",
        "action": action,
        "identifiers": {"email": "tyler@zaius.com"},
        "data": {"product_id": "123"},
    }
    for action in ("add_to_cart", "remove_from_cart")
]
GOOD = json.dumps(SEED[0])


def test_the_seed_s_example_arrives(cli, sandbox, write):
    """The example payload of the API's page, in its own form, arrives in order, plus what we set."""
    done = cli("send", write("seed.json", json.dumps(SEED, indent=2)))

    assert (done.returncode, done.stderr) == (0, "")
    for sent, event in zip(SEED, sandbox.wait_for(2), strict=True):
        data = event.pop("data")
        assert data.pop("product_id") == sent["data"]["product_id"]
        assert sorted(data) == [
            "data_source",
            "data_source_type",
            "data_source_version",
            "idempotence_id",
            "ts",
        ]
        assert event == {name: sent[name] for name in ("type", "action", "identifiers")}


def formatter_lines():
    """What an application prints: two events, an ordinary line, and an event that is none."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ZaiusFormatter(record_attributes={"logger": "name"}))
    logger = logging.Logger("shop")  # noqa: LOG001 - of this test alone
    logger.addHandler(handler)
    for event in SEED:
        with bound(identifiers={"customer_id": "00004"}):
            logger.info("cart", extra={"zaius": event})
    logger.warning("cache warmed")
    logger.info("oops", extra={"zaius": {"type": "order"}})
    return stream.getvalue()


def test_lines_of_zaius_formatter_keep_their_ids(cli, sandbox):
    """Printed by the formatter and sent by the command, an event is the same, its id included."""
    printed = formatter_lines()
    done = cli("send", "-", stdin=printed)

    assert done.returncode == 1
    assert sandbox.events() == [json.loads(line) for line in printed.splitlines()[:2]]
    reason = json.loads(printed.splitlines()[3])["zaius_invalid"]
    assert done.stderr == f"<stdin>:4: was invalid when it was logged: {reason}\n"
    assert done.stdout.splitlines()[1:] == [
        "1 invalid, and not sent; --refused FILE keeps them.",
        "1 log line without an event passed over.",
    ]


def test_a_log_sent_twice_is_recognised(cli, sandbox):
    """The same lines again are duplicates by id, and ordinary lines alone are no error."""
    printed = "".join(formatter_lines().splitlines(keepends=True)[:3])
    assert cli("send", "-", stdin=printed).returncode == 0
    assert cli("send", "-", stdin=printed).returncode == 0
    assert sandbox.stats()["duplicates"] == 2


def test_several_sources_in_one_go(here, sandbox, write):
    """Files and stdin go in the order they are named."""
    one = write("one.jsonl", GOOD.replace("123", "1"))
    two = write("two.jsonl", GOOD.replace("123", "3"))
    assert here("send", one, "-", two, stdin=GOOD.replace("123", "2")).returncode == 0
    assert [event["data"]["product_id"] for event in sandbox.events()] == ["1", "2", "3"]


def test_bad_events_stop_no_others(here, sandbox, write):
    """Paused at reading, by the handler and by the API: each with its line; the good ones arrive."""
    sandbox.faults(bad={"data": {"product_id": "gone"}}, message="no such product")
    lines = [GOOD, "{nope", GOOD.replace("123", "gone"), '{"type":"order"}', GOOD]
    done = here("send", write("f.jsonl", "\n".join(lines)), "--refused", "r.jsonl")

    assert done.returncode == 1
    assert sandbox.stats()["events"] == 2
    place = str(write("f.jsonl", ""))
    said = {line.removeprefix(place) for line in done.stderr.splitlines()}
    assert ":2: is not JSON (Expecting property name enclosed in double quotes, column 2)" in said
    assert ":3: the API says: no such product" in said
    assert any(line.startswith(":4: action: is missing") for line in said)
    assert "zaius_logging:" not in done.stderr
    assert done.stdout.splitlines()[1:] == [
        "2 invalid, and not sent.",
        "1 rejected by the API.",
        "3 events without a time of its own got the present.",
        "What was not delivered is in r.jsonl, each with its reason.",
    ]


def test_what_was_invalid_can_be_mended_and_sent(here, sandbox, write):
    """A line of the file of failures, put right, is sent as it stands, with its id; old lines are gone."""
    failed = write("r.jsonl", "old\n" * 99)
    here("send", write("f.jsonl", GOOD.replace('"data"', '"properties"')), "--refused", failed)
    line = json.loads(failed.read_text())
    assert line["reason"].startswith("properties: is not a key of an event")

    line["event"]["data"].update(line["event"].pop("properties"))
    assert here("send", "-", stdin=json.dumps(line)).returncode == 0

    (event,) = sandbox.events()
    assert event["data"]["product_id"] == "123"
    assert event["data"]["idempotence_id"] == line["event"]["data"]["idempotence_id"]


def test_failures_are_for_their_owner_only(here, write):
    """The file of failures holds customers' data: nobody else can read it."""
    done = here("send", write("f.jsonl", "nope"), "--refused", "new.jsonl")
    assert done.returncode == 1
    mode = write("f.jsonl", "").with_name("new.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_wrong_key_ends_it_soon(here, sandbox, write):
    """403: a clear message in the command's words, at once, not 0, and no key in it."""
    sandbox.faults(forbidden=True)
    done = here("send", write("f.jsonl", GOOD), "--timeout", "1000")

    assert done.returncode == 1
    assert "1 event read and not delivered." in done.stdout.splitlines()
    assert "the API answered 403: check ZAIUS_API_KEY, and that it may post" in done.stdout
    assert "test-key" not in done.stdout + done.stderr
    assert sandbox.stats()["events"] == 0


@pytest.mark.slow
def test_an_unreachable_api_ends_in_time(cli, write):
    """Nobody listens: after --timeout it ends, says so, and how to go on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are turned away
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = cli("send", write("f.jsonl", GOOD), "--timeout", "1", "--endpoint", address)

    assert done.returncode == 1
    assert done.stderr == "the connection was refused; trying again\n"
    assert "Stopped, having read" in done.stdout
    assert "the connection was refused, for 1 s on end. Run the same line again" in done.stdout


@pytest.mark.slow
def test_a_hung_api_ends_in_time(cli, sandbox, write):
    """An API that takes the request and says nothing is given up too."""
    sandbox.faults(hang=True)
    done = cli("send", write("f.jsonl", GOOD), "--timeout", "1")
    assert done.returncode == 1
    assert "for 1 s on end" in done.stdout


@pytest.mark.slow
def test_an_outage_that_ends_is_survived(cli, sandbox, write):
    """Two 503s and a 429: everything arrives all the same, once, and the trouble was reported.

    The first wait is drawn from nothing up to half a second: of the 503s none may still stand when people
    are informed, so that the wait that the 429 asks for is.
    """
    sandbox.faults({"status": 503, "times": 2}, {"status": 429, "times": 1, "retry_after": 1})
    done = cli("send", write("f.jsonl", f"{GOOD}\n" * 3), "--rate", "50", "--batch-size", "2")
    assert done.returncode == 0
    assert "the API answered 429; trying again\n" in done.stderr
    assert done.stderr.endswith("delivering again\n")
    assert (sandbox.stats()["events"], sandbox.stats()["duplicates"]) == (3, 0)


def test_ctrl_c_says_what_was_sent(start, sandbox):
    """Ctrl-C while a pipe is silent: status 130, and what was sent so far."""
    process = start("send", "-")
    process.stdin.write(GOOD + "\n")
    process.stdin.flush()
    sandbox.wait_for(1)
    process.send_signal(signal.SIGINT)
    process.wait(20)
    out, err = process.stdout.read(), process.stderr.read()

    assert process.returncode == 130
    assert out.startswith("1 event delivered in 1 request")
    assert "Stopped, having read <stdin>:1: interrupted." in out
    assert err == ""


@pytest.mark.slow
def test_ctrl_c_before_the_first_row(start, tmp_path):
    """Ctrl-C while a pipe has not even given its header: status 130, and nothing else to say."""
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    process = start("send", str(pipe), "--type=a", "--action=b", "--identifier=id")
    with pipe.open("w"):  # which waits until the command has opened it too
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert process.stdout.read() == ""


def test_a_pipe_that_is_silent_while_the_key_is_wrong(start, sandbox):
    """It gives up although nothing more comes: whoever feeds it learns of it."""
    sandbox.faults(forbidden=True)
    process = start("send", "-")
    process.stdin.write(GOOD + "\n")
    process.stdin.flush()
    assert process.wait(20) == 1
    assert "403" in process.stdout.read()


def test_a_dry_run_prints_and_sends_nothing(here, sandbox, write):
    """The events as they would be sent, without a key; what is wrong is reported as ever."""
    done = here("send", write("f.jsonl", f"{GOOD}\n{{nope\n"), "--dry-run", ZAIUS_API_KEY=None)
    assert done.returncode == 1
    (event,) = map(json.loads, done.stdout.splitlines())
    assert event["data"]["product_id"] == "123"
    assert "1 event would be sent; nothing was (--dry-run)." in done.stderr
    assert sandbox.stats()["requests"] == 0


def test_a_dry_run_into_head(start, write):
    """Whoever reads may stop reading: no error comes of it."""
    process = start("send", "--dry-run", str(write("f.jsonl", f"{GOOD}\n" * 5_000)))
    assert json.loads(process.stdout.readline())
    process.stdout.close()
    assert process.wait(20) == 0
    assert "events would be sent; nothing was (--dry-run).\n" in process.stderr.read()


PEAK = (
    "import sys\n"
    "from zaius_logging.__main__ import main\n"
    "status = main()\n"
    "peak = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
    "sys.exit(status or peak[0].split()[1])"
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_bounded(environment, write, sandbox):
    """Of a file, no more is held than may wait: 60,000 events take little more than 12,000 do."""
    peaks = []
    for count in (12_000, 60_000):
        path = write("big.jsonl", f"{GOOD}\n" * count)
        done = subprocess.run(
            [sys.executable, "-c", PEAK, "send", path],
            capture_output=True,
            text=True,
            env=environment,
            timeout=100,
            check=False,
        )
        assert done.stdout.startswith(f"{count:,} events delivered")
        peaks.append(int(done.stderr))
        sandbox.clear()
    assert peaks[1] - peaks[0] < 15_000  # kilobytes; 48,000 events as dictionaries take 70,000


def test_a_terminal_shows_a_bar(environment, start, terminal, write, sandbox):
    """On a terminal there is a bar with what was delivered; it leaves when all is done."""
    sandbox.faults(latency=0.3)
    environment["TERM"] = "xterm"
    main, other = os.openpty()
    process = start("send", str(write("f.jsonl", GOOD)), stderr=other)
    os.close(other)
    shown = terminal(main)
    assert process.wait(20) == 0
    assert b"sending" in shown
    assert b"0 events delivered, 1 wait" in shown
