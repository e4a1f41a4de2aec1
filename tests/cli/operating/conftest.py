"""Services in processes of their own that write to a spool, and what a directory holds."""

import hashlib
from pathlib import Path

import pytest

from tests.cli.operating.tools import Service


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
