"""Real servers under load, ended by SIGTERM, with the oracle in a process of its own."""

import contextlib
import http.client
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

APPS = Path(__file__).parent / "apps"
EXAMPLES = Path(__file__).parents[3] / "examples"
CLIENTS = 8
BEFORE_SIGTERM = 100  # answered requests


@pytest.fixture
def sandbox():
    """The oracle: the Events API's stand-in, in a process that outlives the server."""
    tools = pytest.importorskip("zaius_logging.sandbox", reason="the sandbox needs aiohttp")
    with tools.SandboxProcess() as sandbox:
        yield sandbox


class Ended:
    """What a server left behind, and what arrived of it.

    Attributes:
        logged: numbers for which the log call returned, as the application put on record or as an
            answered request shows: the obligations.
        events: what the API took.
        arrived: numbers that the API took.
        waited: obligations that had not arrived when SIGTERM came, and those made after it; None where
            nobody looked.
        counted: events that were reported on stderr as dropped or left waiting.
        err: the server's stderr.
        status: its exit status.
    """

    def __init__(self, truth, answered, sandbox, *, err, status, before):
        self.logged = {*answered, *(truth.read_text().split() if truth.exists() else ())}
        self.events = sandbox.events()
        self.arrived = {event["data"]["n"] for event in self.events}
        self.duplicates = len(self.events) - len(self.arrived)
        reported = re.findall(r"zaius_logging: ([\d,]+) events? (?:dropped|left waiting)", err)
        self.counted = sum(int(number.replace(",", "")) for number in reported)
        self.err = err
        self.status = status
        self.waited = None if before is None else len(self.logged) - before

    @property
    def missing(self):
        """Obligations that did not arrive."""
        return self.logged - self.arrived

    @property
    def lost(self):
        """How many obligations neither arrived nor were counted on stderr."""
        return len(self.missing) - self.counted

    def misattributed(self, identifiers):
        """Events with other identifiers than those of their number."""
        return [
            event
            for event in self.events
            if event["identifiers"] != identifiers(event["data"]["n"])
        ]

    def __repr__(self):
        waited = (
            "" if self.waited is None else f" ({self.waited} waited at SIGTERM or came after it)"
        )
        return (
            f"logged {len(self.logged)}{waited}, "
            f"delivered {len(self.arrived)}, counted {self.counted}, "
            f"lost {self.lost}, duplicates {self.duplicates}"
        )


def free_port():
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Clients:
    """Eight clients, each with one request after the other, until the server is gone."""

    def __init__(self, port, path, headers):
        self._port = port
        self._path = path
        self._headers = headers
        self.answered = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._workers = set()
        self._ending = False
        self.problems = []
        self._threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        try:
            while True:
                self._ask(next(self._numbers))
        except (OSError, http.client.HTTPException) as error:
            self._note(problem=error)

    def _ask(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request("GET", self._path.format(number), headers=self._headers(number))
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        self._note(number, body, problem=None if response.status == 200 else (response, body))

    def _note(self, number=None, worker=None, problem=None):
        with self._changed:
            if problem is None:
                self.answered.append(str(number))
                self._workers.add(worker)
            elif not self._ending:
                self.problems.append(problem)
            self._changed.notify_all()

    def wait_for(self, count, workers):
        """Wait until so many requests were answered, and each worker has answered one.

        gunicorn loses a SIGTERM that a worker gets while it boots, and kills it 30 s later.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self.problems or (len(self.answered) >= count and len(self._workers) >= workers)
                ),
                timeout=40,
            )
        assert not self.problems
        assert len(self.answered) >= count
        assert len(self._workers) >= workers

    def server_ends(self):
        """From now on a failed request is the end of the server, not a problem."""
        self._ending = True

    def join(self):
        """Wait for the clients; each ends at its first failed request."""
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()


@pytest.fixture
def environment(sandbox, tmp_path):
    """What the server processes see."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(APPS), str(EXAMPLES), os.environ.get("PYTHONPATH", "")]),
        "PYTHONUNBUFFERED": "1",
        "TRUTH": str(tmp_path / "truth"),
        "ZAIUS_API_KEY": "test",
        "ZAIUS_ENDPOINT": sandbox.endpoint,
        "no_proxy": "*",
    }


@pytest.fixture
def start(environment, tmp_path):
    """Start a process with its stderr in a file; whatever happens, it and its children end."""
    started = []

    def start(*arguments, **variables):
        with (tmp_path / "stderr").open("wb") as err:
            process = subprocess.Popen(
                [str(argument) for argument in arguments],
                env={**environment, **variables},
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=err,
                stderr=err,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_by_sigterm(process):
    """What a deploy does."""
    process.terminate()


@pytest.fixture
def ended(sandbox, tmp_path, request):
    """What came of it all, once the process has ended; `pytest -s` shows the figures."""

    def ended(status, answered=(), before=None):
        err = (tmp_path / "stderr").read_text()
        found = Ended(tmp_path / "truth", answered, sandbox, err=err, status=status, before=before)
        print(f"\nfigures: {request.node.name}: {found}")  # noqa: T201
        return found

    return ended


@pytest.fixture
def serve(start, sandbox, tmp_path, ended):
    """Run a server under load from eight clients, end it by SIGTERM, and tell what came of it."""

    def serve(
        *arguments,
        command=(sys.executable, "-m"),
        path="/{}",
        headers=lambda _: {},
        workers=2,
        faults=None,
        end=end_by_sigterm,
        **variables,
    ):
        port = free_port()
        numbered = [str(argument).replace("PORT", str(port)) for argument in arguments]
        process = start(*command, *numbered, **variables)
        log = tmp_path / "stderr"
        _wait_for_port(port, process, log)
        if faults is not None:
            sandbox.faults(**faults)
        clients = Clients(port, path, headers)
        try:
            clients.wait_for(BEFORE_SIGTERM, workers)
        finally:
            clients.server_ends()
            before = sandbox.stats()["events"]
            end(process)
        try:
            status = process.wait(30)
        finally:
            clients.join()
        return ended(status, clients.answered, before)

    return serve


@pytest.fixture
def work(start, sandbox, tmp_path, ended):
    """Run a Celery worker, give it tasks from eight clients at once, end it by SIGTERM while tasks wait."""
    for name in ("queue", "control"):
        (tmp_path / "broker" / name).mkdir(parents=True)
    truth = tmp_path / "truth"

    def work(pool, *more, app="tasks", clients="tasks", command=(), faults=None, **variables):
        broker = {"BROKER": str(tmp_path / "broker"), **variables}
        if faults is not None:
            sandbox.faults(**faults)
        worker = start(
            *(sys.executable, "-m", *command, "celery", "-A", app, "worker"),
            *("--pool", pool, "--concurrency", "2", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat", *more),
            **broker,
        )
        calling = start(sys.executable, "-m", clients, 4 * BEFORE_SIGTERM, **broker)
        while not truth.exists() or truth.read_bytes().count(b"\n") < BEFORE_SIGTERM:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.wait(0.05)
                pytest.fail(f"the worker ended:\n{(tmp_path / 'stderr').read_text()}")
        before = sandbox.stats()["events"]
        worker.terminate()
        status = worker.wait(60)
        calling.kill()
        return ended(status, before=before)

    return work


def _wait_for_port(port, process, log):
    """Knock until the server answers or its process has ended."""
    for _ in range(800):
        if _knock(port):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            break
    raise AssertionError(f"the server did not come up:\n{log.read_text()}")


def _knock(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
