"""`run` and `python -m zaius_logging.sandbox`, with real signals."""

import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from zaius_logging.sandbox import SandboxClient, SandboxError, run
from zaius_logging.sandbox._run import main


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


def test_the_module_prints_its_url_first():
    """`python -m zaius_logging.sandbox` says where it is, and ends with status 0."""
    command = [sys.executable, "-m", "zaius_logging.sandbox", "--port", "0", "--until-eof"]
    ran = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True
    )
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", ran.stdout)


def test_the_command_line(capsys):
    """Wrong values are said in one line on stderr, with status 1."""
    assert main(["--host", "example.com"]) == 1
    assert capsys.readouterr().err == (
        "sandbox: host 'example.com' is not loopback: the sandbox is for this machine\n"
    )
    assert main(["--faults", '{"x": 1}']) == 1
    assert "unknown field 'x'" in capsys.readouterr().err


def test_the_module_ends_by_signal():
    """As a process of its own, SIGTERM ends it with status 0 and no traceback."""
    command = [sys.executable, "-m", "zaius_logging.sandbox", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        url = process.stdout.readline().strip()
        assert SandboxClient(url).stats()["events"] == 0
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0
