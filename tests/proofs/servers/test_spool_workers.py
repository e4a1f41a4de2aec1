"""Eight workers of gunicorn on one spool: what the killed ones leave, the others deliver."""

import contextlib
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time

import pytest

pytest.importorskip("gunicorn", reason="needs gunicorn")

WORKERS = 8
KILLED = 4
EACH = 25  # events of each worker before the kill
PROMISED = 30.0  # seconds


class Customers:
    """Clients that buy, one thing after the other, and note which worker logged it.

    In each round all connect before one of them asks. A sync worker that has accepted a connection
    waits for its request, so that the others get theirs.

    Attributes:
        logged: number -> process id of the worker, as its response says: the obligations.
        asked: all numbers that were asked for, those without a response included.
    """

    def __init__(self, port):
        self._port = port
        self.logged = {}
        self.asked = 0
        self._leaving = False
        self._changed = threading.Condition()
        self._connected = threading.Barrier(WORKERS)
        self._threads = [threading.Thread(target=self._run) for _ in range(WORKERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._leaving = True
        self._connected.abort()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _run(self):
        with contextlib.suppress(threading.BrokenBarrierError):
            while not self._leaving:
                with contextlib.suppress(OSError, http.client.HTTPException):  # a worker was killed
                    self._ask()

    def _ask(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=40)
        try:
            try:
                connection.connect()
            finally:
                self._connected.wait()
            with self._changed:
                number = str(self.asked)
                self.asked += 1
            connection.request("GET", f"/{number}")
            response = connection.getresponse()
            worker = int(response.read())
        finally:
            connection.close()
        with self._changed:
            self.logged[number] = worker
            self._changed.notify_all()

    def workers(self, each):
        """The workers that have logged at least so many events."""
        found = list(self.logged.values())
        return {worker for worker in found if found.count(worker) >= each}

    def wait_for(self, workers, each=EACH):
        """Wait until so many workers have logged so many events each."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.workers(each)) >= workers, timeout=60)
        assert arrived, f"only {len(self.workers(each))} workers have logged {each} events"
        return self.workers(each)

    def of(self, workers):
        """What these workers logged."""
        return {number for number, worker in self.logged.items() if worker in workers}


@pytest.fixture
def port():
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def gunicorn(start, port):
    """Start gunicorn with eight sync workers. Returns its process."""

    def gunicorn(*more, **settings):
        command = [sys.executable, "-m", "gunicorn", "--workers", WORKERS, "--worker-class", "sync"]
        return start(
            *command,
            *("--bind", f"127.0.0.1:{port}", *more, "wsgi_app:application"),
            SETTINGS=json.dumps(
                {"flush_interval": 0.1, "timeout": 2.0, "close_timeout": 20, **settings}
            ),
        )

    return gunicorn


def arrivals(sandbox):
    """Numbers that the API took, as often as it did."""
    return [event["data"]["n"] for event in sandbox.events()]


def wait_for(sandbox, owed, seconds):
    """Wait until all that is owed has arrived. Returns the numbers that have not."""
    deadline = time.monotonic() + seconds
    while missing := owed - set(arrivals(sandbox)):
        left = deadline - time.monotonic()
        try:
            sandbox.wait_for(sandbox.stats()["events"] + 1, max(0.0, left))
        except TimeoutError:
            break
    return missing


def assert_once(sandbox):
    """Nothing arrived twice, by its number and by its id."""
    events = sandbox.events()
    assert len({event["data"]["n"] for event in events}) == len(events)
    assert len({event["data"]["idempotence_id"] for event in events}) == len(events)
    assert sandbox.stats()["duplicates"] == 0


def kill_four(workers):
    """Kill four of the workers, as the kernel does when memory is short."""
    killed = sorted(workers)[:KILLED]
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    return set(killed)


def end(master):
    """What a deploy does."""
    master.terminate()
    assert master.wait(40) == 0


CASES = {
    "503": ({"status": 503}, []),
    "hang": ({"hang": True}, []),
    "503, preload": ({"status": 503}, ["--preload"]),
}


@pytest.mark.parametrize("case", CASES)
def test_events_of_killed_workers_arrive(sandbox, gunicorn, port, tmp_path, case):
    """What four killed workers had logged while the API was down arrives within 30 s, once each."""
    fault, arguments = CASES[case]
    sandbox.faults(fault)
    master = gunicorn(*arguments, spool_dir=str(tmp_path / "spool"))
    with Customers(port) as customers:
        killed = kill_four(customers.wait_for(WORKERS))
        sandbox.heal()
        healed = time.monotonic()
        customers.wait_for(WORKERS + KILLED, each=1)  # those that gunicorn started in their place
    owed = customers.of(killed)
    assert len(owed) >= KILLED * EACH
    assert wait_for(sandbox, owed, PROMISED - (time.monotonic() - healed)) == set()
    print(f"{len(owed)} events of {KILLED} workers in {time.monotonic() - healed:.1f} s")  # noqa: T201
    end(master)
    arrived = set(arrivals(sandbox))
    returned = set((tmp_path / "truth").read_text().split())  # in time for a response or not
    assert customers.logged.keys() <= returned <= arrived
    assert arrived <= {str(number) for number in range(customers.asked)}
    assert_once(sandbox)
    assert list((tmp_path / "spool").rglob("*.jsonl")) == []  # what stays are numbers


def test_events_of_killed_workers_are_adopted_by_living_ones(sandbox, gunicorn, port, tmp_path):
    """The same where nobody is started in their place: the four that live deliver them."""
    sandbox.faults(status=503)
    master = gunicorn(spool_dir=str(tmp_path / "spool"))
    try:
        with Customers(port) as customers:
            workers = customers.wait_for(WORKERS)
            master.send_signal(signal.SIGSTOP)  # it starts no others
            killed = kill_four(workers)
            sandbox.heal()
            healed = time.monotonic()
        owed = customers.of(killed)
        assert len(owed) >= KILLED * EACH
        assert wait_for(sandbox, owed, PROMISED - (time.monotonic() - healed)) == set()
        print(f"{len(owed)} events of {KILLED} workers in {time.monotonic() - healed:.1f} s")  # noqa: T201
        assert len(set(customers.logged.values())) == WORKERS
    finally:
        master.send_signal(signal.SIGCONT)
    end(master)
    assert set(customers.logged) <= set(arrivals(sandbox))
    assert_once(sandbox)


def test_without_a_spool_killed_workers_take_their_events_along(sandbox, gunicorn, port):
    """The control: in memory, the events of the killed workers are lost, and only theirs."""
    sandbox.faults(status=503)
    master = gunicorn()
    with Customers(port) as customers:
        killed = kill_four(customers.wait_for(WORKERS))
        sandbox.heal()
        customers.wait_for(WORKERS + KILLED, each=1)
    end(master)
    lost = set(customers.logged) - set(arrivals(sandbox))
    assert lost == customers.of(killed)
    assert len(lost) >= KILLED * EACH
    assert_once(sandbox)
