"""`zaius-logging` itself, `demo`, `sandbox`, and what happens without the extra."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from importlib.metadata import version

import pytest

from zaius_logging.cli import demo
from zaius_logging.cli.ending import Ending
from zaius_logging.cli.faults import parse_fault
from zaius_logging.sandbox import Sandbox


def read(url):
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def url_in(stream):
    """The first address that a running command prints."""
    for line in stream:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError("the command ended without an address")


def test_version(cli):
    """`--version` is the package's."""
    assert cli("--version").stdout == f"zaius-logging {version('zaius-logging')}\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--help"], ["demo", "sandbox", "send", "Send events from files"]),
        (["demo", "-h"], ["--keep", "Nothing leaves the machine"]),
        (["sandbox", "-h"], ["--fault", "latency=SECONDS status=503", "[default: 8765]"]),
        (
            ["send", "-h"],
            [
                "--refused",
                "Status: 0 all delivered, or a signal has ended --follow; 1 not all",
                "order.total=dollars",
            ],
        ),
    ],
)
def test_help(here, line, words):
    """Each help names what there is, and fits a terminal."""
    done = here(*line)
    assert done.returncode == 0
    for word in words:
        assert word in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_as_a_module():
    """`python -m zaius_logging` is the command."""
    command = [sys.executable, "-m", "zaius_logging", "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.startswith("zaius-logging ")


BLOCKER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
from zaius_logging.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("missing", "line"),
    [("click", "--help"), ("rich", "--help"), ("aiohttp", "demo"), ("aiohttp", "sandbox")],
)
def test_without_the_extra(missing, line):
    """Without a package of the extra, one line says what to install, and the status is 2."""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKER.format(missing=missing), line],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "zaius-logging needs its extra: pip install 'zaius-logging[tools]'\n"
    assert done.stdout == ""


