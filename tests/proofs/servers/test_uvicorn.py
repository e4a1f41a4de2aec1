"""uvicorn: SIGTERM under load loses nothing with one line in the lifespan, without a spool."""

import json

import pytest

pytest.importorskip("uvicorn", reason="needs uvicorn")


def uvicorn(*more):
    """The arguments of a server."""
    quiet = ["--log-level", "warning", "--host", "127.0.0.1", "--port", "PORT"]
    return ["uvicorn", "asgi_app:application", *quiet, *more]


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_under_load(serve, workers):
    """With `zaius_logging.flush()` at the end of the lifespan every event is delivered, once."""
    ended = serve(*uvicorn("--workers", workers), workers=workers)
    assert len(ended.logged) >= 100
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0
    assert ended.counted == 0


def test_sigterm_while_the_api_is_down(serve):
    """With an API that does not answer, every event is counted on stderr, and the deploy is not held."""
    ended = serve(
        *uvicorn(),
        workers=1,
        faults={"hang": True},
        SETTINGS=json.dumps({"close_timeout": 0.5}),
    )
    assert ended.missing == ended.logged
    assert ended.counted == len(ended.logged), ended.err


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_without_the_line_loses_what_waits(serve, workers):
    """The control: uvicorn dies of the signal it caught, without atexit, and nothing arrives."""
    ended = serve(*uvicorn("--workers", workers), workers=workers, WITHOUT_THE_LINE="1")
    assert len(ended.logged) >= 100
    assert ended.missing
    assert ended.counted == 0


def test_drain_on_sigterm_does_without_the_line(serve):
    """For one process `drain_on_sigterm` alone delivers too. With --workers it does not: see the docs."""
    ended = serve(
        *uvicorn(),
        workers=1,
        WITHOUT_THE_LINE="1",
        SETTINGS=json.dumps({"drain_on_sigterm": True}),
    )
    assert len(ended.logged) >= 100
    assert ended.missing == set(), f"{ended}\n{ended.err}"
