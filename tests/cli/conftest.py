"""A sandbox, and the command as people run it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from zaius_logging.cli.command import run
from zaius_logging.sandbox import Sandbox


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def environment(sandbox):
    """The environment of a command that sends to the sandbox."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ZAIUS_")}
    return {**own, "ZAIUS_ENDPOINT": sandbox.endpoint, "ZAIUS_API_KEY": "test-key.secret"}


@pytest.fixture
def cli(environment, tmp_path):
    """Run the command to its end."""

    def call(*arguments, stdin="", **changes):
        env = {name: value for name, value in {**environment, **changes}.items() if value}
        done = subprocess.run(
            [sys.executable, "-m", "zaius_logging", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            env=env,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done

    return call


@pytest.fixture
def start(environment, tmp_path):
    """Start the command; it ends with the test."""
    running = []

    def begin(*arguments, **pipes):
        process = subprocess.Popen(
            [sys.executable, "-m", "zaius_logging", *arguments],
            **{
                "stdin": subprocess.PIPE,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **pipes,
            },
            text=True,
            env=environment,
            cwd=tmp_path,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def here(environment, monkeypatch, tmp_path, capsys):
    """Run the command within this process: quicker, for what a process would not show better."""
    monkeypatch.chdir(tmp_path)
    for name in ("ZAIUS_ENDPOINT", "ZAIUS_API_KEY"):
        monkeypatch.setenv(name, environment[name])

    def call(*arguments, stdin="", **changes):
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as pipe:
            assert len(stdin) < 65_536  # what a pipe holds while nobody reads
            pipe.write(stdin if isinstance(stdin, bytes) else stdin.encode())
        with os.fdopen(reading, "rb") as pipe, monkeypatch.context() as here:
            here.setattr(sys, "stdin", pipe)
            for name, value in changes.items():
                here.setenv(name, value) if value else here.delenv(name, raising=False)
            status = run([str(each) for each in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return subprocess.CompletedProcess(arguments, status, out, err)

    return call


@pytest.fixture
def write(tmp_path):
    """Write a file for the command to read; give its path."""

    def writing(name, content):
        path = Path(tmp_path, name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return writing


@pytest.fixture
def terminal():
    """Read all that a command shows on the terminal whose other end is given."""

    def read(end):
        shown = []
        try:
            while True:
                shown.append(os.read(end, 65536))
        except OSError:  # EIO: the command has ended
            os.close(end)
        return b"".join(shown)

    return read
