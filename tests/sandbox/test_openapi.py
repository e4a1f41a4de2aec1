"""/openapi.json: complete, and true of the running sandbox as far as schemathesis finds out."""

import hypothesis
import pytest

from zaius_logging.sandbox import Sandbox

schemathesis = pytest.importorskip("schemathesis", reason="pip install schemathesis")
checks = pytest.importorskip("schemathesis.checks")
openapi_checks = pytest.importorskip("schemathesis.specs.openapi.checks")

pytestmark = (
    pytest.mark.slow
)  # 25 requests for each of 18 operations, with all that schemathesis makes of a schema

OPERATIONS = [
    ("POST", "/v3/events"),
    ("GET", "/api/info"),
    ("GET", "/api/stats"),
    ("GET", "/api/catalog"),
    ("GET", "/api/wait"),
    ("GET", "/api/events"),
    ("DELETE", "/api/events"),
    ("GET", "/api/events/{place}"),
    ("GET", "/api/rejected"),
    ("GET", "/api/rejected/{place}"),
    ("GET", "/api/requests"),
    ("GET", "/api/requests/{number}"),
    ("GET", "/api/history"),
    ("GET", "/api/session"),
    ("GET", "/api/rules"),
    ("GET", "/api/faults"),
    ("PUT", "/api/faults"),
    ("DELETE", "/api/faults"),
]
# It never ends: tests of its own read it.
ENDLESS = ("GET", "/api/stream")


@pytest.fixture(scope="module")
def running():
    with Sandbox(catalog={"name": "shop", "kinds": {"pageview": {}}}) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def schema(running):
    return schemathesis.openapi.from_url(f"{running.url}/openapi.json")


def test_every_route_is_described(running, schema):
    """And nothing that is not there; the page and its files are no interface."""
    described = {
        (method.upper(), path)
        for path, item in schema.raw_schema["paths"].items()
        for method in item
    }
    assert described == {*OPERATIONS, ENDLESS}
    router = running._server._runner.app.router
    served = {
        (route.method, route.resource.canonical)
        for route in router.routes()
        if route.method != "HEAD"
    }
    page = {served_ for served_ in served if served_[1].startswith("/static/")}
    assert served - page - {("GET", "/"), ("GET", "/openapi.json")} == described


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_answers_are_as_described(running, schema, method, path):
    """Status, content type and body fit the description, for good and for wrong requests."""
    operation = schema[path][method]
    excluded = [
        # Any key is good unless the sandbox is given one.
        openapi_checks.ignored_auth,
    ]
    if path == "/api/faults":
        # Which fields go together is said in words only.
        excluded.append(openapi_checks.positive_data_acceptance)

    @hypothesis.given(case=operation.as_strategy())
    @hypothesis.settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def ask(case):
        running.heal()
        if path == "/api/wait" and isinstance((case.query or {}).get("timeout_ms"), int):
            case.query["timeout_ms"] %= 20
        elif path == "/api/wait":
            case.query = {**(case.query or {}), "timeout_ms": 5}
        answer = case.call(base_url=running.url, headers={"x-api-key": "a key"}, timeout=10)
        case.validate_response(answer, checks=checks.CHECKS.get_all(), excluded_checks=excluded)

    ask()
