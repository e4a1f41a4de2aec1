"""What a durable spool costs beside the memory spool: `python -m benchmarks.spool`, a few minutes; `--quick`, half of one.

Each figure stands beside the memory spool's of the same run, rounds interleaved, then comes each goal with met or not met;
the load is printed with them. A fresh event in each call, a handler whose transport takes everything; end to end by HTTP.
"""

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from zaius_logging import JournalSpool, MemorySpool, StubTransport, ZaiusHandler

from .sink import Sink

KINDS = ("memory", "journal", "journal, not mapped")
CALLS = 20_000
MANY = 1_000_000  # events that wait

GOALS = {
    "tight": 1.3,
    "paced p50": 1.5,
    "busy p50": 2.0,
    "busy p99": 2.0,
    "busy p99.9": 2.0,
    "standstill ms": 2.0,
    "end to end, us": 1.25,
    "end to end, CPU us": 1.3,
}
"""Of these the journal's figure is at the most so many times the memory spool's; end to end 80 % of its rate."""

LIMITS = {
    "16 threads / 1": 1.3,
    "always / fdatasync": 1.3,
    "memory while many wait, MiB": 20,
    "start with many, s": 0.5,
}
"""And these at the most that."""


class Taking(StubTransport):
    """Takes all and keeps nothing."""

    def send(self, items):  # noqa: ARG002
        from zaius_logging import Delivered

        return Delivered()


def spool_of(kind, where, sync="interval"):
    if kind == "memory":
        return MemorySpool(10**7, 2**33)
    return JournalSpool(where, "bench", sync=sync, max_bytes=2**33, use_map=kind == "journal")


def fresh(number):
    return {
        "zaius": {
            "type": "product",
            "action": "add_to_cart",
            "identifiers": {"email": f"c{number}@example.com"},
            "data": {"product_id": f"p{number}", "price": number / 7, "text": "x" * 100},
        }
    }


def handled(kind, where, **settings):
    transport = Taking()
    settings = {"flush_interval": 1.0, "notices": str, **settings}
    handler = ZaiusHandler(
        api_key="k.s", transport=transport, spool=spool_of(kind, where), **settings
    )
    logger = logging.getLogger(f"bench.{kind}")
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(logging.INFO)
    return handler, logger


def times(logger, count, pause=0.0):
    """Seconds of each call, sorted."""
    took, now = [], time.perf_counter
    for number in range(count):
        extra = fresh(number)
        began = now()
        logger.info("x", extra=extra)
        took.append(now() - began)
        if pause:
            time.sleep(pause)
    return sorted(took)


def part(took, share):
    return took[min(len(took) - 1, int(len(took) * share))] * 1e6


def tight(logger):
    return {"tight": statistics.fmean(times(logger, CALLS)) * 1e6}


