"""The benchmark's parts do what its figures are taken for."""

import http.client
import json
import socket
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    """The folder is no part of the package: it is found from the repository's root, by children too."""
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]


def post(port, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", path, body)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_the_sink_counts_events_and_answers_as_the_api_does():
    """202 on the Events API's path, 200 on others; each mark is an event."""
    from benchmarks.event import MARK
    from benchmarks.sink import Sink

    with Sink() as sink:
        assert post(sink.port, "/v3/events", MARK * 3 + b"x" * 1_000_000 + MARK) == 202
        assert post(sink.port, "/other", MARK) == 200
        found = sink.wait(5, 10)
    assert (found["events"], found["requests"]) == (5, 2)
    assert found["last"] > 0


def test_the_sink_counts_lines_over_tcp():
    """Marks are counted wherever the reads cut them."""
    from benchmarks.event import MARK
    from benchmarks.sink import Sink

    with Sink() as sink:
        with socket.create_connection(("127.0.0.1", sink.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in (b"{" + MARK[:4], MARK[4:] + b"}\n{" + MARK, b"}\n"):
                connection.sendall(part)
        assert sink.wait(2, 10)["events"] == 2


@pytest.mark.parametrize("key", ["zaius", "zaius_json", "zaius_spool", "inline", "sketch"])
def test_a_contender_delivers_each_event_once(key):
    """What a contender is measured with arrives at the sink, all of it and nothing twice."""
    pytest.importorskip("orjson")
    from benchmarks.measure import end_to_end

    figures = end_to_end(key, 1_000)
    assert (figures["events"], figures["lost"]) == (1_000, 0)
    assert figures["us"] > 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_the_event_is_as_large_as_the_issue_says():
    """About 390 bytes on the wire, the version's length apart: the memory figure is relative to them."""
    from benchmarks.measure import memory

    figures = memory(500)
    assert 388 <= figures["json_bytes"] <= 394
    assert figures["lost"] == 0


def test_every_goal_is_in_the_recorded_results():
    """What is recorded has all eight goals, each measured, and the page and the plot come from it."""
    from benchmarks.goals import goals
    from benchmarks.plot import svg
    from benchmarks.report import markdown

    results = json.loads((ROOT / "benchmarks" / "results.json").read_text("utf-8"))
    found = goals(results["figures"])
    assert {goal.number for goal in found} == set("12345678")
    assert all(goal.met is not None for goal in found)
    assert (ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8") == markdown(results)
    assert (ROOT / "benchmarks" / "calls.svg").read_text("utf-8") == svg(results)


@pytest.mark.parametrize(
    "name", ["plain", "UUID", "bound", "record_attributes", "two handlers", "behind Seal"]
)
def test_a_shape_is_logged_as_it_says(name):
    """New values in each call, none of them invalid, and what is bound around them arrives."""
    from benchmarks.shape_calls import SETUPS, Held, attached, calls
    from benchmarks.shapes import SHAPES

    shape = SHAPES["plain" if name in SETUPS else name]
    held = Held()
    held.gate.set()
    logger, handlers = attached(name, shape, held)
    assert len(calls(logger, shape, 0, 100)) == 2
    for handler in handlers:
        handler.close()
        stats = handler.stats()
        assert (stats.delivered, stats.invalid) == (100, 0)


def test_a_shape_makes_the_same_event_for_the_same_number():
    """And another for another: the golden files and the benchmark rest on it."""
    from benchmarks.shapes import SHAPES

    for shape in SHAPES.values():
        assert shape.make(7) == shape.make(7)
        assert shape.make(7) != shape.make(8)


def test_more_instructions_than_recorded_fail():
    """Over 5 %; what is not recorded yet has nothing to be compared with."""
    from benchmarks.count import more_than_recorded

    recorded = {"call": 100_000, "floor": 40_000}
    assert more_than_recorded({"call": 105_000, "floor": 40_000, "new": 1}, recorded) == []
    assert more_than_recorded({"call": 105_001, "floor": 40_000}, recorded) == ["call +5.0%"]


def test_instructions_of_every_shape_are_recorded():
    """With both encoders."""
    from benchmarks.count import SHAPED, WHOLES

    recorded = json.loads((ROOT / "benchmarks" / "count.json").read_text("utf-8"))
    assert {*SHAPED, *WHOLES} <= {*recorded["instructions"]}


def test_a_goal_that_was_not_measured_is_neither_met_nor_missed():
    """An empty run claims nothing."""
    from benchmarks.goals import goals

    found = goals({})
    assert found
    assert all(goal.met is None for goal in found)


def test_a_failed_worker_is_told():
    """A measurement that fails ends the run with what it said."""
    from benchmarks.rounds import measured

    with pytest.raises(RuntimeError, match="no_such"):
        measured("no_such", [])


def test_the_journals_goals_are_judged_by_their_ratios():
    """Beside the memory spool's figure, or alone where there is none; above the goal is not met."""
    from benchmarks.spool import GOALS, LIMITS, verdicts

    found = {name: {"memory": 10.0, "journal": 10.0 * most} for name, most in GOALS.items()}
    single = dict(LIMITS)
    assert all(met for *_, met in verdicts(found, single))
    found["tight"]["journal"] += 1
    single["start with many, s"] += 0.1
    missed = [name for name, _, _, met in verdicts(found, single) if not met]
    assert missed == ["tight", "start with many, s"]
