"""Writes docs/certified.md: the contracts, run against the parts that come with the package.

    python docs/certified.py              needs redis-server; takes a minute

A sandbox stands in for the API.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from zaius_logging.sandbox import SandboxProcess

PAGE = Path(__file__).with_name("certified.md")
HEAD = """# Certified parts

The contracts of `zaius-logging certify`, run against the parts that come with the package, by `python docs/certified.py`. Run against a
part of your own they print the same rows: see [run it at night](operate.md#a-spool-a-transport-or-a-lease-of-your-own).

| promise | in short; in full: [what is promised](promises.md) |
|---|---|
| P1 | A log call raises nothing, and never waits for the network |
| P2 | accepted = delivered + rejected + dropped + pending, at every moment |
| P3 | With `spool_dir`, what a log call has taken outlives the process |
| P4 | Duplicates only after a crash or an ambiguous answer, a batch at most, with the same ids |
| P5 | An event is sent again while it is young enough, with jitter, never before Retry-After |
| P6 | A 400 costs exactly the bad events; a wrong key or address pauses |
| P7 | Order per process, and requests at or below the limit |
| P8 | Close and exit keep one deadline |
| P9 | A fork sends nothing twice, and the child its own |
| P10 | Nothing that is logged while sending comes back as an event |
| P11 | A full or failing disk, a damaged file, a clock that jumps: no crash, no hang, no silent loss |
| P12 | The key is nowhere but in the request |
| P13 | All that waits is bounded, in memory and on disk |
| P14 | A handler that is attached works, whoever closed it |
| P15 | An exception at any line, or a fork at any instant, leaves one that delivers the next event |
| P16 | No file of somebody else is touched, and no event leaves for another account |
| P17 | No other thread is held up |
"""
OURS = """
import os
from zaius_logging import HTTPTransport, JournalSpool, MemorySpool
from zaius_logging._fleet.redis_lease import RedisLease
from zaius_logging._fleet.server import Server
from zaius_logging._fleet.transport import RedisTransport
from zaius_logging._transport.redis_address import redis_address

URL = os.environ["CERTIFIED_REDIS"]

def memory(): return MemorySpool(20_000, 8 << 20)
def journal(): return JournalSpool("spool", "shop", max_bytes=8 << 20)
def http(): return HTTPTransport(os.environ["ZAIUS_ENDPOINT"], os.environ["ZAIUS_API_KEY"])
def stream(): return RedisTransport(URL)
def lease(): return RedisLease(Server(redis_address(URL)), "relay", 1.0)
"""
PARTS = {
    "memory": "The spool in memory",
    "journal": "The spool on disk",
    "http": "The transport to the API",
    "stream": "The transport to a Redis stream",
    "lease": "The lease of relays, in Redis",
}


def write() -> None:
    """Write the page."""
    parts = [HEAD]
    with tempfile.TemporaryDirectory() as name, SandboxProcess() as api:
        folder = Path(name)
        (folder / "ours.py").write_text(OURS)
        port = _free_port()
        redis = subprocess.Popen(  # noqa: S603
            [str(shutil.which("redis-server")), "--port", str(port), "--appendonly", "yes"],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            while "Ready to accept connections" not in (redis.stdout or sys.stdin).readline():
                pass
            environment = {
                **os.environ,
                "ZAIUS_API_KEY": "certified.0a1b2c3d4e5f",
                "ZAIUS_ENDPOINT": api.endpoint,
                "CERTIFIED_REDIS": f"redis://127.0.0.1:{port}/0?stream=certified",
            }
            for part, title in PARTS.items():
                found = subprocess.run(  # noqa: S603
                    [sys.executable, "-m", "zaius_logging", "certify", f"ours:{part}"],
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                lines = (found.stdout + found.stderr).splitlines()
                parts.append(f"\n## {title}\n\n" + "".join(f"    {line}\n" for line in lines))
        finally:
            redis.terminate()
            redis.communicate()
    PAGE.write_text("".join(parts), "utf-8")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    write()
