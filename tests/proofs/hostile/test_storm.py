"""Many clients: processes that share one limit, and the return from an outage."""

import collections
import datetime as dt
import subprocess
import sys

import pytest

from zaius_logging.sandbox import SandboxProcess

CLIENT = """
import logging, sys, time
from zaius_logging import ZaiusHandler
endpoint, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
handler = ZaiusHandler(
    api_key=name + "-made-up-key", endpoint=endpoint, batch_size=1, flush_interval=0.01,
    close_timeout=0.1, notices=lambda line: None, identifiers={"vuid": name},
)
logger = logging.Logger("storm")
logger.addHandler(handler)
def emit(count):
    for _ in range(count):
        logger.info("", extra={"zaius": {"type": "test", "action": "storm"}})
emit(2000)
sys.stdin.readline()
time.sleep(seconds)
print(handler.stats().as_dict()["delivered"])
import os
sys.stdout.flush()
os._exit(0)
"""


def start(count, endpoint, seconds):
    clients = [
        subprocess.Popen(
            [sys.executable, "-c", CLIENT, endpoint, f"p{number:03}", str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(count)
    ]
    for client in clients:
        client.stdin.write(b"go\n")
        client.stdin.flush()
    return clients


def shares(requests, clients, rate, seconds):
    """The share of 429, the use of the limit, and the least client's share of a fair one."""
    taken = collections.Counter(each["key"] for each in requests if each["status"] == 202)
    throttled = sum(each["status"] == 429 for each in requests)
    least = min(taken[f"p{number:03}…"[:5]] for number in range(clients))
    return (
        throttled / len(requests),
        sum(taken.values()) / (rate * seconds),
        least * clients / sum(taken.values()),
    )


def at(request):
    return dt.datetime.fromisoformat(request["time"].replace("Z", "+00:00")).timestamp()


def storm(clients, rate, seconds, after):
    with SandboxProcess(faults={"rate": rate, "burst": rate}) as sandbox:
        running = start(clients, sandbox.endpoint, seconds)
        for client in running:
            client.communicate(timeout=seconds + 60)
        requests = sandbox.requests()
    begin = at(requests[0])
    late = [each for each in requests if begin + after <= at(each) < begin + seconds]
    return shares(late, clients, rate, seconds - after)


@pytest.mark.full
@pytest.mark.timeout(300)
def test_eight_processes_at_ten_requests_a_second():
    """After 30 of 60 s: under 5 % of answers are 429, 80 % of the limit is used, nobody starves."""
    throttled, used, least = storm(8, 10, 60, 30)
    print(f"429: {throttled:.1%}, use: {used:.0%}, least of a fair share: {least:.0%}")  # noqa: T201
    assert throttled < 0.05
    assert used >= 0.8
    assert least >= 0.2


def test_three_processes_at_six_requests_a_second():
    """The short form: after 3 of 8 s the storm is over and the limit is used."""
    throttled, used, least = storm(3, 6, 8, 3)
    print(f"429: {throttled:.1%}, use: {used:.0%}, least of a fair share: {least:.0%}")  # noqa: T201
    assert throttled < 0.3
    assert used >= 0.6
    assert least >= 0.2
