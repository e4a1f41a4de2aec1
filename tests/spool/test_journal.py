"""What only the durable spool has: files, owners, quota, sync, ages, dead letters."""

import dataclasses
import gc
import itertools
import json
import os
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from zaius_logging import ConfigError, JournalSpool, Stats
from zaius_logging._spool.journal import adoption, counts, dead, files, line, place, upkeep

MANY = 10**9
HOUR = 3600.0


def items(spool):
    return [item for _, item in spool.peek(MANY, MANY)]


def empty(spool):
    found = []
    spool.maintain()
    while pairs := spool.peek(500, MANY):
        found += [item for _, item in pairs]
        spool.remove([place for place, _ in pairs])
        spool.maintain()
    return found


def put(spool, numbers):
    made = [b'{"n":%d}' % number for number in numbers]
    assert all(map(spool.append, made))
    return made


# Owners and heirs


def test_the_next_start_finds_what_was_left(journal):
    """After a close, whether the process has ended or not."""
    first, second = journal(), journal()
    made = put(first, range(5))
    first.close()
    made += put(second, [5])
    second.maintain()
    assert second.waiting()[:3] == (6, sum(map(len, made)), 5)
    assert items(second) == made


def test_an_emptied_spool_leaves_nothing(disk, journal, directory):
    """Files are removed when they are empty: an adopted one when maintained, the own one at close."""
    put(disk, range(3))
    disk.close()
    second = journal()
    put(second, [3])
    assert len(empty(second)) == 4
    second.close()
    assert list((directory / "shop").iterdir()) == []


def test_the_living_are_left_alone(journal):
    """A file belongs to its process for as long as that lives."""
    first, second = journal(), journal()
    put(first, [1])
    made = put(second, [2])
    second.maintain()
    assert second.waiting().found == 0
    assert items(second) == made


def test_a_slow_folder_is_adopted_all_the_same(journal):
    """A look at it is bounded in time, and takes one file at least: else it would look for ever."""
    made = []
    for number in range(3):
        spool = journal()
        made += put(spool, [number])
        spool.close()
    assert empty(journal(clock=itertools.count(1_000).__next__)) == made


def test_the_dead_are_adopted_oldest_first(journal, clock):
    """A few at a time, so that descriptors stay bounded; the next as soon as there is room."""
    made = []
    for number in range(adoption.MAX_ADOPTED + 3):
        spool = journal()
        made += put(spool, [number])
        spool.close()
    heir = journal(clock=clock)
    heir.maintain()
    assert heir.waiting().found == adoption.MAX_ADOPTED
    assert empty(heir) == made
    assert heir.waiting()[:4] == (0, 0, len(made), 0)


@pytest.mark.slow
def test_six_hundred_orphans_are_adopted_in_seconds(journal, directory, segments):
    """What a crash loop leaves; and their bytes on disk are in proportion to their events."""
    for number in range(600):
        spool = JournalSpool(directory, "shop")
        put(spool, [number])
        spool.close()
    assert sum(path.stat().st_blocks * 512 for path in segments()) <= 600 * 4096
    began = time.monotonic()
    assert len(empty(journal())) == 600
    assert time.monotonic() - began < 10


