"""The command `relay` as operators run it, with a real server."""

import signal

import pytest

from tests.proofs.fleet.tools import STREAM, Arrived, documented_rights, item, redis, until
from zaius_logging import Delivered
from zaius_logging._fleet.stats import RelayStats, Totals, prometheus
from zaius_logging._fleet.transport import RedisTransport
from zaius_logging._stats import Stats
from zaius_logging.cli.command import run


def fill(server, *items):
    transport = RedisTransport(server.url())
    assert transport.send(list(items)) == Delivered()
    transport.close()


def test_once_empties_the_stream_and_ends(server, api, start_relay):
    """Status 0; nothing is left in Redis but its counters."""
    fill(server, *(item(n) for n in range(499)))
    relay = start_relay(server.url(), "--once", "--no-rate")
    assert relay.process.wait(30) == 0
    assert Arrived(api).first["one"] == list(range(499))
    assert server.length() == 0


@pytest.mark.both
def test_a_redis_whose_memory_is_full_is_emptied(server, api, start_relay):
    """Hosts have filled it, and only a relay makes room: it begins there, and so does the next."""
    fill(server, *(item(n) for n in range(5)))
    with server.client() as client:
        client.config_set("maxmemory", "1")
    for relay in (start_relay(server.url(), "--once"), start_relay(server.url(), "--once")):
        assert relay.process.wait(30) == 0
        assert "out of memory" not in relay.end()[1]
    assert Arrived(api).first["one"] == list(range(5))
    assert server.length() == 0


@pytest.mark.both
def test_a_relay_hands_over_where_memory_is_full(server, api, start_relay):
    """The group is there already, and the lease is given back: another begins where one has ended."""
    api.faults(status=503)
    fill(server, *(item(n) for n in range(5)))
    one = start_relay(server.url(), "--linger", "0", "--lease", "60")
    until(lambda: one.stats()["pending"] == 5, what="the first lead")
    with server.client() as client:
        client.config_set("maxmemory", "1")
    _, said = one.end()
    assert "out of memory" not in said
    api.heal()
    two = start_relay(server.url(), "--linger", "0", "--once")
    assert two.process.wait(30) == 0
    assert server.length() == 0


def test_once_ends_where_nobody_can_deliver(server, api, start_relay):
    """With a wrong key it does not wait for ever: status 1, and the events stay."""
    api.faults(forbidden=True)
    fill(server, item(0))
    relay = start_relay(server.url(), "--once", "--no-rate")
    assert relay.process.wait(30) == 1
    status, err = relay.end()
    assert status == 1
    assert "check api_key" in err
    assert "test-key" not in err
    assert server.length() == 1


@pytest.mark.both
def test_rejected_events_are_dead_letters_with_the_reason(server, api, start_relay):
    """The API's own words, in the dead stream; the others arrive, and the statistics say so."""
    api.faults(bad={"data": {"n": 2}}, message="no such product")
    fill(server, *(item(n) for n in range(5)))
    relay = start_relay(server.url(), "--linger", "0", "--no-rate")
    until(lambda: relay.stats()["rejected"] == 1 and relay.stats()["length"] == 0, what="the end")
    assert Arrived(api).first["one"] == [0, 1, 3, 4]
    with server.client() as client:
        [(_, letter)] = client.xrange("{zaius:events}:dead")
    assert (letter["e"], letter["reason"]) == (item(2).decode(), "no such product")
    assert letter["relay"] == relay.stats()["relay"]
    until(lambda: relay.stats()["dead"] == 1, what="the count of the dead")


def test_a_bad_event_is_found_while_others_keep_coming(server, api, start_relay):
    """Where the API names nobody, the search by halves goes on although the stream grows."""
    api.faults(bad={"data": {"n": 77}}, named=False)
    fill(server, *(item(n) for n in range(300)))
    relay = start_relay(server.url(), "--linger", "0", "--no-rate")
    for n in range(300, 400):
        fill(server, item(n))
    until(lambda: relay.stats()["rejected"] == 1 and relay.stats()["length"] == 0, what="the end")
    assert Arrived(api).first["one"] == [n for n in range(400) if n != 77]