def test_another_missing_module_is_not_the_extra():
    """A broken installation is shown as what it is, and not explained away."""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKER.format(missing="requests"), "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0  # it is not even imported yet
    done = subprocess.run(
        [sys.executable, "-c", BLOCKER.format(missing="gettext"), "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "ModuleNotFoundError: " in done.stderr  # its words are Python's, and differ from 3.15 on
    assert "'gettext'" in done.stderr
    assert "pip install" not in done.stderr


def test_the_sandbox_counts_the_coverage_of_a_catalogue(start, tmp_path):
    """What a catalogue lacks is warned of with its line; in the end a table says what never arrived."""
    catalogue = tmp_path / "events.toml"
    catalogue.write_text(
        'catalog = 1\nname = "shop"\nversion = "7"\nextends = "standard@1"\n'
        '[kind."list/subscribe"]\nfields.source = { required = true }\n[kind."order/refund"]\n'
    )
    process = start("sandbox", "--port", "0", "--catalog", str(catalogue))
    url = url_in(process.stdout)
    event = {"type": "list", "action": "subscribe", "identifiers": {"email": "a@b.co"}}
    body = json.dumps([{**event, "data": {"list_id": "news"}}, {**event, "action": "subscribed"}])
    headers = {"x-api-key": "k", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/v3/events", body.encode(), headers)  # noqa: S310
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - loopback
    known, strange = read(f"{url}/api/events")["events"]
    assert known["problems"][0]["message"] == "data.source: is missing (events.toml:6)"
    assert "nearest is list/subscribe" in strange["problems"][-1]["message"]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[lines.index("The sandbox has ended.") + 1 :] == [
        "Catalogue shop 7: 1 of 2 kinds seen · 1 of 14 fields · 1 kinds unknown",
        "list/subscribe 1 1 warned events.toml:5",
        "source 0 never seen",
        "order/refund 0 never seen events.toml:7",
        "list/subscribed 1 unknown: list/subscribe?",
    ]


def test_a_wrong_catalogue_is_named(here, tmp_path):
    """With file, line and what to do, before anything listens."""
    file = tmp_path / "events.toml"
    file.write_text("catalog = 1\nnames = 1\n")
    done = here("sandbox", "--catalog", str(file))
    assert done.returncode == 2
    assert "events.toml:" in done.stderr


def test_the_demo_ends_by_itself(cli):
    """Piped, it is plain text: what arrived, what was not, by whose word and why, and it adds up."""
    done = cli("demo")

    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    text = done.stdout
    assert re.match(r"A sandbox stands in for the API: http://127\.0\.0\.1:\d+\n", text)
    assert "394 events delivered in " in text
    for kind in ("product/detail", "product/add_to_cart", "account/login", "order/purchase"):
        assert kind in text
    assert "3 events rejected by the API (a rule switched on for this demo):" in text
    assert "     3  product_id 'vinyl-13' is not in the catalogue" in text
    assert "3 events invalid at the call; what the handler says on stderr:" in text
    assert "identifiers: at least one is needed that is not blank" in text
    assert "properties: is not a key of an event: the API calls it 'data'" in text
    assert "data.ts: is not a time in epoch seconds; if it is in milliseconds" in text
    assert "397 accepted = 394 delivered + 3 rejected + 0 dropped + 0 pending." in text
    assert text.endswith("zaius-logging demo --keep\n")


def test_the_demo_within_this_process(here):
    """It leaves logging as it was: no handler stays at the shop's logger."""
    assert here("demo").returncode == 0
    assert logging.getLogger("shop").handlers == []


@pytest.mark.slow
def test_the_demo_can_be_kept(start):
    """With --keep the shop goes on, so that the page moves, until Ctrl-C."""
    process = start("demo", "--keep", stdin=subprocess.DEVNULL)
    url = url_in(process.stdout)
    for line in process.stdout:
        if line.startswith("Look at "):
            break
    moving = read(f"{url}/api/wait?count=400&timeout_ms=20000")
    assert moving["arrived"]
    assert moving["warnings"] > 0
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "The sandbox has ended.\n", "")


@pytest.mark.slow
def test_a_kept_shop_meets_a_fault_now_and_then(monkeypatch):
    """It switches faults on by itself, and leaves alone what somebody has switched on the page."""
    monkeypatch.setattr(demo, "_FAULT_EVERY", 0.1)
    monkeypatch.setattr(demo, "_FAULTS", ({"status": 503, "times": 1}, {"latency": 0}))
    ending = Ending()

    def look():
        try:
            while not any(each["status"] == 503 for each in sandbox.requests()):
                sandbox.wait_for(sandbox.stats()["events"] + 1, 30)
            sandbox.faults(latency=0.01)
            sandbox.wait_for(sandbox.stats()["events"] + 5, 30)
            seen.append(sandbox.in_force())
        finally:
            ending.heard = signal.SIGINT

    seen = []
    with Sandbox(faults=demo._RULE) as sandbox:
        looking = threading.Thread(target=look)
        looking.start()
        demo._go_on(sandbox, ending)
        looking.join()
    assert seen == [[{"latency": 0.01}]]
    assert logging.getLogger("shop").handlers == []


@pytest.mark.slow
def test_the_demo_on_a_terminal(environment, start, terminal):
    """On a terminal there are colours and a bar, and it still ends within a few seconds."""
    environment.update(TERM="xterm-256color", COLUMNS="120")
    main, other = os.openpty()
    process = start("demo", stdin=other, stdout=other, stderr=other)
    os.close(other)
    shown = terminal(main)
    assert process.wait(20) == 0
    assert b"a day in the shop" in shown
    assert b"delivered" in shown
    assert b"\x1b[32m" in shown


def test_the_demo_on_a_port_that_is_taken(here, sandbox):
    """It says so, and what to do."""
    done = here("demo", "--port", sandbox.port)
    assert done.returncode == 2
    assert f"port {sandbox.port} of 127.0.0.1 is taken" in done.stderr


def test_the_sandbox_runs_until_ctrl_c(start):
    """It prints where to look and a configuration that works when it is pasted; Ctrl-C ends it."""
    process = start("sandbox", "--port", "0")
    url = url_in(process.stdout)
    lines = []
    for line in process.stdout:
        if line.startswith("Ctrl-C"):
            break
        lines.append(line)
    pasted = "import logging.config\n" + "".join(
        line[4:] for line in lines if line.startswith("    ")
    )
    paste = subprocess.run(
        [sys.executable, "-c", pasted], capture_output=True, text=True, timeout=60, check=False
    )

    assert (paste.returncode, paste.stderr) == (0, "")
    entries = read(f"{url}/api/events")["events"]
    assert entries[0]["event"]["identifiers"] == {"email": "tyler@zaius.com"}
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "The sandbox has ended.\n", "")


def test_the_sandbox_takes_keys_and_faults(start):
    """`--key` is good alone and never printed; `--fault` is in force; both forms may be mixed."""
    process = start(
        *("sandbox", "--port=0", "--key=sesame", "--capacity=10", "--strict", "--partial"),
        *(
            "--fault",
            "status=503,times=1,share=0.5",
            "--fault",
            '[{"latency": 0.01}, {"reset": true}]',
        ),
    )
    url = url_in(process.stdout)
    faults = read(f"{url}/api/faults")
    assert '"status": 503' in json.dumps(faults)
    assert '"reset": true' in json.dumps(faults)
    process.send_signal(signal.SIGTERM)
    out = process.stdout.read()
    assert process.wait(20) == 0
    assert 'os.environ["ZAIUS_API_KEY"],  # the one given with --key' in out
    assert "sesame" not in out


def test_the_sandbox_on_a_port_that_is_taken(here, sandbox):
    """It says so, and what to do."""
    done = here("sandbox", "--port", sandbox.port)
    assert done.returncode == 2
    assert "choose another, or 0 for any free one" in done.stderr


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hang", {"hang": True}),
        ("status=503,times=3", {"status": 503, "times": 3}),
        ("redirect=http://127.0.0.1/x", {"redirect": "http://127.0.0.1/x"}),
        ('{"bad": {"every": 3}}', {"bad": {"every": 3}}),
    ],
)
def test_faults_on_a_command_line(text, fault):
    """A word, pairs, or the JSON that the sandbox takes: all come to one document that it accepts."""
    assert parse_fault(text) == fault
    with Sandbox(faults=fault):
        pass
