"""SIGTERM ends each command in order: within its time, with its counts, and a status that says so."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")

EVENT = {"type": "list", "action": "subscribe", "identifiers": {"email": "a@b.c"}}
LINE = json.dumps(EVENT) + "\n"
WAYS = [
    (signal.SIGTERM, 143, "ended by SIGTERM"),
    (signal.SIGINT, 130, "interrupted"),
]


@pytest.mark.parametrize(
    ("number", "status", "words"), [WAYS[0], pytest.param(*WAYS[1], marks=pytest.mark.slow)]
)
def test_send_from_a_silent_pipe(start, sandbox, number, status, words):
    """What came is delivered and counted."""
    process = start("send", "-")
    process.stdin.write(LINE * 3)
    process.stdin.flush()
    sandbox.wait_for(3)
    process.send_signal(number)
    assert process.wait(20) == status
    out = process.stdout.read()
    assert out.startswith("3 events delivered in ")
    assert f"Stopped, having read <stdin>:3: {words}." in out
    assert process.stderr.read() == ""


@pytest.mark.slow
def test_send_to_an_api_that_hangs(start, sandbox, write):
    """It ends within its time; what was not delivered is counted and kept, with the reason."""
    sandbox.faults(hang=True)
    path = write("f.jsonl", LINE * 700)
    process = start("send", str(path), "--refused", "r.jsonl")
    wait_for(lambda: sandbox.stats()["requests"])
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)  # a second changes nothing
    assert process.wait(20) == 143
    assert time.monotonic() - began < 8
    out = process.stdout.read()
    failed = path.with_name("r.jsonl").read_text().splitlines()
    assert len(failed) >= 500  # a full batch was on its way
    assert f"{len(failed)} events read and not delivered." in out
    assert json.loads(failed[0])["reason"] == "not delivered: ended by SIGTERM"


def test_send_before_the_first_row(start, tmp_path):
    """While it waits for a pipe to begin there is nothing to say."""
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    process = start("send", str(pipe), "--type=a", "--action=b", "--identifier=id")
    with pipe.open("w"):  # which waits until the command has opened it too
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
    assert process.stdout.read() == ""


@pytest.mark.slow  # a day of the shop, on a terminal
@pytest.mark.parametrize("way", WAYS)
def test_the_demo(environment, start, terminal, way):
    """Its day ends early, and what became of it until then is reported, and adds up."""
    number, status, words = way
    environment.update(TERM="xterm", COLUMNS="120")
    main, other = os.openpty()  # on a terminal the day takes its time
    process = start("demo", stdin=other, stderr=other)
    os.close(other)
    assert "A sandbox stands in" in process.stdout.readline()
    os.read(main, 1)  # the bar: the day has begun
    process.send_signal(number)
    assert process.wait(20) == status
    out = process.stdout.read()
    terminal(main)
    assert f"The day was {words}. Until then:" in out
    assert "It adds up: " in out
    assert " + 0 pending." in out


@pytest.mark.slow
def test_the_demo_that_is_kept(start):
    """There it is the way to end it."""
    process = start("demo", "--keep", stdin=subprocess.DEVNULL)
    for line in process.stdout:
        if line.startswith("Look at "):
            break
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "The sandbox has ended.\n", "")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")
def test_the_relay(start, sandbox, environment, tmp_path):
    """It hands over, ends with status 0, and says what it has delivered."""
    redis = pytest.importorskip("redis", reason="needs redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--dir", str(tmp_path), "--appendonly", "yes"],  # noqa: S607
        stdout=subprocess.DEVNULL,
    )
    try:
        client = redis.Redis(port=port)
        wait_for(lambda: answers(client, redis))
        send = (sys.executable, "-m", "zaius_logging", "send", "-", "--endpoint")
        subprocess.run(
            [*send, f"redis://127.0.0.1:{port}/0"],
            input=LINE * 5,
            text=True,
            env=environment,
            check=True,
            capture_output=True,
            timeout=60,
        )
        process = start("relay", "--from", f"redis://127.0.0.1:{port}/0")
        sandbox.wait_for(5)
        wait_for(lambda: client.xlen("zaius:events") == 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stdout.read().startswith("zaius:events: 5 events delivered in 1 request; ")
        client.close()
    finally:
        server.terminate()
        server.wait(20)


def answers(client, redis):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def wait_for(fact, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.02)