def test_statistics_know_the_relay_and_its_stream(server, api, start_relay):
    """Who leads, how much waits and for how long; the standby knows it too, and says that it waits."""
    api.faults(status=503)
    fill(server, *(item(n) for n in range(7)))
    leader = start_relay(server.url(), "--linger", "0", "--no-rate")
    until(lambda: leader.stats()["state"] == "retrying", what="the first failure")
    standby = start_relay(server.url())
    found = until(
        lambda: stats if (stats := leader.stats())["pending"] == 7 else None, what="the measure"
    )
    assert found["leads"]
    assert found["leader"].endswith(found["relay"])
    assert (found["length"], found["dead"]) == (7, 0)
    assert found["bytes"] == sum(len(item(n)) for n in range(7))
    assert "503" in found["problem"]
    until(lambda: leader.stats()["oldest"] > 0.5, what="half a second")
    until(lambda: standby.stats()["length"] == 7, what="the standby's measure")
    assert (standby.stats()["leads"], standby.stats()["state"]) == (False, "standby")
    assert standby.stats()["leader"] == found["leader"]
    assert 'zaius_relay_length{stream="zaius:events"} 7' in leader.metrics()
    assert 'zaius_relay_leads{stream="zaius:events"} 0' in standby.metrics()


def test_a_redis_that_is_away_at_the_start_is_waited_for(start_redis, api, start_relay):
    """The relay says so once, and leads as soon as it can."""
    server = start_redis()
    fill(server, item(0))
    server.kill()
    relay = start_relay(server.url(), "--linger", "0", "--no-rate")
    until(lambda: relay.stats()["problem"], what="the trouble")
    server.start()
    until(lambda: Arrived(api).distinct == 1, what="the event")
    _, err = relay.end()
    assert err.count("trying again") == 1
    assert "Redis answers again" in err


@pytest.mark.both
def test_the_smallest_rights_of_a_relay_are_enough(server, api, start_relay):
    """It delivers, keeps dead letters and hands over; it may touch no other key."""
    with server.client() as admin:
        admin.execute_command("ACL", "SETUSER", "relay", *documented_rights("relay"))
    api.faults(bad={"data": {"n": 1}})
    fill(server, item(0), item(1), item(2))
    url = f"redis://relay:PASSWORD@127.0.0.1:{server.port}/0"
    relay = start_relay(url, "--linger", "0", "--no-rate")
    until(lambda: relay.stats()["rejected"] == 1 and relay.stats()["length"] == 0, what="the end")
    status, err = relay.end()
    assert status == 0
    assert "PASSWORD" not in err
    with server.client() as client:
        assert client.get("{zaius:events}:lease") is None
        denied = {each["object"] for each in client.acl_log()}
    assert denied <= {"client|setinfo"}  # redis-py's own, from 7.2 on: see docs/fleet.md
    with server.client(username="relay", password="PASSWORD") as client:  # noqa: S106
        for command in (("FLUSHALL",), ("GET", "other"), ("CONFIG", "GET", "*")):
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*command)


def test_a_lack_of_rights_is_told(server, api, start_relay):
    """A relay that may lead and may not read says so, and delivers as soon as it may."""
    with server.client() as admin:
        rights = [each for each in documented_rights("relay") if each != "+xreadgroup"]
        admin.execute_command("ACL", "SETUSER", "relay", *rights)
        fill(server, item(0))
        url = f"redis://relay:PASSWORD@127.0.0.1:{server.port}/0"
        relay = start_relay(url, "--linger", "0", "--no-rate")
        until(lambda: "check its ACL" in relay.stats()["problem"], what="the problem")
        admin.execute_command("ACL", "SETUSER", "relay", "+xreadgroup")
    until(lambda: Arrived(api).distinct == 1, what="the event")
    until(lambda: relay.stats()["problem"] == "", what="the end of the problem")
    assert "check its ACL; trying again" in relay.end()[1]


