"""A relay with several requests in flight, with a real Redis and the sandbox: faster, in order, in pace, without loss."""

import json
import random
import time
from datetime import datetime

import pytest

from tests.proofs.fleet.tools import Arrived, busiest_second, event, item, until
from zaius_logging import Delivered
from zaius_logging._fleet import lanes as spreading
from zaius_logging._fleet.relay import Relay
from zaius_logging._fleet.term import RelaySettings
from zaius_logging._fleet.transport import RedisTransport
from zaius_logging._operators.notices import Notices
from zaius_logging._transport.http.transport import HTTPTransport
from zaius_logging._transport.redis_address import redis_address

CUSTOMERS = 40


def fill(server, count, customers=CUSTOMERS, seed=1):
    """Append events of customers in turn, at random; each customer's are numbered. Gives how many each has."""
    chance, numbers = random.Random(seed), dict.fromkeys(range(customers), 0)
    some = []
    for _ in range(count):
        who = chance.randrange(customers)
        some.append(item(numbers[who], f"customer-{who}"))
        numbers[who] += 1
    transport = RedisTransport(server.url())
    for start in range(0, count, 500):
        assert transport.send(some[start : start + 500]) == Delivered()
    transport.close()
    return {f"customer-{who}": number for who, number in numbers.items() if number}


def times(api):
    return sorted(
        datetime.fromisoformat(each["time"].replace("Z", "+00:00")).timestamp()
        for each in api.requests()
    )


def all_arrived(api, truth):
    """Wait for every event; give what came."""

    def complete():
        found = Arrived(api)
        return found if found.distinct == sum(truth.values()) else None

    found = until(complete, 90, "the last event")
    assert {who: len(numbers) for who, numbers in found.first.items()} == truth
    return found


@pytest.mark.timing("two relays' throughput, as a ratio")
def test_four_requests_in_flight_carry_more_than_twice_as_much(server, api, start_relay):
    """At 200 ms an answer; by when requests come to the API, without the relay's start."""
    api.faults(latency=0.2)
    seconds = {}
    for in_flight in (1, 4):
        api.clear()
        truth = fill(server, 4000)
        relay = start_relay(
            server.url(), "--once", "--no-rate", "--batch", "200", "--in-flight", str(in_flight)
        )
        assert relay.process.wait(60) == 0
        assert all_arrived(api, truth).duplicates == 0
        seconds[in_flight] = times(api)[-1] - times(api)[0]
    assert seconds[1] > 2 * seconds[4]


def deliver_through_faults(server, api, count=3000):
    """A relay in this process, an API that fails one request in three; give what came."""
    truth = fill(server, count)
    api.faults({"latency": 0.02}, {"status": 503, "share": 0.3})
    relay = Relay(
        redis_address(server.url()),
        lambda: HTTPTransport(api.endpoint, "k"),
        RelaySettings(rate=None, batch=100, linger=0.0, in_flight=4),
        notices=Notices(str),
    )
    assert relay.run(once=True)
    return all_arrived(api, truth)


@pytest.mark.both
def test_each_customer_s_order_holds_through_retries(server, api):
    """While one lane tries again, the others go on, with other customers."""
    found = deliver_through_faults(server, api)
    assert found.in_order()
    assert found.duplicates == 0


def test_the_control_lanes_that_know_no_customer_break_the_order(server, api, monkeypatch):
    """Each event for itself: the same relay, the same faults, and customers' events pass each other."""
    numbers = iter(range(10**6))
    monkeypatch.setattr(spreading, "identifiers", lambda _: (str(next(numbers)),))
    found = deliver_through_faults(server, api)
    assert not found.in_order()
    assert found.duplicates == 0


@pytest.mark.both
def test_kills_of_relay_and_redis_lose_nothing(server, api, start_relay):
    """Four relays and Redis twice, -9, in the middle of requests: in order, doubled at most what was in flight."""
    api.faults(latency=0.1)
    batch, in_flight = 50, 4
    truth = fill(server, 8000)
    options = ("--no-rate", "--lease", "1", "--batch", str(batch), "--linger", "0.1")
    options += ("--in-flight", str(in_flight))
    relays = [start_relay(server.url(), *options) for _ in range(2)]
    kills = ("relay", "redis", "relay", "relay", "redis", "relay")
    for place, what in enumerate(kills, start=1):
        until(lambda: api.stats()["events"] >= place * 900, 60, f"kill {place}")  # noqa: B023
        if what == "redis":
            server.kill()
            server.start()
            continue
        pid = until(server.leader, what="a leader")
        relay = next(each for each in relays if each.pid == pid)
        relay.kill()
        relays[relays.index(relay)] = start_relay(server.url(), *options)
    found = all_arrived(api, truth)
    assert found.in_order()
    assert found.duplicates <= batch * in_flight * kills.count("relay")
    until(lambda: server.length() == 0, what="an empty stream")


