"""Writes docs/transcripts.md: each of the operator's commands in a real terminal, 80 and 120 columns wide.

    python docs/transcripts.py            needs tmux; takes a minute

A sandbox and a service of three processes, of which one dies, are started, and end with it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from zaius_logging.sandbox import SandboxProcess

PAGE = Path(__file__).with_name("transcripts.md")
FOLDER = Path("/tmp/shop")  # noqa: S108 - as long as SHOWN, so that no line ends elsewhere on the page
SHOWN = "/srv/shop"
BAD = [
    {"bad": {"data": {"total": total}}, "message": "data.total must be a number"}
    for total in ("12.50", "12,50")
]
SERVICE = """
import json, logging, sys, zaius_logging
handler = zaius_logging.ZaiusHandler(flush_interval=0.2, **json.loads(sys.argv[1]))
log = logging.getLogger("shop"); log.setLevel("INFO"); log.addHandler(handler)
for line in sys.stdin:
    count, action, total = json.loads(line)
    for number in range(count):
        log.info("paid", extra={"zaius": {"type": "order", "action": action,
            "identifiers": {"customer_id": f"C-{number:06d}"}, "data": {"total": total}}})
    handler.flush(3)
    print("done", flush=True)
"""
PART = """
from zaius_logging import JournalSpool
def journal(): return JournalSpool("certified", "shop", max_bytes=8 << 20)
"""


class Typed(NamedTuple):
    """What somebody types.

    Attributes:
        line: the command.
        until: what it shows before the rest is done; blank where nothing is.
        meanwhile: done then.
        keys: typed at last.
    """

    line: str
    until: str = ""
    meanwhile: Callable[[], object] = bool
    keys: str = ""


HEAD = """# Transcripts

Each command as it looks in a terminal, made by `python docs/transcripts.py` (tmux): a service of two processes, of which one
is killed while the API is down, and whose last release sent totals as text; and a third that only writes, for the agent. First 80 columns wide, then 120.
"""


class Shop:
    """The service, and the state that it is in."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, **settings: object) -> subprocess.Popen[str]:
        """Start a process of the service."""
        settings = {"spool_dir": str(self.folder / "spool"), **settings}
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", SERVICE, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.environment,
        )
        self.processes.append(process)
        return process

    def log(
        self, process: subprocess.Popen[str], count: int, total: object, action: str = "purchase"
    ) -> None:
        """Have a process log orders, and wait until it has tried to send them."""
        if process.stdin and process.stdout:
            process.stdin.write(json.dumps([count, action, total]) + "\n")
            process.stdin.flush()
            process.stdout.readline()

    def end(self) -> None:
        """End all of them."""
        for process in self.processes:
            process.kill()
            process.communicate()


def commands(shop: Shop, living: subprocess.Popen[str]) -> list[Typed]:
    """What is typed, in this order."""
    edit = 'EDITOR="sed -i \'s/\\"12,50\\"/12.5/\'" zaius-logging dead spool edit'
    return [
        Typed("zaius-logging doctor --all --offline"),
        Typed("zaius-logging spool spool list"),
        Typed("zaius-logging spool spool verify"),
        Typed("zaius-logging spool spool export > waiting.jsonl"),
        Typed("zaius-logging spool other import waiting.jsonl"),
        Typed(
            "zaius-logging spool spool tail -n 2 | cut -c -78",
            until='"C-000029"',
            meanwhile=lambda: shop.log(living, 1, 7.25),
            keys="C-c",
        ),
        Typed("zaius-logging dead spool list"),
        Typed("zaius-logging dead spool list --each --kind order/purchase"),
        Typed("zaius-logging dead spool show"),
        Typed("zaius-logging dead spool retry --reason 'must be a number' --number data.total"),
        Typed(f"{edit} --kind order/refund"),
        Typed("zaius-logging dead spool list"),
        Typed("zaius-logging dead spool export --retried > retried.jsonl"),
        Typed("zaius-logging dead spool purge --fate retried", until="[y/N]:", keys="y Enter"),
        Typed("zaius-logging spool spool drain"),
        Typed("zaius-logging spool spool list"),
        Typed("zaius-logging top spool --once"),
        Typed("zaius-logging metrics spool | grep -v '^#' | head -8"),
        Typed(
            "zaius-logging agent jobs",
            until="sends what is written",
            meanwhile=lambda: time.sleep(2),  # it looks each second
            keys="C-c",
        ),
        Typed("zaius-logging certify ours:journal"),
        Typed("zaius-logging spool nowhere list"),
    ]


