"""What interrupts the journal: signals, exceptions, forks, daemons, cleaners, and a disk that fails."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import reader
from moments import at_each_line, interrupted_at

from zaius_logging._spool.journal import files, line, place, segment, writer

MANY = 10**9
HERE = Path(__file__).parent


def empty(spool):
    found = []
    spool.maintain()
    while pairs := spool.peek(500, MANY):
        found += [item for _, item in pairs]
        spool.remove([place_ for place_, _ in pairs])
        spool.maintain()
    return found


def put(spool, numbers):
    made = [b'{"n":%d}' % number for number in numbers]
    assert all(map(spool.append, made))
    return made


# In the middle of a call


def test_a_signal_handler_may_log_in_the_middle_of_an_append(disk, segments):
    """300 times a second, wherever it strikes, through several segments: every event is there once, none torn.

    By the processor's time: while a disk stands still, nothing strikes into what waits for it, and into that again.
    """
    nested, mine = [], []

    def log(*_):
        nested.append(b'{"s":%d}' % len(nested))
        assert disk.append(nested[-1])

    before = signal.signal(signal.SIGPROF, log)
    signal.setitimer(signal.ITIMER_PROF, 1 / 300, 1 / 300)
    try:
        while len(nested) < 100:
            mine += put(disk, [len(mine)])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    assert disk.waiting().count == len(mine) + len(nested)
    for path in segments():
        assert reader.events(path.read_bytes())[1] == 0
    found = empty(disk)
    assert [item for item in found if item[2:3] == b"n"] == mine
    assert sorted(item for item in found if item[2:3] == b"s") == sorted(nested)
    assert disk.waiting()[:2] == (0, 0)


@pytest.mark.slow
def test_a_finaliser_may_log_in_the_middle_of_an_append(disk):
    """Garbage is collected inside allocations, and its `__del__` may log."""
    logged = []

    class Last:
        def __init__(self):
            self.me = self  # only the collector frees it

        def __del__(self):
            logged.append(b'{"d":%d}' % len(logged))
            disk.append(logged[-1])

    for number in range(20_000):
        Last()
        put(disk, [number])
    assert logged
    found = empty(disk)
    assert len(found) == len(set(found)) == 20_000 + len(logged)


@pytest.mark.skipif(sys.platform != "linux", reason="files are mapped there")
def test_a_line_that_comes_while_its_file_is_sealed_is_kept(journal, brief, monkeypatch):
    """A call has found the file, and writes between the look at its end and the moment when nothing more can come."""
    found, go, here = threading.Event(), threading.Event(), threading.current_thread()

    def write(text):
        if threading.current_thread() is call:
            found.set()
            assert go.wait(30)
        return real_write(text)

    def close(self):
        if threading.current_thread() is here:
            go.set()
            call.join(30)
        return real(self)

    call = threading.Thread(target=lambda: put(spool, [1]))
    real = files.Map.close
    spool = journal(brief)
    made = put(spool, [0])
    mapped = spool._writer.last.mapped
    real_write, mapped.write = mapped.write, write
    call.start()
    assert found.wait(30)
    monkeypatch.setattr(files.Map, "close", close)
    spool.close()
    assert go.is_set()
    assert empty(journal(brief)) == [*made, b'{"n":1}']


STATES = ("new", "begun", "nearly full", "closed", "always")


@pytest.mark.slow
# An exception where a `with` ends leaves what it had opened to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
@pytest.mark.parametrize("state", STATES)
def test_an_exception_at_each_line_of_an_append(journal, brief, state, use_map):
    """Afterwards the next event is taken, and all that were accepted are found once, in order."""
    for step in range(1, 2_000):
        where = brief / f"{step}"
        spool = journal(where, use_map=use_map, sync="always" if state == "always" else "interval")
        made = [] if state == "new" else put(spool, range(3))
        if state == "nearly full":
            made += put(spool, range(3, 10))
            room = writer._FIRST - spool._writer.own[-1].end() - 100
            made.append(b'{"n":"%b"}' % (b"x" * room))
            assert spool.append(made[-1])
        if state == "closed":
            spool.close()
        cut = interrupted_at(step, lambda spool=spool: spool.append(b'{"cut":1}'))
        made += put(spool, [99])
        found = empty(spool)
        assert [item for item in found if item != b'{"cut":1}'] == made
        assert found.count(b'{"cut":1}') <= 1
        assert cut or b'{"cut":1}' in found
        assert spool.waiting()[:2] == (0, 0)
        spool.close()
        shutil.rmtree(where)
        if not cut:
            break
    assert 10 < step < 1_999


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "what", ["peek", "remove", "dead_letter", "maintain", "close", "waiting", "sync"]
)
def test_an_exception_at_each_line_of_the_rest(journal, brief, what):
    """A close or a flush in the main thread can be interrupted, too: no event is lost, the next call goes on."""
    for step in range(1, 2_000):
        where = brief / f"{step}"
        old = journal(where)
        made = put(old, [0, 1])
        old.close()
        spool = journal(where)
        spool.maintain()
        made += put(spool, range(2, 8))
        ids = [place_ for place_, _ in spool.peek(3, MANY)]
        call = {
            "peek": lambda s=spool: s.peek(10, MANY),
            "remove": lambda s=spool, i=ids: s.remove(i),
            "dead_letter": lambda s=spool, i=ids: s.dead_letter(
                dict.fromkeys(i, "bad"), "rejected"
            ),
            "maintain": lambda s=spool: (setattr(s, "_adopt_due", 0), s.maintain()),
            "close": lambda s=spool: s.close(),
            "waiting": lambda s=spool: s.waiting(),
            "sync": lambda s=spool: s.sync(),
        }[what]
        cut = interrupted_at(step, call)
        made += put(spool, [99])
        spool._adopt_due = 0
        found = empty(spool)
        gone = 3 if what in ("remove", "dead_letter") else 0
        assert [item for item in made[gone:] if item not in found] == [], step
        assert len(found) == len(set(found)), step
        assert spool.waiting().count == 0
        spool.close()
        shutil.rmtree(where)
        if not cut:
            break
    assert 3 < step < 1_999


# Forks


def in_child(call):
    """Run it in a forked child; give the child's status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            call()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


