"""What only the durable spool has: files, owners, quota, sync, and what it does when they fail."""

import os
import signal
import sqlite3
import stat
import threading
from contextlib import closing

import pytest

from zaius_logging import ConfigError, StubTransport, ZaiusHandler
from zaius_logging._spool.sqlite import file as spool_file
from zaius_logging._spool.sqlite.connection import APPLICATION_ID, VERSION
from zaius_logging._spool.sqlite.directory import Directory
from zaius_logging._spool.sqlite.orphans import MAX_ADOPTED

MANY = 10**9


def items(spool):
    return [item for _, item in spool.peek(MANY, MANY)]


def databases(directory):
    return sorted(path for path in directory.glob("*.db") if path.name != "buried.db")


def empty(spool):
    """Take all that there is, as the listener does."""
    found = []
    while pairs := spool.peek(500, MANY):
        found += [item for _, item in pairs]
        spool.remove([place for place, _ in pairs])
    return found


# Files and owners


def test_nothing_is_touched_before_the_first_event(sqlite, directory):
    """Configuring makes no directory, no file, no connection."""
    sqlite()
    assert not directory.exists()


def test_only_this_user_may_read(sqlite, directory):
    """The directory is 0700, each file 0600: events are personal data."""
    spool = sqlite()
    spool.append(b"a")
    spool.dead_letter({spool.peek(1, MANY)[0][0]: "bad"})
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}


def test_what_is_left_waits_for_the_next_start(sqlite):
    """Closed with events in it, the spool gives them to the next, in order and before its own."""
    first, second = sqlite(), sqlite()
    for n in range(5):
        first.append(b"%d" % n)
    first.close()
    second.append(b"new")
    tended = second.maintain()
    assert (tended.found, tended.found_size) == (5, 5)
    assert items(second) == [b"0", b"1", b"2", b"3", b"4", b"new"]


def test_an_emptied_spool_leaves_nothing(sqlite, directory):
    """Files are removed when they are empty: one's own at close, an adopted one when tended."""
    first, second = sqlite(), sqlite()
    first.append(b"a")
    first.close()
    second.maintain()
    second.append(b"b")
    assert empty(second) == [b"a", b"b"]
    second.maintain()
    assert len(databases(directory)) == 1
    second.close()
    assert list(directory.iterdir()) == []


def test_the_living_are_left_alone(sqlite):
    """A file belongs to its process for as long as that lives."""
    first, second = sqlite(), sqlite()
    first.append(b"a")
    second.append(b"b")
    assert second.maintain().found == 0
    assert items(second) == [b"b"]


def test_the_dead_are_adopted_oldest_first(sqlite, directory, clock):
    """A few at a time, so that descriptors stay bounded; the next as soon as there is room."""
    for n in range(MAX_ADOPTED + 3):
        with closing(sqlite()) as spool:
            spool.append(b"%d" % n)
    heir = sqlite(clock=clock)
    assert heir.maintain().found == MAX_ADOPTED
    assert empty(heir) == [b"%d" % n for n in range(MAX_ADOPTED)]
    assert heir.maintain().found == 3
    assert empty(heir) == [b"%d" % n for n in range(MAX_ADOPTED, MAX_ADOPTED + 3)]


