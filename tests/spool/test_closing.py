"""A close, whatever happens in the middle of it: what waits is there afterwards, once, in order, and counted."""

import errno
import fcntl
import json
import shutil
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path

import pytest
from moments import at_each_line, interrupted_at
from test_interruptions import MANY, empty, put

from zaius_logging._spool.journal import adoption, files
from zaius_logging._spool.journal.agent import AgentSpool
from zaius_logging._spool.journal.place import Place
from zaius_logging._spool.journal.segment import Segment

LARGE = b"x" * 3000


def large(spool, numbers):
    """Events of which few fill a file."""
    made = [b'{"n":%d,"x":"%b"}' % (number, LARGE) for number in numbers]
    assert all(map(spool.append, made))
    return made


def numbers(items):
    return [json.loads(item)["n"] for item in items]


def settled(spool, made, found=0):
    """All of it comes, once, in order, and nothing waits any more."""
    assert spool.waiting().count == len(made)
    assert numbers(empty(spool)) == numbers(made)
    assert spool.waiting()[:4] == (0, 0, found, 0)


def segment_paths(spool):
    """Its files, the oldest first."""
    return sorted(Path(spool._place.path).glob("*.jsonl"))


def many_files(spool, most=20):
    """Fill more files than are taken at once."""
    made = []
    for number in range(most):
        made += put(spool, [number])
        spool._writer.fresh()
    return made


@pytest.fixture
def tight(journal):
    """A spool whose files are small."""
    return lambda **settings: journal(max_bytes=1 << 20, use_map=False, **settings)


# What it leaves, and takes back


def test_what_it_left_comes_back_and_is_not_found(disk):
    """`found` is of others: a flush does not wait for what was there before it."""
    made = put(disk, range(3))
    disk.close()
    assert disk.waiting()[:3] == (3, sum(map(len, made)), 0)
    made += put(disk, [3])
    settled(disk, made)


def test_more_files_than_are_taken_at_once_stay_in_order(tight):
    """What is logged after a close waits until they are sent."""
    spool = tight()
    made = many_files(spool)
    spool.close()
    assert spool.waiting().count == len(made)
    settled(spool, made + put(spool, [99]))


def test_what_waits_in_memory_does_not_pass_them(tight, monkeypatch):
    """A disk that failed after the close."""
    spool = tight()
    made = many_files(spool)
    spool.close()
    with monkeypatch.context() as failing:
        failing.setattr(Place, "create", full_disk)
        made += put(spool, [99])
        assert spool.degraded
        first = spool.peek(MANY, MANY)
        assert len(first) < len(made) - 1
        spool.remove([place for place, _ in first])
    assert numbers([item for _, item in first]) + numbers(empty(spool)) == numbers(made)


def full_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_cannot_be_removed_holds_nothing_up(tight, monkeypatch):
    """Sent files whose folder may not be written any more fill the places of what is taken."""
    spool = tight()
    with monkeypatch.context() as kept:
        kept.setattr(files.File, "remove", full_disk)
        made = many_files(spool, adoption.MAX_ADOPTED + 4)
        spool.remove([place for place, _ in spool.peek(MANY, MANY)])
        spool.close()
        made = put(spool, range(5))
        assert numbers(spool_items(spool)) == numbers(made)
    settled(spool, made)


def spool_items(spool):
    return [item for _, item in spool.peek(MANY, MANY)]


def test_what_cannot_be_opened_for_now_waits_on(disk, monkeypatch, clock):
    """No descriptor is free at the first look: it counts, holds nothing up, and comes at the next."""
    made = put(disk, range(3))
    disk.close()
    with monkeypatch.context() as scarce:
        scarce.setattr(Place, "open", full_disk)
        later = put(disk, [3])
        assert spool_items(disk) == later
        assert disk.waiting().count == 4
    disk._adopt_due = 0
    disk.maintain()
    settled(disk, made + later)


