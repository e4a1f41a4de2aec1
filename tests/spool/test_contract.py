"""What every spool promises, in memory and on disk."""

import os
import signal
import threading
import time

import pytest

MANY = 10**9


def items(spool, count=MANY, size=MANY):
    return [item for _, item in spool.peek(count, size)]


def held(spool):
    """How many items wait, and their bytes."""
    waiting = spool.waiting()
    return waiting.count, waiting.size


def ids(spool, count=MANY):
    return [place for place, _ in spool.peek(count, MANY)]


def test_what_goes_in_comes_out_in_order(spool):
    """Any bytes: the empty item, all byte values, what looks like text, and what is large."""
    put = [b"", bytes(range(256)), b"a,b", b"\xff\xfe", "ü".encode(), os.urandom(300_000), b"\0"]
    assert all(spool.append(item) for item in put)
    assert items(spool) == put
    count, size = held(spool)
    assert count == len(put)
    assert size >= sum(map(len, put))  # what is no JSON takes more room on disk


def test_peek_takes_nothing_away(spool):
    """Peeking twice gives the same pairs: an item stays until it is removed."""
    for n in range(10):
        spool.append(b"%d" % n)
    assert spool.peek(4, MANY) == spool.peek(4, MANY)
    assert held(spool)[0] == 10


def test_peek_keeps_to_its_bounds(spool):
    """So many items, so many bytes; but one item at least, however large."""
    for n in range(10):
        spool.append(b"x" * 10 + b"%d" % n)
    assert len(items(spool, 3)) == 3
    assert len(items(spool, MANY, 33)) == 3
    assert len(items(spool, MANY, 32)) == 2
    assert len(items(spool, MANY, 1)) == 1
    assert len(items(spool, 1, 1)) == 1


def test_large_items_among_small_ones(spool):
    """A batch ends before the item that would make it too large."""
    put = [b"a" * 10, b"b" * 500_000, b"c" * 10, b"d" * 500_000, b"e" * 10]
    for item in put:
        spool.append(item)
    assert items(spool, MANY, 500_010) == put[:2]
    assert items(spool, MANY, 100) == put[:1]
    spool.remove(ids(spool, 1))
    assert items(spool, MANY, 100) == put[1:2]


def test_removed_items_are_gone(spool):
    """From the front, from the middle and all of them; twice is once."""
    put = [b'{"n":%d}' % n for n in range(10)]
    for item in put:
        spool.append(item)
    places = ids(spool)
    spool.remove(places[:3])
    spool.remove([places[5], places[7]])
    assert items(spool) == [put[n] for n in (3, 4, 6, 8, 9)]
    assert items(spool, 2) == put[3:5]
    assert held(spool) == (5, 5 * len(put[0]))
    spool.remove(places[3:])
    assert (items(spool), held(spool)) == ([], (0, 0))


def test_ids_stay_while_items_come_and_go(spool):
    """An id given out names the same item for as long as it waits."""
    spool.append(b"a")
    spool.append(b"b")
    first, second = ids(spool)
    spool.remove([first])
    spool.append(b"c")
    assert spool.peek(1, MANY) == [(second, b"b")]
    assert len({first, *ids(spool)}) == 3


@pytest.mark.parametrize("fate", ["rejected", "expired"])
def test_dead_letters_leave_the_others(spool, fate):
    """A dead letter waits no longer; its neighbours do. Twice is once."""
    put = [b'{"n":%d}' % n for n in range(5)]
    for item in put:
        spool.append(item)
    places = ids(spool)
    for _ in range(2):
        spool.dead_letter({places[0]: "bad", places[3]: "worse"}, fate)
    assert held(spool) == (3, 3 * len(put[0]))
    assert items(spool) == [put[n] for n in (1, 2, 4)]


