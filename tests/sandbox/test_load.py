"""Many watchers and many events at once."""

import contextlib
import selectors
import socket
import subprocess
import sys
import time

import pytest

from zaius_logging.sandbox import SandboxProcess

MARK = b'data: {"place"'

# A process of its own: what reads 64 streams leaves no time for it here.
SENDER = """
import http.client, json, sys, time
port, count = map(int, sys.argv[1:])
event = {"type": "list", "action": "subscribe", "identifiers": {"email": "tyler@zaius.com"},
         "data": {"list_id": "news"}}
body = json.dumps([event] * 500)
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
begun = time.monotonic()
for number in range(count):
    headers = {"x-api-key": "k", "Content-Type": "application/json"}
    connection.request("POST", "/v3/events", body, headers)
    answer = connection.getresponse()
    assert (answer.status, bool(answer.read())) == (202, True)
    # Keeps the pace of 20 a second; it waits for nothing.
    time.sleep(max(0.0, begun + (number + 1) / 20 - time.monotonic()))
print(time.monotonic() - begun)
"""


@contextlib.contextmanager
def watching(port, count):
    """Open streams, and give what counts their events once it is called."""
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        seen, ends, size = [0] * count, [b""] * count, 0
        for number in range(count):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", port), 60))
            sock.sendall(b"GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" in sock.recv(1 << 20)
            selector.register(sock, selectors.EVENT_READ, number)

        def read(wanted):
            nonlocal size
            while min(seen) < wanted:
                for key, _ in selector.select(60):
                    piece = key.fileobj.recv(1 << 20)
                    assert piece
                    size += len(piece)
                    head = ends[key.data] + piece[: len(MARK) - 1]
                    seen[key.data] += piece.count(MARK) + head.count(MARK)
                    ends[key.data] = piece[-len(MARK) + 1 :]
            return seen, size / 1e6

        yield read


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [2, pytest.param(20, marks=pytest.mark.full)])
def test_64_watchers_and_10_000_events_a_second(seconds):
    """Each of 64 watchers sees each event of 20 requests of 500 a second; all are answered 202."""
    wanted = 10_000 * seconds
    with SandboxProcess() as sandbox, watching(sandbox.port, 64) as read:
        begun = time.monotonic()
        command = [sys.executable, "-c", SENDER, str(sandbox.port), str(20 * seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sender:
            seen, megabytes = read(wanted)
            lasted = time.monotonic() - begun
            sent = float(sender.communicate()[0])
        assert seen == [wanted] * 64
        assert sandbox.stats()["events"] == wanted
    print(f"{wanted} events sent in {sent:.1f} s; {megabytes:.0f} MB read after {lasted:.1f} s")  # noqa: T201
    # Twice the time, because other tests may run beside this one.
    assert sent < 2 * seconds
