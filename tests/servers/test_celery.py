"""Celery: SIGTERM under load loses nothing with one line, without a spool."""

import json
import subprocess
import sys
import threading

import pytest

celery = pytest.importorskip("celery", reason="needs celery")

TASKS = 100


@pytest.fixture
def work(start, sandbox, tmp_path, ended):
    """Run a worker, send it tasks from eight clients at once, end it by SIGTERM while tasks wait."""
    for name in ("queue", "control"):
        (tmp_path / "broker" / name).mkdir(parents=True)
    queue = str(tmp_path / "broker" / "queue")
    app = celery.Celery("client", broker="filesystem://")
    app.conf.broker_transport_options = {
        "data_folder_in": queue,
        "data_folder_out": queue,
        "control_folder": str(tmp_path / "broker" / "control"),
    }

    def send(client):
        for number in range(client, 4 * TASKS, 8):
            app.send_task("tasks.buy", [number])

    def work(pool, *more, faults=None, **variables):
        process = start(
            *(sys.executable, "-m", "celery", "-A", "tasks", "worker"),
            *("--pool", pool, "--concurrency", "2", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat", *more),
            BROKER=str(tmp_path / "broker"),
            **variables,
        )
        clients = [threading.Thread(target=send, args=(number,)) for number in range(8)]
        for client in clients:
            client.start()
        truth = tmp_path / "truth"
        while not (truth.exists() and truth.read_bytes().count(b"\n") >= TASKS):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)
        if faults is not None:
            sandbox.faults(**faults)
        process.terminate()
        status = process.wait(60)
        for client in clients:
            client.join()
        return ended(status)

    yield work
    app.close()


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
    """A child that ends after so many tasks (max-tasks-per-child) delivers what it logged."""
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