def test_only_what_is_too_old_expires(spool, clock):
    """Items at the front that have waited for more than the given seconds, in order."""
    spool.append(b"a")
    spool.append(b"b")
    assert spool.expired(60) == []
    clock.now += 59
    spool.append(b"c")
    assert spool.expired(60) == []
    clock.now += 2
    old = spool.expired(60)
    assert [item for _, item in old] == [b"a", b"b"]
    spool.remove([place for place, _ in old])
    assert items(spool) == [b"c"]


def test_an_empty_spool_has_nothing(spool):
    """Nothing to give, nothing expired, nothing to maintain, and removing nothing is no error."""
    assert spool.peek(1, 1) == []
    assert spool.expired(0.0) == []
    spool.remove([])
    spool.dead_letter({}, "rejected")
    assert spool.maintain() > 0
    assert (spool.waiting()[:4], spool.degraded) == ((0, 0, 0, 0), False)


def test_unknown_ids_are_passed_over(spool):
    """Removing what is not there takes away nothing else."""
    spool.append(b"a")
    spool.remove([12345, 1 << 60])
    assert items(spool) == [b"a"]


def test_threads_lose_nothing(spool):
    """Eight threads append while another one takes: each item comes out once, each thread's in order."""
    each, seen = 150, []

    def put(who):
        for n in range(each):
            assert spool.append(b"%d %d" % (who, n))

    threads = [threading.Thread(target=put, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or held(spool)[0]:
        pairs = spool.peek(50, MANY)
        seen += [item for _, item in pairs]
        spool.remove([place for place, _ in pairs])
    assert len(seen) == len(set(seen)) == 8 * each
    for who in range(8):
        own = [int(item.split()[1]) for item in seen if item.split()[0] == b"%d" % who]
        assert own == sorted(own)


def test_in_a_forked_child_it_is_empty_and_works(spool):
    """What a forked child does: forget, then take its own."""
    spool.append(b"parent")
    child = os.fork()
    if not child:
        try:
            os._exit(not child_is_clean(spool))
        finally:
            os._exit(2)  # not one more process that runs the tests
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert items(spool) == [b"parent"]
    spool.append(b"more")
    assert items(spool) == [b"parent", b"more"]


def child_is_clean(spool):
    spool.after_fork_in_child()
    if held(spool) != (0, 0) or items(spool):
        return False
    spool.append(b"child")
    return items(spool) == [b"child"]


def test_perishable_items_are_those_that_would_be_lost(spool):
    """Memory keeps nothing; a disk keeps all."""
    spool.append(b"a")
    spool.append(b"b")
    assert spool.perishable() == ([] if spool.durable else [b"a", b"b"])


def test_a_closed_spool_works_on(spool):
    """The next append opens it again, as logging.FileHandler does."""
    spool.append(b"a")
    spool.remove(ids(spool))
    spool.close()
    assert spool.append(b"{}")
    assert items(spool) == [b"{}"]
    assert held(spool) == (1, 2)


@pytest.mark.slow
def test_a_signal_handler_may_append_in_the_middle_of_an_append(spool):
    """Each item comes out once, wherever the handler has interrupted."""
    taken = []

    def on_signal(*_):
        item = b"signal %d" % len(taken)
        taken.append(item)
        assert spool.append(item)
        signal.setitimer(signal.ITIMER_REAL, 0.0003)  # a disk may take longer than that for one

    before = signal.signal(signal.SIGALRM, on_signal)
    signal.setitimer(signal.ITIMER_REAL, 0.0003)
    try:
        put, until = [], time.monotonic() + 5
        while len(put) < 2_000 and time.monotonic() < until:  # a busy disk syncs few
            put.append(b"call %d" % len(put))
            assert spool.append(put[-1])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert taken
    assert sorted(items(spool)) == sorted(put + taken)
    assert held(spool)[0] == len(put) + len(taken)


def test_closing_twice_is_closing_once(spool):
    """`Handler.close` may be called twice."""
    spool.append(b"a")
    spool.close()
    spool.close()
