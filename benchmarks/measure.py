"""What one worker process measures. Each function gives a dictionary of figures.

A figure is compared with the floor of the same process, measured just before and after it, so that a
busy neighbour slows both alike.
"""

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from operator import truediv
from pathlib import Path

from .contenders import find, load
from .event import logs, spent
from .sink import Sink


def floor_logger():
    return load("floor")(None).logger


def call(key, n):
    """A tight loop, the floor before and after."""
    with Sink() as sink:
        contender = load(key)(sink)
        n = n // 10 if contender.slow else n
        floor = logs(floor_logger())
        contender.run(200)
        floor(200)
        gc.collect()
        before = spent(floor, n)
        took = spent(contender.run, n)
        contender.finish()
        after = spent(floor, n)
    base = (before + after) / 2
    return {"call_us": took, "floor_us": base, "ratio": took / base}


def paced(key, bursts, size=20, pause=0.002):
    """Bursts with pauses: each call timed by itself, the floor's bursts between the contender's."""
    with Sink() as sink:
        contender = load(key)(sink)
        floor = logs(floor_logger())
        contender.run(200)
        floor(200)
        gc.collect()
        times = {"floor": [], "contender": []}
        for number in range(2 * bursts):
            run, kept = (
                (contender.run, times["contender"]) if number % 2 else (floor, times["floor"])
            )
            for _ in range(size):
                start = time.perf_counter_ns()
                run(1)
                kept.append(time.perf_counter_ns() - start)
            time.sleep(pause)
        contender.finish()
    figures = {}
    for who, each in times.items():
        each.sort()
        figures[f"{who}_p50_us"] = each[len(each) // 2] / 1000
        figures[f"{who}_p999_us"] = each[int(len(each) * 0.999)] / 1000
    figures["p50_ratio"] = figures["contender_p50_us"] / figures["floor_p50_us"]
    figures["p999_ratio"] = figures["contender_p999_us"] / figures["floor_p999_us"]
    return figures


def heap(bursts, objects=1_000_000):
    """The same on a large heap, where each full collection of garbage takes long, for both alike."""
    kept = [{"number": number} for number in range(objects)]
    figures = paced("zaius", bursts)
    assert len(kept) == objects
    return figures


def end_to_end(key, n):
    """From the first call to the last arrival at the sink; the client's processor time only."""
    with Sink() as sink:
        contender = load(key)(sink)
        n = n // 10 if contender.slow else n
        contender.run(500)
        sink.wait(500, 20)
        floor = logs(floor_logger())
        floor(500)
        cpu = time.process_time()
        floor_us = spent(floor, n)
        floor_cpu = time.process_time() - cpu
        gc.collect()
        cpu, start = time.process_time(), time.monotonic()
        contender.run(n)
        called = time.monotonic()
        contender.finish()
        cpu = time.process_time() - cpu
        if contender.delivers:
            found = sink.wait(n + 500, 10)
            lost, end = n + 500 - found["events"], found["last"]
        else:
            lost, end = 0, called
    return {
        "events": n,
        "lost": lost,
        "us": (end - start) * 1e6 / n,
        "per_second": n / (end - start),
        "cpu_us": cpu * 1e6 / n,
        "floor_us": floor_us,
        "floor_cpu_us": floor_cpu * 1e6 / n,
        "cpu_ratio": cpu * 1e6 / n / (floor_cpu * 1e6 / n),
    }


def without_event(n):
    """A record that carries no event, with our handler and with a NullHandler, in turns."""
    with Sink() as sink:
        contender = load("zaius")(sink)
        ours, floor = logs(contender.logger, None), logs(floor_logger(), None)
        ours(2000)
        floor(2000)
        pairs = [(spent(ours, n), spent(floor, n)) for _ in range(100)]
        contender.finish()
    return {
        "call_us": statistics.median(took for took, _ in pairs),
        "floor_us": statistics.median(base for _, base in pairs),
        "ratio": statistics.median(took / base for took, base in pairs),
    }


def threads(n, count=16):
    """The same number of calls from one thread and from many, twice each."""
    figures = {1: [], count: []}
    for turn in (1, count, count, 1):
        with Sink() as sink:
            contender = load("zaius")(sink)
            contender.run(500)
            gate = threading.Barrier(turn + 1)
            each = n // turn

            def work(run=contender.run, gate=gate, each=each):
                gate.wait()
                run(each)

            workers = [threading.Thread(target=work) for _ in range(turn)]
            for worker in workers:
                worker.start()
            gate.wait()
            start = time.perf_counter()
            for worker in workers:
                worker.join()
            figures[turn].append((time.perf_counter() - start) * 1e6 / (each * turn))
            contender.finish()
            lost = 500 + each * turn - sink.wait(500 + each * turn, 10)["events"]
            assert not lost, lost
    one, many = (statistics.mean(figures[turn]) for turn in (1, count))
    return {"one_us": one, "many_us": many, "ratio": many / one}


def flat(n, backlog):
    """A call among `n`, while events leave or while they pile up to `n`, beside the floor in turns.

    Few are measured many times over, and the median of the turns counts: a neighbour's turn of the
    processor is longer than a thousand calls.
    """
    with Sink() as sink:
        settings = {"capacity": n + 1000, "capacity_bytes": 2**40, "timeout": 600.0}
        contender = type("Flat", (load("zaius"),), {"settings": settings})(sink)
        floor = logs(floor_logger())
        contender.run(600)
        floor(600)
        contender.flush(60)
        each = min(n // 4, 5_000)
        pairs = []
        drained = 0.0
        repeats = max(1, 40_000 // n)
        for _ in range(repeats):
            if backlog:
                sink.stop()
            gc.collect()
            pairs += [(spent(contender.run, each), spent(floor, each)) for _ in range(n // each)]
            sink.go()
            start = time.perf_counter()
            assert contender.flush(60)
            drained += (time.perf_counter() - start) * 1e6 / n / repeats
        contender.finish()
        lost = 600 + n * repeats - sink.wait(600 + n * repeats, 10)["events"]
        assert not lost, lost
    return {
        "call_us": statistics.median(took for took, _ in pairs),
        "floor_us": statistics.median(base for _, base in pairs),
        "ratio": statistics.median(took / base for took, base in pairs),
        "drain_us": drained,
    }


def memory(n):
    """What a waiting event keeps, and the peak while they all drain."""
    with Sink(hangs=True) as sink:
        settings = {"capacity": n + 1000, "capacity_bytes": 2**40, "timeout": 600.0}
        contender = type("Memory", (load("zaius"),), {"settings": settings})(sink)
        contender.run(600)
        gc.collect()
        before, waiting = _resident(), contender.stats()
        contender.run(n)
        grown, full = _resident() - before, contender.stats()
        size = (full.pending_bytes - waiting.pending_bytes) / n
        _forget_peak()
        sink.go()
        start = time.perf_counter()
        contender.finish()
        drained = time.perf_counter() - start
        peak = _peak()
        lost = 600 + n - sink.wait(600 + n, 30)["events"]
    return {
        "json_bytes": size,
        "event_bytes": grown / n,
        "ratio": grown / n / size,
        "drain_us": drained * 1e6 / n,
        "hump_mib": (peak - before - grown) / 2**20,
        "lost": lost,
    }


def _status(field):
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def _resident():
    return _status("VmRSS:")


def _peak():
    return _status("VmHWM:")


def _forget_peak():
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def idle(seconds):
    """How often our threads wake up while nothing waits."""
    with Sink() as sink:
        figures = {}
        for key in ("zaius", "zaius_spool"):
            contender = load(key)(sink)
            contender.run(10)
            assert contender.flush(10)
            time.sleep(2.0)  # the last of its work: the spool's barrier comes half a second later
            before = _switches()
            time.sleep(seconds)
            figures[f"{key}_wakes"] = sum(_switches().values()) - sum(before.values())
            figures[f"{key}_threads"] = len(before)
            contender.finish()
        figures["seconds"] = seconds
    return figures


def _switches():
    """Voluntary context switches of every thread but the first."""
    found = {}
    for task in Path("/proc/self/task").iterdir():
        if int(task.name) != os.getpid():
            text = (task / "status").read_text("ascii")
            found[task.name] = int(text.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    return found


def imports():
    """Import times in fresh interpreters, and what is imported, started and opened too early."""
    with tempfile.TemporaryDirectory() as compiled:
        # Compiled files of its own: an environment may forbid to write them beside the source.
        env = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        times = {statement: [] for statement in (IMPORT, IMPORT_NAMES, IMPORT_FLOOR)}
        for number in range(16):
            for statement, kept in times.items():
                took = _fresh(statement, env)
                if number:  # the first one compiles
                    kept.append(took)
    ours, names, theirs = times.values()
    return {
        "ours_ms": min(ours),
        "names_ms": min(names),
        "theirs_ms": min(theirs),
        "ratio": statistics.median(map(truediv, ours, theirs)),
        "names_ratio": statistics.median(map(truediv, names, theirs)),
        "imported_early": _fresh(IMPORT, then=EARLY),
        "threads_and_sockets_after_dictConfig": _fresh(CONFIGURED, then=STARTED),
    }


IMPORT = "import zaius_logging"
IMPORT_NAMES = "from zaius_logging import ZaiusFormatter, ZaiusHandler"
IMPORT_FLOOR = "import logging, pythonjsonlogger"
EARLY = """
costly = ("requests", "orjson", "sqlite3", "redis", "aiohttp")
print(json.dumps([name for name in costly if name in sys.modules]))
"""
CONFIGURED = """
import logging.config, threading, os, zaius_logging
handler = {"class": "zaius_logging.ZaiusHandler", "api_key": "any"}
logging.config.dictConfig(
    {"version": 1, "handlers": {"z": handler}, "root": {"handlers": ["z"]}}
)
"""
STARTED = """
open_files = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
sockets = sum(os.path.lexists(file) and os.readlink(file).startswith("socket") for file in open_files)
print(json.dumps([threading.active_count() - 1, sockets]))
"""


def _fresh(statement, env=None, then="print(json.dumps((time.perf_counter() - start) * 1000))"):
    code = f"import sys, json, time\nstart = time.perf_counter()\n{statement}\n{then}"
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


EXIT = """
import json, logging, sys, threading, time
from benchmarks.event import EXTRA, TEXT
logger = logging.getLogger("exit")
logger.setLevel("INFO")
logger.propagate = False
waiting = 0
if sys.argv[1] == "ours":
    from zaius_logging import HTTPTransport, ZaiusHandler
    class Late(HTTPTransport):
        gate = threading.Event()
        def send(self, items):
            self.gate.wait()
            return super().send(items)
    handler = ZaiusHandler(transport=Late(sys.argv[2], "any"))
else:
    import requests
    handler = logging.NullHandler()
logger.addHandler(handler)
for _ in range(10_000):
    logger.info(TEXT, extra=EXTRA)
if sys.argv[1] == "ours":
    waiting = handler.stats().pending
    handler._transport.gate.set()
print(json.dumps([waiting, time.monotonic()]), flush=True)
"""


def leaving(rounds=5):
    """How long a process takes from its last line to its end, with 10,000 events waiting and without."""
    took = {"ours": [], "theirs": []}
    waiting = 0
    with Sink() as sink:
        for _ in range(rounds):
            for who, kept in took.items():
                process = subprocess.Popen(
                    [sys.executable, "-c", EXIT, who, sink.url], stdout=subprocess.PIPE
                )
                line = process.stdout.read()
                process.wait()
                end = time.monotonic()
                found, start = json.loads(line)
                waiting = max(waiting, found)
                kept.append(end - start)
        arrived = sink.wait(10_000 * rounds, 10)["events"]
    ours, theirs = (statistics.median(took[who]) for who in ("ours", "theirs"))
    return {
        "waiting": waiting,
        "lost": 10_000 * rounds - arrived,
        "ours_s": ours,
        "theirs_s": theirs,
        "more_s": ours - theirs,
    }


def always(n):
    """A call with `spool_sync="always"` beside sqlite3's own durable commit, in turns."""
    with Sink() as sink:
        ours, theirs = load("zaius_always")(sink), load("sqlite")(sink)
        ours.run(20)
        theirs.run(20)
        pairs = [(spent(ours.run, 10), spent(theirs.run, 10)) for _ in range(n // 10)]
        ours.finish()
        theirs.finish()
    return {
        "call_us": statistics.median(took for took, _ in pairs),
        "commit_us": statistics.median(base for _, base in pairs),
        "ratio": statistics.median(took / base for took, base in pairs),
    }


DURABLE = {
    "memory": "zaius.Zaius",
    "interval": "zaius.ZaiusSpool",
    "interval_commit": "sqlite_commit.SqliteInterval",
    "always": "zaius.ZaiusAlways",
    "always_commit": "sqlite_commit.Sqlite",
}


def durable(bursts, size=20, pause=0.002):
    """`emit` in memory and on disk, beside sqlite3's own commit: bursts in turns, each call timed by itself."""
    with Sink() as sink:
        found = {name: find(place)(sink) for name, place in DURABLE.items()}
        times = {name: [] for name in found}
        for contender in found.values():
            contender.run(100)
        gc.collect()
        for number in range(bursts):
            for name, contender in found.items():
                if (
                    contender.slow and number % 10
                ):  # 20 waits for the disk take as long as all others
                    continue
                times[name] += [contender.emit() for _ in range(size)]
                time.sleep(pause)
        for contender in found.values():
            contender.finish()
    figures = {}
    for name, each in times.items():
        each.sort()
        figures[f"{name}_p50_us"] = each[len(each) // 2] / 1000
        figures[f"{name}_p99_us"] = each[int(len(each) * 0.99)] / 1000
    return figures