def test_two_heirs_share_the_dead(journal):
    """Each file goes to exactly one of them."""
    made = []
    for number in range(6):
        spool = journal()
        made += put(spool, [number])
        spool.close()
    heirs = [journal(), journal()]
    threads = [threading.Thread(target=heir.maintain) for heir in heirs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(item for heir in heirs for item in items(heir)) == sorted(made)


@pytest.mark.skipif(
    sys.platform == "win32", reason="locks a file as another process does, by flock"
)
def test_what_one_process_left_goes_to_one_heir(journal, segments, clock):
    """While another sends its oldest file, the next ones wait: taken by a second heir, they might arrive first."""
    import fcntl

    spool = journal()
    made = put(spool, range(3_000))
    spool.close()
    assert len(segments()) > 1
    other = os.open(segments()[0], os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    heir, last = journal(clock=clock), journal(clock=clock)
    heir.maintain()
    assert items(heir) == []
    states = segments()[0].read_bytes().replace(line.STARTS, b"\n" + line.MARK + line.DELIVERED)
    sent = len(made) - segments()[1].read_bytes().count(line.STARTS)
    segments()[0].write_bytes(states)  # all of it was sent; only its lock is still held
    last.maintain()
    assert empty(last) == made[sent:]
    os.close(other)


def test_a_name_that_a_power_cut_has_undone_stands_last(journal, directory, segments, died):
    """The file was made before the one in use then, and used after it: what it holds is the newest."""
    made = put(journal(), range(3_000))
    left = died(directory)
    older, newer = segments(where=left)[-2:]
    newer.rename(older.with_name(older.name[:-12] + "000000.jsonl.new"))
    assert empty(journal(left)) == made


def test_a_closed_spool_takes_back_what_it_left(disk):
    """It works on: append, close, append, peek; in order, nothing twice."""
    made = put(disk, [1])
    disk.close()
    assert disk.waiting().count == 1
    made += put(disk, [2])
    assert disk.waiting().count == 2
    disk.close()
    disk.close()
    assert items(disk) == made
    assert empty(disk) == made


def test_accounts_never_meet(journal, segments):
    """Each has a folder of its own; what is in another's is never sent, though nobody sends it."""
    for account in ("a", "b"):
        spool = journal(account=account)
        put(spool, [account == "a"])
        spool.close()
    assert empty(journal(account="b")) == [b'{"n":0}']
    (left,) = segments("a")
    left.rename(left.parent.parent / "b" / left.name)  # even where somebody moves a file
    assert empty(journal(account="b")) == []
    assert len(segments("b")) == 1


def test_an_account_that_nobody_sends_for_is_named_once(journal, segments, said):
    """With its folder, and what helps."""
    spool = journal(account="gone")
    put(spool, [1])
    spool.close()
    for path in segments("gone"):
        os.utime(path, (0, 0))
    other = journal(account="here")
    for _ in range(2):
        other._adopt_due = 0
        other.maintain()
    assert len(said) == 1
    assert "another account" in said[0]
    assert str(segments("gone")[0].parent) in said[0]
    assert "jq" in said[0]


def test_what_dies_half_made_is_cleared_away(journal, directory):
    """A segment that had no name yet, with a header or without."""
    spool = journal()
    put(spool, [1])
    (path,) = (directory / "shop").glob("*.jsonl")
    content = path.read_bytes()[:400].rstrip(b"\n") + b"\n"
    spool.close()
    for number, text in enumerate([b"", b"\n" * 100, content.partition(b"\n")[0] + b"\n"]):
        name = f"0000000000000000000{number}-1-00000{number}.jsonl.new"
        (directory / "shop" / name).write_bytes(text)
    assert empty(journal()) == [b'{"n":1}']
    assert list((directory / "shop").iterdir()) == []


def test_what_is_not_ours_stays_byte_for_byte(journal, directory, tmp_path, said):
    """Other programs' files, links, pipes, folders, other users' and unreadable ones of our own names."""
    ours = directory / "shop"
    ours.mkdir(parents=True)
    (tmp_path / "else").write_bytes(b"else")
    for where in (directory, ours):
        for name in ("uv.lock", "poetry.lock", "aliases.db", "a.jsonl", "dead.jsonl"):
            (where / name).write_bytes(name.encode() * 50)
        (where / "folder").mkdir()
        os.mkfifo(where / "pipe")
    (ours / "00000000000000000001-1-000001.jsonl").symlink_to(tmp_path / "else")
    os.mkfifo(ours / "00000000000000000002-1-000001.jsonl")
    (ours / "00000000000000000003-1-000001.jsonl").write_bytes(b"no header " * 99)
    (ours / "00000000000000000004-1-000001.jsonl").write_bytes(b"")
    (ours / "00000000000000000005-1-000001.jsonl.new").write_bytes(b"no header")
    (directory / "00000000000000000006-1-abcdef12.db").write_bytes(b"SQLite")

    def looked():
        return {
            str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
            for path in sorted(directory.rglob("*"))
            if path != ours
        }

    before = looked()
    spool = journal()
    for _ in range(3):
        spool._adopt_due = 0
        made = put(spool, range(3))
        assert empty(spool) == made
    spool.close()
    assert looked() == before
    assert len([text for text in said if "earlier version" in text]) == 1
    assert len([text for text in said if "left alone" in text]) == len(said) > 1


def test_a_file_that_has_taken_the_name_of_ours_stays(disk, segments):
    """Ours is removed once nothing of it waits: by its name, where that is still its own."""
    put(disk, [1])
    [path] = segments()
    path.unlink()
    path.write_bytes(b"somebody's")
    disk.remove([place_ for place_, _ in disk.peek(1, MANY)])
    disk.close()
    assert path.read_bytes() == b"somebody's"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives a file away")
def test_another_users_file_is_left_alone(journal, segments, said):
    """In a directory that others can write, a name proves nothing; it is named once."""
    spool = journal()
    put(spool, [1])
    spool.close()
    os.chown(segments()[0], 12345, 12345)
    assert empty(journal()) == []
    assert "another user" in said[0]


def test_folders_and_files_are_private_under_any_umask(journal, directory):
    """0700 and 0600: events are personal data."""
    before = os.umask(0o277)
    try:
        spool = journal()
        put(spool, [1])
        place_, _ = spool.peek(1, MANY)[0]
        spool.dead_letter({place_: "bad"}, "rejected")
    finally:
        os.umask(before)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "shop").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (directory / "shop").iterdir()} == {0o600}


