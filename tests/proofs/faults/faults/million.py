"""The API is down while one application logs on and on; what that costs in memory, and what arrives.

Both the application and the oracle are processes of their own. An event says its number, and each number
ends in one place: the oracle counts what arrives, the application notes the calls of `on_drop`.
"""

import json
import logging
import logging.config
import re
import subprocess
import sys
import threading
import time
from array import array
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from faults import environment, python
from faults.disk import check
from faults.lives import KEY, Eager
from zaius_logging._spool.memory import MemorySpool
from zaius_logging._transport.endpoint import account_of

LOOKS = 50  # at memory and counts, each with a try to send, while the events are logged
SLACK = 20 * 1024 * 1024  # bytes that memory may grow beyond what the settings allow
PATIENCE = 600.0  # seconds for the backlog to leave once the API is back


@dataclass
class Report:
    """What an outage came to.

    Attributes:
        before: bytes of memory after the first event and the first failed request.
        curve: the same at each look, while the API was down.
        peak: the most that the kernel has seen until the end, the draining included.
        backlog: the counts of `stats()` when the last event was logged.
        stats: those after close.
        requests: made while the API was down.
        logging: seconds that it took to log.
        draining: seconds from then on until close had returned.
        distinct: numbers that the API took.
        ids: ids that it took.
        arrived: events that it took.
        early: events that arrived after one with a higher number.
        neither: numbers that were neither taken by the API nor reported to `on_drop`.
        both: numbers that were both.
        reported: calls of `on_drop`.
    """

    before: int
    curve: list
    peak: int
    backlog: dict
    stats: dict
    requests: int
    logging: float
    draining: float
    distinct: int
    ids: int
    arrived: int
    early: int
    neither: int
    both: int
    reported: int

    @property
    def growth(self):
        """Bytes that memory grew at the most, before the API was back and after."""
        return max(self.peak, *self.curve) - self.before  # the kernel's own peak may lag a little

    def __str__(self):
        mib = 1024 * 1024
        return (
            f"RSS before {self.before / mib:.1f}, peak {self.peak / mib:.1f}, "
            f"growth {self.growth / mib:.1f} MiB; logged in {self.logging:.1f} s with "
            f"{self.requests} failed requests, drained in {self.draining:.1f} s; "
            f"accepted {self.stats['accepted']:,}, delivered {self.stats['delivered']:,}, "
            f"dropped {self.stats['dropped']}, pending {self.stats['pending']}; arrived "
            f"{self.arrived:,}, numbers {self.distinct:,}, ids {self.ids:,}, early {self.early}, "
            f"neither {self.neither}, both {self.both}"
        )


def run(count, where, *, pad=0, variant="", **settings):
    """Log `count` events while the API answers 503, heal it, close, and say what came of it all.

    Args:
        count: events.
        where: a directory for notes.
        pad: characters that each event carries beside its number.
        variant: a spool that is wrong on purpose.
        settings: of the handler.
    """
    dropped = Path(where, "dropped")
    with _process("oracle", count) as oracle:
        arguments = {"count": count, "pad": pad, "variant": variant, "dropped": str(dropped)}
        endpoint = _read(oracle)["endpoint"]
        with _process(
            "application", json.dumps({**arguments, **settings, "endpoint": endpoint})
        ) as (application):
            logged = _read(application)
            _ask(oracle, "heal")
            closed = _ask(application, "close")
        arrived = _ask(oracle, str(dropped))
    return Report(**logged, **closed, **arrived)