def test_what_another_has_taken_waits_here_no_more(journal, disk):
    """Nor what another has sent and removed."""
    made = put(disk, range(3))
    disk.close()
    other = journal()
    other.maintain()
    assert spool_items(other) == made
    disk.maintain()
    assert disk.waiting().count == 0
    other.close()
    disk.close()
    put(disk, [3])
    disk.close()
    assert len(empty(other)) == 4
    disk.maintain()
    assert disk.waiting().count == 0


def test_what_is_not_ours_any_more_waits_here_no_more(disk, monkeypatch):
    """Its header is damaged."""
    put(disk, range(3))
    disk.close()
    (path,) = segment_paths(disk)
    path.write_bytes(b"x" + path.read_bytes()[1:])
    disk.maintain()
    assert disk.waiting().count == 0


@pytest.mark.parametrize("own", [True, False], ids=["own", "adopted"])
def test_a_file_that_was_removed_stays_open(tight, own):
    """Nobody could give it back; with a full quota there is no place to write it anew. Nor is a younger one let go of."""
    spool = tight()
    made = large(spool, range(50))
    if not own:
        spool.close()
        spool = tight()
        spool.maintain()
    segment_paths(spool)[0].unlink()
    filler = Path(spool._place.path, f"{10**19}-1-000001.jsonl")
    filler.write_bytes(b"x" * (1 << 20))
    spool.close()
    assert spool.waiting().count == len(made)
    filler.unlink()
    settled(spool, made, 0 if own else len(made))


def test_a_file_with_a_call_in_it_stays_and_so_do_younger_ones(tight):
    """The call's line is counted and sent, in its place."""
    spool = tight()
    made = large(spool, range(3))
    held = spool._writer.last
    held._writing.append(None)
    made += large(spool, range(3, 40))
    spool.close()
    assert spool._writer.own[0] is held
    assert spool.waiting().count == len(made)
    held._writing.pop()
    settled(spool, made)


def test_without_locks_it_keeps_what_waits(journal, monkeypatch):
    """Nobody could take it: not even the spool itself."""

    def no_locks(*_):
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    spool = journal()
    made = put(spool, range(5))
    spool.close()
    settled(spool, made + put(spool, [5]))


def test_an_agent_counts_once_what_it_lets_go_of(journal, directory):
    """What came meanwhile is found."""
    writer = journal(deliver=False)
    made = put(writer, range(3))
    agent = AgentSpool(directory, "shop")
    agent.maintain()
    assert spool_items(agent) == made
    assert agent.waiting()[:3] == (3, sum(map(len, made)), 3)
    agent.close()
    assert agent.waiting().count == 3
    made += put(writer, [3])
    assert spool_items(agent) == made
    assert agent.waiting()[:3] == (4, sum(map(len, made)), 4)
    agent.close()


def test_a_call_that_waits_for_the_disk_meets_a_close(journal, monkeypatch, said):
    """It has seen that it must sync; until it may, the close has done that and let go of the file: nothing has failed."""
    spool = journal(use_map=False, sync="always")
    real_end, real_close = Segment.end, Segment.close
    looks, closed = count(1), threading.Event()

    def end(self):
        found = real_end(self)
        if threading.current_thread() is call and next(looks) == 2:
            stands.set()
            assert closed.wait(30)
        return found

    def close(self):
        real_close(self)
        closed.set()
        call.join(30)

    stands = threading.Event()
    call = threading.Thread(target=put, args=(spool, [1]))
    monkeypatch.setattr(Segment, "end", end)
    monkeypatch.setattr(Segment, "close", close)
    call.start()
    assert stands.wait(30)
    spool.close()
    call.join(30)
    assert not spool.degraded
    assert said == []


IN_A_SYNC = """
import os, signal, sys, threading
from zaius_logging import JournalSpool
from zaius_logging._spool.journal.files import File

spool = JournalSpool(sys.argv[1], "shop", sync="always", use_map=sys.argv[2] == "True")
spool.append(b'{"n":0}')
real, waits = File.sync, threading.Event()
closer = threading.Thread(target=spool.close, daemon=True)

def sync(self):
    if threading.current_thread() is threading.main_thread() and not closer.ident:
        closer.start()
        while spool._work.acquire(blocking=False):
            spool._work.release()
        os.kill(os.getpid(), signal.SIGUSR1)
    real(self)

File.sync = sync
signal.signal(signal.SIGUSR1, lambda *_: spool.close())
spool.append(b'{"n":1}')
closer.join()
spool.append(b'{"n":2}')
spool.close()
print(spool.waiting().count)
"""


