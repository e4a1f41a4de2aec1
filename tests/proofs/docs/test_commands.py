"""What README and pages tell people to type works: commands, requests, blocks of Python, names of files."""

import ast
import asyncio
import importlib.util
import json
import logging
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from decimal import Decimal
from importlib.metadata import metadata
from pathlib import Path

import pytest
import requests

from zaius_logging import ZaiusHandler
from zaius_logging._settings import SETTINGS
from zaius_logging.sandbox import Sandbox

ROOT = Path(__file__).parents[3]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in PAGES}
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SHELL = ("sh", "console")
SANDBOX = "http://127.0.0.1:8765"
CART = {"type": "a", "action": "b", "identifiers": {"vuid": "1"}}


def blocks(page, *kinds):
    """The blocks of some kinds on a page, those that only include an example left out."""
    found = BLOCK.findall(TEXTS[page])
    return [text for kind, text in found if kind in kinds and "--8<--" not in text]


def typed(program):
    """(page, words) of each line in a block that calls a program."""
    for page in TEXTS:
        for block in blocks(page, *SHELL):
            for line in block.replace("\\\n", " ").splitlines():
                for part in line.removeprefix("$ ").split("&&"):
                    words = shlex.split(part, comments=True)
                    if words and Path(words[0]).name == program:
                        yield page, tuple(words[1:])


COMMANDS = sorted({words for _, words in typed("zaius-logging")})


def command(*words, **options):
    """Run `zaius-logging`; gives the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "zaius_logging", *words],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        **options,
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_knows_its_options(words):
    """Each option on a page is one that the command's own help names."""
    helped = command(words[0], "--help").stdout
    for word in words[1:]:
        if word.startswith("--"):
            assert re.search(rf"{word}\b", helped), helped


