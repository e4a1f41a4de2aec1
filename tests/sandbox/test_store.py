"""What is kept, for how long, and how it is counted."""

import json
from dataclasses import replace

from zaius_logging.sandbox._entries import Checked, Request, iso
from zaius_logging.sandbox._rules import Finding
from zaius_logging.sandbox._store import HISTORY, Store

NOW = 1_656_622_792.046


def checked(text="{}", id_=None, findings=(), position=0):
    return Checked(text, findings, id_, position)


def texts(kept):
    return [entry.checked.text for entry in kept]


def request(place, note=""):
    return Request(place, NOW, "POST", "/v3/events", 202, 1, 2, 0.25, "long…", "curl", note)


def test_time_is_written_as_the_api_writes_it():
    """ISO 8601 with milliseconds and Z."""
    assert iso(NOW) == "2022-06-30T20:59:52.046Z"


def test_the_oldest_events_go_first():
    """Beyond the capacity the oldest are forgotten, and counted."""
    store = Store(2, 1000)
    store.accept([checked("1"), checked("2"), checked("3")], 1, NOW)
    assert texts(store.events.page(0, 10)) == ["2", "3"]
    stats = store.stats()
    assert (stats["events"], stats["held"], stats["forgotten"]) == (3, 2, 1)


def test_bytes_are_bounded_too():
    """Large events push out more than one, and the newest stays whatever its size."""
    store = Store(100, 10)
    store.accept([checked("1234"), checked("5678"), checked("x" * 50)], 1, NOW)
    assert texts(store.events.page(0, 10)) == ["x" * 50]


def test_rejections_and_requests_are_bounded():
    """No ring grows without end."""
    store = Store(1, 1000)
    store.reject([checked("1"), checked("2")], 1, NOW)
    assert texts(store.rejected.page(0, 10)) == ["2"]
    assert store.stats()["rejected"] == 2
    store = Store(1_000_000, 10**9)
    for place in range(HISTORY + 5):
        store.log(request(place))
    assert len(store.requests) == HISTORY


def test_a_page_is_a_window():
    """Offset and limit cut from the oldest on."""
    store = Store(10, 1000)
    store.accept([checked(str(number)) for number in range(5)], 1, NOW)
    assert texts(store.events.page(1, 2)) == ["1", "2"]
    assert store.events.page(9, 2) == []
    for offset in range(6):
        for limit in range(7):
            every = [str(number) for number in range(5)]
            assert texts(store.events.page(offset, limit)) == every[offset : offset + limit]


def test_a_watcher_reads_on_from_its_place():
    """A place that is forgotten leads to the oldest that is held."""
    store = Store(3, 1000)
    assert store.events.after(0, 5) == []
    store.accept([checked(str(number)) for number in range(5)], 1, NOW)
    assert texts(store.events.after(0, 5)) == ["2", "3", "4"]
    assert texts(store.events.after(4, 5)) == ["4"]
    assert store.events.after(5, 5) == []


def test_repeated_ids_are_counted_and_noted():
    """An event whose id is held already is taken, counted and marked."""
    store = Store(10, 1000)
    store.accept([checked(id_="a"), checked(id_="a"), checked(), checked()], 1, NOW)
    store.accept([checked(id_="a", findings=[Finding("x", "", "y")])], 2, NOW)
    stats = store.stats()
    assert (stats["events"], stats["duplicates"], stats["warnings"]) == (5, 2, 2)
    marks = [
        [finding.rule for finding in kept.checked.findings] for kept in store.events.page(0, 9)
    ]
    assert marks == [[], ["duplicate"], [], [], ["x", "duplicate"]]


def test_ids_are_forgotten_with_their_events():
    """Memory for ids is bounded by the events that are held."""
    store = Store(2, 1000)
    store.accept([checked(id_="a"), checked(id_="a"), checked(id_="b"), checked()], 1, NOW)
    store.accept([checked(id_="a"), checked(id_="b")], 2, NOW)
    assert store.stats()["duplicates"] == 1


def test_an_event_is_written_as_it_was_kept():
    """The text of the event is spliced in between the facts of its arrival."""
    store = Store(10, 1000)
    store.accept([checked('{"a":1.50}', findings=[Finding("r", "p", "m")], position=7)], 3, NOW)
    assert '"event":{"a":1.50}' in store.events.page(0, 1)[0].json()
    assert json.loads(store.events.page(0, 1)[0].json()) == {
        "place": 0,
        "order": 0,
        "outcome": "taken",
        "arrived": "2022-06-30T20:59:52.046Z",
        "request": 3,
        "position": 7,
        "event": {"a": 1.5},
        "problems": [{"rule": "r", "path": "p", "message": "m"}],
    }


def test_a_request_is_written_with_its_facts():
    """Names for readers, the time as text."""
    assert json.loads(request(4, "why").json()) == {
        "request": 4,
        "time": "2022-06-30T20:59:52.046Z",
        "method": "POST",
        "path": "/v3/events",
        "status": 202,
        "count": 1,
        "bytes": 2,
        "duration": 0.25,
        "key": "long…",
        "agent": "curl",
        "note": "why",
    }


def test_a_request_is_written_in_full_too():
    """Headers and answer only where they are asked for: they would be most of each message."""
    full = replace(request(4), headers=(("Host", "x"),), answer="{}")
    assert json.loads(full.detail())["headers"] == [["Host", "x"]]
    assert json.loads(full.detail())["answer"] == "{}"
    assert "headers" not in json.loads(full.json())
    assert full.weight == request(4).weight + len("Hostx{}")


def test_an_entry_is_found_by_its_place():
    """What was forgotten, or has not come, is not found."""
    store = Store(2, 1000)
    store.accept([checked(str(number)) for number in range(3)], 1, NOW)
    assert [store.events.get(place) for place in (0, 3)] == [None, None]
    assert store.events.get(1).checked.text == "1"


def test_clear_forgets_all_but_the_places():
    """Counts begin at 0 again, ids are new again, and no place is used twice."""
    store = Store(10, 1000)
    assert store.request() == 1
    store.accept([checked(id_="a")], 1, NOW)
    store.reject([checked()], 1, NOW)
    store.log(request(1))
    store.clear()
    assert set(store.stats().values()) == {0}
    assert (len(store.events), len(store.rejected), len(store.requests)) == (0, 0, 0)
    assert store.generation == 1
    store.accept([checked(id_="a")], 1, NOW)
    assert store.events.page(0, 1)[0].place == 1
    assert store.stats()["duplicates"] == 0
