"""Whose events leave with which key, and what many processes take of a disk: with real processes."""

import http.server
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from zaius_logging._spool.journal import files

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class Api(http.server.ThreadingHTTPServer):
    """An API that writes down with which key each event came; while it is down it takes nothing."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.down, self.came = set(), []
        self.endpoint = f"http://127.0.0.1:{self.server_port}/v3/events"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        events = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers["x-api-key"]
        up = key not in self.server.down
        if up:
            self.server.came += [(key, event["data"]["n"]) for event in events]
        text = b"{}"
        self.send_response(202 if up else 503)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def api():
    server = Api()
    yield server
    server.shutdown()
    server.server_close()


PROCESS = """
import logging, sys, zaius_logging
key, endpoint, directory, numbers = sys.argv[1:]
handler = zaius_logging.ZaiusHandler(api_key=key, endpoint=endpoint, spool_dir=directory, flush_interval=0.05)
logging.getLogger().addHandler(handler)
for number in filter(None, numbers.split(",")):
    event = {"type": "t", "action": "a", "identifiers": {"customer_id": "c"}, "data": {"n": int(number)}}
    logging.warning("x", extra={"zaius": event})
print("logged", flush=True)
sys.stdin.read()
handler.flush(10)
"""


class Process:
    def __init__(self, code, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "logged\n", self.process.communicate()[1]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def end(self):
        """Give what it said to operators."""
        return self.process.communicate(timeout=30)[1]


def wait_for(true, seconds=20):
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


@pytest.mark.slow  # four processes, and waits for each
@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_two_accounts_on_one_directory_one_of_them_dead(api, directory):
    """Its events wait, are named once with what helps, and leave with a key of its own, though that was rotated."""
    api.down = {"first.old"}
    dead = Process(PROCESS, "first.old", api.endpoint, directory, "1,2,3")
    dead.kill()
    for path in directory.glob("*/*.jsonl"):
        os.utime(path, (0, 0))  # for hours already
    for number in (4, 5):
        other = Process(PROCESS, "second.any", api.endpoint, directory, number)
        assert wait_for(lambda number=number: ("second.any", number) in api.came)
        said = other.end()
        assert said.count("another account") == 1, said
        assert "jq -c" in said
        assert "first" not in said
        assert "second" not in said
    assert api.came == [("second.any", 4), ("second.any", 5)]
    heir = Process(PROCESS, "first.new", api.endpoint, directory, "")
    assert wait_for(lambda: len(api.came) == 5)
    heir.end()
    assert api.came[2:] == [("first.new", 1), ("first.new", 2), ("first.new", 3)]
    assert list(directory.glob("*/*.jsonl")) == []


HUNDRED = """
import os, sys
from zaius_logging._spool.journal.spool import JournalSpool
directory, mapped = sys.argv[1:]
gate, stays_open = os.pipe()
made = []
for number in range(100):
    spool = JournalSpool(directory, "shop", max_bytes=1024 * 1024, use_map=mapped == "True")
    made.append(os.fork())
    if made[-1] == 0:
        taken = spool.append(b'{"n":%d}' % number)
        os.close(stays_open)
        os.read(gate, 1)  # until all live
        os._exit(not taken)
os.close(stays_open)
print("logged" if not any(os.waitpid(child, 0)[1] for child in made) else "no room", flush=True)
"""


@pytest.mark.slow
@linux
@pytest.mark.parametrize("mapped", [True, False])
def test_a_hundred_processes_of_one_event_find_room_in_a_mebibyte(directory, journal, mapped):
    """All alive at once and then dead without a close: each event is taken, bytes on disk keep to the quota."""
    process = subprocess.run(
        [sys.executable, "-c", HUNDRED, str(directory), str(mapped)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    assert process.stdout == "logged\n"
    taken = sum(path.stat().st_blocks * 512 for path in directory.rglob("*.jsonl"))
    assert taken <= 1024 * 1024
    heir = journal(max_bytes=1024 * 1024)
    found = []
    while heir.maintain() == 0 or heir.peek(1, 10**9):
        pairs = heir.peek(500, 10**9)
        found += [item for _, item in pairs]
        heir.remove([place for place, _ in pairs])
    assert sorted(found) == sorted(b'{"n":%d}' % number for number in range(100))
    heir.close()
    assert list(directory.rglob("*.jsonl")) == []


def ours(directory):
    """Numbers of this process's descriptors for segments in there."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            name = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if name.startswith(f"{directory}/") and ".jsonl" in name:
            found.append(int(number))
    return found


def foreign_writes(spool, directory, tmp_path, rounds):
    """Close the spool's descriptors while a thread logs, and open the application's files in their place.

    Returns:
        What of ours stands in those files.
    """
    stop = threading.Event()
    logged = 0

    def log():
        nonlocal logged
        while not stop.is_set():
            spool.append(b'{"n":%d}' % logged)
            logged += 1
            if logged % 100 == 0:
                spool.sync()

    thread = threading.Thread(target=log)
    thread.start()
    found = []
    try:
        for number in range(rounds):
            path = tmp_path / f"application-{number}"
            fd = os.open(path, os.O_RDWR | os.O_CREAT)
            taken = ours(directory)
            for each in taken:
                os.dup2(fd, each)  # closes it, and opens ours there, in one step
            whole = logged + 2  # the second event from here was begun after that
            while logged < whole and thread.is_alive():
                time.sleep(0.0005)
            spool.sync()
            found += path.read_bytes().splitlines()
            for each in {fd, *taken}:
                os.close(each)
    finally:
        stop.set()
        thread.join()
    return found


@pytest.mark.slow
@linux
def test_a_number_that_stands_for_another_file_while_threads_log(journal, directory, tmp_path):
    """A daemon's loop closes our descriptors, and their numbers are the application's: it finds nothing of ours in them."""
    spool = journal(use_map=True)
    assert foreign_writes(spool, directory, tmp_path, 200) == []


@linux
def test_a_spool_that_trusts_numbers_is_caught(journal, directory, tmp_path, monkeypatch):
    """The control: without the look at each descriptor the same rounds find our bytes in the application's files."""
    spool = journal(use_map=False)
    monkeypatch.setattr(files.File, "length", lambda self: 0)
    monkeypatch.setattr(files.File, "_proven", lambda self: self.fd)
    assert foreign_writes(spool, directory, tmp_path, 20) != []
