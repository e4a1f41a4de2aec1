"""A stream as a spool: what the leader peeks, removes and keeps as dead letters, with a real server."""

import random
import threading

import pytest

from tests.proofs.fleet.tools import STREAM, item, redis
from zaius_logging import Delivered
from zaius_logging._fleet.scripts import ACQUIRE, LOOK
from zaius_logging._fleet.server import Server
from zaius_logging._fleet.spool import RedisSpool
from zaius_logging._fleet.stream import Stream, _name_of, _number_of
from zaius_logging._fleet.transport import RedisTransport
from zaius_logging._transport.redis_address import redis_address

LARGE = 10_000_000


class Leader:
    """A granted lease and its spool."""

    def __init__(self, server, name="one", lease=60_000, **options):
        self.address = redis_address(server.url(**options))
        self.server = Server(self.address)
        keys = [self.address.key(each) for each in ("lease", "token", "note")]
        self.granted = self.server.run(ACQUIRE, keys, (name, lease))[0].decode()
        self.stream = Stream(Server(self.address), self.granted, group="zaius", name=name)
        self.spool = RedisSpool(self.stream, self.stream.lanes[0])

    def look(self):
        """Read what has come; give how many wait."""
        keys = (self.address.key("lease"), self.address.stream)
        self.stream.look(self.server.run(LOOK, keys, (self.granted, 0)))
        return self.spool.waiting().count

    def close(self):
        self.server.drop()
        self.spool.close()


@pytest.fixture
def lead(server):
    made = []

    def lead(name="one", **options):
        made.append(Leader(server, name, **options))
        return made[-1]

    yield lead
    for leader in made:
        leader.close()


@pytest.fixture
def depose(server):
    """End the lease, as time would."""

    def depose():
        with server.client() as client:
            client.delete("{zaius:events}:lease")

    return depose


@pytest.fixture
def append(server):
    transport = RedisTransport(server.url())
    yield lambda *numbers: _append(transport, numbers)
    transport.close()


def _append(transport, numbers):
    assert transport.send([item(n) for n in numbers]) == Delivered()


def test_ids_keep_their_order_as_numbers():
    """Redis counts the second half within a millisecond: 9 comes before 10."""
    names = [b"5-9", b"5-10", b"6-0", b"1700000000000-18446744073709551615"]
    assert [_name_of(_number_of(name)).encode() for name in names] == names
    assert sorted(map(_number_of, reversed(names))) == list(map(_number_of, names))


def test_what_has_come_is_read_once(lead, append):
    """Count and bytes of what waits, after each look."""
    leader = lead()
    assert leader.look() == 0
    append(0, 1, 2)
    assert leader.look() == 3
    assert leader.look() == 3
    append(3)
    assert leader.look() == 4
    assert leader.spool.waiting()[:2] == (4, sum(len(item(n)) for n in range(4)))


def test_a_look_waits_for_no_lane(lead, append):
    """Who looks renews the lease, which a lane that Redis keeps waiting must not cost."""
    leader, inside, go_on = lead(), threading.Event(), threading.Event()

    def tell(_lane, _hurry):
        inside.set()
        go_on.wait(30)

    stream = Stream(
        Server(leader.address), leader.granted, group="zaius", name="one", lanes=2, tell=tell
    )
    append(0)
    lane = threading.Thread(target=stream.peek, args=(stream.lanes[0], 1, LARGE))
    look = threading.Thread(target=stream.look, args=(2,))
    lane.start()
    assert inside.wait(30)
    look.start()
    look.join(10)
    waits = look.is_alive()
    go_on.set()
    lane.join()
    look.join()
    stream.close()
    assert not waits


def test_the_front_stays_the_front_until_it_is_removed(lead, append):
    """Peek twice gives the same; smaller peeks give the beginning of it; then comes the next."""
    leader = lead()
    append(*range(10))
    leader.look()
    spool = leader.spool
    first = spool.peek(4, LARGE)
    assert [body for _, body in first] == [item(n) for n in range(4)]
    assert spool.peek(2, LARGE) == first[:2]
    assert spool.peek(4, len(item(0)) + 1) == first[:1]
    assert spool.peek(4, LARGE) == first
    spool.remove([place for place, _ in first[:3]])
    assert [body for _, body in spool.peek(4, LARGE)] == [item(n) for n in range(3, 7)]
    assert spool.waiting().count == 7


def test_one_item_that_is_larger_than_asked_for_is_given_alone(lead, append):
    """At least one, or nothing would ever go."""
    leader = lead()
    append(0, 1)
    leader.look()
    assert len(leader.spool.peek(10, 1)) == 1