def test_a_link_is_followed_once_and_a_tilde_is_a_home(journal, tmp_path, monkeypatch):
    """A deploy that flips the link moves nothing under a process that runs."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    link = tmp_path / "current"
    link.symlink_to(tmp_path / "one")
    spool = journal(link)
    put(spool, [1])
    link.unlink()
    link.symlink_to(tmp_path / "two")
    spool.close()
    put(spool, [2])
    assert list((tmp_path / "two").iterdir()) == []
    monkeypatch.setenv("HOME", str(tmp_path / "two"))
    put(journal("~/spool"), [3])
    assert (tmp_path / "two" / "spool" / "shop").is_dir()


@pytest.mark.parametrize("account", ["", "..", "a/b", "a" * 65, "ü"])
def test_an_account_must_be_a_name(directory, account):
    """It is the name of a folder."""
    with pytest.raises(ConfigError, match="account"):
        JournalSpool(directory, account)


# What is promised of an event


@pytest.mark.parametrize("use_map", [True, False])
def test_a_killed_process_loses_nothing(journal, directory, died, use_map):
    """What the files hold at any moment is every event whose append returned."""
    spool = journal(use_map=use_map)
    made = put(spool, range(300))
    spool.remove([place_ for place_, _ in spool.peek(100, MANY)])
    heir = journal(died(directory))
    assert empty(heir) == made[100:]
    assert heir.waiting()[:4] == (0, 0, 200, 0)


def test_dead_letters_are_lines_of_json(disk, directory):
    """With event, fate, reason and times; they outlive the spool's own files."""
    put(disk, range(4))
    places = [place_ for place_, _ in disk.peek(4, MANY)]
    disk.dead_letter({places[1]: 'too "long"'}, "rejected")
    disk.dead_letter({places[2]: "72 hours"}, "expired")
    assert items(disk) == [b'{"n":0}', b'{"n":3}']
    empty(disk)
    disk.close()
    lines = (directory / "shop" / "dead-letters.jsonl").read_text().splitlines()
    said = [json.loads(text) for text in lines]
    assert [(each["event"]["n"], each["fate"], each["reason"]) for each in said] == [
        (1, "rejected", 'too "long"'),
        (2, "expired", "72 hours"),
    ]
    assert all(each["logged"] > 10**12 and each["at"].endswith("Z") for each in said)