def shown(folder: Path, environment: dict[str, str], columns: int, typed: list[Typed]) -> list[str]:
    """Type each command in a terminal, and give what it shows."""
    socket = f"zaius-{os.getpid()}-{columns}"
    tmux = [str(shutil.which("tmux")), "-L", socket]
    size = ["-x", str(columns), "-y", "60"]
    prompt = f"PROMPT_COMMAND=tmux -L {socket} wait-for -S done"
    shell = ["env", "PS1=$ ", prompt, "bash", "--norc", "--noprofile"]

    def run(*words: str) -> str:
        return subprocess.run(  # noqa: S603
            [*tmux, *words],
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
            env=environment,
        ).stdout

    found = []
    run("new-session", "-d", *size, "-c", str(folder), *shell)
    try:
        run("wait-for", "done")
        for each in typed:
            run("send-keys", f"clear; {each.line}", "Enter")
            if each.until:
                until = time.monotonic() + 30
                while each.until not in run("capture-pane", "-p"):
                    time.sleep(0.1)
                    if time.monotonic() > until:
                        raise TimeoutError(f"{each.line} did not show {each.until}")
                each.meanwhile()
                time.sleep(0.5)  # until that is shown, too
                run("send-keys", *each.keys.split())
            run("wait-for", "done")
            time.sleep(0.2)  # until the prompt is drawn
            lines = run("capture-pane", "-p").rstrip().splitlines()
            text = "\n".join(line for line in lines if line.rstrip() != "$")
            found.append(f"$ {each.line}\n{text}".strip())
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)  # noqa: S603
    return found


def page(columns: int) -> list[str]:
    """Give what the terminal of this width shows."""
    FOLDER.mkdir()  # never one that is there
    try:
        with SandboxProcess() as api:
            own = {key: value for key, value in os.environ.items() if not key.startswith("ZAIUS_")}
            environment = {
                **own,
                "ZAIUS_API_KEY": "public.secretsecret",
                "ZAIUS_ENDPOINT": api.endpoint,
                "ZAIUS_SPOOL_DIR": "spool",
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}",
                "TERM": "xterm-256color",
            }
            (FOLDER / "ours.py").write_text(PART)
            (FOLDER / "other").mkdir()
            shop = Shop(FOLDER, environment)
            try:
                living, dying = shop.start(), shop.start()
                writing = shop.start(spool_dir=str(FOLDER / "jobs"), deliver=False)
                shop.log(writing, 25, 12.5)
                api.faults(*BAD)
                shop.log(living, 12, "12.50")
                shop.log(living, 3, "12,50", "refund")
                shop.log(living, 400, 12.5)
                api.faults(status=503)
                shop.log(dying, 30, 12.5)
                dying.kill()
                api.heal()
                return shown(FOLDER, environment, columns, commands(shop, living))
            finally:
                shop.end()
    finally:
        shutil.rmtree(FOLDER)


def write() -> None:
    """Write the page."""
    parts = [HEAD]
    for columns in (80, 120):
        parts.append(f"\n## {columns} columns\n")
        for each in page(columns):
            text = re.sub(re.escape(str(FOLDER)), SHOWN, each)
            parts.append(
                "\n" + "\n".join(f"    {line}".rstrip() for line in text.splitlines()) + "\n"
            )
    PAGE.write_text("".join(parts), "utf-8")


if __name__ == "__main__":
    write()