def test_all_lanes_together_keep_the_rate(server, api, start_relay):
    """In any sliding second, although each request lasts for three tenths of one; and the rate is used."""
    api.faults(latency=0.3)
    truth = fill(server, 3000)
    relay = start_relay(server.url(), "--once", "--rate", "8", "--batch", "100", "--in-flight", "4")
    assert relay.process.wait(60) == 0
    all_arrived(api, truth)
    assert busiest_second(times(api)) <= 8
    assert len(times(api)) >= 30
    assert times(api)[-1] - times(api)[0] < 0.3 * len(times(api))  # what one at a time would need


def test_a_limit_found_by_429_holds_for_all_lanes(server, api, start_relay):
    """No rate is set, the API takes 5 a second: few answers are 429, nothing is lost or doubled."""
    api.faults({"latency": 0.1}, {"rate": 5, "burst": 5})
    truth = fill(server, 1500)
    relay = start_relay(server.url(), "--once", "--no-rate", "--batch", "50", "--in-flight", "4")
    assert relay.process.wait(90) == 0
    found = all_arrived(api, truth)
    assert found.in_order()
    assert found.duplicates == 0
    statuses = [each["status"] for each in api.requests()]
    assert statuses.count(429) <= 0.4 * len(statuses)


def test_retry_after_stops_all_lanes(server, api, start_relay):
    """One is answered 429 with two seconds: until then none begins a request."""
    api.faults({"latency": 0.05}, {"status": 429, "retry_after": 2, "times": 1})
    truth = fill(server, 1000)
    relay = start_relay(server.url(), "--once", "--no-rate", "--batch", "100", "--in-flight", "4")
    assert relay.process.wait(60) == 0
    all_arrived(api, truth)
    [stopped] = [
        datetime.fromisoformat(each["time"].replace("Z", "+00:00")).timestamp()
        for each in api.requests()
        if each["status"] == 429
    ]
    assert not [at for at in times(api) if stopped + 0.3 < at < stopped + 2.0]


def test_a_search_for_a_bad_event_goes_on_in_a_stream_that_grows(server, api, start_relay):
    """The API names nobody and takes its time; events that come meanwhile do not begin the search anew."""
    api.faults({"bad": {"data": {"n": 77}}, "named": False, "latency": 0.1})
    transport = RedisTransport(server.url())
    assert transport.send([item(n) for n in range(300)]) == Delivered()
    relay = start_relay(server.url(), "--linger", "0", "--no-rate", "--in-flight", "4")
    count, until_ = 300, time.monotonic() + 60
    while relay.stats()["rejected"] == 0:
        assert time.monotonic() < until_, "the search does not end"
        assert transport.send([item(count)]) == Delivered()
        count += 1
    transport.close()
    until(lambda: Arrived(api).distinct == count - 1, what="the rest")
    assert Arrived(api).first["one"] == [n for n in range(count) if n != 77]


def test_an_event_that_links_two_customers_waits_for_both(server, api):
    """It has an identifier of each: it comes after what either sent before, and before what they send after."""
    transport = RedisTransport(server.url())
    events = []
    for n in range(400):
        names = [{"vuid": f"v{n % 20}"}, {"email": f"e{n % 20}@x.org"}]
        events.append({**names[0], **names[1]} if n % 7 == 0 else names[n % 2])
    items = [
        json.dumps({**event(n), "identifiers": names}).encode() for n, names in enumerate(events)
    ]
    assert transport.send(items) == Delivered()
    transport.close()
    api.faults({"latency": 0.02}, {"status": 503, "share": 0.3})
    relay = Relay(
        redis_address(server.url()),
        lambda: HTTPTransport(api.endpoint, "k"),
        RelaySettings(rate=None, batch=10, linger=0.2),
        notices=Notices(str),
    )
    assert relay.run(once=True)
    last = {}
    for each in api.events():
        for key in each["identifiers"].items():
            assert last.get(key, -1) < each["data"]["n"]
            last[key] = each["data"]["n"]
    assert api.stats()["events"] == len(items)
