"""The examples as their users run them: each event with its request's identifiers, none lost on SIGTERM."""

import uuid

import pytest

THREADS = ["gunicorn", "--workers", "1", "--threads", "8", "--bind", "127.0.0.1:PORT"]
ASGI = ["uvicorn", "--log-level", "warning", "--host", "127.0.0.1", "--port", "PORT"]
SERVED = {
    "django, wsgi": ("django", [*THREADS, "django_app:application"], "/buy/{}"),
    "django, asgi": ("django", [*ASGI, "django_app:asgi_application"], "/buy/{}"),
    "flask": ("flask", [*THREADS, "flask_app:app"], "/buy/{}"),
    "fastapi": ("fastapi", [*ASGI, "fastapi_app:app"], "/buy/{}"),
    "fastapi, threads": ("fastapi", [*ASGI, "fastapi_app:app"], "/buy-in-a-thread/{}"),
    "structlog": ("structlog", [*THREADS, "structlog_app:application"], "/buy/{}"),
    "loguru": ("loguru", [*ASGI, "loguru_app:application"], "/buy/{}"),
}


def vuid(number):
    """The browser that makes the request of that number."""
    return str(uuid.UUID(int=int(number)))


@pytest.mark.parametrize("name", SERVED)
def test_identifiers_and_sigterm(serve, name):
    """100 requests and more from eight clients at once: the right identifiers, and nothing lost."""
    needs, command, path = SERVED[name]
    pytest.importorskip(needs, reason=f"needs {needs}")
    pytest.importorskip(command[0], reason=f"needs {command[0]}")
    ended = serve(
        *command,
        path=path,
        workers=1,
        headers=lambda number: {"Cookie": f"theme=dark; vuid={vuid(number)}%7C1700000000"},
    )
    assert len(ended.logged) >= 100
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0
    for event in ended.events:
        assert event["identifiers"] == {"vuid": vuid(event["data"]["n"])}