def paced(logger):
    return {"paced p50": part(times(logger, CALLS // 10, 0.0005), 0.5)}


def busy(logger):
    """Beside a thread that computes, as request threads do."""
    stop = threading.Event()

    def compute():
        while not stop.is_set():
            sum(range(2_000))

    thread = threading.Thread(target=compute)
    thread.start()
    took = times(logger, CALLS // 7, 0.001)
    stop.set()
    thread.join()
    return {
        f"busy {name}": part(took, share)
        for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))
    }


def sixteen(logger):
    """Wall time of a call where sixteen threads make them, and where one does."""
    one = statistics.fmean(times(logger, CALLS // 2)) * 1e6
    began = time.perf_counter()
    threads = [threading.Thread(target=times, args=(logger, CALLS // 16)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"16 threads / 1": (time.perf_counter() - began) / (CALLS // 16 * 16) * 1e6 / one}


def standstill(logger):
    """The longest that another thread stood still while two processes fsync on the same disk."""
    longest, stop, children = [0.0], threading.Event(), []
    with tempfile.TemporaryDirectory(dir=TOP) as where:
        for each in range(2):
            child = os.fork()
            if child == 0:
                fd = os.open(f"{where}/{each}", os.O_CREAT | os.O_WRONLY)
                while True:
                    os.pwrite(fd, bytes(1 << 20), 0)
                    os.fsync(fd)
            children.append(child)

        def watch():
            last = time.perf_counter()
            while not stop.is_set():
                now = time.perf_counter()
                longest[0] = max(longest[0], now - last)
                last = now

        thread = threading.Thread(target=watch)
        thread.start()
        times(logger, CALLS // 5, 0.0005)
        stop.set()
        thread.join()
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)
    return {"standstill ms": longest[0] * 1e3}


def always():
    """A call with `always`, beside one fdatasync after a write of 4 KiB to the same disk."""
    with tempfile.TemporaryDirectory(dir=TOP) as where:
        spool = spool_of("journal", f"{where}/spool", "always")
        fd = os.open(f"{where}/file", os.O_CREAT | os.O_RDWR)
        os.pwrite(fd, bytes(1 << 20), 0)
        os.fsync(fd)
        item, mine, floor = b'{"n":"%b"}' % (b"x" * 400), [], []
        spool.append(item)
        for number in range(200):
            began = time.perf_counter()
            spool.append(item)
            mine.append(time.perf_counter() - began)
            began = time.perf_counter()
            os.pwrite(fd, bytes(4096), 4096 * (number % 256))
            os.fdatasync(fd)
            floor.append(time.perf_counter() - began)
        os.close(fd)
        spool.close()
        return {"always / fdatasync": statistics.median(mine) / statistics.median(floor)}


def end_to_end(kind, where):
    """From the first call to the last arrival at a server, by HTTP, and the processor time of it: of one event."""
    with Sink() as sink:
        handler = ZaiusHandler(
            api_key="k.s",
            endpoint=sink.url,
            spool=spool_of(kind, where),
            notices=str,
            close_timeout=60.0,
        )
        logger = logging.getLogger(f"bench.{kind}")
        logger.handlers[:] = [handler]
        began, cpu = time.perf_counter(), time.process_time()
        times(logger, CALLS)
        assert handler.flush(60.0)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        handler.close()
    return {"end to end, us": took / CALLS * 1e6, "end to end, CPU us": cpu / CALLS * 1e6}


WAITING = """
import sys
from benchmarks.spool import *
top, many = sys.argv[1], int(sys.argv[2])
spool = spool_of("journal", top)
def memory():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024
spool.append(b"{}")
before = memory()
for number in range(many):
    spool.append(b'{"n":"%b"}' % (b"x" * 340))
    if number % 1_000 == 0:
        spool.maintain()
        spool.peek(500, 10**7)
print(memory() - before)
spool.close()
"""


class First(Taking):
    """Notes when the first request is made."""

    at = 0.0

    def send(self, items):
        self.at = self.at or time.perf_counter()
        return super().send(items)


def start():
    """Many wait: memory meanwhile; then a start: seconds until its first request, and until all are counted."""
    with tempfile.TemporaryDirectory(dir=TOP) as where:
        made = subprocess.run(
            [sys.executable, "-c", WAITING, where, str(MANY)],
            stdout=subprocess.PIPE,
            check=True,
        )
        transport, began = First(), time.perf_counter()
        handler = ZaiusHandler(
            api_key="k.s", transport=transport, spool=spool_of("journal", where), notices=str
        )
        while not transport.at:
            assert handler.stats().counting or MANY < 1_000_000  # few are counted at once
            time.sleep(0.001)
        while handler.stats().counting:
            time.sleep(0.001)
        counted = time.perf_counter() - began
        assert handler.stats().accepted == MANY + 1
        handler.close()
        return {
            "memory while many wait, MiB": float(made.stdout),
            "start with many, s": transport.at - began,
            "all counted after, s": counted,
        }


TOP = None
MEASURES = (tight, paced, busy, sixteen, standstill)


def measured(measure, kind):
    with tempfile.TemporaryDirectory(dir=TOP) as where:
        if measure is end_to_end:
            return end_to_end(kind, where)
        handler, logger = handled(kind, where)
        found = measure(logger)
        handler.close()
        return found


def figures(rounds):
    """Name -> kind -> median of the rounds."""
    found = {}
    for _ in range(rounds):
        for measure in (*MEASURES, end_to_end):
            print(measure.__name__, file=sys.stderr, flush=True)
            for kind in KINDS:
                for name, value in measured(measure, kind).items():
                    found.setdefault(name, {}).setdefault(kind, []).append(value)
    return {
        name: {kind: statistics.median(values) for kind, values in kinds.items()}
        for name, kinds in found.items()
    }


def verdicts(found, single):
    """Each goal with what was measured."""
    for name, most in GOALS.items():
        ratio = found[name]["journal"] / found[name]["memory"]
        yield name, f"<= {most} x memory", f"{ratio:.2f} x", ratio <= most
    for name, most in LIMITS.items():
        value = single.get(name) or found[name]["journal"]
        yield name, f"<= {most}", f"{value:.2f}", value <= most


def main():
    global TOP, CALLS, MANY  # noqa: PLW0603
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--top", help="a directory on the disk to measure")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one small round")
    given = parser.parse_args()
    TOP = given.top
    if given.quick:
        given.rounds, CALLS, MANY = 1, 2_000, 50_000
    found = figures(given.rounds)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; {given.rounds} rounds")
    print(f"{'':20}" + "".join(f"{kind:>22}" for kind in KINDS))
    for name, kinds in found.items():
        cells = (f"{value:12.2f} {value / kinds['memory']:7.2f} x" for value in kinds.values())
        print(f"{name:20}" + " ".join(f"{cell:>21}" for cell in cells))
    single = {**always(), **start(), "waiting": MANY}
    print(json.dumps(single))
    for name, goal, figure, met in verdicts(found, single):
        print(f"{'met' if met else 'NOT MET':8} {name}: {figure} (goal {goal})")


if __name__ == "__main__":
    main()
