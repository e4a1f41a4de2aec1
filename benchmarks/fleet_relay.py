"""One relay at full speed, beside direct sending: `python -m benchmarks.fleet_relay [--quick]`.

Against a sink without limit, all in one run and on one machine: events a second and CPU of each part, and
what a batch costs with 1,000 to 1,000,000 events waiting in the stream. Needs redis-server.
"""

import argparse
import json
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from itertools import islice
from socket import create_server

import redis

from zaius_logging._delivery.listener import Listener
from zaius_logging._delivery.machine import Delivery
from zaius_logging._delivery.pace import Pace
from zaius_logging._event.encode import encoder
from zaius_logging._event.event import Event
from zaius_logging._fleet.relay import Relay
from zaius_logging._fleet.scripts import ACQUIRE
from zaius_logging._fleet.server import Server
from zaius_logging._fleet.spool import RedisSpool
from zaius_logging._fleet.stream import Stream
from zaius_logging._fleet.term import RelaySettings
from zaius_logging._fleet.transport import RedisTransport
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.memory import MemorySpool
from zaius_logging._transport.http.transport import HTTPTransport
from zaius_logging._transport.outcome import Delivered
from zaius_logging._transport.redis_address import redis_address

from .event import EVENT
from .sink import Sink

BATCH = 500
LARGE = 10_000_000


def items(count):
    """Encoded events, each with an id of its own, of about 430 bytes."""
    encode = encoder()
    for n in range(count):
        data = {
            **EVENT["data"],
            "ts": "2026-01-31T12:00:00.000Z",
            "idempotence_id": f"{n:032x}",
        }
        yield encode(Event(EVENT["type"], EVENT["action"], EVENT["identifiers"], data))


@contextmanager
def server():
    """A redis-server with an append-only file, on loopback."""
    with create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    with tempfile.TemporaryDirectory() as directory:
        options = ("--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", "yes")
        process = subprocess.Popen(
            [shutil.which("redis-server"), "--port", str(port), *options], stdout=subprocess.DEVNULL
        )
        try:
            client = redis.Redis(port=port)
            while True:
                with suppress(redis.ConnectionError):
                    client.ping()
                    break
            yield client, f"redis://127.0.0.1:{port}/0"
            client.close()
        finally:
            process.kill()
            process.wait()


def cpu_of(client):
    found = client.info("cpu")
    return found["used_cpu_user"] + found["used_cpu_sys"]


def own_cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def metered(client, figures):
    """Seconds, and CPU of this process and of Redis."""
    before, own, theirs = time.perf_counter(), own_cpu(), cpu_of(client)
    yield
    figures["seconds"] = time.perf_counter() - before
    figures["cpu"] = own_cpu() - own
    figures["redis"] = cpu_of(client) - theirs


def in_worker(what, *arguments):
    """Run one part in a fresh process; give its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fleet_relay", "--worker", what, *map(str, arguments)],
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def append(url, _, count):
    """A host's side: batches of 500 into the stream."""
    figures = {}
    some = list(items(count))
    client = redis.Redis.from_url(url)
    transport = RedisTransport(url)
    with metered(client, figures):
        for start in range(0, count, BATCH):
            assert transport.send(some[start : start + BATCH]) == Delivered()
    return figures