@pytest.mark.both
def test_removing_acknowledges_and_deletes(lead, append, server):
    """Nothing stays: no entry, nothing pending, no bytes."""
    leader = lead()
    append(*range(600))
    leader.look()
    while batch := leader.spool.peek(500, LARGE):
        leader.spool.remove([place for place, _ in batch])
    with server.client() as client:
        assert client.xlen(STREAM) == 0
        assert client.xpending(STREAM, "zaius")["pending"] == 0
        assert client.get("{zaius:events}:bytes") == "0"
    assert leader.spool.waiting()[:2] == (0, 0)


def test_burying_moves_to_the_dead_stream_with_the_reason(lead, append, server):
    """Item, reason, the stream, the entry's id and the relay; the rest stays in order."""
    leader = lead()
    append(*range(5))
    leader.look()
    batch = leader.spool.peek(5, LARGE)
    leader.spool.dead_letter({batch[1][0]: "bad", batch[3][0]: "worse"}, "rejected")
    assert [body for _, body in leader.spool.peek(5, LARGE)] == [item(n) for n in (0, 2, 4)]
    with server.client() as client:
        dead = [fields for _, fields in client.xrange("{zaius:events}:dead")]
        assert client.xlen(STREAM) == 3
    assert [(each["e"], each["reason"]) for each in dead] == [
        (item(1).decode(), "bad"),
        (item(3).decode(), "worse"),
    ]
    assert dead[0]["stream"] == STREAM
    assert dead[0]["relay"] == "one"
    assert dead[0]["id"] == _name_of(batch[1][0])


def test_the_dead_are_bounded_and_the_forgotten_counted(lead, append, server, monkeypatch):
    """The oldest give way: the API will never take them, and memory is for those that it will."""
    monkeypatch.setattr("zaius_logging._fleet.stream.MAX_DEAD", 3)
    leader = lead()
    append(*range(5))
    leader.look()
    for place, _ in leader.spool.peek(5, LARGE):
        leader.spool.dead_letter({place: "bad"}, "rejected")
    with server.client() as client:
        dead = [fields["e"] for _, fields in client.xrange("{zaius:events}:dead")]
        assert dead == [item(n).decode() for n in (2, 3, 4)]
        assert client.get("{zaius:events}:forgot") == "2"


@pytest.mark.both
def test_a_successor_takes_over_what_was_read_and_not_settled(lead, append, server, depose):
    """In the same order, before anything new; the consumer that is gone leaves nothing behind."""
    first = lead("first")
    append(*range(10))
    first.look()
    batch = first.spool.peek(6, LARGE)
    first.spool.remove([place for place, _ in batch[:2]])
    depose()
    append(*range(10, 12))
    second = lead("second")
    assert second.look() == 10
    taken = second.spool.peek(20, LARGE)
    assert [body for _, body in taken] == [item(n) for n in range(2, 12)]
    with server.client() as client:
        consumers = client.xinfo_consumers(STREAM, "zaius")
    assert [each["name"] for each in consumers] == ["second"]


def test_a_deposed_leader_can_do_nothing(lead, append, server, depose):
    """Every script compares the lease: it can neither read, remove nor dead-letter, and says that it is fenced."""
    old = lead("old")
    append(*range(4))
    old.look()
    batch = old.spool.peek(4, LARGE)
    depose()
    new = lead("new")
    new.look()
    assert new.spool.peek(4, LARGE) == batch
    old.spool.remove([batch[0][0]])
    old.spool.dead_letter({batch[1][0]: "bad"}, "rejected")
    assert old.spool.peek(4, LARGE) == []
    assert old.spool.expired(0.0) == []
    assert old.stream.fenced
    with pytest.raises(redis.exceptions.ResponseError, match="FENCED"):
        old.look()
    assert server.length() == 4
    assert server.length("{zaius:events}:dead") == 0
    assert new.spool.peek(4, LARGE) == batch


def test_what_was_delivered_in_an_outage_is_not_sent_again(start_redis):
    """Redis dies between the API's answer and our removal: the removal is made up for, first thing."""
    server = start_redis()
    leader = Leader(server)
    transport = RedisTransport(server.url())
    _append(transport, range(4))
    leader.look()
    batch = leader.spool.peek(4, LARGE)
    server.kill()
    leader.spool.remove([batch[0][0], batch[1][0]])
    leader.spool.dead_letter({batch[2][0]: "bad"}, "rejected")
    assert leader.stream.problem
    assert leader.spool.peek(4, LARGE) == []
    assert leader.spool.waiting().count == 1
    server.start()
    assert leader.spool.peek(4, LARGE) == batch[3:]
    assert leader.look() == 1
    assert server.length() == 1
    assert server.length("{zaius:events}:dead") == 1
    transport.close()
    leader.close()


