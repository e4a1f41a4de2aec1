"""The proofs: real producers, a real Redis, real relays, killed; and controls that must fail.

The short forms run in CI; the long ones with `-m full`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from itertools import count, islice, pairwise

import pytest

from tests.proofs.fleet.fleet import PRODUCERS, Fleet
from tests.proofs.fleet.tools import STREAM, Arrived, busiest_second, event, item, until
from zaius_logging import Delivered, ZaiusHandler
from zaius_logging._fleet.transport import RedisTransport


@pytest.fixture
def fleet(tmp_path):
    made = []

    def fleet(*arguments, **more):
        made.append(Fleet(tmp_path, *arguments, **more))
        return made[-1]

    yield fleet
    for each in made:
        each.stop()


def times(requests):
    """When each request came, in seconds, in order."""
    return sorted(
        datetime.fromisoformat(each["time"].replace("Z", "+00:00")).timestamp() for each in requests
    )


def takeover(api, killed, key):
    """Seconds from a kill to the first request that comes with another key: each relay here has its own."""
    others = [each for each in api.requests() if not each["key"].startswith(key[:4])]
    return next(at for at in times(others) if at > killed) - killed


def taken(api):
    return api.stats()["events"]


def fill(server, count, **options):
    """Append events numbered from 0 to the stream."""
    transport = RedisTransport(server.url(**options))
    for start in range(0, count, 500):
        some = [item(n) for n in range(start, min(start + 500, count))]
        assert transport.send(some) == Delivered()
    transport.close()


def kill_everything(api, server, fleet, start_relay, *, kills, rate, lease, batch, more):
    """Run the fleet, and kill: a number is for a relay, the word for Redis.

    With four in flight, `rate * batch` is to be less than what the producers make: a relay that keeps up with them
    leaves nothing waiting, and the moment of the next kill never comes.
    """
    options = ("--rate", str(rate), "--lease", str(lease), "--batch", str(batch), *more)
    options += ("--linger", "0.1")
    keys = (f"{number:04}-test-key" for number in count())
    relays = {key: start_relay(server.url(), *options, key=key) for key in islice(keys, 2)}
    until(server.leader, what="a leader")
    fleet.start()
    killed = []
    for place, what in enumerate(kills, start=1):
        until(
            lambda: (
                taken(api) >= place * fleet.total // (len(kills) + 2)  # noqa: B023
                and server.length() > 2 * batch  # so that the next leader has something to send
            ),
            timeout=120,
            what=f"the moment of kill {place}",
        )
        if what == "redis":
            server.kill()
            server.start()
            continue
        pid = until(server.leader, what="a leader")
        its = next(key for key, each in relays.items() if each.pid == pid)
        killed.append((time.time(), its))
        relays.pop(its).kill()
        new = next(keys)
        relays[new] = start_relay(server.url(), *options, key=new)
        until(lambda: server.leader() not in (None, pid), lease + 5, "a takeover")  # noqa: B023
        before = api.stats()["requests"]
        until(lambda: api.stats()["requests"] > before, what="its first request")  # noqa: B023
    truth = fleet.join()

    def complete():
        found = Arrived(api)
        if found.distinct < sum(truth.values()):
            fleet.drain()
        return found if found.distinct >= sum(truth.values()) else None

    found = until(complete, 90, "the last event's arrival")
    return truth, found, times(api.requests()), [takeover(api, *each) for each in killed]


def check_kills(
    api, server, fleet, start_relay, report, *more,
    kills, rate, lease, batch, each, pause, latency=0.03,
):  # fmt: skip
    api.faults(latency=latency)
    fleet = fleet(server.url(), each, pause)
    truth, found, requests, takeovers = kill_everything(
        api, server, fleet, start_relay,
        kills=kills, rate=rate, lease=lease, batch=batch, more=more,
    )  # fmt: skip
    report(
        f"{fleet.total} events of {len(truth)} processes, {len(kills)} kills: "
        f"{sum(truth.values()) - found.distinct} lost, {found.duplicates} duplicates, "
        f"{busiest_second(requests)} requests in the busiest second, "
        f"takeovers {', '.join(f'{each:.1f}' for each in takeovers)} s"
    )
    assert sum(truth.values()) == fleet.total
    assert {who: len(numbers) for who, numbers in found.first.items()} == truth
    assert found.in_order()
    assert found.duplicates <= 500 * len(kills)
    assert busiest_second(requests) <= rate
    assert max(takeovers) <= lease + 2


@pytest.mark.timeout(300)
def test_nothing_is_lost_when_relays_and_redis_are_killed(
    api, server, fleet, start_relay, record_property
):
    """Eight producers of four kinds; two relays and Redis killed: 0 lost, few doubled, in order, in pace."""
    check_kills(
        api, server, fleet, start_relay,
        lambda line: record_property("report", line) or print(line),  # noqa: T201
        kills=(1, "redis", 2), rate=5, lease=1, batch=100, each=600, pause=0.1, latency=0.3,
    )  # fmt: skip


@pytest.mark.full
@pytest.mark.timeout(400)
def test_nothing_is_lost_in_40000_events(api, server, fleet, start_relay, record_property):
    """The same with 40,000 events, four killed relays and one killed Redis, at 10 requests a second."""
    check_kills(
        api, server, fleet, start_relay,
        lambda line: record_property("report", line) or print(line),  # noqa: T201
        "--in-flight", "1",  # full batches, so that 500 a kill is one of them
        kills=(1, 2, "redis", 3, 4), rate=10, lease=3, batch=500, each=5000, pause=0.15,
    )  # fmt: skip


@pytest.mark.full
@pytest.mark.timeout(900)
def test_nothing_is_lost_in_a_hundred_kills(api, server, fleet, start_relay, record_property):
    """Eighty killed relays and twenty killed Redis servers, one after the other, in 80,000 events."""
    check_kills(
        api, server, fleet, start_relay,
        lambda line: record_property("report", line) or print(line),  # noqa: T201
        kills=(*range(4), "redis") * 20, rate=5, lease=1, batch=100, each=10_000, pause=0.1, latency=0.3,
    )  # fmt: skip


@pytest.fixture
def naive(server, api):
    """Start naive relays; they end with the test."""
    started = []

    def naive(when):
        process = subprocess.Popen(
            [sys.executable, PRODUCERS / "naive.py", when, "100"],
            env={**os.environ, "STREAM": server.url(), "API": api.endpoint},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield naive
    for process in started:
        process.kill()
        process.communicate()


def test_the_control_a_naive_relay_loses(server, api, naive):
    """It deletes, then sends, and is killed while it sends: the oracle misses its batch."""
    api.faults(hang=True)
    fill(server, 1000)
    relay = naive("before")
    until(lambda: api.stats()["requests"] and server.length() == 900, what="a batch under way")
    relay.kill()
    api.heal()
    naive("before")
    until(lambda: server.length() == 0, what="an empty stream")
    until(lambda: taken(api) >= 900, what="the rest")
    assert Arrived(api).distinct == 900


def test_the_control_naive_relays_double(server, api, naive):
    """Two that know nothing of each other send everything twice."""
    fill(server, 2000)
    api.faults(latency=0.1)
    for _ in range(2):
        naive("after")
    until(lambda: server.length() == 0, what="an empty stream")
    until(lambda: Arrived(api).distinct == 2000, what="the last batch")
    assert Arrived(api).duplicates > 500


def stop_and_continue(api, server, start_relay, *, count, lease, rate):
    """Pause the leader for three leases while it has work, and let it go on."""
    api.faults(latency=0.05)
    fill(server, count)
    options = ("--rate", str(rate), "--lease", str(lease), "--batch", "100")
    relays = [start_relay(server.url(), *options) for _ in range(2)]
    until(lambda: taken(api) >= 500, what="500 events")
    first = until(server.leader, what="a leader")
    paused = next(each for each in relays if each.pid == first)
    at = time.time()
    paused.signal(signal.SIGSTOP)
    until(lambda: server.leader() not in (None, first), lease + 2, "a takeover")
    until(lambda: time.time() >= at + 3 * lease, what="three leases")
    before = taken(api)
    assert 500 <= before < count
    paused.signal(signal.SIGCONT)
    until(lambda: not paused.stats()["leads"], what="the old leader's notice")
    until(lambda: Arrived(api).distinct == count, 60, "the last event")
    return Arrived(api), times(api.requests())


def check_pause(api, server, start_relay, *, count, lease, rate):
    found, requests = stop_and_continue(
        api, server, start_relay, count=count, lease=lease, rate=rate
    )
    assert found.first["one"] == list(range(count))
    assert found.duplicates <= 100  # the batch that was under way
    assert busiest_second(requests) <= rate + 1  # that batch again


def test_a_paused_leader_loses_nothing(api, server, start_relay):
    """SIGSTOP for three leases, then on: 0 lost, order kept, at most the batch under way doubled."""
    check_pause(api, server, start_relay, count=5000, lease=1, rate=12)


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("round_", range(5))
def test_a_paused_leader_loses_nothing_in_long(api, server, start_relay, round_):
    """The same with a longer lease, five times over."""
    check_pause(api, server, start_relay, count=15_000 + round_, lease=3, rate=12)


@pytest.mark.both
def test_the_control_a_redis_without_a_file_loses(start_redis):
    """Acknowledged, then kill -9: without an append-only file all is gone, with one nothing."""
    lost = {}
    for appendonly in ("no", "yes"):
        server = start_redis(appendonly=appendonly)
        fill(server, 10_000)
        server.kill()
        server.start()
        lost[appendonly] = 10_000 - server.length()
    assert lost == {"no": 10_000, "yes": 0}


def test_a_relay_does_not_use_a_redis_that_would_forget(start_redis, start_relay, api):
    """With --require-durable it ends with status 1 and says why; without, it warns and works."""
    server = start_redis(appendonly="no")
    fill(server, 10)
    ended = start_relay(server.url(), "--require-durable")
    ended.process.wait(30)
    status, err = ended.end()
    assert status == 1
    assert "has no append-only file" in err
    assert taken(api) == 0
    warned = start_relay(server.url(), "--once", "--no-rate")
    assert warned.process.wait(30) == 0
    assert "WARNING" in warned.end()[1]
    assert taken(api) == 10


def test_a_full_stream_trims_nothing(api, server, start_relay, tmp_path, attach):
    """API down: the stream fills to its bound, the hosts' spools grow, and all is drained afterwards."""
    bound, count = 1000, 1500
    url = server.url(max_events=bound)
    start_relay(url, "--rate", "50", "--linger", "0.1")
    api.faults(status=503)
    handlers = []
    for host in ("a", "b"):
        handler = ZaiusHandler(
            endpoint=url, spool_dir=tmp_path / host, flush_interval=0.05, notices=lambda line: None
        )
        logger = attach(handler, f"shop.{host}")
        for n in range(count):
            logger.info("x", extra={"zaius": event(n, host)})
        handlers.append(handler)
    until(lambda: all("full" in each.stats().problem for each in handlers), what="the answer full")
    assert bound - 500 < server.length() <= bound
    first = json.loads(_first(server))
    assert first["data"]["n"] == 0
    assert server.length() + sum(each.stats().pending for each in handlers) >= 2 * count
    api.heal()
    until(lambda: Arrived(api).distinct == 2 * count, 60, "the drain")
    found = Arrived(api)
    assert found.first == {"a": list(range(count)), "b": list(range(count))}
    assert found.duplicates == 0
    assert sum(each.stats().dropped.get("overflow", 0) for each in handlers) == 0


def _first(server):
    with server.client() as client:
        return client.xrange(STREAM, count=1)[0][1]["e"]


def test_a_relay_ends_well_and_hands_over_at_once(api, server, start_relay):
    """SIGTERM: the request under way is settled, the next leads without waiting, nothing is doubled."""
    api.faults(latency=0.05)
    fill(server, 3000)
    options = ("--rate", "20", "--lease", "30", "--batch", "100")
    relays = [start_relay(server.url(), *options) for _ in range(2)]
    until(lambda: taken(api) >= 1000, what="1000 events")
    first = server.leader()
    leader = next(each for each in relays if each.pid == first)
    status, err = leader.end()
    assert status == 0
    assert "Traceback" not in err
    until(lambda: Arrived(api).distinct == 3000, 60, "the last event")
    found, requests = Arrived(api), times(api.requests())
    assert found.duplicates == 0
    assert found.in_order()
    assert busiest_second(requests) <= 20
    assert (
        max(later - each for each, later in pairwise(requests)) < 10
    )  # seconds, not the lease's 30