@contextmanager
def _process(role, argument):
    with subprocess.Popen(
        python("million", role, argument),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        process.stdin.close()


def _ask(process, line):
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return _read(process)


def _read(process):
    line = process.stdout.readline()
    assert line, "the process has died; its last words are on stderr"
    return json.loads(line)


def _say(**said):
    print(json.dumps(said), flush=True)  # noqa: T201 - the protocol


# The application


class Unbounded(MemorySpool):
    """Wrong on purpose: it takes whatever comes."""

    def __init__(self, *_):
        super().__init__(10**9, 10**12)


def _spool_of(variant, settings):
    if variant == "eager":
        return Eager(settings.pop("spool_dir"), account_of(settings["endpoint"], KEY))
    return Unbounded() if variant == "unbounded" else None


def _application(argument):
    settings = json.loads(argument)
    count, pad = settings.pop("count"), "x" * settings.pop("pad")
    dropped = array("q")
    notes = Path(settings.pop("dropped"))
    failed = threading.Event()
    settings = {"flush_interval": 0.1, "close_timeout": PATIENCE, **settings}
    spool = _spool_of(settings.pop("variant"), settings)
    logging.config.dictConfig(
        {
            "version": 1,
            "handlers": {
                "zaius": {
                    "class": "zaius_logging.ZaiusHandler",
                    "api_key": "key.secret",
                    "spool": spool,
                    "notices": lambda _: failed.set(),
                    "on_drop": lambda event, _: dropped.append(event["data"]["n"]),
                    **settings,
                }
            },
            "root": {"level": "INFO", "handlers": ["zaius"]},
        }
    )
    (handler,) = logging.getLogger().handlers
    _log(0, pad)
    handler.flush(0)
    assert failed.wait(60)  # the thread, requests and a connection cost what they cost
    assert handler.stats().retries
    before = _memory("VmRSS")
    curve, began = [], time.monotonic()
    marks = {1 + (count - 1) * look // LOOKS for look in range(1, LOOKS + 1)}
    for number in range(1, count):
        _log(number, pad)
        if number + 1 in marks:
            stats = handler.stats().as_dict()
            assert stats["accepted"] == number + 1 or spool is not None, stats
            assert sum(stats["dropped"].values()) == len(dropped), (stats, len(dropped))
            check(stats)
            curve.append(_memory("VmRSS"))
            handler.flush(0)
    ended = time.monotonic()
    stats = handler.stats().as_dict()
    took = ended - began
    _say(before=before, curve=curve, backlog=stats, requests=stats["retries"], logging=took)
    sys.stdin.readline()
    ended = time.monotonic()
    handler.flush(PATIENCE)
    handler.close()
    took = time.monotonic() - ended
    notes.write_bytes(dropped.tobytes())
    _say(peak=_memory("VmHWM"), stats=handler.stats().as_dict(), draining=took)


def _log(number, pad):
    logging.getLogger("shop").info(
        "viewed",
        extra={
            "zaius": {
                "type": "product",
                "action": "detail",
                "identifiers": {"customer_id": "1"},
                "data": {"n": number, "text": pad},
            }
        },
    )


def _memory(name):
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024


# The oracle


def _oracle(count):
    taken, ids, lock = bytearray(count), set(), threading.Lock()
    seen = {"arrived": 0, "early": 0, "highest": -1}
    healthy = threading.Event()

    class API(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            well = healthy.is_set()
            if well:
                with lock:
                    for event in json.loads(body):
                        self.take(event["data"]["n"], event["data"]["idempotence_id"])
            answer = b"{}"
            self.send_response(202 if well else 503)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def take(self, number, id_):
            taken[number] = 1
            ids.add(id_)
            seen["arrived"] += 1
            seen["early"] += number < seen["highest"]
            seen["highest"] = max(seen["highest"], number)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), API) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _say(endpoint=f"http://127.0.0.1:{server.server_port}/v3")
        for line in sys.stdin:
            if line == "heal\n":
                healthy.set()
                _say()
            else:
                _say(**_accounts(taken, ids, seen, line.rstrip("\n")))
        server.shutdown()


def _accounts(taken, ids, seen, notes):
    reported = array("q")
    reported.frombytes(Path(notes).read_bytes())
    dropped = bytearray(len(taken))
    for number in reported:
        dropped[number] = 1
    fates = [arrived + gone for arrived, gone in zip(taken, dropped, strict=True)]
    return {
        "distinct": sum(taken),
        "ids": len(ids),
        "arrived": seen["arrived"],
        "early": seen["early"],
        "neither": fates.count(0),
        "both": fates.count(2),
        "reported": len(reported),
    }


if __name__ == "__main__":
    if sys.argv[1] == "oracle":
        _oracle(int(sys.argv[2]))
    else:
        _application(sys.argv[2])
