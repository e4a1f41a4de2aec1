"""Server-sent events: what arrives, as it arrives."""

import contextlib
import http.client
import json

import pytest

from zaius_logging.sandbox import Sandbox, _stream

HOSTILE = "<script>alert(1)</script>\u2028\n"


class Watcher:
    """Reads a stream as a browser does."""

    def __init__(self, sandbox, after="", header=""):
        self._connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=10)
        headers = {"Last-Event-ID": header} if header else {}
        self._connection.request("GET", f"/api/stream?after={after}", headers=headers)
        self.response = self._connection.getresponse()
        self.id = ""

    def close(self):
        self.response.close()
        self._connection.close()

    def next(self):
        """Give the next message's name, and each of its lines as JSON."""
        name, data = "", []
        while line := self.response.readline().decode().rstrip("\n"):
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "id":
                self.id = value
            else:
                data.append(json.loads(value))
        return name, data

    def until(self, wanted):
        """Skip to the next message of a name."""
        while True:
            name, data = self.next()
            if name == wanted:
                return data if name in ("entries", "requests") else data[0]


@contextlib.contextmanager
def watching(sandbox, **given):
    watcher = Watcher(sandbox, **given)
    try:
        yield watcher
    finally:
        watcher.close()


def numbers(entries):
    return [entry["event"]["data"]["no"] for entry in entries]


def test_a_watcher_sees_what_was_and_what_comes(sandbox, post, good):
    """First how the sandbox is set and what is held, then each arrival, with requests and counts."""
    post(sandbox, [good(no=1)])
    with watching(sandbox) as watcher:
        assert watcher.response.getheader("Content-Type") == "text/event-stream"
        hello = watcher.until("hello")
        assert (hello["capacity"], hello["resumed"], hello["before"]) == (100_000, False, 0)
        name, entries = watcher.next()
        assert (name, numbers(entries), entries[0]["outcome"]) == ("entries", [1], "taken")
        assert [seen["status"] for seen in watcher.until("requests")] == [202]
        assert watcher.until("state")["events"] == 1
        post(sandbox, [good(no=2)])
        assert numbers(watcher.until("entries")) == [2]
        post(sandbox, [{"type": 5}])
        (rejected,) = watcher.until("entries")
        assert (rejected["event"], rejected["outcome"]) == ({"type": 5}, "rejected")


def test_taken_and_rejected_come_in_one_order(sandbox, post, good):
    """What came first is shown first, whatever became of it."""
    for number in range(3):
        post(sandbox, [good(no=number)])
        post(sandbox, [{"no": number}])
    with watching(sandbox) as watcher:
        entries = watcher.until("entries")
    assert [entry["outcome"] for entry in entries] == ["taken", "rejected"] * 3
    assert [entry["order"] for entry in entries] == list(range(6))


def test_the_faults_in_force_are_told(sandbox):
    """A page that others switch shows it as well."""
    with watching(sandbox) as watcher:
        assert watcher.until("state")["faults"] == []
        sandbox.faults(status=503)
        assert watcher.until("state")["faults"] == [{"status": 503}]


def test_the_backlog_is_bounded(sandbox, post, good):
    """A new watcher sees the newest of what is held, and learns where the rest begins."""
    post(sandbox, [good(no=number) for number in range(_stream.BACKLOG + 50)])
    with watching(sandbox) as watcher:
        assert watcher.until("hello")["before"] == 50
        assert numbers(watcher.until("entries")) == list(range(50, _stream.BACKLOG + 50))


@pytest.mark.parametrize("bound", [{"_CHUNK": 10}, {"_CHUNK_BYTES": 2_000}])
def test_much_comes_in_chunks(monkeypatch, sandbox, post, good, bound):
    """A watcher that is behind catches up piece by piece, in order."""
    for name, value in bound.items():
        monkeypatch.setattr(_stream, name, value)
    with watching(sandbox) as watcher, watching(sandbox) as another:
        for each in (watcher, another):
            assert each.until("state")["events"] == 0
        post(sandbox, [good(no=number) for number in range(45)])
        for each in (watcher, another):
            seen = []
            while len(seen) < 45:
                chunk = numbers(each.until("entries"))
                assert len(chunk) <= 20
                seen += chunk
            assert seen == list(range(45))


def test_few_messages_are_kept(monkeypatch, sandbox, post, good):
    """What all watchers have seen is not kept for ever."""
    monkeypatch.setattr(_stream, "_WRITTEN", 2)
    with watching(sandbox) as watcher:
        for number in range(5):
            post(sandbox, [good(no=number)])
            assert numbers(watcher.until("entries")) == [number]
    with watching(sandbox) as watcher:
        assert numbers(watcher.until("entries")) == list(range(5))


@pytest.mark.parametrize("way", ["after", "header"])
def test_a_watcher_that_was_cut_off_reads_on(sandbox, post, good, way):
    """With the id of its last message it misses nothing, and sees nothing twice."""
    post(sandbox, [good(no=1)])
    with watching(sandbox) as watcher:
        watcher.until("state")
        left = watcher.id
    post(sandbox, [good(no=2)])
    with watching(sandbox, **{way: left}) as watcher:
        assert watcher.until("hello")["resumed"] is True
        assert numbers(watcher.until("entries")) == [2]


@pytest.mark.parametrize("left", ["x", "RUN.1.2", "RUN.1.2.x", "RUN.1.2.99999999999999999", "."])
def test_an_id_of_something_else_is_no_place(sandbox, post, good, left):
    """Another run, or nonsense, begins anew."""
    post(sandbox, [good(no=1)])
    with watching(sandbox) as watcher:
        watcher.until("state")
        left = left.replace("RUN", watcher.id.split(".")[0])
    with watching(sandbox, after=left) as watcher:
        assert watcher.until("hello")["resumed"] is False
        assert numbers(watcher.until("entries")) == [1]


def test_who_is_far_behind_begins_anew(monkeypatch, sandbox, post, good):
    """With the newest, that is: nobody waits for what is old."""
    monkeypatch.setattr(_stream, "_RESUMED", 2)
    with watching(sandbox) as watcher:
        watcher.until("state")
        left = watcher.id
    post(sandbox, [good(no=number) for number in range(3)])
    with watching(sandbox, after=left) as watcher:
        assert watcher.until("hello")["resumed"] is False


def test_a_clear_is_told(sandbox, post, good):
    """The page empties itself, and goes on with what comes next."""
    post(sandbox, [good(no=1)])
    with watching(sandbox) as watcher:
        watcher.until("state")
        sandbox.clear()
        assert watcher.until("cleared") == {}
        post(sandbox, [good(no=2)])
        assert numbers(watcher.until("entries")) == [2]


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
        entries = watcher.until("entries")
        assert [entry["event"] for entry in entries] == [event, {HOSTILE: HOSTILE}]


def test_a_stop_ends_the_stream():
    """A browser reads to the end, and the stop does not wait for it."""
    with Sandbox() as sandbox:
        watcher = Watcher(sandbox)
        watcher.until("state")
    assert watcher.response.read() == b""
    watcher.close()


@pytest.mark.parametrize("count", [20])
def test_watchers_that_leave_harm_nobody(sandbox, post, good, count):
    """Browsers come and go while events arrive."""
    for number in range(count):
        with watching(sandbox) as watcher:
            watcher.until("state")
            post(sandbox, [good(no=number)])
    assert sandbox.stats()["events"] == count