@pytest.mark.slow
def test_a_fork_leaves_the_parents_events_to_the_parent(disk, journal):
    """While other threads append: the parent loses none, the child begins with none and writes files of its own."""
    stop, made = threading.Event(), {0: [], 1: []}

    def work(who):
        while not stop.is_set():
            made[who] += put(disk, [10 * len(made[who]) + who])

    threads = [threading.Thread(target=work, args=(who,)) for who in made]
    for thread in threads:
        thread.start()

    def child():
        disk.after_fork_in_child()
        assert disk.waiting()[:4] == (0, 0, 0, 0)
        disk.append(b'{"child":1}')
        assert [item for _, item in disk.peek(10, MANY)] == [b'{"child":1}']

    try:
        for _ in range(20):
            assert in_child(child) == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    heir = journal()
    assert empty(heir) == [b'{"child":1}'] * 20
    found = empty(disk)
    for who, mine in made.items():
        assert [item for item in found if int(item[5:-1]) % 10 == who] == mine


def test_a_parent_that_died_is_adopted_while_its_child_lives(directory, journal):
    """The child has closed what it inherited, so that the locks went with the parent."""
    code = f"""
import os, sys, time
from zaius_logging import JournalSpool
spool = JournalSpool({str(directory)!r}, "shop")
spool.append(b'{{"parent":1}}')
if os.fork() == 0:
    spool.after_fork_in_child()
    print("forked", flush=True)
    time.sleep(60)
time.sleep(0.3)
os.kill(os.getpid(), 9)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout.readline()
        process.wait(30)
        try:
            assert empty(journal()) == [b'{"parent":1}']
        finally:
            os.killpg(process.pid, signal.SIGKILL)


FORK_IN_C = """
import ctypes, os, sys
from pathlib import Path
from test_interruptions import empty, put
from zaius_logging import JournalSpool
where, use_map = sys.argv[1], sys.argv[2] == "True"
spool = JournalSpool(where, "shop", use_map=use_map)
made = put(spool, range(5))
files = lambda: [path.read_bytes() for path in sorted(Path(where, "shop").iterdir())]
before = files()
child = ctypes.CDLL(None).fork()
if child == 0:
    status = 1
    try:
        status = 0 if spool.append(b'{"child":1}') and spool.waiting().count == 1 else 2
    finally:
        os._exit(status)
