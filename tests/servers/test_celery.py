"""Celery: SIGTERM under load loses nothing with one line, without a spool."""

import json
import subprocess
import sys
import uuid

import pytest

pytest.importorskip("celery", reason="needs celery")

TASKS = 100


@pytest.fixture
def work(start, sandbox, tmp_path, ended):
    """Run a worker, give it tasks from eight clients at once, end it by SIGTERM while tasks wait."""
    for name in ("queue", "control"):
        (tmp_path / "broker" / name).mkdir(parents=True)

    def work(pool, *more, app="tasks", done, faults=None, **variables):
        broker = {"BROKER": str(tmp_path / "broker"), **variables}
        worker = start(
            *(sys.executable, "-m", "celery", "-A", app, "worker"),
            *("--pool", pool, "--concurrency", "2", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat", *more),
            **broker,
        )
        clients = start(sys.executable, "-m", app, 4 * TASKS, **broker)
        while not done():
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(0.05)
        if faults is not None:
            sandbox.faults(**faults)
        worker.terminate()
        status = worker.wait(60)
        clients.kill()
        return ended(status)

    return work


@pytest.fixture
def enough(tmp_path):
    """Whether so many tasks have logged their event."""
    truth = tmp_path / "truth"
    return lambda: truth.exists() and truth.read_bytes().count(b"\n") >= TASKS


@pytest.mark.parametrize("line", ["install", "recipe"])
def test_sigterm_under_load(work, enough, line):
    """With the line in the children of a prefork pool every event is delivered, once."""
    ended = work("prefork", LINE=line, done=enough)
    assert len(ended.logged) >= TASKS
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0
    assert ended.counted == 0
    assert ended.status == 0


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_sigterm_of_pools_without_children(work, enough, pool):
    """Pools of threads need no line: the worker ends as any program does."""
    ended = work(pool, done=enough)
    assert len(ended.logged) >= TASKS
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.status == 0


def test_children_that_are_replaced(work, enough):
    """Children that end after so many tasks, and those that replaced them, deliver what they logged."""
    ended = work("prefork", "--max-tasks-per-child", "20", LINE="install", done=enough)
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0


def test_sigterm_while_the_api_is_down(work, enough):
    """With an API that does not answer, every event is counted on stderr."""
    ended = work(
        "prefork",
        LINE="recipe",
        done=enough,
        faults={"hang": True},
        SETTINGS=json.dumps({"close_timeout": 0.5}),
    )
    assert ended.missing == ended.logged
    assert ended.counted == len(ended.logged), ended.err


def test_sigterm_without_the_line_loses_what_waits(work, enough):
    """The control: a prefork child ends by os._exit, and nothing arrives."""
    ended = work("prefork", done=enough)
    assert len(ended.logged) >= TASKS
    assert ended.missing == ended.logged
    assert ended.counted == 0


def test_the_example_carries_identifiers_to_the_task(work, sandbox):
    """100 tasks and more from eight clients at once: each event has its caller's identifiers, once."""
    ended = work("prefork", app="celery_shop", done=lambda: sandbox.stats()["events"] >= TASKS)
    assert len(ended.arrived) >= TASKS
    assert ended.duplicates == 0
    for event in ended.events:
        assert event["identifiers"] == {"vuid": str(uuid.UUID(int=int(event["data"]["n"])))}
