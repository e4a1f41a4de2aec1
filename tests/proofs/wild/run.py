"""Runs a row of the table: the program in a process of its own, against a sandbox, and counts what arrived."""

import importlib.util
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rows import HEAD

from zaius_logging.sandbox import SandboxProcess

KEY = "public-key.s3cret-of-the-wild"
FUTURE = os.environ.get("WILD_URLLIB3_FUTURE", "")
"""An interpreter in whose environment urllib3.future has taken urllib3's place."""

PATIENCE = 300.0  # seconds for a program: what takes longer hangs


@dataclass
class Result:
    """What a row came to. `problem` is empty if all was as it must be, `skipped` says why it did not run."""

    arrived: int = 0
    twice: int = 0
    seconds: float = 0.0
    problem: str = ""
    skipped: str = ""


def missing(row):
    """Give what the row needs and is not here."""
    for name in row.needs:
        if name == "=future":
            if not FUTURE:
                return "an environment with urllib3.future"
        elif not _is_there(name):
            return name
    if row.how.startswith("unshare") and os.geteuid():
        return "root"
    return ""


def _is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def run(row, sandbox=None):
    """Run a row, against a sandbox of its own where none is given."""
    if lacks := missing(row):
        return Result(skipped=f"needs {lacks}")
    if sandbox is None:
        with SandboxProcess() as own:
            return run(row, own)
    sandbox.clear()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        status, err = _process(row, Path(folder), sandbox.endpoint)
    arrived = Counter(event["identifiers"]["customer_id"] for event in sandbox.events())
    result = Result(len(arrived), arrived.total() - len(arrived), time.monotonic() - started)
    expected = {f"customer-{n}" for n in range(row.events)}
    for holds, problem in (
        (status == row.status, f"status {status}, not {row.status}"),
        (set(arrived) == expected, f"{len(arrived)} of {row.events} arrived"),
        (not result.twice, f"{result.twice} arrived twice"),
        (row.says in err, f"stderr does not say {row.says!r}"),
        (KEY not in err and "s3cret" not in err, "stderr shows the key"),
    ):
        if not holds:
            result.problem += f"{problem}; "
    if result.problem:
        result.problem += err[-1500:]
    return result


def _process(row, folder, endpoint):
    (folder / "app.py").write_text(HEAD + row.program + "\n")
    port = _free_port()
    command = row.how
    for name, value in {
        "PYTHON": sys.executable,
        "FUTURE": FUTURE,
        "APP": "app.py",
        "BIN": str(Path(sys.executable).parent),
        "PREFIX": sys.prefix,
        "$PORT": str(port),
    }.items():
        command = command.replace(name, value)
    environment = {
        **{
            name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
        },
        "ZAIUS_ENDPOINT": endpoint,
        "ZAIUS_API_KEY": KEY,
        "PORT": str(port),
        **row.env,
    }
    with subprocess.Popen(
        shlex.split(command),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            if row.requests:
                _ask(port, row.requests, process)
                process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            _, err = process.communicate()
            return "none: it hangs", err
        return process.returncode, err


def _ask(port, count, process):
    """Make requests as soon as the server answers; each only until it is answered."""
    for number in range(count):
        end = time.monotonic() + PATIENCE / 2
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{number}", timeout=10).close()
                break
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    return
                time.sleep(0.02)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