def test_dead_letters_are_bounded(journal, directory, monkeypatch):
    """By bytes, by count and by age: two files at the most, the older one goes."""
    monkeypatch.setattr(dead, "MAX_LINES", 10)
    spool = journal()
    for number in range(50):
        put(spool, [number])
        spool.dead_letter({spool.peek(1, MANY)[0][0]: "bad"}, "rejected")
    kept = sorted((directory / "shop").glob("dead-letters*"))
    assert [path.name for path in kept] == ["dead-letters.1.jsonl", "dead-letters.jsonl"]
    assert 10 <= sum(path.read_bytes().count(b"\n") for path in kept) <= 24
    assert json.loads(kept[1].read_text().splitlines()[-1])["event"]["n"] == 49
    for path in kept:
        os.utime(path, (0, 0))
    put(spool, [50])
    spool.dead_letter({spool.peek(1, MANY)[0][0]: "bad"}, "rejected")
    kept = sorted((directory / "shop").glob("dead-letters*"))
    assert sum(path.read_bytes().count(b"\n") for path in kept) <= 12


def test_a_call_never_waits_for_dead_letters(disk, directory):
    """Somebody locks their file, and the disk stalls under it: appends go on."""
    put(disk, range(2))
    place_, _ = disk.peek(1, MANY)[0]
    os.mkfifo(directory / "shop" / "dead-letters.jsonl")
    disk.dead_letter({place_: "bad"}, "rejected")  # reported, not waited for
    assert items(disk) == [b'{"n":1}']
    with disk._work:  # as whoever writes them
        done = threading.Event()
        threading.Thread(target=lambda: (put(disk, [2]), disk.waiting(), done.set())).start()
        assert done.wait(10)


@pytest.mark.parametrize("use_map", [True, False])
def test_the_quota_is_kept_and_given_back(journal, directory, use_map):
    """Past it append says no and nothing changes; what is removed makes room again."""
    spool = journal(max_bytes=1024 * 1024, use_map=use_map)
    big = b'{"n":"%b"}' % (b"x" * 1000)
    taken = 0
    while spool.append(big):
        taken += 1
    assert 700 < taken < 1000
    assert not spool.degraded
    assert spool.waiting()[:2] == (taken, taken * len(big))
    used = sum(path.stat().st_blocks * 512 for path in (directory / "shop").iterdir())
    assert used <= 1024 * 1024
    spool.remove([place_ for place_, _ in spool.peek(250, MANY)])
    again = 0
    while spool.append(big):
        again += 1
    assert 60 <= again <= 250
    assert not spool.append(b'{"n":"%b"}' % (b"x" * 2 * 1024 * 1024))


def test_events_after_close_keep_to_the_quota(journal, directory):
    """They go on in one file."""
    spool = journal(max_bytes=1024 * 1024)
    for number in range(100):
        put(spool, [number])
        if number % 10 == 0:
            spool.close()
    used = sum(path.stat().st_blocks * 512 for path in (directory / "shop").iterdir())
    assert used <= 256 * 1024


def test_memory_stays_flat(disk):
    """Only a batch is read, however long the line."""
    for _ in range(20):
        put(disk, range(1000))
    assert len(disk.peek(500, MANY)) == 500
    assert sum(len(segment.known.lines) for segment in disk._writer.own) < 10_000


# Ages


def test_a_suspended_host_ages_nothing(journal, directory, clock):
    """Wall time goes on, the clock of the machine is what it is: an event is as old as it is."""
    wall = [1_800_000_000.0]
    first = journal(clock=clock, wall=lambda: wall[0])
    put(first, [0])
    wall[0] += 80 * HOUR
    put(first, [1])
    first.close()
    heir = journal(clock=clock, wall=lambda: wall[0])
    heir.maintain()
    wall[0] += 1.1 * HOUR
    clock.now += 1.1 * HOUR
    assert heir.expired(72 * HOUR) == []
    clock.now += 72 * HOUR
    assert [item for _, item in heir.expired(72 * HOUR)] == [b'{"n":0}', b'{"n":1}']


