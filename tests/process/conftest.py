"""Real processes against a real sandbox: what arrives is what counts."""

import os
import subprocess
import sys
import textwrap

import pytest

from zaius_logging.sandbox import Sandbox

PRELUDE = """
import atexit, json, logging, logging.config, os, signal, sys, threading, time
import zaius_logging

def configure(**more):
    logging.config.dictConfig({
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler", "flush_interval": 3600.0, **more}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    })

def log(count, who="parent"):
    for number in range(count):
        logging.info("event", extra={"zaius": {
            "type": "test", "action": "count",
            "identifiers": {"customer_id": who}, "data": {"n": number},
        }})

def handler():
    return logging.getLogger().handlers[0]
"""


@pytest.fixture
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


class Ran:
    """What a process left: its status, its stderr, and what arrived."""

    def __init__(self, status, out, err, sandbox):
        self.status = status
        self.out = out
        self.err = err
        self.sandbox = sandbox

    def arrived(self, who="parent"):
        return [
            event["data"]["n"]
            for event in self.sandbox.events()
            if event["identifiers"]["customer_id"] == who
        ]

    @property
    def duplicates(self):
        return self.sandbox.stats()["duplicates"]


@pytest.fixture
def environment(sandbox):
    return {
        **os.environ,
        "ZAIUS_API_KEY": "test",
        "ZAIUS_ENDPOINT": sandbox.endpoint,
        "PYTHONWARNINGS": "default",
    }


@pytest.fixture
def unmeasured(environment):
    """Have no coverage in the process: its own memory and messages would be taken for ours."""
    for name in [name for name in environment if name.startswith("COVERAGE_")]:
        del environment[name]


@pytest.fixture
def run(sandbox, environment, tmp_path):
    """Run a script after the prelude, as a file of its own; optionally signal it once it says so."""

    def run(script, *, signum=None, timeout=60, **variables):
        path = tmp_path / "script.py"
        path.write_text(PRELUDE + textwrap.dedent(script))
        process = subprocess.Popen(
            [sys.executable, str(path)],
            env={**environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            if signum is not None:
                assert process.stdout.readline() == "ready\n"
                process.send_signal(signum)
            out, err = process.communicate(timeout=timeout)
        finally:
            process.kill()
            process.wait()
        return Ran(process.returncode, out, err, sandbox)

    return run
