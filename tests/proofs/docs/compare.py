"""Runs four ways of sending events through the same troubles, and writes the table of docs/compared.md.

python tests/proofs/docs/compare.py            writes the table
python tests/proofs/docs/compare.py --print    shows it

Each client logs 100 events, 10 ms apart, to a sandbox, and is then ended as its documentation says.
"""

import argparse
import http.client
import json
import logging
import logging.handlers
import re
import subprocess
import sys
import time
from pathlib import Path

import requests

from zaius_logging import ZaiusHandler
from zaius_logging.sandbox import Sandbox

PAGE = Path(__file__).parents[3] / "docs" / "compared.md"
COUNT = 100
GAP = 0.01
OUTAGE = 3.0


def event(number):
    """Give one event; number 50 is the one that an API may call bad."""
    return {
        "type": "product",
        "action": "detail",
        "identifiers": {"vuid": f"v{number}"},
        "data": {"product_id": f"p{number}"},
    }


class Ours:
    """`ZaiusHandler` as dictConfig makes it."""

    name = "zaius_logging"

    def __init__(self, sandbox):
        self._handler = ZaiusHandler(
            api_key="any", endpoint=sandbox.endpoint, notices=_ignore, close_timeout=30
        )
        self._logger = logging.getLogger("compared")
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self._handler)

    def send(self, one):
        self._logger.info("seen", extra={"zaius": one})

    def end(self):
        self._logger.removeHandler(self._handler)
        self._handler.close()


class SDK:
    """The event manager of Optimizely's own SDK."""

    name = "optimizely-sdk, event manager"

    def __init__(self, sandbox):
        from optimizely.odp.odp_config import OdpConfig
        from optimizely.odp.odp_event_manager import OdpEventManager

        self._manager = OdpEventManager()
        self._manager.start(OdpConfig("any", sandbox.url, ["any"]))

    def send(self, one):
        self._manager.send_event(**one)

    def end(self):
        self._manager.stop()


class InTheView:
    """A post in the view, whose failures are logged."""

    name = "requests.post in the view"

    def __init__(self, sandbox):
        self._url = f"{sandbox.endpoint}/events"

    def send(self, one):
        try:
            requests.post(
                self._url, json=[one], headers={"x-api-key": "any"}, timeout=10
            ).raise_for_status()
        except requests.RequestException:
            logging.getLogger("compared").debug("an event was not sent")

    def end(self):
        pass


class JsonHandler(logging.handlers.HTTPHandler):
    """The standard library's handler, with the body and the header that the API wants."""

    def emit(self, record):
        try:
            connection = http.client.HTTPConnection(self.host, timeout=10)
            headers = {"x-api-key": "any", "content-type": "application/json"}
            connection.request("POST", self.url, json.dumps([record.zaius]), headers)
            connection.getresponse().read()
            connection.close()
        except OSError:
            pass  # its own would print a traceback with the record


class Generic(Ours):
    """A logging handler that posts each record and does not look at the answer."""

    name = "a generic HTTP log handler"

    def __init__(self, sandbox):
        self._handler = JsonHandler(sandbox.url.removeprefix("http://"), "/v3/events", "POST")
        self._logger = logging.getLogger("compared")
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self._handler)


CLIENTS = (Ours, SDK, InTheView, Generic)


def _ignore(_line):
    pass


def run(client, fault=None):
    """Send all; give (how many arrived, how many requests, the longest call in seconds)."""
    with Sandbox() as sandbox:
        if fault:
            sandbox.faults(fault)
        made = client(sandbox)
        longest = 0.0
        for number in range(COUNT):
            started = time.perf_counter()
            made.send(event(number))
            longest = max(longest, time.perf_counter() - started)
            time.sleep(GAP)
        made.end()
        return len(sandbox.events()), sandbox.stats()["requests"], longest


def exits(client):
    """Let a process send all and return from its main function; give how many arrived."""
    with Sandbox() as sandbox:
        script = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import compare\n"
            f"class There: url, endpoint = {sandbox.url!r}, {sandbox.endpoint!r}\n"
            f"client = compare.{client.__name__}(There)\n"
            "for number in range(compare.COUNT): client.send(compare.event(number))\n"
        )
        subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
        return len(sandbox.events())


BAD = {"bad": {"data": {"product_id": "p50"}}}
QUESTIONS = {
    "arrived, all is well": lambda client: run(client)[0],
    "requests for them": lambda client: run(client)[1],
    f"arrived, the API answers 503 for {OUTAGE:g} s": lambda client: run(
        client, {"status": 503, "seconds": OUTAGE}
    )[0],
    "arrived, the API takes 5 requests a second": lambda client: run(client, {"rate": 5})[0],
    "arrived, one of 100 is bad": lambda client: run(client, BAD)[0],
    "arrived, the process ends without a call": exits,
    f"longest call, the API hangs for {OUTAGE:g} s": lambda client: (
        f"{run(client, {'hang': True, 'seconds': OUTAGE})[2] * 1000:,.0f} ms"
    ),
}
"""What is asked of each client -> how it is found."""


def table(answers):
    """Write the answers, a row a question."""
    lines = [f"| of {COUNT} events | " + " | ".join(client.name for client in CLIENTS) + " |"]
    lines.append("|---|" + "---|" * len(CLIENTS))
    lines += [
        f"| {question} | " + " | ".join(str(each) for each in row) + " |"
        for question, row in answers.items()
    ]
    return "\n".join(lines) + "\n"


def measure(questions=QUESTIONS):
    """Ask every client every question, one after the other."""
    return {question: [find(client) for client in CLIENTS] for question, find in questions.items()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--print", action="store_true", help="leave the page as it is")
    made = table(measure())
    if parser.parse_args().print:
        print(made)  # noqa: T201
        return
    text = PAGE.read_text("utf-8")
    text = re.sub(
        r"(?<=<!-- compared -->\n).*?(?=<!-- /compared -->)",
        lambda _: f"\n{made}\n",
        text,
        flags=re.DOTALL,
    )
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