@pytest.mark.parametrize("boots", [("a", "b"), ("", "")])
def test_over_a_start_of_the_machine_only_the_wall_clock_knows(journal, clock, boots):
    """An event is tried for an hour, however old it looks; then it is as old as the wall clocks say."""
    wall = 1_800_000_000.0
    first = journal(clock=clock, wall=lambda: wall, boot=boots[0])
    put(first, [0])
    first.close()
    clock.now = 5.0
    heir = journal(clock=clock, wall=lambda: wall + 80 * HOUR, boot=boots[1])
    heir.maintain()
    clock.now += HOUR - 1
    assert heir.expired(72 * HOUR) == []
    clock.now += 2
    assert [item for _, item in heir.expired(72 * HOUR)] == [b'{"n":0}']


@pytest.mark.parametrize("there", [0.0, 1_900_000_000.0])
def test_a_wall_clock_that_was_wrong_costs_nothing(journal, clock, there):
    """At 1970 or ahead of time when it was logged: after an hour the one is old, the other counts from discovery."""
    first = journal(clock=clock, wall=lambda: there, boot="a")
    put(first, [0])
    first.close()
    heir = journal(clock=clock, wall=lambda: 1_800_000_000.0, boot="b")
    heir.maintain()
    clock.now += HOUR - 1
    assert heir.expired(72 * HOUR) == []
    if there:
        clock.now += 70 * HOUR
        assert heir.expired(72 * HOUR) == []
        clock.now += 2 * HOUR
        assert len(heir.expired(72 * HOUR)) == 1


# Sync


@pytest.fixture
def syncs(monkeypatch):
    """A list that grows with each sync of a segment."""
    seen = []
    real = files.File.sync
    monkeypatch.setattr(files.File, "sync", lambda self: (seen.append(self.path), real(self)))
    return seen


@pytest.mark.parametrize("use_map", [True, False])
def test_always_syncs_before_append_returns(journal, syncs, use_map):
    """Each event that was taken is durable at once."""
    spool = journal(sync="always", use_map=use_map)
    for number in range(1, 6):
        put(spool, [number])
        assert len(syncs) == number
    spool.remove([spool.peek(1, MANY)[0][0]])
    assert len(syncs) == 6  # and each state before the next request


