"""Writes docs/transcripts.md: each of the operator's commands in a real terminal, 80 and 120 columns wide.

    python docs/transcripts.py            needs tmux; takes a minute

A sandbox, a service of three processes and a dead one are started, and end with it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from zaius_logging.sandbox import SandboxProcess

PAGE = Path(__file__).with_name("transcripts.md")
BAD = {"bad": {"data": {"total": "12.50"}}, "message": "data.total must be a number"}
SERVICE = """
import logging, sys, zaius_logging
handler = zaius_logging.ZaiusHandler(spool_dir=sys.argv[1], flush_interval=0.2)
log = logging.getLogger("shop"); log.setLevel("INFO"); log.addHandler(handler)
for line in sys.stdin:
    count, total = line.split()
    for number in range(int(count)):
        log.info("paid", extra={"zaius": {"type": "order", "action": "purchase",
            "identifiers": {"customer_id": f"C-{number:06d}"}, "data": {"total": eval(total)}}})
    handler.flush(3)
    print("done", flush=True)
"""
COMMANDS = (
    "doctor --all --offline",
    "spool spool list",
    "spool spool verify",
    "dead spool list",
    "dead spool list --each --kind order/purchase",
    "dead spool show",
    "dead spool retry --reason 'must be a number' --number data.total",
    "dead spool list",
    "spool spool drain",
    "spool spool list",
    "top spool --once",
    "metrics spool | grep -v '^#' | head -8",
    "spool nowhere list",
)
HEAD = """# Transcripts

Each command as it looks in a terminal, made by `python docs/transcripts.py` (tmux): a service of two processes, of which one
is killed while the API is down, and whose last release sent totals as text. First 80 columns wide, then 120.
"""


class Shop:
    """The service, and the state that it is in."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.processes: list[subprocess.Popen[str]] = []

    def start(self) -> subprocess.Popen[str]:
        """Start a process of the service."""
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", SERVICE, str(self.folder / "spool")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.environment,
        )
        self.processes.append(process)
        return process

    def log(self, process: subprocess.Popen[str], count: int, total: str) -> None:
        """Have a process log orders, and wait until it has tried to send them."""
        if process.stdin and process.stdout:
            process.stdin.write(f"{count} {total}\n")
            process.stdin.flush()
            process.stdout.readline()

    def end(self) -> None:
        """End all of them."""
        for process in self.processes:
            process.kill()
            process.communicate()


def shown(folder: Path, environment: dict[str, str], columns: int) -> list[str]:
    """Type each command in a terminal, and give what it shows."""
    socket = f"zaius-{os.getpid()}-{columns}"
    tmux = [str(shutil.which("tmux")), "-L", socket]
    size = ["-x", str(columns), "-y", "60"]
    shell = ["env", "PS1=$ ", "bash", "--norc", "--noprofile"]
    subprocess.run(  # noqa: S603
        [*tmux, "new-session", "-d", *size, "-c", str(folder), *shell], check=True, env=environment
    )
    found = []
    try:
        for command in COMMANDS:
            typed = f"clear; zaius-logging {command}; tmux -L {socket} wait-for -S done"
            subprocess.run([*tmux, "send-keys", typed, "Enter"], check=True)  # noqa: S603
            subprocess.run([*tmux, "wait-for", "done"], check=True, timeout=60)  # noqa: S603
            time.sleep(0.2)  # until the prompt is drawn again
            pane = subprocess.run(  # noqa: S603
                [*tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True
            ).stdout
            lines = [line for line in pane.rstrip().splitlines() if "wait-for -S" not in line]
            text = "\n".join(line for line in lines if line.rstrip() != "$")
            found.append(f"$ zaius-logging {command}\n{text}".strip())
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)  # noqa: S603
    return found


def write() -> None:
    """Write the page."""
    parts = [HEAD]
    for columns in (80, 120):
        parts.append(f"\n## {columns} columns\n")
        with tempfile.TemporaryDirectory() as name, SandboxProcess() as api:
            folder = Path(name)
            own = {key: value for key, value in os.environ.items() if not key.startswith("ZAIUS_")}
            environment = {
                **own,
                "ZAIUS_API_KEY": "public.secretsecret",
                "ZAIUS_ENDPOINT": api.endpoint,
                "ZAIUS_SPOOL_DIR": "spool",
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}",
                "TERM": "xterm-256color",
            }
            shop = Shop(folder, environment)
            try:
                living, dying = shop.start(), shop.start()
                api.faults(BAD)
                shop.log(living, 12, "'12.50'")
                shop.log(living, 400, "12.5")
                api.faults(status=503)
                shop.log(dying, 30, "12.5")
                dying.kill()
                api.heal()
                for each in shown(folder, environment, columns):
                    text = re.sub(re.escape(name), "/srv/shop", each)
                    parts.append(
                        "\n"
                        + "\n".join(f"    {line}".rstrip() for line in text.splitlines())
                        + "\n"
                    )
            finally:
                shop.end()
    PAGE.write_text("".join(parts), "utf-8")


if __name__ == "__main__":
    write()