assert os.waitpid(child, 0)[1] == 0
assert files()[:1] == before
made += put(spool, [5])
heir = JournalSpool(where, "shop", use_map=use_map)
assert empty(heir) == [b'{"child":1}']
assert empty(spool) == made
heir.close(), spool.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="calls fork in libc")
@pytest.mark.parametrize("use_map", [True, False])
def test_a_fork_in_c_whose_child_logs(directory, use_map):
    """No hook runs: the child writes nothing that it inherited all the same.

    In a process without another thread, which could have the interpreter's lock at that moment: then the child hangs.
    """
    command = [sys.executable, "-c", FORK_IN_C, directory, str(use_map)]
    ran = subprocess.run(
        command, cwd=HERE, stderr=subprocess.PIPE, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
def test_a_fork_out_of_a_signal_handler_at_each_line(journal, brief):
    """The child leaves at once; the parent's call goes on as if nothing had happened."""
    for step in range(1, 400):
        spool = journal(brief / f"{step}")
        made, reached = put(spool, [0]), []

        def strike(number, step=step, reached=reached, spool=spool):
            if number == step:
                reached.append(number)
                assert in_child(spool.after_fork_in_child) == 0

        def calls(spool=spool):
            spool.append(b'{"n":1}')
            spool.remove([place_ for place_, _ in spool.peek(1, MANY)])

        at_each_line(calls, strike)
        assert empty(spool) == [b'{"n":1}'], (step, made)
        if not reached:
            break
    assert 10 < step < 399


@pytest.mark.slow
@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
def test_who_makes_a_file_at_the_same_time_breaks_no_order(journal, brief, died, use_map):
    """A call that was overtaken while it made a file puts its own before the other's: so an heir reads them."""
    for step in range(1, 1_000):
        spool = journal(brief / f"{step}", use_map=use_map)
        reached = []

        def strike(number, step=step, spool=spool, reached=reached):
            if number == step:
                reached.extend(put(spool, [1]))

        at_each_line(lambda spool=spool: put(spool, [0]), strike)
        if not reached:
            break
        put(spool, [2])
        found = empty(journal(died(brief / f"{step}")))
        assert sorted(found) == [b'{"n":%d}' % number for number in range(3)]
        assert found.index(b'{"n":1}') < found.index(b'{"n":2}'), step
        spool.close()
    assert 30 < step < 999


@pytest.mark.timeout(20)
def test_a_sync_up_to_an_end_that_goes_back_comes_to_its_end(disk):
    """So it does where a file is sealed: who waits until what was never there is on disk would wait for ever."""
    made = put(disk, range(2_000))  # two segments, or more
    disk.maintain()
    for each in disk._writer.own:
        each.sync(each.limit)
    assert empty(disk) == made


@pytest.mark.slow
@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
def test_what_is_sent_before_its_call_has_synced_it_is_no_fault_of_the_disk(
    journal, brief, said, use_map
):
    """Its file is full, sent and removed in the middle of the call: nothing is left to sync."""
    for step in range(1, 1_000):
        spool = journal(brief / f"{step}", use_map=use_map, sync="always", max_bytes=512 * 1024)
        found, reached = [], []

        def strike(number, step=step, spool=spool, found=found, reached=reached):
            if number == step:
                for filler in (b'"1"', b'"2"', b'"3"'):
                    assert spool.append(filler.ljust(3_000))
                    reached.append(filler)
                found += [item.strip() for item in empty(spool)]

        at_each_line(lambda spool=spool: put(spool, [0]), strike)
        if not reached:
            break
        assert said == [], step
        assert not spool.degraded
        found += [item.strip() for item in empty(spool)]
        assert sorted(found) == [*reached, b'{"n":0}']
        spool.close()
    assert 30 < step < 999


# Others' hands


def closed_by_a_daemon(keep=()):
    """Close every descriptor of a file of the spool, and open application files in their numbers."""
    taken = []
    for number in sorted(map(int, os.listdir("/proc/self/fd"))):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if ".jsonl" in target:
            os.close(number)
            taken.append(number)
    return taken


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("use_map", [True, False])
def test_descriptors_that_a_daemon_closes(journal, tmp_path, use_map):
    """Their numbers are the application's files now: nothing of ours is written, locked or closed there; nothing is lost."""
    spool = journal(use_map=use_map)
    made = put(spool, range(200))  # no thread yet: daemons do this when they are alone
    numbers = closed_by_a_daemon()
    assert numbers
    opened = []
    for number in numbers:
        fd = os.open(tmp_path / f"application-{number}", os.O_RDWR | os.O_CREAT)
        os.dup2(fd, number)
        if fd != number:
            os.close(fd)
        opened.append(number)
        os.write(number, b"the application's own")
    made += put(spool, range(200, 400))
    spool.sync()
    assert empty(spool) == made
    made = put(spool, range(400, 500))
    spool.close()
    assert empty(journal()) == made
    for number in opened:
        assert os.pread(number, 100, 0) == b"the application's own"
        os.close(number)


@pytest.mark.parametrize("how", ["unlink", "rename", "rmtree"])
@pytest.mark.parametrize("use_map", [True, False])
def test_segments_that_a_cleaner_removes_or_renames(journal, directory, said, how, use_map):
    """Noticed at the next sync: what was not sent is kept and goes on in a new file, in order."""
    spool = journal(use_map=use_map)
    made = put(spool, range(50))
    spool.remove([place_ for place_, _ in spool.peek(20, MANY)])
    for path in (directory / "shop").iterdir():
        if how == "unlink":
            path.unlink()
        if how == "rename":
            path.rename(directory / "moved")
    if how == "rmtree":
        shutil.rmtree(directory)
    spool.sync()
    made += put(spool, range(50, 60))
    spool.maintain()
    assert any("removed" in text for text in said)
    left = [
        item
        for path in (directory / "shop").iterdir()
        for item in reader.events(path.read_bytes())[0]
    ]
    assert sorted(left) == sorted(made[20:])
    assert spool.waiting().count == 40
    assert sorted(empty(spool)) == sorted(made[20:])


def test_what_is_kept_anew_stays_before_what_came_later(disk, directory, journal, died, segments):
    """It has the name of the file that was removed: so the next process reads it first, too."""
    made = put(disk, range(3))
    segments()[0].unlink()
    disk.sync()
    made += put(disk, range(3, 6))
    heir = journal(died(directory))
    heir.maintain()
    assert [item for _, item in heir.peek(100, MANY)] == made


def test_a_file_that_another_has_adopted_is_left_to_him(journal, directory):
    """An owner that lost its locks (a daemon closed them), and another process took the file: nothing is lost."""
    spool, other = journal(), journal()
    made = put(spool, range(10))
    closed_by_a_daemon()
    other.maintain()
    made += put(spool, range(10, 20))
    spool.sync()
    spool.maintain()
    found = empty(spool) + empty(other)
    assert set(found) == set(made)


@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
def test_a_call_in_the_middle_of_a_rescue_loses_nothing(journal, brief, use_map):
    """A call that had chosen its file before that was removed puts its event there, or is told to choose anew."""
    spool = journal(brief / "spool", use_map=use_map)
    made = put(spool, range(3))
    chosen = spool._writer.own[-1]
    shutil.rmtree(brief / "spool")

    def strike(_):
        item = b'{"n":%d}' % len(made)
        if chosen.put(item):
            made.append(item)

    at_each_line(spool.sync, strike)
    assert len(made) > 10
    assert empty(spool) == made


# A disk that fails


@pytest.mark.parametrize("call", ["open", "write", "rename", "mmap"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EMFILE])
def test_while_the_disk_fails_events_wait_in_memory(  # noqa: PLR0917
    journal, monkeypatch, clock, said, call, code
):
    """Bounded, in order, and back on disk once it is well; operators read it."""

    def fails(*_, **__):
        raise OSError(code, os.strerror(code))

    spool = journal(clock=clock, capacity=5)
    made = put(spool, range(3))
    with monkeypatch.context() as broken:
        if call == "mmap":
            broken.setattr(writer, "_FIRST", 70 * 1024)
            broken.setattr(segment, "Map", fails)
            broken.setattr(os, "write", fails)
        else:
            broken.setattr(os, {"write": "pwrite", "open": "open", "rename": "rename"}[call], fails)
            broken.setattr(files, "_pwrite", fails) if call == "write" else None
        spool._fail(OSError(code, "stalled"))
        made += put(spool, range(3, 8))
        assert not spool.append(b'{"n":8}')
        clock.now += 1
        spool.maintain()
        assert spool.degraded
        assert spool.perishable() == made[3:]
        assert spool.waiting().count == 8
        assert [item for _, item in spool.peek(100, MANY)] == made
    clock.now += 40
    spool.maintain()
    assert not spool.degraded
    made += put(spool, [9])
    assert spool.perishable() == []
    assert empty(spool) == made
    assert "cannot be written" in said[0]


def test_a_disk_that_is_nearly_full_takes_small_files(journal, monkeypatch, said):
    """The next file would be four times as long, and then a mebibyte; there is room for 100 KiB, again and again."""
    write = files._pwrite

    def no_room(fd, data, at):
        if at + len(data) > 100 * 1024:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, data, at)

    monkeypatch.setattr(files, "_pwrite", no_room)
    spool = journal()
    made = put(spool, range(3_000))
    assert not spool.degraded
    spool._fail(OSError(errno.EIO, "stalled"))
    made += put(spool, range(3_000, 3_010))
    spool._restore(float("inf"))
    assert not spool.degraded
    assert empty(spool) == made
    assert len(said) == 1


