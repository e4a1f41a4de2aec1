"""A plain send that is run again goes on where it was stopped; what it knows its files by."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytestmark = pytest.mark.slow  # processes that are stopped and started again

MAPPED = (
    *("--type", "order", "--action", "purchase", "--identifier", "customer_id=customer"),
    *("--data", "ts=day:time", "--data", "order.order_id=number"),
)


@pytest.fixture
def api():
    """Answers 202, and remembers the id of each event, in the order of arrival."""
    ids, slow = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            ids.extend(re.findall(rb'"idempotence_id": ?"([^"]+)"', body))
            if slow.is_set():
                time.sleep(0.05)  # an API that takes its time, not a way to wait
            self.send_response(202)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.ids, server.slow = ids, slow
    server.url = f"http://127.0.0.1:{server.server_port}/v3"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def send(api, environment, tmp_path):
    """Start the command on the files of a test, with a place of its own for positions."""
    running = []

    def begin(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "zaius_logging", "send", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **environment,
                "ZAIUS_ENDPOINT": api.url,
                "XDG_STATE_HOME": str(tmp_path / "state"),
            },
            cwd=tmp_path,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def lines(first, last):
    return "".join(
        json.dumps(
            {
                "type": "account",
                "action": "login",
                "identifiers": {"customer_id": f"c{number}"},
                "data": {"ts": "2026-01-01T00:00:00Z"},
            }
        )
        + "\n"
        for number in range(first, last + 1)
    )


def stopped(api, send, *arguments, after=200):
    """Start, and end it by SIGTERM once so many events have arrived."""
    api.slow.set()
    process = send(*arguments, "--batch-size", "20")
    while len(api.ids) < after and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    api.slow.clear()
    assert process.returncode == 143, (out, err)
    return out


def test_run_again_sends_the_rest(api, send, write):
    """SIGTERM, then the same line: all arrive, none of what had its answer is sent again; then all is forgotten."""
    write("a.jsonl", lines(1, 2000))
    out = stopped(api, send, "a.jsonl")
    assert "Run the same line again to send the rest: it goes on where this one stopped." in out
    first = len(api.ids)
    done = send("a.jsonl", "--batch-size", "20")
    _, err = done.communicate(timeout=60)
    assert done.returncode == 0
    assert re.search(r"going on behind a\.jsonl:\d", err)
    assert len(set(api.ids)) == 2000
    assert len(api.ids) <= 2000 + 20  # the request that was on its way
    assert first < 2000
    assert send("a.jsonl", "--batch-size", "20").wait(60) == 0  # what is complete is no rest
    assert len(api.ids) >= 4000


@pytest.mark.parametrize("change", ["content", "from-start", "other options", "other account"])
def test_what_begins_at_the_beginning(api, send, write, environment, change):
    """Another content, another mapping, another account, or because one says so."""
    path = write("a.jsonl", lines(1, 1000))
    stopped(api, send, "a.jsonl")
    more = []
    if change == "content":
        path.write_text(lines(2, 1001))
    elif change == "from-start":
        more = ["--from-start"]
    elif change == "other options":
        more = ["--format", "json"]
    else:
        environment["ZAIUS_API_KEY"] = "another.secret"
    before = len(api.ids)
    done = send("a.jsonl", *more)
    _, err = done.communicate(timeout=60)
    assert done.returncode == 0
    assert len(api.ids) - before == 1000
    assert ("is not what it was" in err) is (change == "content")


def test_a_rotated_secret_changes_nothing(api, send, write, environment):
    """The account is the public part of the key."""
    write("a.jsonl", lines(1, 1000))
    stopped(api, send, "a.jsonl")
    environment["ZAIUS_API_KEY"] = "test-key.rotated"
    done = send("a.jsonl")
    assert done.wait(60) == 0
    assert len(set(api.ids)) == 1000
    assert len(api.ids) < 1100


def test_a_second_send_of_the_same_files_fails(api, send, write):
    """Two would send everything twice: the second says that there is a first."""
    write("a.jsonl", lines(1, 5000))
    api.slow.set()
    send("a.jsonl", "--batch-size", "20")
    while not api.ids:
        time.sleep(0.01)
    second = send("a.jsonl", "--batch-size", "20")
    _, err = second.communicate(timeout=30)
    assert second.returncode == 2
    assert "another process sends the same files with the same options" in err


def test_a_dry_run_moves_nothing(api, send, write):
    """It neither goes on where a run was stopped nor changes where that was."""
    write("a.jsonl", lines(1, 1000))
    stopped(api, send, "a.jsonl")
    dry = send("a.jsonl", "--dry-run")
    out, _ = dry.communicate(timeout=60)
    assert len(out.splitlines()) == 1000
    assert send("a.jsonl").wait(60) == 0
    assert len(api.ids) < 1100


def killed(api, send, path, count, kills):
    """Kill it so many times, each time a share of the rows further; then let it end."""
    notes = []
    for kill in range(kills):
        process = send(path, *MAPPED)
        goal = len(set(api.ids)) + count // (kills + 1)
        while len(set(api.ids)) < goal and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        notes.append(process.communicate()[1])
        assert kill == 0 or "going on behind" in notes[-1]
    process = send(path, *MAPPED)
    out, err = process.communicate(timeout=1000)
    assert process.returncode == 0, err
    assert "going on behind" in err
    return int(out.split()[0].replace(",", ""))


def backfill(api, send, write, count, kills):
    rows = "".join(f"{number},c{number % 9000},2026-01-01\n" for number in range(count))
    path = write("orders.csv", "number,customer,day\n" + rows)
    last = killed(api, send, path, count, kills)
    assert len(set(api.ids)) == count
    print(f"{count:,} rows, {kills} kills: {len(api.ids):,} sent, {last:,} by the last run")  # noqa: T201
    return last


def test_a_backfill_that_is_killed(api, send, write):
    """Each row arrives by its id, whatever kills it; the last run sends only what was left."""
    assert backfill(api, send, write, 60_000, 5) < 40_000


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_a_long_backfill_that_is_killed(api, send, write):
    """The same with 1,000,000 rows."""
    assert backfill(api, send, write, 1_000_000, 5) < 400_000
