"""The commands on the page about log pipelines do what it says: each is run as it stands there."""

import gzip
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the page is for a Unix shell")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "pipelines.md"
SHELL = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for line in block.splitlines()
]
UNIT = re.search(r"```ini\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]


def line(number):
    event = {
        "type": "list",
        "action": "subscribe",
        "identifiers": {"email": "a@b.c"},
        "data": {"n": number, "idempotence_id": str(number)},
    }
    return (json.dumps(event) + "\n").encode()


@pytest.fixture
def machine(tmp_path, environment):
    """A machine that has the shop's log, the command, and stand-ins for what makes the pipes."""
    tools = tmp_path / "bin"
    tools.mkdir()
    scripts = {
        "zaius-logging": f'exec {sys.executable} -m zaius_logging "$@"',
        "kubectl": "cat app.log",
        "journalctl": "cat app.log",
        "ssh": "cat app.log.2.gz",
    }
    for name, script in scripts.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    (tmp_path / "app.log").write_bytes(b'{"message": "an ordinary line"}\n' + line(4))
    (tmp_path / "app.log.1").write_bytes(line(3))
    (tmp_path / "app.log.2.gz").write_bytes(gzip.compress(line(2)))
    (tmp_path / "app.log.3.gz").write_bytes(gzip.compress(line(0)) + gzip.compress(line(1)))
    environment["PATH"] = f"{tools}:{environment['PATH']}"
    return tmp_path


@pytest.mark.slow  # a shell and a process for each line of the page
@pytest.mark.parametrize("command", [each for each in SHELL if "--follow" not in each])
def test_a_command(machine, environment, sandbox, command):
    """It ends well, and the events of what it reads arrive."""
    done = subprocess.run(  # noqa: S602 - as people paste it
        command,
        shell=True,
        cwd=machine,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    wanted = [0, 1, 2, 3] if ".3.gz" in command else [2] if "ssh" in command else [4]
    assert [event["data"]["n"] for event in sandbox.events()] == wanted


def settings():
    pairs = [each.partition("=") for each in UNIT.splitlines() if re.match(r"\w+=", each)]
    return {name: value for name, _, value in pairs}


@pytest.mark.slow
def test_the_service(machine, environment, sandbox, start):
    """What the unit starts follows the log, keeps its position where systemd lets it, and ends in time."""
    unit = settings()
    program, *arguments = shlex.split(unit["ExecStart"])
    assert Path(program).name == "zaius-logging"
    assert f"zaius-logging {shlex.join(arguments)}" in SHELL
    arguments[-1] = str(machine / "app.log")
    state = machine / "state" / unit["StateDirectory"]
    state.mkdir(parents=True)
    environment["STATE_DIRECTORY"] = str(state)
    process = start(*arguments)
    sandbox.wait_for(1)
    process.terminate()
    assert process.wait(float(unit["TimeoutStopSec"])) == 0
    assert any(each.suffix == ".position" for each in state.iterdir())
    assert process.stdout.read().startswith("app.log: 1 event delivered in 1 request, 1 line")


def test_the_page_has_an_example_of_each():
    """Files, gzip, three pipes, and the follower."""
    assert len(SHELL) == 6