@pytest.mark.parametrize("words", [w for w in COMMANDS if w[0] == "sandbox"], ids=" ".join)
def test_the_sandbox_starts_as_it_is_typed(words, tmp_path):
    """It says where it is, and ends on Ctrl-C; on another port, where one is given."""
    words = [*words, "--port", "0"]  # the last one counts
    process = subprocess.Popen(
        [sys.executable, "-m", "zaius_logging", *words],
        cwd=tmp_path,  # a line may name a file to keep
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = ""
        for line in process.stdout:
            said += line
            if "http://127.0.0.1:" in line:
                break
        assert "http://127.0.0.1:" in said
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()


MAPPED = {"--type", "--mapping"}  # tables: their page's lines are run by tests/cli


@pytest.mark.parametrize(
    "words", [w for w in COMMANDS if w[0] == "send" and not MAPPED & {*w}], ids=" ".join
)
def test_files_are_sent_as_it_is_typed(words, tmp_path):
    """With files of these names, and something on stdin, all arrives."""
    names = [Path(word).name for word in words[1:] if not word.startswith("--")]
    for name in names:
        if name != "-":
            (tmp_path / name).write_text(json.dumps(CART) + "\n")
    with Sandbox() as sandbox:
        environment = {**os.environ, "ZAIUS_API_KEY": "any", "ZAIUS_ENDPOINT": sandbox.endpoint}
        # Files of a server lie elsewhere here; who follows one never ends: see tests/cli/test_follow.py.
        options = [word for word in words[1:] if word.startswith("--") and word != "--follow"]
        line = ["send", *options, *names]
        done = command(*line, cwd=tmp_path, env=environment, input=json.dumps(CART) + "\n")
        assert done.returncode == 0, done.stderr
        assert len(sandbox.events()) == len(names)


def curls():
    """Each request to the sandbox on a page, in the order of the pages."""
    for page in TEXTS:
        for block in blocks(page, "sh"):
            for line in block.splitlines():
                if line.startswith("curl ") and SANDBOX in line and " | " not in line:
                    yield line


def test_every_curl_is_answered():
    """Each request to the sandbox, those that send an event and those that set faults, is answered without an error."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    lines = list(curls())
    assert sum("/api/faults" in line for line in lines) >= 5
    assert sum("/v3/events" in line for line in lines) >= 1
    with Sandbox() as sandbox:
        for line in sorted(lines, key=lambda line: "/api/faults" in line):  # before the faults
            words = shlex.split(line.replace(SANDBOX, sandbox.url), comments=True)
            subprocess.run([*words, "--fail", "--silent", "--max-time", "20"], check=True)
        assert [event["type"] for event in sandbox.events()] == ["pageview"]


def test_the_cdnow_line_sends_the_real_purchases():
    """The page's `send` line delivers 6,919 purchases that add up to 244,091.94."""
    [text] = [text for text in TEXTS.values() if "<!-- cdnow -->" in text]
    line = text.split("<!-- cdnow -->\n```sh\n")[1].split("```")[0]
    words = shlex.split(line.replace("\\\n", " "))
    with Sandbox() as sandbox:
        environment = {**os.environ, "ZAIUS_API_KEY": "any", "ZAIUS_ENDPOINT": sandbox.endpoint}
        done = command(*words[1:], cwd=ROOT, env=environment)
        assert done.returncode == 0, done.stderr
        events = sandbox.events()
    assert len(events) == 6_919
    totals = [Decimal(str(event["data"]["order"]["total"])) for event in events]
    assert sum(totals) == Decimal("244091.94")


def test_scripts_and_modules_that_are_named_exist():
    """What is to be run by `python`, and the folders that pytest is given."""
    named = 0
    for page, text in TEXTS.items():
        for module in re.findall(r"python -m ([\w.]+)", text):
            if page == "docs/wild.md":  # its report has run them, with the extra `wild`
                continue
            ours = ROOT / module.replace(".", "/")
            assert (
                ours.exists()
                or ours.with_suffix(".py").exists()
                or importlib.util.find_spec(module)
            ), (page, module)
            named += 1
        for path in re.findall(r"\b((?:tests|docs|examples|benchmarks)/[\w./-]*\w)", text):
            assert (ROOT / path).exists(), (page, path)
            named += 1
    assert named > 15


def test_extras_that_are_named_exist():
    """In `pip install` and in words like `[tools]`."""
    extras = set(metadata("zaius-logging").get_all("Provides-Extra"))
    for page, text in TEXTS.items():
        for inside in re.findall(r"(?:zaius-logging|'\.)\[([\w,]+)\]", text):
            assert set(inside.split(",")) <= extras, (page, inside)


def test_metrics_that_are_named_exist():
    """Alerts are set on what the collectors give."""
    client = pytest.importorskip("prometheus_client", reason="needs prometheus_client")
    from zaius_logging.integrations.prometheus import ZaiusCollector

    registry = client.CollectorRegistry()
    registry.register(ZaiusCollector())
    known = client.generate_latest(registry).decode()
    relay = (ROOT / "zaius_logging" / "_fleet" / "stats.py").read_text("utf-8")
    named = set(
        re.findall(r"`(zaius_[a-z_]+)`", TEXTS["docs/operations.md"] + TEXTS["docs/fleet.md"])
    )
    named -= {"zaius_logging"}
    assert len(named) >= 8
    for name in named:
        word = name.removeprefix("zaius_relay_").removesuffix("_total").removesuffix("_seconds")
        assert f'"{word}"' in relay if "_relay_" in name else f"# TYPE {name} " in known, name


def test_defaults_in_operations_are_the_handlers():
    """The sizing table names settings, and says what they are until somebody sets them."""
    table = TEXTS["docs/operations.md"].split("## Sizing")[1].split("\n\n")[1]
    units = {"MiB": 1024 * 1024, "s": 1}
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|", table, re.MULTILINE)
    assert len(rows) == 5
    for names, said in rows:
        values = said.replace("100,000", "100000").split(", ")
        for name, value in zip(re.findall(r"`(\w+)`", names), values, strict=True):
            default = SETTINGS[name].default
            number, _, unit = value.partition(" ")
            assert default == (None if value == "none" else float(number) * units.get(unit, 1)), (
                name
            )


# Python on the pages: each block that is no example of the folder is run by somebody


def run_program(page, sandbox):
    """It is a program that sends one event."""
    [program] = blocks(page, "python")
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)
    assert len(sandbox.events()) == 1


