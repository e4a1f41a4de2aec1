"""The examples as their users run them: each event with its request's identifiers, none lost on SIGTERM."""

import uuid

import pytest

THREADS = ["gunicorn", "--workers", "1", "--threads", "8", "--bind", "127.0.0.1:PORT"]
GREENLETS = ["gunicorn", "--worker-class", "gevent", "--bind", "127.0.0.1:PORT"]
ASGI = ["uvicorn", "--log-level", "warning", "--host", "127.0.0.1", "--port", "PORT"]
SERVED = {
    "django, wsgi": ("django", [*THREADS, "django_app:application"], "/buy/{}"),
    "django, asgi": ("django", [*ASGI, "django_app:asgi_application"], "/buy/{}"),
    "flask": ("flask", [*THREADS, "flask_app:app"], "/buy/{}"),
    "flask, gevent": ("gevent", [*GREENLETS, "flask_app:app"], "/buy/{}"),
    "fastapi": ("fastapi", [*ASGI, "fastapi_app:app"], "/buy/{}"),
    "fastapi, threads": ("fastapi", [*ASGI, "fastapi_app:app"], "/buy-in-a-thread/{}"),
    "structlog": ("structlog", [*THREADS, "structlog_app:application"], "/buy/{}"),
    "loguru": ("loguru", [*ASGI, "loguru_app:application"], "/buy/{}"),
}
WORKERS = {"celery, prefork": "prefork", "celery, threads": "threads"}
STACKS = [*SERVED, *WORKERS]


def browser(number):
    """The identifiers of the browser that makes the request of that number."""
    return {"vuid": str(uuid.UUID(int=int(number)))}


def cookie(number):
    """What that browser sends: its vuid among other cookies, one of which is not to the RFC."""
    return {"Cookie": f'theme=dark; prefs={{"a": 1}}; vuid={browser(number)["vuid"]}%7C1700000000'}


@pytest.fixture
def run(serve, work):
    """Run a stack's example with eight clients at once, end it by SIGTERM, and tell what came of it."""

    def run(stack, wrong=()):
        if stack in WORKERS:
            pytest.importorskip("celery", reason="needs celery")
            return work(
                WORKERS[stack],
                app="celery_app",
                clients="celery_clients",
                command=wrong,
                CELERY_CONFIG_MODULE="broker_in_a_folder",
            )
        needs, command, path = SERVED[stack]
        pytest.importorskip(needs, reason=f"needs {needs}")
        pytest.importorskip(command[0], reason=f"needs {command[0]}")
        return serve(*wrong, *command, path=path, workers=1, headers=cookie)

    return run


def verdict(ended):
    """The three numbers that must be 0: lost, misattributed, duplicates."""
    misattributed = len(ended.misattributed(browser))
    print(f"figures: with another customer's identifiers: {misattributed}")  # noqa: T201
    assert len(ended.logged) >= 100
    return ended.lost, misattributed, ended.duplicates


@pytest.mark.parametrize("stack", STACKS)
def test_identifiers_and_sigterm(run, stack):
    """100 requests or jobs and more from eight clients at once: each with its own customer, none lost."""
    ended = run(stack)
    assert verdict(ended) == (0, 0, 0), ended.err
    assert ended.waited > 0  # else SIGTERM would have had nothing to lose
    assert ended.counted == 0
    assert ended.status in (
        0,
        -15,
    )  # gunicorn and Celery return; uvicorn dies of the signal it was sent


@pytest.mark.parametrize("stack", STACKS)
def test_identifiers_in_a_global_are_found_out(run, stack):
    """The control: kept in one place for all, requests at once carry each other's identifiers.

    A child of Celery's prefork pool runs one task after the other; there the first customer stays.
    """
    ended = run(stack, wrong=["wrong", "first" if stack == "celery, prefork" else "global"])
    _, misattributed, _ = verdict(ended)
    assert misattributed > 0


@pytest.mark.parametrize("stack", STACKS)
def test_an_end_without_a_word_is_found_out(run, stack):
    """The control: with handlers that send nothing at the end, what waits is lost.

    Not all that was logged, and not always all that waited: what makes a full batch, or has waited for
    `flush_interval` while the worker ends, is sent.
    """
    ended = run(stack, wrong=["wrong", "drain"])
    lost, _, _ = verdict(ended)
    assert 0 < lost <= ended.waited