def test_threads_share_a_sync(journal, syncs, monkeypatch):
    """With `always`, what sixteen threads append while one syncs is made durable by the next sync."""
    real = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (time.sleep(0.002), real(fd)))
    spool = journal(sync="always")
    threads = [threading.Thread(target=put, args=(spool, range(30))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spool.waiting().count == 16 * 30
    assert len(syncs) < 16 * 30 / 2


def test_with_interval_the_sync_comes_by_itself(journal, syncs):
    """Within a second, on a thread of its own, though nobody maintains meanwhile."""
    spool = journal()
    put(spool, [1])
    spool.maintain()
    put(spool, [2])
    until = time.monotonic() + 1.0
    while spool._writer.own[-1].synced < spool._writer.own[-1].end() and time.monotonic() < until:
        time.sleep(0.01)
    assert spool._writer.own[-1].synced == spool._writer.own[-1].end()


def test_a_thread_that_cannot_be_started_is_tried_again(journal, monkeypatch, syncs):
    """Meanwhile `maintain` syncs."""

    def fails(self):
        raise RuntimeError("can't start new thread")

    spool = journal()
    put(spool, [1])
    with monkeypatch.context() as broken:
        broken.setattr(threading.Thread, "start", fails)
        spool.maintain()
    assert len(syncs) == 1
    spool.maintain()
    assert spool._ticker.thread.is_alive()


def test_closing_syncs(journal, syncs):
    """What was appended in the last moment is durable when close returns, and the thread ends."""
    spool = journal()
    put(spool, [1])
    spool.maintain()
    thread = spool._ticker.thread
    syncs.clear()
    put(spool, [2])
    spool.close()
    assert syncs
    thread.join(5)
    assert not thread.is_alive()


@pytest.fixture
def names(monkeypatch):
    """The names in a folder that a power cut leaves: those of its last sync."""
    kept = {}
    real = os.fsync

    def fsync(fd):
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            kept[os.fstat(fd).st_ino] = os.listdir(fd)
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    return lambda folder: kept.get(folder.stat().st_ino, [])


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such thing")
def test_always_syncs_names_before_append_returns(journal, brief, names, segments):
    """Those of the file, the folder, and the folders that were made for it; and of a file that was made ready before."""
    directory = brief / "a" / "b"
    spool = journal(directory, sync="always")
    while len(segments(where=directory)) < 3:
        assert spool.append(b'{"n":"%b"}' % (b"x" * 4000))
        for path in segments(where=directory):
            for each in (path, path.parent, directory, directory.parent):
                assert each.name in names(each.parent)
        spool.sync()  # makes the next one ready


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such thing")
def test_a_name_is_synced_though_another_thread_syncs_before_the_file_has_it(
    journal, brief, names, segments, monkeypatch
):
    """A file is made and then named: a sync in between knows nothing of the name."""
    spool = journal(brief, sync="always")
    real = os.rename
    monkeypatch.setattr(os, "rename", lambda *paths: (spool._place.sync(), real(*paths)))
    put(spool, [1])
    (path,) = segments(where=brief)
    assert path.name in names(path.parent)


@pytest.mark.parametrize("use_map", [True, False])
def test_a_sync_says_how_many_lines_there_are(journal, segments, use_map):
    """In the header of the active file, so that a power cut that takes some of them is noticed."""
    spool = journal(use_map=use_map)
    put(spool, range(7))
    spool.sync()
    (path,) = segments()
    assert line.header_of(path.read_bytes())[0].lines == 7


# Other ways


@pytest.mark.slow
def test_a_forgotten_spool_lets_go(directory):
    """Garbage without a close: no thread and no descriptor stays, and the next one finds the events."""
    gc.collect()
    threads = set(threading.enumerate())

    def held():
        """Descriptors of files in there: other tests of this process may open theirs meanwhile."""
        for each in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if str(directory) in os.readlink(each):
                    yield each

    for number in range(30):
        spool = JournalSpool(directory, "shop")
        put(spool, [number])
        spool.maintain()
    assert list(held())
    del spool
    gc.collect()
    until = time.monotonic() + 5
    while list(held()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(held()) == []
    while threads < set(threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.05)
    assert set(threading.enumerate()) <= threads


@pytest.mark.skipif(
    sys.version_info >= (3, 13) or sys.platform != "linux", reason="a map has no descriptor there"
)
@pytest.mark.parametrize("search", [True, False], ids=["", "control"])
def test_a_map_closes_its_descriptor_though_another_was_opened_meanwhile(
    tmp_path, monkeypatch, search
):
    """The number of a map's descriptor is a guess, which another thread can make wrong: then it is looked for."""
    import fcntl

    if not search:
        monkeypatch.setattr(files, "_descriptors", list)
    monkeypatch.setattr(files, "_never_closed", kept := [])
    theirs = []

    def after_another_thread(fd, size):
        guess = sys._getframe(1).f_locals["self"]._fd
        # Not the lowest free one: a thread of another test may have freed that. If it is not the guess, that is taken.
        theirs.append(fcntl.fcntl(null, fcntl.F_DUPFD, guess))
        return made(fd, size)

    made = files.mmap.mmap
    monkeypatch.setattr(files.mmap, "mmap", after_another_thread)

    def held():
        links = [Path(f"/dev/fd/{name}") for name in os.listdir("/dev/fd")]
        return sum(os.readlink(link) == file.path for link in links if link.is_symlink())

    file = files.File(str(tmp_path / "mapped"), os.O_RDWR | os.O_CREAT)
    file.write(b"\n" * 4096, 0)
    with open(os.devnull) as null, suppress(OSError):
        assert files.Map(file, 4096).close()
    file.close()
    (number,) = theirs
    os.close(number)  # still theirs
    assert held() == len(kept) == (not search)


def test_mounts_that_share_pages_are_written_by_calls(journal, tmp_path, monkeypatch):
    """By the mount's type: ext4 and tmpfs are mapped; btrfs, XFS, overlay, networks and the unknown are not."""
    spool = journal()
    put(spool, [1])
    device = os.stat(spool._place.path).st_dev
    mounts, real = tmp_path / "mountinfo", open

    def opened(path, *arguments, **settings):
        return real(mounts if "mountinfo" in str(path) else path, *arguments, **settings)

    monkeypatch.setattr("builtins.open", opened)
    numbers = f"{os.major(device)}:{os.minor(device)}"
    for kind in ("ext4", "tmpfs", "btrfs", "xfs", "nfs4", "overlay"):
        mounts.write_text(f"36 35 {numbers} / /mnt rw,noatime - {kind} /dev/x rw\n")
        assert spool._place.fits() is (kind in ("ext4", "tmpfs"))
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert spool._place.fits() is False


def test_without_pread_and_pwrite_it_seeks(journal, monkeypatch):
    """As on Windows, which has neither, nor O_NOFOLLOW, nor fdatasync."""
    monkeypatch.setattr(files, "_pread", files._pread_by_seeking)
    monkeypatch.setattr(files, "_pwrite", files._pwrite_by_seeking)
    monkeypatch.delattr(os, "fdatasync")
    spool = journal(use_map=False)
    made = put(spool, range(2000))
    spool.remove([place_ for place_, _ in spool.peek(7, MANY)])
    spool.close()
    assert empty(journal(use_map=False)) == made[7:]


@pytest.mark.parametrize("code", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks(journal, monkeypatch, said, code):
    """Own files only, one line, no adoption and no loop."""
    import errno
    import fcntl

    def fails(*_):
        raise OSError(getattr(errno, code), "no locks")

    monkeypatch.setattr(fcntl, "flock", fails)
    spool = journal()
    made = put(spool, range(100))
    began = time.monotonic()
    assert empty(spool) == made
    assert time.monotonic() - began < 5
    assert len([text for text in said if "lock" in text]) == 1
    other = journal()
    put(spool, [1])
    other.maintain()
    assert other.waiting().found == 0


def test_a_writer_leaves_sending_to_an_agent(journal, segments):
    """`deliver=False`: nothing is given out, adopted or removed; the header says so, and what is stored is counted."""
    writer = journal(deliver=False)
    put(writer, range(3))
    assert writer.peek(10, MANY) == writer.expired(0.0) == []
    waiting = writer.waiting()
    assert (waiting.count, waiting.stored, waiting.stored_size) == (0, 3, 3 * len(b'{"n":0}'))
    assert not writer.shared
    writer.close()
    assert writer.waiting().stored == 3
    assert b'"role":"agent"' in segments()[0].read_bytes()
    assert empty(journal()) == []
    assert len(segments()) == 1


def test_a_process_that_is_killed_is_adopted_at_the_next_look(directory, journal):
    """The kernel gives its locks back."""
    code = f"""
import os
from zaius_logging import JournalSpool
spool = JournalSpool({str(directory)!r}, "shop")
for number in range(100):
    assert spool.append(b'{{"n":%d}}' % number)
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert ended.returncode == -9
    assert len(empty(journal())) == 100
    assert upkeep.TICK <= 0.5
    assert adoption.EVERY <= 30
    assert place.SEGMENT


def test_a_writer_keeps_no_sealed_file_open(journal, segments):
    """However much it logs: whoever sends may remove those, and nothing is written again for it."""
    writer = journal(deliver=False)
    made = 0
    while len(segments()) < 4:
        put(writer, range(100))
        made += 100
        writer.maintain()
    assert len(writer._writer.own) <= 2
    assert writer.waiting().stored == made
    segments()[0].unlink()
    writer.sync()
    assert writer.waiting().stored == made
    assert len(segments()) == 3


def test_the_numbers_of_a_short_process_are_kept(tmp_path):
    """One that delivers and ends within half a second of its first look adds to the totals, once."""
    said = {"now": Stats()}

    class Source:
        def stats(self):
            return said["now"]

    source = Source()
    kept = counts.Counts(place.Place(tmp_path, "shop", 1 << 20), lambda: 0.0)
    kept.report_by(source.stats)
    kept.keep(fold=True)  # nothing to say yet
    (tmp_path / "shop").mkdir()
    said["now"] = dataclasses.replace(said["now"], delivered=5, requests=1)
    kept.keep(fold=True)
    for _ in range(2):
        kept.close()
        assert counts.of(str(tmp_path / "shop"))[0]["delivered"] == 5