def run_program_with_a_sandbox(page, _sandbox):
    """It is a program that starts a sandbox of its own and asserts what came."""
    [program] = blocks(page, "python")
    assert "assert " in program
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


def run_bound(page, sandbox):
    """What is bound is in the event."""
    [program] = blocks(page, "python")
    handler = ZaiusHandler()
    logger = logging.getLogger("shop")
    logger.setLevel("INFO")
    logger.addHandler(handler)
    exec(program, {})  # noqa: S102 - our page
    logger.removeHandler(handler)
    handler.close()
    [event] = sandbox.events()
    assert event["identifiers"] == {"customer_id": "17"}
    assert event["data"]["channel"] == "web"


def run_migration(page, sandbox):
    """First the loop that is left behind, then what takes its place."""
    loop, ours = blocks(page, "python")
    handler = ZaiusHandler()
    logger = logging.getLogger("migrated")
    logger.setLevel("INFO")
    logger.addHandler(handler)
    names = {"requests": requests, "event": {**CART, "data": {}}, "key": "any", "logger": logger}
    exec(loop.replace("https://api.zaius.com/v3", sandbox.endpoint), names)  # noqa: S102 - our page
    exec(ours, names)  # noqa: S102
    logger.removeHandler(handler)
    handler.close()
    assert [event["type"] for event in sandbox.events()] == ["a", "a"]


def run_lifespan(page, sandbox):
    """The context manager flushes at its end."""
    [program] = blocks(page, "python")
    names = {}
    exec(program, names)  # noqa: S102
    handler = ZaiusHandler(flush_interval=60)
    handler.handle(logging.makeLogRecord({"zaius": CART, "levelno": logging.INFO}))

    async def serve():
        async with names["lifespan"](None):
            assert sandbox.events() == []

    asyncio.run(serve())
    assert len(sandbox.events()) == 1
    handler.close()


def run_fragment(page, _sandbox):
    """An entry of dictConfig: each key is a setting."""
    for fragment in blocks(page, "python"):
        for settings in ast.literal_eval("{" + fragment + "}").values():
            assert settings.keys() - {"class"} <= SETTINGS.keys()


RUN = {
    "docs/index.md": run_program,
    "docs/arrived.md": run_program,
    "docs/how-to/events.md": run_bound,
    "docs/how-to/sandbox.md": run_program_with_a_sandbox,
    "docs/migrate/requests.md": run_migration,
    "docs/how-to/servers.md": run_lifespan,
    "docs/fleet.md": run_fragment,
}
ELSEWHERE = {
    "README.md": "tests/test_readme.py",
    "docs/tutorial.md": "tests/proofs/docs/test_tutorial.py",
    "docs/how-to/loggers.md": "tests/integrations/test_other_loggers.py",
    "docs/how-to/web.md": "tests/integrations/test_django.py",
    "docs/how-to/test-your-events.md": "tests/testing/test_plugin.py",
    **{page: "tests/catalog/test_pages.py" for page in TEXTS if page.startswith("docs/catalogue/")},
}


@pytest.mark.parametrize("page", RUN)
def test_python_on_a_page_runs(page, monkeypatch):
    """As it stands there, against a sandbox."""
    with Sandbox() as sandbox:
        monkeypatch.setenv("ZAIUS_API_KEY", "any")
        monkeypatch.setenv("ZAIUS_ENDPOINT", sandbox.endpoint)
        RUN[page](page, sandbox)


def test_no_python_is_left_out():
    """Each page that has Python of its own has somebody who runs it."""
    own = {page for page in TEXTS if blocks(page, "python")}
    assert own <= RUN.keys() | ELSEWHERE.keys()
    assert own >= RUN.keys()
    for file in ELSEWHERE.values():
        assert (ROOT / file).exists()


def test_the_sdk_has_what_the_page_names():
    """The switch that turns its event manager off."""
    settings = pytest.importorskip("optimizely.helpers.sdk_settings", reason="needs the SDK")
    [(name, argument)] = re.findall(
        r"`(\w+)\((odp_\w+)=True\)`", TEXTS["docs/migrate/optimizely-sdk.md"]
    )
    assert vars(getattr(settings, name)(**{argument: True}))[argument] is True