def test_what_fails_meanwhile_does_not_put_off_the_next_try(journal, monkeypatch, clock):
    """The folder is gone, so each sync fails, more often than a disk is tried again; so do calls in many threads."""
    spool = journal(clock=clock)
    made = put(spool, range(3))
    spool._fail(OSError(errno.EIO, "stalled"))
    due = spool._retry_at
    with monkeypatch.context() as broken:
        broken.setattr(place, "_sync", lambda path: os.stat("/nowhere"))
        for _ in range(10):
            spool._place.change()
            spool.sync()
            spool._fail(OSError(errno.EIO, "another thread's"))
    assert spool._retry_at == due
    made += put(spool, range(3, 6))
    clock.now = due
    spool.maintain()
    assert not spool.degraded
    assert empty(spool) == made


@pytest.mark.slow
@pytest.mark.timeout(
    600
)  # 3.12 takes eight times as long as the others to set and unset a trace function
def test_the_order_holds_where_the_disk_fails_at_any_line(brief, journal, monkeypatch, clock):
    """What a thread appends at each line, on disk, then in memory, then on disk again, comes out as it went in."""
    write = os.write

    def fails(*_):
        raise OSError(errno.EIO, "I/O error")

    for step in range(1, 1_000):
        spool = journal(brief / f"{step}", use_map=False, clock=clock)
        made, lines = put(spool, range(3)), []

        def strike(number, step=step, spool=spool, made=made, lines=lines):
            lines.append(number)
            if len(made) < 200:  # else `maintain` would never be done with them
                with monkeypatch.context() as broken:
                    broken.setattr(os, "write", fails if len(lines) == step else write)
                    made.extend(put(spool, [len(made)]))

        seen = []

        def deliver(spool=spool, seen=seen):
            pairs = spool.peek(500, MANY)
            seen += [item for _, item in pairs]
            spool.remove([place_ for place_, _ in pairs])

        at_each_line(deliver, strike)
        clock.now += 40
        at_each_line(spool.maintain, strike)
        seen += empty(spool)
        assert seen == made, step
        spool.close()
        if len(lines) < step or step > 200:
            break
    assert 100 < step < 1_000


