"""A fleet that does not fit on one machine, simulated: `python -m benchmarks.fleet_simulation [--help]`.

The delivery machines are the real ones, one a process: they have no clock, so simulated time will do. The
service times are measured (`python -m benchmarks.fleet_relay`, and an API that answers in 100 ms); give
your own. Two ways of sending are compared at the same load: each process to the API directly, with one
account's limit between them, and through one Redis stream and a relay.
"""

import argparse
import heapq
import random
from collections import deque
from itertools import count

from zaius_logging._delivery.machine import Delivery, Send, Wait
from zaius_logging._delivery.pace import Pace
from zaius_logging._fleet.lease import FleetPace
from zaius_logging._transport.outcome import Delivered, Retry

SIZE = 430  # bytes of an event
NETWORK = 0.0005  # seconds to Redis and back


class World:
    """What happens, in the order of time."""

    def __init__(self, seed):
        self.now = 0.0
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self._heap = []
        self._order = count()

    def at(self, when, what, *arguments):
        heapq.heappush(self._heap, (when, next(self._order), what, arguments))

    def run(self, until):
        while self._heap and self._heap[0][0] <= until:
            self.now, _, what, arguments = heapq.heappop(self._heap)
            what(*arguments)
        self.now = until


class Sender:
    """A delivery machine with a place to send to; it does what the listener does, without a thread.

    Args:
        world: whose time it is.
        to: takes (arrival times, what to call with the outcome).
        delivery: the machine.
        pace: called at each request's end, if it wants to know.
    """

    def __init__(self, world, to, delivery, pace=None):
        self.world = world
        self.to = to
        self.delivery = delivery
        self.pace = pace
        self.waiting = deque()
        self.busy = False
        self.alarm = float("inf")

    def add(self, times):
        self.waiting.extend(times)
        self.delivery.added(len(times), len(times) * SIZE)
        self.step()

    def wake(self, alarm):
        if alarm == self.alarm:
            self.alarm = float("inf")
            self.step()

    def step(self):
        if self.busy:
            return
        match self.delivery.next(self.world.now):
            case Send(some, size):
                some = min(some, max(1, size // SIZE), len(self.waiting))
                self.busy = True
                self.to([self.waiting[n] for n in range(some)], self.answered)
            case Wait(until) if until < self.alarm:
                self.alarm = until
                self.world.at(until, self.ring, until)

    def answered(self, outcome, some):
        self.busy = False
        if self.pace is not None:
            self.pace.ended(self.world.now)
        self.delivery.answered(outcome, some, self.world.now)
        if isinstance(outcome, Delivered):
            for _ in range(some):
                self.waiting.popleft()
            self.delivery.removed(some, some * SIZE)
        self.step()


class API:
    """Answers after a while; takes so many requests a second, and answers 429 beyond."""

    def __init__(self, world, rate, latency):
        self.world = world
        self.rate = rate
        self.latency = latency
        self.tokens = rate
        self.since = 0.0
        self.taken = self.limited = self.events = 0
        self.delays = []

    def __call__(self, times, answer):
        now = self.world.now
        self.tokens = min(self.rate, self.tokens + (now - self.since) * self.rate)
        self.since = now
        if self.tokens < 1:
            self.limited += 1
            self.world.at(now + self.latency / 10, answer, Retry("429", throttled=True), len(times))
            return
        self.tokens -= 1
        self.taken += 1
        latency = self.latency * self.world.chance.uniform(0.7, 1.6)
        self.world.at(now + latency, self.done, times, answer)

    def done(self, times, answer):
        self.events += len(times)
        self.delays += [self.world.now - at for at in times]
        answer(Delivered(), len(times))


class Stream:
    """One Redis: one script at a time; full at its bound."""

    def __init__(self, world, relay, bound, costs):
        self.world = world
        self.relay = relay
        self.bound = bound
        self.costs = costs  # seconds for a batch, for each event of it, and for its way out
        self.free = 0.0
        self.used = 0.0
        self.longest = self.full = 0

    def __call__(self, times, answer):
        cost = self.costs[0] + self.costs[1] * len(times)
        self.free = max(self.free, self.world.now) + cost
        self.used += cost
        self.world.at(self.free + NETWORK, self.done, times, answer)

    def done(self, times, answer):
        if len(self.relay.waiting) + len(times) > self.bound:
            self.full += 1
            answer(Retry("full"), len(times))
            return
        cost = self.costs[2] * len(times)  # to be read and removed again
        self.used += cost
        self.free = max(self.free, self.world.now) + cost
        self.relay.add(times)
        self.longest = max(self.longest, len(self.relay.waiting))
        answer(Delivered(), len(times))


def machine(world, interval, pace):
    return Delivery(
        batch_size=500,
        batch_bytes=1_000_000,
        flush_interval=interval,
        pace=pace,
        uniform=world.chance.uniform,
    )


def feed(world, senders, load, seconds):
    """Events come at random to random processes."""

    def arrive():
        world.chance.choice(senders).add([world.now])
        if world.now < seconds:
            world.at(world.now + world.chance.expovariate(load), arrive)

    world.at(0.0, arrive)


def quantile(delays, share):
    return sorted(delays)[int(share * (len(delays) - 1))] if delays else float("nan")


def simulate(given, *, fleet, processes, load):
    """One line of the table."""
    world = World(given.seed)
    api = API(world, given.rate, given.latency)
    stream = None
    if fleet:
        pace = FleetPace(given.rate, None, 0.0)
        relay = Sender(world, api, machine(world, given.linger, pace), pace)
        costs = [each / 1e6 for each in (given.batch_us, given.event_us, given.relay_us)]
        stream = Stream(world, relay, given.bound, costs)
    to = stream or api
    senders = [
        Sender(world, to, machine(world, given.flush_interval, Pace())) for _ in range(processes)
    ]
    feed(world, senders, load, given.seconds)
    world.run(given.seconds)
    waiting = sum(len(each.waiting) for each in senders)
    asked = api.taken + api.limited
    return {
        "way": "relay" if fleet else "direct",
        "processes": processes,
        "load": load,
        "delivered": api.events / given.seconds,
        "requests": api.taken / given.seconds,
        "429": api.limited / asked if asked else 0.0,
        "p50": quantile(api.delays, 0.5),
        "p99": quantile(api.delays, 0.99),
        "on hosts": waiting,
        "in Redis": len(stream.relay.waiting) if stream else 0,
        "Redis busy": stream.used / given.seconds if stream else 0.0,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=8, help="on each host")
    parser.add_argument("--load", type=float, nargs="*", default=[400, 2000, 4000, 6000], help="events a second of the whole fleet")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=120.0, help="of simulated time")
    parser.add_argument("--rate", type=float, default=10.0, help="requests a second of the account")
    parser.add_argument("--latency", type=float, default=0.06, help="seconds of an API request")
    parser.add_argument("--flush-interval", type=float, default=5.0)
    parser.add_argument("--linger", type=float, default=1.0)
    parser.add_argument("--bound", type=int, default=1_000_000, help="events in the stream")
    parser.add_argument("--batch-us", type=float, default=20.0, help="µs of Redis for a batch")
    parser.add_argument("--event-us", type=float, default=4.3, help="and for each event of it")
    parser.add_argument("--relay-us", type=float, default=5.1, help="and for its way out")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    first = True
    small = int(given.rate * given.flush_interval)
    for processes in (small, given.hosts * given.processes):
        for load in given.load:
            for fleet in (False, True):
                found = simulate(given, fleet=fleet, processes=processes, load=load)
                if first:
                    print("  ".join(f"{name:>10}" for name in found))
                first = False
                print("  ".join(_cell(name, value) for name, value in found.items()), flush=True)


def _cell(name, value):
    if name in ("429", "Redis busy"):
        return f"{value:>10.1%}"
    if isinstance(value, float):
        return f"{value:>10.2f}" if value < 100 else f"{value:>10,.0f}"
    return f"{value:>10,}" if isinstance(value, int) else f"{value:>10}"


if __name__ == "__main__":
    main()
