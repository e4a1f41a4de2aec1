"""Every example runs as it stands, and its events arrive.

Those that serve are run in tests/proofs/servers, and that of Kafka in test_kafka.py.
"""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
ELSEWHERE = {"kafka_relay"}
SERVED = {"django_app", "flask_app", "fastapi_app", "celery_app", "structlog_app", "loguru_app"}
TYLER = {"email": "tyler@example.com"}
SCRIPTS = {
    "config_from_ini": ([TYLER], None),
    "config_from_toml": ([TYLER], "tomli" if sys.version_info < (3, 11) else None),
    "config_from_yaml": ([TYLER], "yaml"),
    "contexts": ([{"email": f"{name}@example.com"} for name in "aaabbbccc"], None),
    "cron_script": ([{"customer_id": "4711"}] * 3, None),
    "json_lines": ([], None),
    "log_server": ([TYLER], None),
    "logger_adapter": ([TYLER], None),
    "opentelemetry_metrics": ([TYLER], "opentelemetry.sdk.metrics"),
    "prometheus_metrics": ([TYLER], "prometheus_client"),
    "queue_pipeline": ([TYLER], None),
    "readiness": ([], None),
    "serverless": ([TYLER], None),
    "structlog_processor": ([TYLER], "structlog"),
}
PRINTS = {
    "json_lines": '"message": "no event: an ordinary line"',
    "opentelemetry_metrics": '"name": "zaius.events.delivered"',
    "prometheus_metrics": 'zaius_events_delivered_total{handler="zaius"} 1.0',
    "readiness": '"healthy": true',
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_delivers(run_example, sandbox, name):
    """The script ends well, without a warning or a word on stderr, and its events have arrived."""
    identifiers, needs = SCRIPTS[name]
    if needs:
        pytest.importorskip(needs, reason=f"needs {needs}")
    process = run_example(f"{name}.py")
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    came = [event["identifiers"] for event in sandbox.events()]
    assert sorted(came, key=json.dumps) == identifiers
    assert PRINTS.get(name, "") in process.stdout


def test_json_lines_can_be_sent_later(run_example, sandbox, environment):
    """What the formatter printed becomes the same events by `zaius-logging send`, with the same ids."""
    lines = run_example("json_lines.py").stdout
    printed = [json.loads(line) for line in lines.splitlines()]
    subprocess.run(
        [sys.executable, "-m", "zaius_logging", "send", "-"],
        input=lines,
        env=environment,
        text=True,
        check=True,
        capture_output=True,
    )
    assert sandbox.events() == [event for event in printed if "identifiers" in event]


@pytest.fixture
def environment(sandbox):
    """What a command sees."""
    return {**os.environ, "ZAIUS_API_KEY": "test", "ZAIUS_ENDPOINT": sandbox.endpoint}


def test_flask_leaves_nothing_bound(environment, sandbox):
    """What a server's thread logs between two requests, in a hook or a signal handler, is about somebody else."""
    pytest.importorskip("flask", reason="needs Flask")
    script = """
import http.client, logging, threading, wsgiref.simple_server
import flask_app
server = wsgiref.simple_server.make_server("127.0.0.1", 0, flask_app.app)
def ask():
    client = http.client.HTTPConnection(*server.server_address)
    client.request("GET", "/buy/1", headers={"Cookie": "vuid=0f5b5a9a-6b1e-4a2c-9d7e-3f2a1b0c9d8e"})
    client.getresponse().read()
asking = threading.Thread(target=ask)
asking.start()
server.handle_request()
asking.join()
event = {"type": "account", "action": "update", "identifiers": {"email": "other@example.com"}}
logging.getLogger("hook").info("x", extra={"zaius": event})
"""
    subprocess.run(
        [sys.executable, "-c", script], cwd=EXAMPLES, env=environment, check=True, timeout=60
    )
    assert [event["identifiers"] for event in sandbox.events()] == [
        {"vuid": "0f5b5a9a-6b1e-4a2c-9d7e-3f2a1b0c9d8e"},
        {"email": "other@example.com"},
    ]


def test_no_example_is_left_out():
    """Each file of the folder is run by a test."""
    there = {path.stem for path in EXAMPLES.glob("*.py")}
    assert there == SERVED | ELSEWHERE | set(SCRIPTS)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_each_example_says_what_it_shows(path):
    """Each example begins with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
