"""Services in processes of their own that write to a spool, and what a directory holds."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SERVICE = """
import json, logging, sys, zaius_logging
settings = json.loads(sys.argv[1])
handler = zaius_logging.ZaiusHandler(notices=lambda line: print(line, file=sys.stderr), **settings)
log = logging.getLogger("shop"); log.setLevel("INFO"); log.addHandler(handler)
for line in sys.stdin:
    order = line.split(maxsplit=4)
    if order[0] == "log":
        for number in range(int(order[1]), int(order[2])):
            log.info("paid", extra={"zaius": {"type": "order", "action": order[3] if len(order) > 3 else "purchase",
                "identifiers": {"customer_id": f"c{number}"}, "data": {"number": number, **json.loads(order[4] if len(order) > 4 else "{}")}}})
    if order[0] == "flush":
        handler.flush(float(order[1]))
    if order[0] == "run":
        exec(line[4:])
    print(json.dumps(handler.stats().as_dict()), flush=True)
"""


class Service:
    """A process that logs when it is asked to."""

    def __init__(self, environment, settings):
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVICE, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.pid = self._process.pid

    def ask(self, order):
        """Have it do something; gives its stats."""
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def log(self, start, stop, action="purchase", **data):
        return self.ask(f"log {start} {stop} {action} {json.dumps(data)}")

    def pause(self):
        """Stop it where it is, and wait until it has stopped."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def kill(self):
        """As the kernel does when memory runs out."""
        self._process.kill()
        self._process.communicate()

    def end(self):
        return self._process.communicate(timeout=30)


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def service(environment, spool):
    """Start a service whose events wait in `spool`: it waits an hour for its batch to fill."""
    started = []

    def start(**settings):
        settings = {"spool_dir": str(spool), "flush_interval": 3600, "close_timeout": 5, **settings}
        endpoint = settings.pop("ZAIUS_ENDPOINT", environment["ZAIUS_ENDPOINT"])
        started.append(Service({**environment, "ZAIUS_ENDPOINT": endpoint}, settings))
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.fixture
def left(service, sandbox):
    """Have a process log some events while the API is down, and be killed."""

    def leave(start, stop, **settings):
        sandbox.faults(status=503)
        process = service(**settings)
        process.log(start, stop)
        process.kill()
        sandbox.heal()
        return process.pid

    return leave


def fingerprint(directory):
    """All that looking must not change: names, contents, modes, times of change."""
    found = {}
    for path in sorted(Path(directory).rglob("*")):
        status = path.stat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (
            content,
            status.st_mode,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )
    return found


@pytest.fixture
def unchanged():
    return fingerprint
