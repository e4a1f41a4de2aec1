"""What a durable spool costs beside the memory spool: `python -m benchmarks.spool`, a few minutes.

Each figure is a ratio to the memory spool's in the same run, rounds interleaved; the load is printed with it. A fresh event in
each call, a handler whose transport takes everything.
"""

import argparse
import json
import logging
import os
import statistics
import tempfile
import threading
import time

from zaius_logging import JournalSpool, MemorySpool, StubTransport, ZaiusHandler

KINDS = ("memory", "journal", "journal, not mapped")
CALLS = 20_000


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
    return {"paced p50": part(times(logger, 2_000, 0.0005), 0.5)}


def busy(logger):
    """Beside a thread that computes, as request threads do."""
    stop = threading.Event()

    def compute():
        while not stop.is_set():
            sum(range(2_000))

    thread = threading.Thread(target=compute)
    thread.start()
    took = times(logger, 3_000, 0.001)
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
        times(logger, 4_000, 0.0005)
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


def start():
    """Seconds until a start with a million waiting events gives out its first batch, and until all are counted."""
    with tempfile.TemporaryDirectory(dir=TOP) as where:
        first = spool_of("journal", where)
        item = b'{"n":"%b"}' % (b"x" * 340)
        for number in range(1_000_000):
            first.append(item)
            if number % 10_000 == 0:
                first.maintain()
        first.close()
        again = spool_of("journal", where)
        began = time.perf_counter()
        again.maintain()
        assert len(again.peek(500, 10**7)) == 500
        took = time.perf_counter() - began
        again.close()
        return {"start with 1,000,000, s": took}


TOP = None
MEASURES = (tight, paced, busy, sixteen, standstill)


def main():
    global TOP  # noqa: PLW0603
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--top", help="a directory on the disk to measure")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    TOP = given.top
    found = {}
    for _ in range(given.rounds):
        for measure in MEASURES:
            for kind in KINDS:
                with tempfile.TemporaryDirectory(dir=TOP) as where:
                    handler, logger = handled(kind, where)
                    for name, value in measure(logger).items():
                        found.setdefault(name, {}).setdefault(kind, []).append(value)
                    handler.close()
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; median of {given.rounds} rounds"
    )
    print(f"{'':16}" + "".join(f"{kind:>22}" for kind in KINDS))
    for name, kinds in found.items():
        medians = {kind: statistics.median(values) for kind, values in kinds.items()}
        cells = (f"{value:12.2f} {value / medians['memory']:7.2f} x" for value in medians.values())
        print(f"{name:16}" + " ".join(f"{cell:>21}" for cell in cells))
    print(json.dumps({**always(), **start()}))


if __name__ == "__main__":
    main()