def single(url, _, count):
    """The same with an event a batch, as idle processes make them; a tenth of the events."""
    figures = {}
    some = list(items(count // 10))
    client = redis.Redis.from_url(url)
    transport = RedisTransport(url)
    with metered(client, figures):
        for each in some:
            assert transport.send([each]) == Delivered()
    client.flushall()
    return {name: value * 10 for name, value in figures.items()}


def direct(url, api, count):
    """From memory to the API, by the listener: what the relay is measured against."""
    figures = {}
    spool = MemorySpool(count, 2**40)
    for each in items(count):
        spool.append(each)
    delivery = Delivery(batch_size=BATCH, batch_bytes=1_000_000, flush_interval=0.1, pace=Pace(), uniform=random.uniform)  # fmt: skip
    listener = Listener(spool, HTTPTransport(f"{api}/v3", "k"), delivery, max_age=3600.0)
    with metered(redis.Redis.from_url(url), figures):
        assert listener.flush(600)
    listener.close(1)
    return figures


def relay(url, api, count):
    """From the stream to the API."""
    figures = {}
    it = Relay(
        redis_address(url, max_events=10_000_000, max_bytes=2**40),
        lambda: HTTPTransport(f"{api}/v3", "k"),
        RelaySettings(rate=None, linger=0.1),
        notices=Notices(str),
    )
    client = redis.Redis.from_url(url)
    assert client.xlen("zaius:events") == count
    with metered(client, figures):
        assert it.run(once=True)
    assert it.stats().delivered == count
    return figures


def depth(client, url, count, cycles):
    """What a batch costs with `count` events waiting: append 500, peek 500, remove them."""
    client.flushall()
    before = client.info("memory")["used_memory"]
    address = redis_address(url, max_events=10_000_000, max_bytes=2**40)
    transport = RedisTransport(f"{url}?max_events=10000000&max_bytes={2**40}")
    source = items(count + cycles * BATCH)
    while some := list(islice(source, min(BATCH, count - client.xlen("zaius:events")))):
        assert transport.send(some) == Delivered()
    memory = client.info("memory")["used_memory"] - before
    owner = Server(address)
    keys = [address.key(each) for each in ("lease", "token", "note")]
    granted = owner.run(ACQUIRE, keys, ("bench", 3_600_000))[0].decode()
    stream = Stream(owner, granted, group="zaius", name="bench")
    spool = RedisSpool(stream, stream.lanes[0])
    spent = {"append": 0.0, "peek": 0.0, "remove": 0.0}
    begin = cpu_of(client)
    for _ in range(cycles):
        some = list(islice(source, BATCH))
        at = time.perf_counter()
        assert transport.send(some) == Delivered()
        spent["append"] += (now := time.perf_counter()) - at
        batch = spool.peek(BATCH, LARGE)
        spent["peek"] += (at := time.perf_counter()) - now
        assert len(batch) == BATCH
        spool.remove([place for place, _ in batch])
        spent["remove"] += time.perf_counter() - at
    redis_cpu = cpu_of(client) - begin
    per = 1e6 / (cycles * BATCH)
    return {**{name: each * per for name, each in spent.items()}, "redis": redis_cpu * per, "bytes": memory / count}  # fmt: skip


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the events")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.worker:
        what, url, api, count = given.worker
        print(json.dumps({"append": append, "direct": direct, "relay": relay, "single": single}[what](url, api, int(count))))  # fmt: skip
        return
    count = 20_000 if given.quick else 200_000
    depths = (1_000, 10_000, 100_000) if given.quick else (1_000, 10_000, 100_000, 1_000_000)
    with server() as (client, url), Sink() as sink:
        size = sum(map(len, items(100))) / 100
        print(
            f"Python {platform.python_version()}, Redis {client.info('server')['redis_version']}, "
        )
        print(f"{count:,} events of {size:.0f} bytes, 500 a batch; the best of 3 by CPU\n")
        print(f"{'':8}{'events/s':>10}{'µs CPU/event':>14}{'µs Redis/event':>16}")
        best = {}
        for _ in range(1 if given.quick else 3):
            for what in ("direct", "single", "append", "relay"):
                found = in_worker(what, url, sink.url, count)
                best[what] = min(best.get(what, found), found, key=lambda each: each["cpu"])
        for what, found in best.items():
            print(f"{what:8}{count / found['seconds']:>10,.0f}{found['cpu'] * 1e6 / count:>14.1f}{found['redis'] * 1e6 / count:>16.1f}")  # fmt: skip
        print(f"\n{'waiting':>10}{'append':>8}{'peek':>8}{'remove':>8}{'Redis':>8}  µs an event;{'bytes':>7} in Redis an event")  # fmt: skip
        for each in depths:
            found = depth(client, url, each, 20 if given.quick else 100)
            print(f"{each:>10,}{found['append']:>8.2f}{found['peek']:>8.2f}{found['remove']:>8.2f}{found['redis']:>8.2f}{found['bytes']:>20.0f}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
