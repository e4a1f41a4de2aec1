"""What the README says is true: every example runs, and every setting in its table exists."""

import inspect
import logging
import os
import pathlib
import re
import shlex
import subprocess
import sys
from decimal import Decimal

import pytest
import requests

from zaius_logging import ZaiusHandler
from zaius_logging.sandbox import Sandbox

README = pathlib.Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


@pytest.fixture
def clean_root():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield root
    for handler in root.handlers[:]:
        if handler not in before:
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def test_every_python_example_runs(clean_root, monkeypatch):
    """The examples run one after the other in one session, and what they log arrives."""
    with Sandbox() as sandbox:
        monkeypatch.setenv("ZAIUS_API_KEY", "from-the-readme")
        monkeypatch.setenv("ZAIUS_ENDPOINT", sandbox.endpoint)
        session: dict = {}
        examples = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
        assert len(examples) >= 3
        for example in examples:
            exec(compile(example, str(README), "exec"), session)  # noqa: S102 - our own README
        [handler] = [h for h in clean_root.handlers if isinstance(h, ZaiusHandler)]
        assert handler.flush(10)
        events = sandbox.events()
    logging.getLogger("checkout").handlers.clear()
    assert [event["action"] for event in events] == ["add_to_cart", "detail", "purchase"]
    assert events[1]["identifiers"] == {"customer_id": "17"}
    assert events[1]["data"]["channel"] == "web"


def test_the_table_of_settings_is_complete():
    """Each argument of ZaiusHandler is in the table, with its default, and nothing else is."""
    section = TEXT.split("## Settings")[1].split("\n## ")[0]
    listed = set()
    for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        listed |= set(re.findall(r"`(\w+)`", row))
    taken = set(inspect.signature(ZaiusHandler).parameters) - {
        "level",
        "transport",
        "spool",
        "unknown",
    }
    assert listed == taken


def test_the_two_commands_are_there():
    """The README has one command for the demo, and one, marked for CI, for the tests."""
    assert re.search(r"```sh\npython3 -m venv .*zaius-logging demo\n```", TEXT)
    assert re.search(r"<!-- test command -->\n```sh\npython3 -m venv .* -m pytest.*\n```", TEXT)


def test_the_cdnow_line_sends_the_real_purchases(tmp_path):
    """The README's `send` line delivers 6,919 purchases that add up to 244,091.94."""
    line = TEXT.split("<!-- cdnow -->\n```sh\n")[1].split("```")[0]
    with Sandbox() as sandbox:
        words = shlex.split(line.replace("\\\n", " "))
        assert words[0] == "zaius-logging"
        ran = subprocess.run(
            [sys.executable, "-m", "zaius_logging", *words[1:]],
            cwd=README.parent,
            env={**os.environ, "ZAIUS_API_KEY": "any", "ZAIUS_ENDPOINT": sandbox.endpoint},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        events = sandbox.events()
    assert len(events) == 6_919
    totals = [Decimal(str(event["data"]["order"]["total"])) for event in events]
    assert sum(totals) == Decimal("244091.94")
    assert {(event["type"], event["action"]) for event in events} == {("order", "purchase")}


def test_the_rehearsals_are_faults_that_the_sandbox_knows():
    """Each fault document in the README is accepted by a real sandbox, and ends with the last line."""
    documents = re.findall(r"api/faults -d '(.*?)'", TEXT)
    assert len(documents) == 4
    with Sandbox() as sandbox:
        for document in documents:
            answer = requests.put(f"{sandbox.url}/api/faults", data=document, timeout=10)
            assert answer.status_code == 200, answer.text
        assert requests.delete(f"{sandbox.url}/api/faults", timeout=10).ok
