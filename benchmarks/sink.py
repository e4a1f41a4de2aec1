"""A server cheaper than any client, in a process of its own: it counts, and answers at once.

Posts to the Events API's path get 202, other requests 200; what is no HTTP is counted as it comes.
`python -m benchmarks.sink` prints its port and ends with its standard input.
"""

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from .event import MARK

METHODS = (b"POST ", b"PUT ", b"GET ")


class Counts:
    def __init__(self, *, answers):
        self.answers = answers
        self.events = self.requests = 0
        self.last = 0.0
        self.changed = threading.Condition()

    def add(self, events, requests=1):
        with self.changed:
            self.events += events
            self.requests += requests
            if events:
                self.last = time.monotonic()  # one clock for all processes of a machine
            self.changed.notify_all()

    def wait(self, events, seconds):
        with self.changed:
            self.changed.wait_for(lambda: self.events >= events, seconds)
            return {"events": self.events, "requests": self.requests, "last": self.last}


def serve(counts, connection):
    data = connection.recv(1 << 16)
    if data.startswith(METHODS):
        serve_http(counts, connection, data)
    else:
        serve_lines(counts, connection, data)


def serve_http(counts, connection, data):
    while data:
        while b"\r\n\r\n" not in data:
            data += connection.recv(1 << 16)
        head, _, start = data.partition(b"\r\n\r\n")
        fields = dict(
            line.lower().partition(b":")[::2] for line in head.split(b"\r\n")[1:] if b":" in line
        )
        length = int(fields.get(b"content-length", b"0"))
        body = bytearray(max(length, len(start)))
        body[: len(start)] = start
        view, at = memoryview(body), len(start)
        while at < length:
            got = connection.recv_into(view[at:])
            if not got:
                return
            at += got
        path = head.split(b" ", 2)[1].decode()
        connection.sendall(reply(counts, path, body))
        data = connection.recv(1 << 16)


def reply(counts, path, body):
    if path.startswith("/wait"):
        query = parse_qs(urlsplit(path).query)
        found = counts.wait(int(query["events"][0]), float(query["seconds"][0]))
        answer = json.dumps(found).encode()
    elif path in ("/go", "/stop"):
        counts.answers.set() if path == "/go" else counts.answers.clear()
        answer = b"{}"
    else:
        counts.answers.wait()
        counts.add(body.count(MARK))
        answer = b"{}"
    status = b"202 Accepted" if path.startswith("/v3/") else b"200 OK"
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        status,
        len(answer),
        answer,
    )


def serve_lines(counts, connection, data):
    while data:
        counts.add(data.count(MARK), 0)
        rest = data[-len(MARK) + 1 :]  # a mark may lie across two reads
        more = connection.recv(1 << 20)
        data = rest + more if more else b""


def main(arguments):
    answers = threading.Event()
    if "--hang" not in arguments:
        answers.set()
    counts = Counts(answers=answers)
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(server.getsockname()[1], flush=True)

    def accept():
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=guarded, args=(counts, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


def guarded(counts, connection):
    with connection, suppress(OSError):  # the client has gone
        serve(counts, connection)


class Sink:
    """The server, seen from a worker.

    Args:
        hangs: whether it takes requests and does not answer them until `go`.
    """

    def __init__(self, *, hangs=False):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sink", *(["--hang"] if hangs else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def go(self):
        self._get("/go", 10)

    def stop(self):
        self._get("/stop", 10)

    def wait(self, events=0, seconds=0.0):
        """What has arrived, as soon as it is so many events, or after so many seconds."""
        return self._get(f"/wait?events={events}&seconds={seconds}", seconds + 10)

    def _get(self, path, timeout):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.request("GET", path)
        found = json.loads(connection.getresponse().read())
        connection.close()
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


if __name__ == "__main__":
    main(sys.argv[1:])