def test_two_heirs_share_the_dead(sqlite):
    """Each file goes to exactly one of them."""
    for n in range(6):
        with closing(sqlite()) as spool:
            spool.append(b"%d" % n)
    heirs = [sqlite(), sqlite()]
    threads = [threading.Thread(target=heir.maintain) for heir in heirs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [item for heir in heirs for item in items(heir)]
    assert sorted(found) == [b"%d" % n for n in range(6)]


def test_a_death_between_two_steps_leaves_only_rubbish(sqlite, directory):
    """A lock without a file, and a file that nothing was written to, are cleared away."""
    directory.mkdir()
    (directory / "1-1-a.lock").touch()
    (directory / "1-1-b.db").touch()
    spool = sqlite()
    assert spool.maintain().found == 0
    assert list(directory.iterdir()) == []


def test_foreign_and_newer_files_are_left_alone(sqlite, directory, said):
    """They are not ours to change; operators are told once."""
    directory.mkdir()
    for name, application, version in (
        ("00-1-a.db", 77, 1),
        ("00-1-b.db", APPLICATION_ID, VERSION + 1),
    ):
        with closing(sqlite3.connect(directory / name)) as connection:
            connection.execute("CREATE TABLE events (other)")
            connection.execute(f"PRAGMA application_id = {application}")
            connection.execute(f"PRAGMA user_version = {version}")
    before = [path.read_bytes() for path in databases(directory)]
    spool = sqlite()
    spool.append(b"a")
    assert spool.maintain().found == 0
    assert [path.read_bytes() for path in databases(directory)[:2]] == before
    assert "another program" in said[0]
    assert items(spool) == [b"a"]


@pytest.mark.parametrize("content", [b"no database at all " * 300, b"\0" * 8192])
def test_a_file_that_makes_no_sense_is_kept_aside(sqlite, directory, said, content):
    """It is renamed to .bad, for people; nothing of it is sent and nothing fails."""
    directory.mkdir()
    (directory / "1-1-a.db").write_bytes(content)
    spool = sqlite()
    spool.append(b"a")
    spool.maintain()
    assert items(spool) == [b"a"]
    assert (directory / "1-1-a.bad").read_bytes() == content
    assert "damaged" in said[0]


def test_another_users_file_is_not_opened(sqlite, directory, tmp_path):
    """Nor a link: in a directory that others can write, a name proves nothing."""
    (tmp_path / "else.db").write_bytes(b"else")
    directory.mkdir()
    (directory / "1-1-a.db").symlink_to(tmp_path / "else.db")
    spool = sqlite()
    assert spool.maintain().found == 0
    assert (tmp_path / "else.db").read_bytes() == b"else"


# What is promised of an event


def test_a_killed_process_loses_nothing(sqlite, directory, died):
    """What the files hold at any moment is every event whose append returned."""
    spool = sqlite()
    for n in range(300):
        spool.append(b"%d" % n)
    pairs = spool.peek(100, MANY)
    spool.remove([place for place, _ in pairs])
    heir = sqlite(died(directory))
    assert heir.maintain().found == 200
    assert items(heir) == [b"%d" % n for n in range(100, 300)]


def test_refused_events_are_kept_with_their_reason(sqlite, directory):
    """In buried.db, which outlives the spool's own files."""
    spool = sqlite()
    for n in range(4):
        spool.append(b"%d" % n)
    places = [place for place, _ in spool.peek(4, MANY)]
    spool.dead_letter({places[1]: "too long", places[2]: "no type"})
    empty(spool)
    spool.close()
    with closing(sqlite3.connect(directory / "buried.db")) as connection:
        rows = connection.execute("SELECT reason, body FROM buried ORDER BY number").fetchall()
    assert rows == [("too long", b"1"), ("no type", b"2")]


def test_the_quota_is_kept_and_given_back(sqlite, directory):
    """Past it append says no and nothing changes; what is removed makes room again."""
    spool = sqlite(max_bytes=1024 * 1024)
    taken = 0
    while spool.append(bytes(1000)):
        taken += 1
    assert 400 < taken < 1000
    assert not spool.degraded
    assert (len(spool), spool.size) == (taken, taken * 1000)
    assert sum(path.stat().st_size for path in directory.iterdir()) < 1.6 * 1024 * 1024
    spool.remove([place for place, _ in spool.peek(100, MANY)])
    again = 0
    while spool.append(bytes(1000)):
        again += 1
    assert 60 <= again <= 100  # pages come back whole


def test_the_log_is_copied_while_only_appends_come(sqlite):
    """Appends share a read, which keeps SQLite from copying the log: so it ends in time."""
    spool = sqlite(max_bytes=8 * 1024 * 1024)
    for _ in range(3_000):
        assert spool.append(bytes(1000))
    assert spool._tail.file.claim.wal.stat().st_size < 3 * 1024 * 1024  # 12 MB were written


def test_a_shell_that_writes_disturbs_nothing(sqlite, directory):
    """What somebody deletes with sqlite3 in our file is gone; the next append goes there all the same."""
    spool = sqlite()
    for n in range(3):
        spool.append(b"%d" % n)
    with closing(sqlite3.connect(databases(directory)[0], isolation_level=None)) as shell:
        shell.execute("DELETE FROM events WHERE id = 2")
    assert spool.append(b"3")
    assert not spool.degraded
    assert items(spool) == [b"0", b"2", b"3"]


def test_memory_stays_flat(sqlite):
    """Only a batch is read, however long the line."""
    spool = sqlite()
    for _ in range(2_000):
        spool.append(bytes(1000))
    assert len(spool.peek(500, 100_000)) == 100


def test_an_event_after_close_is_kept(sqlite, directory):
    """On disk, for the next start."""
    spool = sqlite()
    spool.close()
    assert spool.append(b"late")
    assert sqlite().maintain().found == 1


def test_a_close_in_the_middle_of_an_append_ends(sqlite):
    """Where a signal handler closes, and another thread tends and waits for what the append holds."""
    spool = sqlite()
    spool.append(b"waits")
    tending, ended = threading.Event(), threading.Event()

    def maintain():
        with spool._base.tending:
            tending.set()
            with spool._lock:  # as whoever adopts
                pass
        ended.set()

    with spool._lock:  # as an append that a signal has interrupted
        threading.Thread(target=maintain).start()
        assert tending.wait(10)
        assert spool.preserve() == []
        spool.close()
        assert not spool.append(b"late")  # counted by the listener as dropped
        assert not ended.is_set()  # nobody had let the other go on
    assert ended.wait(10)


def test_what_append_took_is_counted(sqlite, directory):
    """Events and bytes: those after close too, none that was refused or adopted, and none of a parent."""
    with closing(sqlite(max_bytes=1024 * 1024)) as first:
        for n in range(1, 4):
            assert first.append(b"x" * n)
        assert not first.append(bytes(2 * 1024 * 1024))
        first.remove([place for place, _ in first.peek(1, MANY)])
        assert (first.appended, first.appended_size) == (3, 6)
    assert first.append(b"late")
    assert (first.appended, first.appended_size) == (4, 10)
    heir = sqlite()
    assert heir.maintain().found == 3
    assert (heir.appended, heir.appended_size) == (0, 0)
    heir.append(b"own")
    heir.before_fork()
    heir.after_fork_in_child()  # as a forked child does
    assert (heir.appended, heir.appended_size) == (0, 0)


def test_what_append_took_into_memory_is_counted(sqlite, directory):
    """While the disk fails, what memory had room for."""
    directory.write_text("not a directory")
    spool = sqlite(capacity=2)
    assert [spool.append(b"ab") for _ in range(3)] == [True, True, False]
    assert spool.degraded
    assert (spool.appended, spool.appended_size) == (2, 4)


def test_ages_count_from_the_call_over_restarts(sqlite, clock):
    """An adopted event is as old as its row says, though it is tried for some time first."""
    wall = 1_800_000_000.0
    with closing(sqlite(clock=clock, wall=lambda: wall)) as first:
        first.append(b"old")
    heir = sqlite(clock=clock, wall=lambda: wall + 4 * 86_400)
    heir.append(b"new")
    heir.maintain()
    assert heir.expired(72 * 3600) == []
    clock.now += 3601
    assert [item for _, item in heir.expired(72 * 3600)] == [b"old"]


@pytest.mark.parametrize("jump", [-50 * 365 * 86_400, 365 * 86_400])
def test_a_clock_that_jumps_loses_nothing(sqlite, clock, jump):
    """Set back to before there were events, or a year ahead: no event is too old at once."""
    wall = 1_800_000_000.0
    with closing(sqlite(clock=clock, wall=lambda: wall + jump)) as first:
        first.append(b"a")
    heir = sqlite(clock=clock, wall=lambda: wall)
    heir.maintain()
    clock.now += 3601
    assert heir.expired(72 * 3600) == []
    clock.now += 72 * 3600
    assert [item for _, item in heir.expired(72 * 3600)] == [b"a"]


# Sync


@pytest.fixture
def syncs(monkeypatch):
    """A list that grows with each sync of a log."""
    seen = []
    flush = spool_file._flush
    monkeypatch.setattr(spool_file, "_flush", lambda fd: (seen.append(fd), flush(fd)))
    return seen


def test_always_syncs_before_append_returns(sqlite):
    """Each event that was taken is durable at once."""
    spool = sqlite(sync="always")
    for n in range(1, 6):
        spool.append(b"a")
        assert spool._tail.file.synced == spool._tail.file.commits == n


def test_a_fork_goes_on_where_a_sync_is_interrupted_by_a_handler_that_logs(sqlite, monkeypatch):
    """The handler waits for the fork, in the middle of a sync that the fork must not wait for."""
    spool = sqlite(sync="always")
    flush = spool_file._flush
    forks = []

    def fork():
        spool.before_fork()
        spool.after_fork_in_parent()

    def interrupted(fd):
        if not forks:
            forks.append(threading.Thread(target=fork, daemon=True))
            forks[0].start()
            while spool._base.lock.acquire(blocking=False):
                spool._base.lock.release()
            spool.append(b"handler")
        flush(fd)

    spool.append(b"a")
    monkeypatch.setattr(spool_file, "_flush", interrupted)
    caller = threading.Thread(target=spool.append, args=(b"b",), daemon=True)
    caller.start()
    caller.join(10)
    assert not caller.is_alive()
    forks[0].join(10)
    assert not forks[0].is_alive()
    assert [item for _, item in spool.peek(9, 99)] == [b"a", b"b", b"handler"]
    file = spool._tail.file
    assert file.synced == file.commits == 3
    assert not spool.degraded


def test_threads_share_a_sync(sqlite, syncs):
    """With always, what sixteen threads commit while one syncs is made durable by the next sync."""
    spool = sqlite(sync="always")
    spool.append(b"first")

    def work():
        for _ in range(30):
            spool.append(b"a")

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spool._tail.file.synced == 1 + 16 * 30
    assert len(syncs) < 16 * 30 / 2


def test_with_interval_the_barrier_comes_by_itself(sqlite, syncs):
    """Within a second, on a thread of its own: nobody tends, nobody sends."""
    spool = sqlite()
    spool.append(b"a")
    spool.append(b"b")
    assert spool._tail.file.synced == 0
    syncs.clear()
    done = threading.Event()

    def look():
        while spool._tail.file.synced < 2:
            done.wait(0.01)
        done.set()

    threading.Thread(target=look, daemon=True).start()
    assert done.wait(1.0)
    assert len(syncs) == 1


def test_closing_makes_a_last_barrier(sqlite):
    """What was appended in the last moment is durable when close returns."""
    spool = sqlite()
    spool.append(b"a")
    file = spool._tail.file
    assert spool.preserve() == []
    assert file.synced == 1


# Signals and forks


def test_a_signal_handler_may_log_in_the_middle_of_an_append(sqlite):
    """Once in 2 ms of work, wherever it strikes: no deadlock, and every event is there once."""
    spool = sqlite(sync="interval")
    nested = []

    def log(*_):
        nested.append(b"s%d" % len(nested))
        assert spool.append(nested[-1])

    before = signal.signal(signal.SIGPROF, log)
    signal.setitimer(signal.ITIMER_PROF, 0.002, 0.002)
    mine = []
    try:
        while len(nested) < 50:
            mine.append(b"m%d" % len(mine))
            assert spool.append(mine[-1])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    assert len(spool) == len(mine) + len(nested)
    assert sorted(empty(spool)) == sorted(mine + nested)
    assert (len(spool), spool.size) == (0, 0)


def test_a_finaliser_may_log_in_the_middle_of_an_append(sqlite):
    """Garbage is collected inside allocations, and its `__del__` may log."""
    spool = sqlite()
    logged = []

    class Last:
        def __init__(self):
            self.me = self  # only the collector frees it

        def __del__(self):
            logged.append(b"d%d" % len(logged))
            spool.append(logged[-1])

    for n in range(20_000):
        Last()
        spool.append(b"m%d" % n)
    assert logged
    found = empty(spool)
    assert len(found) == len(set(found)) == 20_000 + len(logged)


def test_a_fork_leaves_the_parents_events_to_the_parent(sqlite, directory):
    """While other threads append: the parent loses none, the child begins with none."""
    spool = sqlite()
    stop = threading.Event()
    counts = [0, 0]

    def work(who):
        while not stop.is_set():
            spool.append(b"%d-%d" % (who, counts[who]))
            counts[who] += 1

    threads = [threading.Thread(target=work, args=(who,)) for who in range(2)]
    for thread in threads:
        thread.start()
    children = []
    for _ in range(6):
        spool.before_fork()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                spool.after_fork_in_child()
                good = len(spool) == 0 and spool.append(b"child") and items(spool) == [b"child"]
                spool.close()
                status = 0 if good else 2
            finally:
                os._exit(status)
        spool.after_fork_in_parent()
        children.append(pid)
    stop.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 6
    own = {b"%d-%d" % (who, n) for who in range(2) for n in range(counts[who])}
    assert sorted(items(spool)) == sorted(own)
    assert spool.maintain().found == 6


# In the handler


def test_a_restart_sends_what_was_left_without_a_new_event(directory, cart, attach):
    """The thread starts with the configuration where a dead process has left something."""

    class Down(StubTransport):
        def send(self, items):
            raise OSError

    first = ZaiusHandler(
        transport=Down(), spool_dir=directory, close_timeout=0.0, notices=lambda line: None
    )
    attach(first, "first").info("x", extra={"zaius": cart})
    first.close()
    assert first.stats().pending == 1
    wire = StubTransport()
    second = attach(ZaiusHandler(transport=wire, spool_dir=directory), "second").handlers[0]
    while not wire.events:
        second.flush(0.05)
    assert [event["action"] for event in wire.events] == ["add_to_cart"]
    second.close()
    stats = second.stats()
    assert (stats.accepted, stats.delivered, stats.pending) == (1, 1, 0)
    assert not databases(directory)


def test_an_event_logged_after_close_waits_for_the_next_start(directory, cart, attach):
    """It is counted as pending, not dropped, and is there."""
    handler = ZaiusHandler(transport=StubTransport(), spool_dir=directory)
    logger = attach(handler)
    handler.close()
    logger.info("x", extra={"zaius": cart})
    assert (handler.stats().accepted, handler.stats().pending) == (1, 1)
    (orphan,) = Directory(directory).orphans()
    orphan.drop()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spool_dir", ""),
        ("spool_dir", 7),
        ("spool_sync", "never"),
        ("spool_bytes", 1000),
        ("spool_bytes", "1 GiB"),
    ],
)
def test_settings_that_cannot_be_are_refused(name, value):
    """By name, and without touching a disk."""
    with pytest.raises(ConfigError) as raised:
        ZaiusHandler(transport=StubTransport(), **{name: value})
    assert raised.value.argument == name