def test_any_number_that_was_delivered_in_an_outage_is_made_up_for(start_redis):
    """64 requests of 500 events may be in flight when Redis dies; a script of Lua passes on 8,000 values."""
    server = start_redis()
    leader = Leader(server)
    stream = Stream(Server(leader.address), leader.granted, group="zaius", name="one", lanes=20)
    transport = RedisTransport(server.url())
    for start in range(0, 10_000, 500):
        _append(transport, range(start, start + 500))
    stream.look(10_000)
    server.kill()
    for lane in stream.lanes:
        stream.remove(lane, list(lane.items))
    server.start()
    assert stream.peek(stream.lanes[0], 1, LARGE) == []
    assert not stream.problem
    assert server.length() == 0
    transport.close()
    stream.close()
    leader.close()


def test_what_somebody_deletes_is_missed_not_invented(lead, append, server):
    """Nothing of it waits; what comes afterwards is counted in full."""
    leader = lead()
    append(*range(5))
    with server.client() as client:
        client.delete(STREAM)
    assert leader.spool.peek(5, LARGE) == []
    assert leader.spool.waiting().count == 0
    append(7)
    assert leader.look() == 1
    assert [body for _, body in leader.spool.peek(5, LARGE)] == [item(7)]


def test_what_redis_forgets_after_it_was_read_is_still_sent(lead, append, server):
    """A Redis that has lost its last second, or its group, costs no event that the leader has in memory."""
    leader = lead()
    append(*range(5))
    leader.look()
    with server.client() as client:
        client.delete(STREAM)  # and its group with it
    assert (
        leader.spool.peek(5, LARGE) == []
    )  # Redis failed: what is sent now could not be acknowledged
    append(7)
    batch = leader.spool.peek(10, LARGE)
    assert [body for _, body in batch] == [item(n) for n in (0, 1, 2, 3, 4, 7)]
    leader.spool.remove([place for place, _ in batch])
    assert leader.spool.waiting()[:2] == (0, 0)
    assert server.length() == 0


def test_an_entry_deleted_while_it_was_pending_is_passed_over(lead, append, server, depose):
    """A successor does not stumble over what is only in the group's list."""
    first = lead("first")
    append(*range(3))
    first.look()
    batch = first.spool.peek(3, LARGE)
    with server.client() as client:
        client.xdel(STREAM, _name_of(batch[0][0]))
    depose()
    second = lead("second")
    second.look()
    assert [body for _, body in second.spool.peek(3, LARGE)] == [item(1), item(2)]


@pytest.mark.both
def test_what_is_too_old_is_found_from_the_front(lead, append):
    """Age counts from the entry's id, which is Redis's own time."""
    leader = lead()
    append(*range(3))
    leader.look()
    assert leader.spool.expired(60.0) == []
    old = leader.spool.expired(-60.0)
    assert [body for _, body in old] == [item(n) for n in range(3)]
    leader.spool.remove([place for place, _ in old])
    assert leader.spool.waiting()[:2] == (0, 0)


def test_large_events_are_read_in_small_steps(lead, server):
    """500 events of 100 kB are not fetched for a batch of 1 MB."""
    transport = RedisTransport(server.url())
    assert transport.send([b"x" * 100_000] * 200) == Delivered()
    transport.close()
    leader = lead()
    leader.look()
    assert len(leader.spool.peek(500, 1_000_000)) == 10
    with server.client() as client:
        assert client.xpending(STREAM, "zaius")["pending"] <= 32 + 10


def test_a_spool_may_append(lead, server):
    """As any spool; full is False."""
    leader = lead(max_events=500)
    assert leader.spool.append(item(0))
    assert leader.look() == 1
    for n in range(1, 500):
        assert leader.spool.append(item(n))
    assert not leader.spool.append(item(500))
    assert server.length() == 500


@pytest.mark.both
@pytest.mark.parametrize("seed", range(5))
def test_a_random_life_against_a_list(server, append, lead, depose, seed):
    """Append, peek, remove, dead-letter, change leader: the stream is always the list."""
    chance = random.Random(seed)
    leader, model, dead, fresh = lead("0"), [], [], iter(range(2000))
    for step in range(60):
        what = chance.choice(["append", "append", "remove", "remove", "dead letter", "change"])
        if what == "append":
            some = [next(fresh) for _ in range(chance.randint(1, 20))]
            append(*some)
            model += some
        elif what == "change":
            depose()
            leader = lead(str(step))
        leader.look()
        batch = leader.spool.peek(chance.randint(1, 30), chance.choice([500, LARGE]))
        assert [body for _, body in batch] == [item(n) for n in model[: len(batch)]]
        assert bool(batch) == bool(model)
        if what == "remove":
            leader.spool.remove([place for place, _ in batch])
            model = model[len(batch) :]
        elif what == "dead letter" and batch:
            place = chance.randrange(len(batch))
            leader.spool.dead_letter({batch[place][0]: "bad"}, "rejected")
            dead.append(model.pop(place))
        assert leader.spool.waiting().count == server.length() == len(model)
    assert server.length("{zaius:events}:dead") == len(dead)
