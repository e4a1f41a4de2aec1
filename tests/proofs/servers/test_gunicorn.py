"""gunicorn: SIGTERM under load loses nothing, without a spool."""

import json
import os
import signal

import pytest

pytest.importorskip("gunicorn", reason="needs gunicorn")

WORKERS = {
    "sync": ["--worker-class", "sync"],
    "gthread": ["--worker-class", "gthread", "--threads", "4"],
    "gevent": ["--worker-class", "gevent"],
    "uvicorn": ["--worker-class", "uvicorn_worker.UvicornWorker"],
}
NEEDS = {"gevent": "gevent", "uvicorn": "uvicorn_worker"}


def gunicorn(kind, *more):
    """The arguments for two workers of a kind."""
    pytest.importorskip(NEEDS.get(kind, "gunicorn"), reason=f"needs {NEEDS.get(kind)}")
    app = "asgi_app" if kind == "uvicorn" else "wsgi_app"
    arguments = ["--workers", "2", "--bind", "127.0.0.1:PORT", *WORKERS[kind], *more]
    return ["gunicorn", *arguments, f"{app}:application"]


@pytest.mark.parametrize("preload", [[], ["--preload"]], ids=["", "preload"])
@pytest.mark.parametrize("kind", WORKERS)
def test_sigterm_under_load(serve, kind, preload):
    """Every event for which the log call returned is delivered, once, by each kind of worker."""
    ended = serve(*gunicorn(kind, *preload))
    assert len(ended.logged) >= 100
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0
    assert ended.counted == 0
    assert ended.status == 0


@pytest.mark.parametrize("kind", ["sync", "uvicorn"])
def test_sigterm_while_the_api_is_down(serve, kind):
    """With an API that does not answer, every event is counted on stderr, and the deploy is not held."""
    ended = serve(
        *gunicorn(kind), faults={"hang": True}, SETTINGS=json.dumps({"close_timeout": 0.5})
    )
    assert ended.missing == ended.logged
    assert ended.counted == len(ended.logged), ended.err


def test_sigterm_without_the_line_loses_what_waits(serve):
    """The control: a uvicorn worker ends without atexit, so without the line nothing arrives."""
    ended = serve(*gunicorn("uvicorn"), WITHOUT_THE_LINE="1")
    assert len(ended.logged) >= 100
    assert ended.missing
    assert ended.counted == 0


def test_sigkill_loses_what_waits(serve):
    """The control: nothing outlives SIGKILL in memory; that is what a spool on disk is for."""
    ended = serve(*gunicorn("sync"), end=lambda process: os.killpg(process.pid, signal.SIGKILL))
    assert len(ended.logged) >= 100
    assert ended.missing
    assert ended.counted == 0
