"""What `redact` and `hash` remove is in no file and in no memory of Redis, the relay and the sandbox."""

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.proofs.fleet.tools import until
from zaius_logging.sandbox import SandboxProcess

pytestmark = pytest.mark.slow
SECRETS = ("Annabelle-Q-7781", "annabelle.q@private.example", "203.0.113.77")

# The secrets come in turned around, so that they stand in no argument; the process waits for its end.
APPLICATION = """
import logging, sys
from zaius_logging import ZaiusHandler
name, email, ip = (word[::-1] for word in sys.argv[3:])
settings = {"redact": ["data.note", "data.deep.note"], "hash": ["data.ip", "identifiers.email"]}
handler = ZaiusHandler(endpoint=sys.argv[1], api_key="sandbox", **(settings if sys.argv[2] == "removes" else {}))
log = logging.getLogger("shop")
log.addHandler(handler)
log.warning("x", extra={"zaius": {"type": "product", "action": "detail",
    "identifiers": {"customer_id": "7", "email": email},
    "data": {"product_id": "kept-4711", "note": name, "ip": ip, "deep": [{"note": name}]}}})
print(handler.flush(20), flush=True)
"""


def memory(pid):
    """Everything that a process may write to, as it is now."""
    found = []
    maps = Path(f"/proc/{pid}/maps").read_text("utf-8")
    with Path(f"/proc/{pid}/mem").open("rb", 0) as mem:
        for line in maps.splitlines():
            span, rights, *_ = line.split()
            if rights.startswith("rw"):
                first, end = (int(each, 16) for each in span.split("-"))
                try:
                    mem.seek(first)
                    found.append(mem.read(end - first))
                except OSError:  # it is gone, or no memory
                    continue
    return b"".join(found)


def files(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def pages(sandbox):
    found = []
    for page in ("events", "rejected", "requests", "session", "stats"):
        with urllib.request.urlopen(f"{sandbox.url}/api/{page}", timeout=10) as answer:  # noqa: S310
            found.append(answer.read())
    return b"".join(found)


@pytest.mark.parametrize("removes", ["removes", "control"])
def test_nothing_that_was_removed_is_found(tmp_path, server, removes):
    """While it waits in Redis, and once it has come to the sandbox; the control has the same bytes everywhere."""
    from tests.proofs.fleet.tools import RelayProcess

    kept = tmp_path / "kept"
    kept.mkdir()
    with SandboxProcess(keep=kept / "events") as sandbox:
        done = subprocess.run(
            [sys.executable, "-c", APPLICATION, server.url(), removes, *(each[::-1] for each in SECRETS)],
            env={"ZAIUS_HASH_KEY": "only-in-this-test-0123", "PATH": ""},
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert done.stdout.split() == ["True"], done.stderr
        places = {"Redis's memory": memory(server.process.pid)}
        places["Redis's files"] = files(server.directory)
        relay = RelayProcess(server.url(), sandbox.endpoint, "--no-rate")
        try:
            until(sandbox.events, what="the event to arrive")
            places["the relay's memory"] = memory(relay.pid)
            places["the sandbox's memory"] = memory(sandbox.pid)
            places["the sandbox's pages"] = pages(sandbox)
        finally:
            relay.end()
    places["the sandbox's file"] = files(kept)
    assert [name for name, found in places.items() if b"kept-4711" not in found] == []
    found = {
        name: [each for each in SECRETS if each.encode() in all_] for name, all_ in places.items()
    }
    wanted = [] if removes == "removes" else [*SECRETS]
    assert found == dict.fromkeys(places, wanted)