def test_states_that_the_disk_does_not_take_are_remembered(journal, monkeypatch, said):
    """What was delivered is not sent again by this process, though the file says it waits."""
    spool = journal(use_map=False)
    made = put(spool, range(10))

    def fails(*_):
        raise OSError(errno.EIO, "I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(files, "_pwrite", fails)
        spool.remove([place_ for place_, _ in spool.peek(4, MANY)])
        assert spool.waiting().count == 6
    assert empty(spool) == made[4:]
    assert "sent again" in said[0]


@pytest.fixture
def bad_page(journal, segments, monkeypatch):
    """A spool of 400 events of a process that is gone, of whose file the page at 8,192 cannot be read."""
    first = journal()
    made = put(first, range(400))
    first.close()
    (path,) = segments()
    at, cost = 0, []
    for each in path.read_bytes().splitlines(keepends=True):
        if at < 12_288 and at + len(each) > 8192:
            cost.append(line.item_of(next(line.sound(each))[3]))
        at += len(each)
    spool, read, bad = journal(), files._pread, [True]
    spool.maintain()

    def fails(fd, size, at):
        if bad[0] and at < 12_288 and at + size > 8192:
            raise OSError(errno.EIO, "I/O error")
        return read(fd, size, at)

    monkeypatch.setattr(files, "_pread", fails)
    return spool, made, cost, bad


def test_what_stands_before_a_bad_page_is_given_out(bad_page):
    """At once; the rest as soon as the page can be read, and nothing is lost."""
    spool, made, cost, bad = bad_page
    before = made[: made.index(cost[0])]
    found = [item for _, item in spool.peek(500, MANY)]
    assert found == before[: len(found)]
    assert len(before) - len(found) <= 7  # within a sector of it
    bad[0] = False
    assert empty(spool) == made


def test_what_can_never_be_read_is_passed_over_and_counted(bad_page):
    """After a few tries; it costs the lines of that page alone, and all the others arrive in order."""
    spool, made, cost, _ = bad_page
    found, tries = [], 0
    while spool.waiting().count:
        pairs = spool.peek(500, MANY)
        tries += not pairs
        assert tries < 50
        found += [item for _, item in pairs]
        spool.remove([place for place, _ in pairs])
    assert tries > 1
    lost = [item for item in made if item not in found]
    assert set(cost) <= set(lost)
    assert len(lost) - len(cost) <= 7
    assert found == [item for item in made if item not in lost]
    assert spool.waiting()[:4] == (0, 0, 400, len(lost))


def test_a_full_quota_while_it_returns_to_the_disk(journal, clock):
    """What memory has kept waits there until there is room."""
    spool = journal(clock=clock, max_bytes=1024 * 1024)
    big = b'{"n":"%b"}' % (b"x" * 1000)
    while spool.append(big):
        pass
    spool._fail(OSError(errno.EIO, "x"))
    put(spool, range(3))
    clock.now += 40
    spool.maintain()
    assert spool.degraded
    count = spool.waiting().count
    spool.remove([place_ for place_, _ in spool.peek(400, MANY)])
    clock.now += 40
    spool.maintain()
    assert not spool.degraded
    assert spool.waiting().count == count - 400
    assert empty(spool)[-3:] == [b'{"n":%d}' % number for number in range(3)]


def test_what_comes_once_the_disk_is_well_stays_behind_what_memory_has_kept(
    journal, monkeypatch, clock
):
    """It could be written at once, but that would pass them."""

    def fails(*_):
        raise OSError(errno.EIO, "I/O error")

    spool = journal(use_map=False, clock=clock)
    made = put(spool, range(3))
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", fails)
        made += put(spool, range(3, 6))
    assert spool.degraded
    clock.now += 40
    made += put(spool, range(6, 9))
    assert [item for _, item in spool.peek(100, MANY)] == made
    assert empty(spool) == made
    assert not spool.degraded


def test_what_comes_while_memory_returns_to_the_disk_is_not_passed(journal, monkeypatch, clock):
    """A call in the middle of that is kept in memory once more, and so are those after it until it is on disk, too."""
    late = []

    def fails(*_):
        raise OSError(errno.EIO, "I/O error")

    def meanwhile(self):
        if not late:
            late.extend(put(spool, [6]))
        sync(self)

    sync = files.File.sync
    spool = journal(use_map=False, clock=clock)
    made = put(spool, range(3))
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", fails)
        made += put(spool, range(3, 6))
    clock.now += 40
    with monkeypatch.context() as busy:
        busy.setattr(files.File, "sync", meanwhile)
        spool.maintain()
    assert late
    made += late + put(spool, [7])
    assert [item for _, item in spool.peek(100, MANY)] == made
    assert empty(spool) == made


def test_a_batch_keeps_to_its_bytes_where_memory_follows_the_disk(journal, monkeypatch):
    """Whichever an event waits in: what would go beyond waits for the next one, and one event at least is given."""

    def fails(*_):
        raise OSError(errno.EIO, "I/O error")

    spool = journal(use_map=False)
    made = put(spool, range(3))
    monkeypatch.setattr(os, "write", fails)
    made += put(spool, range(3, 6))
    size = len(made[0])
    for most, taken in [(1, 1), (3 * size, 3), (4 * size, 4), (5 * size - 1, 4), (9 * size, 6)]:
        assert [item for _, item in spool.peek(100, most)] == made[:taken]


def test_nothing_follows_half_a_line(journal, monkeypatch, clock):
    """A call that has found the file begins another one: before its line the half would count as a lost event."""
    found, go = threading.Event(), threading.Event()
    write = os.write

    def now():
        """The last that a call asks before it writes."""
        if threading.current_thread() is call:
            found.set()
            assert go.wait(30)
        return clock.now

    def half(fd, data):
        return write(fd, data[: len(data) // 2])

    call = threading.Thread(target=lambda: put(spool, [2]))
    spool = journal(use_map=False, clock=now)
    made = put(spool, [0])
    call.start()
    assert found.wait(30)
    with monkeypatch.context() as full:
        full.setattr(os, "write", half)
        made += put(spool, [1])  # kept in memory
    go.set()
    call.join(30)
    clock.now += 40
    assert sorted(empty(spool)) == [*made, b'{"n":2}']
    spool.close()
    assert spool.waiting().lost == 0


def test_where_it_is_a_mount_that_cannot_be_mapped(journal, monkeypatch):
    """Mmap fails: the events are written by calls, in the same format."""

    def fails(*_):
        raise OSError(errno.ENODEV, "no mapping")

    monkeypatch.setattr(segment, "Map", fails)
    spool = journal()
    made = put(spool, range(1000))
    assert spool._writer.own[-1].mapped is None
    assert empty(spool) == made
    assert time.monotonic() > 0
    assert place.SEGMENT
