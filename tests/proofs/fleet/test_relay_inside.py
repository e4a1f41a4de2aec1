"""Relays in threads of this process, with transports that keep what they are given."""

import threading
import time
from itertools import count
from threading import Timer

import pytest

from tests.proofs.fleet.tools import get, item, until
from zaius_logging import Delivered, StubTransport
from zaius_logging._fleet.relay import Relay
from zaius_logging._fleet.term import RelaySettings
from zaius_logging._fleet.transport import RedisTransport
from zaius_logging._operators.notices import Notices
from zaius_logging._transport.redis_address import redis_address
from zaius_logging.cli.command import run

LEASE = "{zaius:events}:lease"
NOTE = "{zaius:events}:note"


class Timed(StubTransport):
    """Notes when each request starts."""

    def __init__(self, starts):
        super().__init__()
        self.starts = starts

    def send(self, items):
        self.starts.append(time.monotonic())
        return super().send(items)


class Running:
    """A relay in a thread; `make` makes its transports, and is given where they note their starts."""

    def __init__(self, server, make=Timed, **settings):
        self.make = make
        self.said = []
        self.starts = []
        self.transports = []
        self.relay = Relay(
            redis_address(server.url()),
            self._transport,
            RelaySettings(linger=0.0, **settings),
            notices=Notices(self.said.append),
        )
        self.result = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _transport(self):
        self.transports.append(self.make(self.starts))
        return self.transports[-1]

    def _run(self):
        self.result = self.relay.run()

    @property
    def numbers(self):
        return [each["data"]["n"] for sent in self.transports for each in sent.events]

    def stop(self):
        self.relay.stop()
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def start(server):
    running = []

    def start(**settings):
        running.append(Running(server, **settings))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def fill(server):
    transport = RedisTransport(server.url())

    def fill(*numbers):
        assert transport.send([item(n) for n in numbers]) == Delivered()

    yield fill
    transport.close()


def test_one_leads_and_the_other_follows_it(server, start, fill):
    """While one leads, the other sends nothing; when it ends, the other goes on where it was."""
    one = start(rate=None)
    until(lambda: one.relay.stats().leads, what="the lead")
    two = start(rate=None)
    fill(*range(5))
    until(lambda: one.numbers == list(range(5)), what="the first five")
    assert not two.relay.stats().leads
    assert not two.starts
    one.stop()
    assert one.result is True
    until(lambda: two.relay.stats().leads, what="the other's lead")
    fill(*range(5, 10))
    until(lambda: two.numbers == list(range(5, 10)), what="the next five")
    assert two.relay.stats().terms == 1


def test_the_next_leader_knows_what_was_sent_last(server, start, fill):
    """A note in Redis carries the times: the window holds over both, and the wait is no longer than it."""
    one = start(rate=3, batch=1)
    fill(*range(20))
    until(lambda: len(one.numbers) >= 5, what="five requests")
    one.stop()
    two = start(rate=3, batch=1)
    until(lambda: len(two.numbers) >= 5, what="five more")
    two.stop()
    starts = one.starts + two.starts
    assert sorted(one.numbers + two.numbers) == list(range(len(starts)))
    assert min(later - first for first, later in zip(starts, starts[3:], strict=False)) >= 1.0


def test_a_note_of_another_clock_delays_nothing(server, start, fill):
    """A primary that took over may be an hour behind the one that kept the note: then the wait is one window."""
    with server.client() as client:
        seconds, micros = client.time()
        client.set(NOTE, f"{(seconds + 3600) * 1_000_000 + micros}")
    one = start(rate=1)
    fill(1)
    until(lambda: one.numbers == [1], what="the event")


def test_a_leader_whose_lease_is_another_s_stops_at_once(server, start, fill):
    """It says so, keeps standing by, and leads again when the lease is free."""
    one = start(rate=None)
    until(lambda: one.relay.stats().leads, what="the lead")
    with server.client() as client:
        client.set(LEASE, "99:somebody", px=60_000)
        until(lambda: any("lost its lease" in line for line in one.said), what="the notice")
        assert not one.relay.stats().leads
        fill(1)
        assert one.numbers == []
        assert client.get(LEASE) == "99:somebody"  # not given back: it was not ours
        client.delete(LEASE)
    until(lambda: one.numbers == [1], what="the second term")
    assert one.relay.stats().terms == 2
    assert len(one.transports) == 4  # those of the first term: none had a request under way


def test_the_lease_is_kept_for_as_long_as_the_leader_lives(server, start):
    """It is renewed long before it ends."""
    one = start(rate=None, lease=1.0)
    until(lambda: one.relay.stats().leads, what="the lead")
    with server.client() as client:
        granted = client.get(LEASE)
        ends = time.monotonic() + 2.5
        until(lambda: time.monotonic() > ends or client.get(LEASE) != granted, what="two leases")
        assert client.get(LEASE) == granted