@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
def test_a_signal_handler_closes_while_its_thread_syncs(tmp_path, use_map):
    """And another one's close waits for that sync: nobody waits for ever."""
    ran = subprocess.run(
        [sys.executable, "-c", IN_A_SYNC, str(tmp_path), str(use_map)],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == (b"3\n", b"")


# Interrupted


@pytest.fixture
def begun(journal, brief):
    """Make a spool with two adopted events and several files of its own, of which some events were sent."""

    def begun(name, **settings):
        where = brief / name
        old = journal(where, **settings)
        made = put(old, [0, 1])
        old.close()
        spool = journal(where, max_bytes=1 << 20, **settings)
        spool.maintain()
        made += large(spool, range(2, 20))
        spool.remove([place for place, _ in spool.peek(3, MANY)])
        return spool, made[3:]

    return begun


EACH = pytest.mark.parametrize(
    "every", [pytest.param(7, marks=pytest.mark.slow), pytest.param(1, marks=pytest.mark.full)]
)


@EACH
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
def test_an_exception_at_each_line(begun, use_map, every):
    """As of a time limit: the next close ends it, and the next peek gives all."""
    for step in range(1, 2_000, every):
        spool, made = begun(f"{step}", use_map=use_map)
        cut = interrupted_at(step, spool.close)
        assert spool.waiting().count == len(made), step
        made += put(spool, [99])
        settled(spool, made, 2)
        if not cut:
            break
    assert 100 < step < 1_999


@EACH
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
@pytest.mark.parametrize("what", ["close", "sync"])
def test_an_exception_at_each_line_after_a_removal(begun, what, use_map, every):
    """The file that is written anew is there once."""
    for step in range(1, 2_000, every):
        spool, made = begun(f"{step}", use_map=use_map)
        segment_paths(spool)[1].unlink()
        cut = interrupted_at(step, getattr(spool, what))
        spool.peek(1, 1)  # which counts
        settled(spool, made + put(spool, [99]), 2)
        spool.close()
        shutil.rmtree(spool._place.top)
        if not cut:
            break
    assert 100 < step < 1_999


@EACH
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
@pytest.mark.parametrize("what", ["close", "maintain"])
def test_an_exception_at_each_line_of_what_leaves_to_an_agent(journal, brief, what, use_map, every):
    """What is stored is counted once."""
    for step in range(1, 2_000, every):
        spool = journal(brief / f"{step}", use_map=use_map, deliver=False)
        many_files(spool, 4)
        cut = interrupted_at(step, getattr(spool, what))
        spool.close()
        assert spool.waiting().stored == 4, step
        if not cut:
            break
    assert 100 < step < 1_999


@EACH
@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
@pytest.mark.parametrize("what", ["close", "peek", "remove", "maintain", "sync"])
def test_a_signal_handler_closes_at_each_line(begun, what, use_map, every):
    """In the middle of a close or of other work, which goes on with its files; or before: then it begins anew."""

    def strike(number):
        nonlocal struck
        if number == step:
            struck = True
            spool.close()

    for step in range(1, 2_000, every):
        struck, (spool, made) = False, begun(f"{step}", use_map=use_map)
        ids = [place for place, _ in spool.peek(3, MANY)]
        spool._adopt_due = 0
        work = {
            "close": spool.close,
            "peek": lambda s=spool: s.peek(100, MANY),
            "remove": lambda s=spool, i=ids: s.remove(i),
            "maintain": spool.maintain,
            "sync": spool.sync,
        }
        at_each_line(work[what], strike)
        if what == "remove" and spool.waiting().count == len(made) - 3:
            made = made[3:]  # else it came too late, and they are sent again
        settled(spool, made + put(spool, [99]), 2)
        spool.close()
        shutil.rmtree(spool._place.top)
        if not struck:
            break
    assert 30 < step < 1_999
