"""Django with customers who are signed in: the chosen attributes of each are bound, in threads and tasks."""

import subprocess
import sys

import pytest

pytest.importorskip("django", reason="needs django")

CUSTOMERS = 16
SERVERS = {
    "wsgi, threads": [
        *("gunicorn", "--workers", "1", "--threads", "8", "--bind", "127.0.0.1:PORT"),
        "django_customers:application",
    ],
    "asgi": [
        *("uvicorn", "--log-level", "warning", "--host", "127.0.0.1", "--port", "PORT"),
        "django_customers:asgi_application",
    ],
}


@pytest.fixture
def customers(environment, tmp_path):
    """Customers in a database: number -> (primary key, session)."""
    environment["DATABASE"] = str(tmp_path / "database")
    made = subprocess.run(
        [sys.executable, "-m", "django_customers", str(CUSTOMERS)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return [line.split(maxsplit=1) for line in made.stdout.splitlines()]


@pytest.mark.parametrize("server", SERVERS)
def test_each_event_is_its_customers(serve, customers, server):
    """Eight clients with sixteen customers' sessions: primary key and email of the one who asked."""
    pytest.importorskip(SERVERS[server][0], reason=f"needs {SERVERS[server][0]}")
    ended = serve(
        *SERVERS[server],
        path="/buy/{}",
        workers=1,
        headers=lambda number: {"Cookie": f"sessionid={customers[number % CUSTOMERS][1]}"},
    )
    assert len(ended.logged) >= 100
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0
    wrong = ended.misattributed(
        lambda number: {
            "customer_id": customers[int(number) % CUSTOMERS][0],
            "email": f"{int(number) % CUSTOMERS}@example.com",
        }
    )
    assert wrong == []
