"""`run` and `python -m zaius_logging.sandbox`, with real signals."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from zaius_logging.sandbox import SandboxClient, SandboxError, SandboxProcess, run


def send_when_ready(number, seen):
    """Make a `ready` that asks the sandbox and then signals this process."""

    def ready(url):
        def asking():
            seen.append((url, SandboxClient(url).stats()["requests"]))
            os.kill(os.getpid(), number)

        thread = threading.Thread(target=asking)
        thread.start()
        seen.append(thread)

    return ready


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(number):
    """It serves until the signal, returns, and leaves the handlers as they were."""
    before = signal.getsignal(number)
    seen = []
    run(port=0, ready=send_when_ready(number, seen))
    seen.pop(0).join()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", seen[0][0])
    assert seen[0][1] == 0
    assert signal.getsignal(number) is before


def test_errors_come_before_anything_is_served():
    """A host that is not loopback is an error of the call."""
    with pytest.raises(SandboxError, match="not loopback"):
        run(host="192.168.0.1", port=0)


@pytest.fixture
def stdin():
    """Give the other end of a pipe that is this process's stdin."""
    reading, writing = os.pipe()
    kept = os.dup(0)
    os.dup2(reading, 0)
    os.close(reading)
    yield writing
    os.dup2(kept, 0)
    os.close(kept)


def test_the_end_of_stdin_ends_it(stdin):
    """With `until_eof` it lives as long as whoever holds the other end."""
    os.write(stdin, b"ignored")
    run(port=0, until_eof=True, ready=lambda _: os.close(stdin))


MODULE = [sys.executable, "-m", "zaius_logging.sandbox"]


def module(**arguments):
    """Run the module with arguments on its stdin, which ends behind them."""
    return subprocess.run(
        MODULE, input=json.dumps(arguments), capture_output=True, text=True, timeout=60, check=False
    )


def test_the_module_prints_its_url_first():
    """`python -m zaius_logging.sandbox` says where it is, and ends with stdin, with status 0."""
    ran = module(port=0, key="a-secret")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", ran.stdout)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.slow
def test_wrong_arguments_of_the_module():
    """Wrong values are said in one line on stderr, with status 1."""
    ran = module(host="example.com")
    assert (ran.returncode, ran.stderr) == (
        1,
        "sandbox: host 'example.com' is not loopback: the sandbox is for this machine\n",
    )
    ran = module(faults={"x": 1})
    assert ran.returncode == 1
    assert "unknown field 'x'" in ran.stderr


def test_a_key_is_on_no_command_line():
    """Everybody on the machine can read command lines: the key of a process goes another way."""
    with SandboxProcess(key="a-secret") as sandbox:
        line = Path(f"/proc/{sandbox.pid}/cmdline").read_bytes()
    assert b"zaius_logging.sandbox" in line
    assert b"a-secret" not in line


def test_somebody_at_a_terminal_is_told_the_command():
    """Without a pipe on stdin it names the command for people, and ends with status 2."""
    master, slave = os.openpty()
    try:
        ran = subprocess.run(
            MODULE, stdin=slave, capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        os.close(master)
        os.close(slave)
    assert (ran.returncode, ran.stderr) == (2, "to run a sandbox: zaius-logging sandbox\n")


def test_the_module_ends_by_signal():
    """As a process of its own, SIGTERM ends it with status 0 and no traceback."""
    pipe = subprocess.PIPE
    with subprocess.Popen(MODULE, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        process.stdin.write('{"port": 0}\n')
        process.stdin.flush()
        url = process.stdout.readline().strip()
        assert SandboxClient(url).stats()["events"] == 0
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0
