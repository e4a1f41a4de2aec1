"""Server-sent events: what arrives, as it arrives."""

import contextlib
import http.client
import json

import pytest

from zaius_logging.sandbox import Sandbox, _stream

HOSTILE = "<script>alert(1)</script>\u2028\n"


class Watcher:
    """Reads a stream as a browser does."""

    def __init__(self, sandbox):
        self._connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=10)
        self._connection.request("GET", "/api/stream")
        self.response = self._connection.getresponse()

    def close(self):
        self.response.close()
        self._connection.close()

    def next(self):
        """Give the next message's name and data."""
        name = self.response.readline().decode().removeprefix("event: ").strip()
        data = self.response.readline().decode().removeprefix("data: ").strip()
        assert self.response.readline() == b"\n"
        return name, json.loads(data)

    def until(self, wanted):
        """Skip to the next message of a name."""
        while True:
            name, data = self.next()
            if name == wanted:
                return data


@contextlib.contextmanager
def watching(sandbox):
    watcher = Watcher(sandbox)
    try:
        yield watcher
    finally:
        watcher.close()


def numbers(entries):
    return [entry["event"]["data"]["no"] for entry in entries]


def test_a_watcher_sees_what_was_and_what_comes(sandbox, post, good):
    """First what is held, then each arrival, with the counts."""
    post(sandbox, [good(no=1)])
    with watching(sandbox) as watcher:
        assert watcher.response.getheader("Content-Type") == "text/event-stream"
        name, entries = watcher.next()
        assert (name, numbers(entries)) == ("events", [1])
        assert watcher.next()[1]["events"] == 1
        post(sandbox, [good(no=2)])
        assert numbers(watcher.until("events")) == [2]
        post(sandbox, [{"type": 5}])
        assert watcher.until("rejected")[0]["event"] == {"type": 5}


def test_the_backlog_is_bounded(sandbox, post, good):
    """A new watcher sees the newest of what is held."""
    post(sandbox, [good(no=number) for number in range(_stream.BACKLOG + 50)])
    with watching(sandbox) as watcher:
        assert numbers(watcher.until("events")) == list(range(50, _stream.BACKLOG + 50))


def test_much_comes_in_chunks(monkeypatch, sandbox, post, good):
    """A watcher that is behind catches up piece by piece, in order."""
    monkeypatch.setattr(_stream, "_CHUNK", 10)
    with watching(sandbox) as watcher, watching(sandbox) as another:
        for each in (watcher, another):
            assert each.until("stats")["events"] == 0
        post(sandbox, [good(no=number) for number in range(25)])
        for each in (watcher, another):
            seen = [numbers(each.until("events")) for _ in range(3)]
            assert [len(chunk) for chunk in seen] == [10, 10, 5]
            assert sum(seen, []) == list(range(25))  # noqa: RUF017 - three short lists


def test_a_clear_is_told(sandbox, post, good):
    """The page empties itself, and goes on with what comes next."""
    post(sandbox, [good(no=1)])
    with watching(sandbox) as watcher:
        watcher.until("stats")
        sandbox.clear()
        assert watcher.until("cleared") == {}
        post(sandbox, [good(no=2)])
        assert numbers(watcher.until("events")) == [2]


def test_markup_and_line_breaks_stay_inside_the_data(sandbox, post):
    """Hostile text in each place is one line of JSON, in ASCII, and comes back the same."""
    event = {
        "type": HOSTILE,
        "action": HOSTILE,
        "identifiers": {HOSTILE: HOSTILE},
        "data": {HOSTILE: HOSTILE, "order": {HOSTILE: [HOSTILE]}},
    }
    assert post(sandbox, [event])[0] == 202
    assert post(sandbox, [{HOSTILE: HOSTILE}])[0] == 400
    with watching(sandbox) as watcher:
        assert watcher.until("events")[0]["event"] == event
        assert watcher.until("rejected")[0]["event"] == {HOSTILE: HOSTILE}


def test_a_stop_ends_the_stream():
    """A browser reads to the end, and the stop does not wait for it."""
    with Sandbox() as sandbox:
        watcher = Watcher(sandbox)
        watcher.until("stats")
    assert watcher.response.read() == b""
    watcher.close()


@pytest.mark.parametrize("count", [20])
def test_watchers_that_leave_harm_nobody(sandbox, post, good, count):
    """Browsers come and go while events arrive."""
    for number in range(count):
        with watching(sandbox) as watcher:
            watcher.until("stats")
            post(sandbox, [good(no=number)])
    assert sandbox.stats()["events"] == count
