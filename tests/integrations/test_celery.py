"""Celery: what is bound in a task stays in it, and goes along with a call where that was asked for."""

import pytest

celery = pytest.importorskip("celery", reason="needs Celery")

from celery import signals  # noqa: E402

from zaius_logging import bind, bound  # noqa: E402
from zaius_logging._event.context import current  # noqa: E402
from zaius_logging.integrations.celery import HEADER, install  # noqa: E402

NAMES = (
    "worker_process_init",
    "worker_process_shutdown",
    "task_prerun",
    "task_postrun",
    "before_task_publish",
)


@pytest.fixture
def installed():
    """Install for a test, and take all receivers off again."""
    install(propagate=True)
    yield
    for name in NAMES:
        assert getattr(signals, name).disconnect(dispatch_uid="zaius_logging"), name


@pytest.fixture
def app():
    """An application without a broker."""
    app = celery.Celery("test", set_as_current=False)
    yield app
    app.close()


def run(task, **request):
    """Run a task as a worker does."""
    from celery.app.trace import build_tracer

    tracer = build_tracer(task.name, task, app=task.app, eager=False, propagate=True)
    return tracer("an-id", (), {}, {"id": "an-id", "is_eager": False, **request})


def test_a_task_starts_clean_and_leaves_nothing(installed, app):
    """A worker runs task after task in one context; each sees its own and no other's."""

    @app.task(name="a")
    def binds():
        seen.append(dict(current.get().identifiers))
        bind(identifiers={"email": "a@example.com"})
        seen.append(dict(current.get().identifiers))

    seen = []
    run(binds)
    run(binds)
    assert seen == [{}, {"email": "a@example.com"}] * 2
    assert current.get().identifiers == {}


def test_without_install_it_leaks(app):
    """The control: what a task binds, the worker's next task carries."""

    @app.task(name="b")
    def binds():
        seen.append(dict(current.get().identifiers))
        bind(identifiers={"email": "a@example.com"})

    seen = []
    with bound():
        run(binds)
        run(binds)
    assert seen == [{}, {"email": "a@example.com"}]


def test_identifiers_go_along(installed, app):
    """What is bound where a task is called is bound in the task."""

    @app.task(name="c")
    def reads():
        return dict(current.get().identifiers)

    headers = {}
    with bound(identifiers={"email": "a@example.com", "vuid": None}):
        signals.before_task_publish.send(sender="c", headers=headers)
    assert headers == {HEADER: {"email": "a@example.com"}}
    assert run(reads, **headers).retval == {"email": "a@example.com"}


def test_nothing_bound_adds_no_header(installed):
    """A call without a customer sends nothing of ours."""
    headers = {}
    signals.before_task_publish.send(sender="c", headers=headers)
    assert headers == {}


def test_an_eager_task_is_a_plain_call(installed, app):
    """`apply` and task_always_eager run in the caller's context, and give it back as it was."""

    @app.task(name="d")
    def binds():
        seen.append(dict(current.get().identifiers))
        bind(identifiers={"customer_id": "1"})

    seen = []
    with bound(identifiers={"email": "a@example.com"}):
        binds.apply()
        assert dict(current.get().identifiers) == {"email": "a@example.com"}
    assert seen == [{"email": "a@example.com"}]
