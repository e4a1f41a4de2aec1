"""Sixty clients through an outage: nothing is lost, and the server that comes back is not stampeded."""

import datetime as dt
import logging
import random
import time

import pytest

from zaius_logging import Delivered, Retry, ZaiusHandler
from zaius_logging._delivery.machine import Delivery, Send
from zaius_logging._delivery.pace import Pace
from zaius_logging.sandbox import Sandbox

CLIENTS = 60  # of 20, chance alone brings six together once in 30 short outages; of 60 a quarter in none of 400
WINDOW = 0.1


def crowd(times):
    """The largest share of all times that any window of 100 ms holds."""
    times = sorted(times)
    return max(sum(start <= at < start + WINDOW for at in times) for start in times) / len(times)


def returns(outage, seed, *, uniform=None, round_trip=0.002):
    """When each client first reaches a server that was away for so long; in no time at all."""
    chance = random.Random(seed)
    found = []
    for _ in range(CLIENTS):
        machine = Delivery(
            batch_size=500,
            batch_bytes=10**6,
            flush_interval=5.0,
            pace=Pace(),
            uniform=uniform or chance.uniform,
        )
        now = chance.uniform(0, 0.05)  # all notice the outage together
        while True:
            step = machine.next(now, 500, 500)
            if isinstance(step, Send):
                if now >= outage:
                    found.append(now)
                    break
                now += round_trip
                machine.answered(Retry("the connection was refused"), 500, now)
            else:
                now = step.until
    return found


@pytest.mark.parametrize("seed", range(20))
def test_the_first_requests_after_an_outage_are_spread(seed):
    """After 60 s no window of 100 ms holds more than a quarter of them."""
    assert crowd(returns(60, seed)) <= 0.25


def test_without_jitter_they_come_together():
    """The control: doubling alone brings all clients back at once."""
    assert crowd(returns(60, 1, uniform=lambda low, high: high)) > 0.25


def test_the_first_batch_after_an_outage_is_one_probe():
    """There is one request at a time, so a process asks with one batch before it sends more."""
    machine = Delivery(
        batch_size=500, batch_bytes=10**6, flush_interval=5.0, pace=Pace(), uniform=random.uniform
    )
    machine.next(0.0, 50_000, 50_000)
    machine.answered(Retry("down"), 500, 0.0)
    assert machine.next(60.0, 50_000, 50_000) == Send(500, 10**6 - 501)  # brackets and commas
    assert machine.answered(Delivered(), 500, 60.1) == {}


def outage(seconds, events=50):
    """Let sixty real handlers live through it, and give what arrived and when each came back."""
    with Sandbox() as sandbox:
        handlers = [
            ZaiusHandler(
                api_key=f"c{number:03}-made-up-key",
                endpoint=sandbox.endpoint,
                flush_interval=0.01,
                close_timeout=1,
                notices=lambda line: None,
                identifiers={"vuid": f"c{number:03}"},
            )
            for number in range(CLIENTS)
        ]
        try:
            sandbox.stop()
            for handler in handlers:
                for number in range(events):
                    handler.emit(record(number))
            time.sleep(seconds)  # the outage itself
            sandbox.start()
            sandbox.wait_for(CLIENTS * events, timeout=60)
            assert all(handler.flush(10) for handler in handlers)
            lost = sum(handler.stats().pending for handler in handlers)
            first = {}
            for request in sandbox.requests():
                first.setdefault(request["key"], at(request))
            ids = [event["data"]["idempotence_id"] for event in sandbox.events()]
            return ids, list(first.values()), lost
        finally:
            for handler in handlers:
                handler.close()


def record(number):
    made = logging.LogRecord("shop", logging.INFO, __file__, 1, "", (), None)
    made.zaius = {"type": "test", "action": "outage", "data": {"number": number}}
    return made


def at(request):
    return dt.datetime.fromisoformat(request["time"].replace("Z", "+00:00")).timestamp()


def check(seconds):
    ids, first, lost = outage(seconds)
    print(f"{len(first)} clients came back within {max(first) - min(first):.1f} s,")  # noqa: T201
    print(f"at most {crowd(first):.0%} of them in 100 ms")  # noqa: T201
    assert lost == 0
    assert len(ids) == len(set(ids)) == CLIENTS * 50
    assert len(first) == CLIENTS
    assert crowd(first) <= 0.25


@pytest.mark.timing("on a busy machine clients that drew different times are woken together")
def test_sixty_clients_through_a_short_outage():
    """1.5 s: nothing lost, nothing twice, and the return is spread."""
    check(1.5)


@pytest.mark.full
@pytest.mark.timeout(300)
def test_sixty_clients_through_a_minute():
    """60 s: the same."""
    check(60)
