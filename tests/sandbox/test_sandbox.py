"""`Sandbox`, and the methods that a sandbox in another process has as well."""

import ast
import runpy
import sys
import threading
import time
from pathlib import Path

import pytest

from zaius_logging import sandbox as package
from zaius_logging.sandbox import FaultError, Sandbox, SandboxError, SandboxProcess


@pytest.fixture(params=[Sandbox, SandboxProcess])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def process():
    """One process for all tests here that need no other settings: to start one costs more than any of them."""
    with SandboxProcess() as running:
        yield running


@pytest.fixture
def any_sandbox(kind, request):
    if kind is SandboxProcess:
        running = request.getfixturevalue("process")
        running.heal()
        running.clear()
        yield running
    else:
        with kind() as running:
            yield running


def test_the_address(any_sandbox):
    """Attributes say where it is."""
    assert any_sandbox.url == f"http://127.0.0.1:{any_sandbox.port}"
    assert any_sandbox.endpoint == f"{any_sandbox.url}/v3"
    assert any_sandbox.url in repr(any_sandbox)


def test_events_in_order(any_sandbox, post, good):
    """Events are as sent, in the order of their arrival; counts and requests agree."""
    sent = [good(ts=1_700_000_000 + number) for number in range(3)]
    for event in sent:
        post(any_sandbox, [event])
    assert any_sandbox.events() == sent
    assert any_sandbox.stats()["events"] == 3
    assert [seen["count"] for seen in any_sandbox.requests()] == [1, 1, 1]


def test_rejected_says_why(any_sandbox, post):
    """A rejected event comes with its problems and its place."""
    post(any_sandbox, [{"type": "x"}])
    (entry,) = any_sandbox.rejected()
    assert (entry["event"], entry["position"], entry["request"]) == ({"type": "x"}, 0, 1)
    assert entry["problems"][0]["message"] == "missing 'action' field"


def test_clear(any_sandbox, post, good):
    """All is forgotten."""
    post(any_sandbox, [good()])
    any_sandbox.clear()
    assert (any_sandbox.events(), any_sandbox.requests()) == ([], [])
    assert any_sandbox.stats()["events"] == 0


def test_faults_and_heal(any_sandbox, post, good):
    """Faults by keyword or as documents are in force until healed."""
    any_sandbox.faults(status=503)
    assert post(any_sandbox, [good()])[0] == 503
    any_sandbox.faults({"status": 500, "times": 1}, status=502)
    assert [post(any_sandbox, [good()])[0] for _ in range(2)] == [500, 502]
    assert any_sandbox.in_force() == [{"status": 502}]
    any_sandbox.heal()
    assert any_sandbox.in_force() == []
    assert post(any_sandbox, [good()])[0] == 202


def test_a_wrong_fault(any_sandbox):
    """The mistake is named where it is made."""
    with pytest.raises(FaultError, match="unknown field 'statuss'"):
        any_sandbox.faults(statuss=503)


def test_settings(kind, post, good):
    """Key, strictness, the reading of a 400, capacity and faults are arguments."""
    warned = {**good(), "data": {}}
    faults = {"status": 503, "times": 1}
    with kind(key="right", strict=True, partial=True, capacity=1, faults=faults) as sandbox:
        statuses = [
            post(sandbox, [good()], key="right")[0],
            post(sandbox, [good()], key="wrong")[0],
            post(sandbox, [good(), warned, good()], key="right")[0],
        ]
        assert statuses == [503, 403, 400]
        assert (sandbox.stats()["events"], len(sandbox.events())) == (2, 1)


def test_wrong_settings(kind):
    """A fault that is none, or a capacity of none, is rejected."""
    with pytest.raises(FaultError, match="'x'"):
        kind(faults={"x": 1})
    with pytest.raises(SandboxError, match="capacity must be a whole number, at least 1"):
        kind(capacity=0)
    with pytest.raises(SandboxError, match="placeholders must be one of 'allow', 'warn', 'refuse'"):
        kind(placeholders="never")
    with pytest.raises(TypeError, match="no option 'colour', but: key, strict"):
        kind(colour="blue")


def test_waiting_is_woken_by_the_event(any_sandbox, post, good):
    """`wait_for` returns with the events once they are there."""
    sender = threading.Timer(0.05, post, (any_sandbox, [good(), good()]))
    sender.start()
    assert len(any_sandbox.wait_for(2)) == 2
    sender.join()


def test_waiting_in_vain_says_what_came(any_sandbox, post, good):
    """The error has the counts, and what the last request was answered."""
    post(any_sandbox, [good()])
    post(any_sandbox, [{"type": 1}], key=None)
    with pytest.raises(TimeoutError) as caught:
        any_sandbox.wait_for(2, 0.05)
    assert str(caught.value) == (
        "1 of 2 events came within 0.05 s: 2 requests, the last answered 403 "
        "(key missing or wrong), 0 events rejected"
    )


def test_waiting_in_vain_for_the_first(any_sandbox):
    """The error says so when nothing came at all."""
    with pytest.raises(
        TimeoutError, match=r"^0 of 1 events came .*: 0 requests, 0 events rejected"
    ):
        any_sandbox.wait_for(1, 0.01)


def test_it_is_started_once(any_sandbox):
    """A second start is an error; a second stop is none."""
    with pytest.raises(SandboxError, match="is running already"):
        any_sandbox.start()
    any_sandbox.stop()
    any_sandbox.stop()


def test_it_can_be_read_when_it_has_stopped(post, good):
    """After the block everything is still there, and waiting needs no server."""
    with Sandbox() as sandbox:
        post(sandbox, [good()])
    assert (sandbox.events(), len(sandbox.wait_for(1))) == ([good()], 1)
    with pytest.raises(TimeoutError, match="1 of 2"):
        sandbox.wait_for(2, 5)
    assert "stopped" in repr(sandbox)


def test_an_outage_is_a_stop_and_a_start(post, good):
    """While it is stopped its port is closed; then port and events are the same."""
    with Sandbox() as sandbox:
        port = sandbox.port
        post(sandbox, [good()])
        sandbox.stop()
        with pytest.raises(ConnectionRefusedError):
            post(sandbox, [good()])
        sandbox.start()
        post(sandbox, [good()])
        assert (sandbox.port, len(sandbox.events())) == (port, 2)


def test_start_and_stop_are_quick():
    """A sandbox for each test is affordable."""
    before = time.monotonic()
    for _ in range(10):
        with Sandbox():
            pass
    assert (time.monotonic() - before) / 10 < 0.2


def test_events_can_be_changed_by_whoever_asked(sandbox, post, good):
    """What is given is a copy."""
    post(sandbox, [good()])
    sandbox.events()[0]["data"].clear()
    assert sandbox.events() == [good()]


def test_the_public_names():
    """What users hold."""
    assert package.__all__ == [
        "DEFAULT_PORT",
        "Difference",
        "FaultError",
        "Options",
        "Sandbox",
        "SandboxClient",
        "SandboxError",
        "SandboxProcess",
        "Session",
        "run",
    ]
    assert all(hasattr(package, name) for name in package.__all__)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ImportError, match=r"needs aiohttp: pip install 'zaius-logging\[tools\]'"):
        runpy.run_path(package.__file__)


def test_it_is_independent_of_the_client():
    """Nothing of it comes from the rest of the package: its reading of the API is its own."""
    folder = Path(package.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [node.module]
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            ours = [name for name in names if name.split(".")[0] == "zaius_logging"]
            assert all(name.startswith("zaius_logging.sandbox") for name in ours), path