def test_what_somebody_else_put_into_the_stream_is_buried(server, api, start_relay):
    """It is no event: the API cannot read it, the search finds it, and the events pass."""
    fill(server, item(0), item(1))
    with server.client() as client:
        client.xadd(STREAM, {"their": "thing"})
        fill(server, item(2))
        relay = start_relay(server.url(), "--linger", "0", "--no-rate")
        until(lambda: relay.stats()["rejected"] == 1, what="the burial")
        until(lambda: Arrived(api).distinct == 3, what="the events")
        [(_, letter)] = client.xrange("{zaius:events}:dead")
    assert letter["e"] == "thing"
    assert Arrived(api).first["one"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rate", "0"), "above 0"),
        (("--lease", "0.5"), "from 1 to 3600"),
        (("--batch", "501"), "501"),
        (("--linger", "-1"), "from 0"),
        (("--from", "http://h"), "must start with redis://"),
        (("--endpoint", "redis://h"), "--endpoint must start with https://"),
        (("--key", "k"), "No such option"),
    ],
)
def test_mistakes_are_status_2(options, words, monkeypatch, capsys):
    """Before anything is connected; the password is not shown, and there is no option for the key."""
    monkeypatch.setenv("ZAIUS_API_KEY", "k")
    monkeypatch.delenv("ZAIUS_ENDPOINT", raising=False)
    monkeypatch.setenv("ZAIUS_RELAY_FROM", "redis://u:s3cret@127.0.0.1:1/0")
    assert run(["relay", *options]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert "s3cret" not in err


def test_without_a_key_it_says_where_to_put_it(monkeypatch, capsys):
    """The environment alone."""
    monkeypatch.delenv("ZAIUS_API_KEY", raising=False)
    assert run(["relay", "--from", "redis://127.0.0.1:1/0"]) == 2
    assert "ZAIUS_API_KEY" in capsys.readouterr().err


def test_a_second_signal_is_no_trouble(server, api, start_relay):
    """SIGINT and SIGTERM at once: it ends, once, with status 0."""
    relay = start_relay(server.url())
    until(lambda: relay.stats()["leads"], what="the lead")
    relay.signal(signal.SIGINT)
    status, err = relay.end()
    assert status == 0
    assert "Traceback" not in err


def test_the_numbers_of_several_terms_add_up():
    """What a term delivered stays counted when the next begins; the stream's own are as measured."""
    totals = Totals("me", STREAM)
    assert totals.stats(None).state == "standby"
    totals.measured([3, 90, 1, 2, 0, 1_500_000, b"4:me"])
    totals.ended(Stats(delivered=5, rejected=1, requests=2, dropped={"expired": 1}))
    now = totals.stats(Stats(delivered=2, requests=1, state="waiting", problem="slow"))
    assert (now.delivered, now.rejected, now.requests, now.dropped) == (7, 1, 3, {"expired": 1})
    assert (now.length, now.bytes, now.oldest, now.leader) == (3, 90, 1.5, "4:me")
    assert now.as_dict()["problem"] == "slow"


def test_the_metrics_are_text_that_prometheus_reads():
    """Each number has its help, its type and a label; a stream's name cannot break the line."""
    text = prometheus(RelayStats(relay="me", stream='a"b', length=3, dropped={"expired": 2}))
    assert 'zaius_relay_length{stream="a\\"b"} 3\n' in text
    assert "# TYPE zaius_relay_delivered_total counter\n" in text
    assert 'zaius_relay_dropped_total{stream="a\\"b",reason="expired"} 2\n' in text
    assert text.endswith("\n")
