"""Celery: SIGTERM under load loses nothing with one line, without a spool."""

import json

import pytest

pytest.importorskip("celery", reason="needs celery")

TASKS = 100


@pytest.mark.parametrize("line", ["install", "recipe"])
def test_sigterm_under_load(work, line):
    """With the line in the children of a prefork pool every event is delivered, once."""
    ended = work("prefork", LINE=line)
    assert len(ended.logged) >= TASKS
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0
    assert ended.counted == 0
    assert ended.status == 0


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_sigterm_of_pools_without_children(work, pool):
    """Pools of threads need no line: the worker ends as any program does."""
    ended = work(pool)
    assert len(ended.logged) >= TASKS
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.status == 0


def test_children_that_are_replaced(work):
    """Children that end after so many tasks, and those that replaced them, deliver what they logged."""
    ended = work("prefork", "--max-tasks-per-child", "20", LINE="install")
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0


def test_sigterm_while_the_api_is_down(work):
    """With an API that does not answer, every event is counted on stderr."""
    ended = work(
        "prefork",
        LINE="recipe",
        faults={"hang": True},
        SETTINGS=json.dumps({"close_timeout": 0.5}),
    )
    assert ended.missing == ended.logged
    assert ended.counted == len(ended.logged), ended.err


def test_sigterm_without_the_line_loses_what_waits(work):
    """The control: a prefork child ends by os._exit, and nothing arrives."""
    ended = work("prefork")
    assert len(ended.logged) >= TASKS
    assert ended.missing == ended.logged
    assert ended.counted == 0