def test_transports_that_take_longer_to_make_than_a_lease_lasts(server, start, fill):
    """They are made before the lease is asked for: whoever takes over then leads at once, and in its first term."""

    def outlasting(starts):
        with server.client() as client:
            until(lambda: not client.exists(LEASE), what="the end of whatever lease there is")
        return Timed(starts)

    with server.client() as client:
        client.set(LEASE, "99:somebody", px=500)
    one = start(make=outlasting, rate=20, lease=1.0, in_flight=4)
    fill(1)
    until(lambda: one.numbers == [1], what="the event")
    assert one.relay.stats().terms == 1


def test_redis_away_for_longer_than_the_lease(start_redis):
    """The leader gives up in time, and goes on in a new term; what was delivered is not sent again."""
    server = start_redis()
    one = Running(server, rate=None, lease=1.0)
    transport = RedisTransport(server.url())
    try:
        assert transport.send([item(0)]) == Delivered()
        until(lambda: one.numbers == [0], what="the first")
        until(lambda: server.length() == 0, what="its removal")
        server.kill()
        until(lambda: not one.relay.stats().leads, what="the end of the term")
        assert one.relay.stats().problem
        server.start()
        until(lambda: transport.send([item(1)]) == Delivered(), what="the stream")
        until(lambda: one.numbers == [0, 1], what="the second")
        assert one.relay.stats().problem == ""
        assert one.relay.stats().delivered == 2
    finally:
        one.stop()
        transport.close()


def test_the_command_in_this_process(server, api, fill, monkeypatch, capsys):
    """Once: everything is delivered, the statistics were served, and the signals are as before."""
    monkeypatch.setenv("ZAIUS_API_KEY", "k")
    fill(*range(3))
    arguments = ["relay", "--from", server.url(), "--endpoint", api.endpoint, "--once"]
    assert run([*arguments, "--no-rate", "--stats-port", "0"]) == 0
    assert api.stats()["events"] == 3
    said = capsys.readouterr()
    port = int(said.out.split("/")[2].partition(":")[2])
    assert get(port, "/stats") is None  # it ended with the relay
    assert "leads zaius:events no more" in said.err


def test_once_ends_where_redis_stays_away(start_redis):
    """After a minute by its clock, which a job that nobody watches can wait for; a relay that stays goes on trying."""
    server = start_redis()
    server.kill()
    looks = count(step=10)
    relay = Relay(redis_address(server.url()), StubTransport, clock=lambda: float(next(looks)))
    assert relay.run(once=True) is False
    assert next(looks) > 60
    relay = Relay(redis_address(server.url()), StubTransport, clock=lambda: float(next(looks)))
    ending = Timer(4, relay.stop)
    ending.start()
    assert relay.run() is True  # asked to end, long after that minute
    assert not ending.is_alive()


class Gated(Timed):
    """A request that lasts until it is let go."""

    def __init__(self, starts, gate):
        super().__init__(starts)
        self.gate = gate

    def send(self, items):
        outcome = super().send(items)
        self.gate.wait(20)
        return outcome


def test_a_transport_whose_request_is_under_way_serves_no_other_term(server, start, fill):
    """The lease is lost in the middle of a request: the next term has transports of its own."""
    gate = threading.Event()
    one = start(make=lambda starts: Gated(starts, gate), rate=None, in_flight=2)
    until(lambda: one.relay.stats().leads, what="the lead")
    fill(1)
    until(lambda: len(one.starts) == 1, what="the request")
    with server.client() as client:
        client.set(LEASE, "99:somebody", px=300)
    until(lambda: len(one.starts) == 2, what="the next term's request")
    gate.set()
    assert [
        sum(len(each.batches) for each in some) for some in (one.transports[:2], one.transports[2:])
    ] == [1, 1]


def test_a_relay_that_ends_keeps_its_lease_until_its_request_is_answered(server, start, fill):
    """Stopped in the middle of a request of several leases: nobody else sends that batch."""
    gate = threading.Event()
    one = start(make=lambda starts: Gated(starts, gate), rate=None, lease=0.6)
    until(lambda: one.relay.stats().leads, what="the lead")
    fill(*range(3))
    until(lambda: one.starts, what="the request")
    two = start(rate=None, lease=0.6)
    one.relay.stop()
    ended = time.monotonic() + 1.5
    until(lambda: time.monotonic() > ended or two.starts, what="two leases and more")
    assert not two.starts
    gate.set()
    until(lambda: two.relay.stats().leads, what="the other's lead")
    assert one.numbers == [0, 1, 2]
    assert two.numbers == []
