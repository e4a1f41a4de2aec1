"""What a dead process left in the spool is sent by any process that lives, whether that logs or not."""

import json
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from tests.process.conftest import PRELUDE

LOOKS = 25.0  # seconds between two looks, as they are
PROMISED = 30.0

SOON = """
import zaius_logging._spool.journal.adoption
zaius_logging._spool.journal.adoption.EVERY = 0.3
"""
LIVES = """
configure(spool_dir=sys.argv[1])
print("ready", threading.active_count(), flush=True)
sys.stdin.read()
handler().flush(10)  # the API has them; its answer may still be on its way
print(json.dumps(handler().stats().as_dict()), flush=True)
"""
DIES = """
configure(spool_dir=sys.argv[1], flush_interval=0.1)
log(200)
print("ready", flush=True)
sys.stdin.read()
"""
CARELESS = """
from zaius_logging._spool.journal.spool import JournalSpool
JournalSpool.shared = False
"""


class Process:
    """A script after the prelude. It has said that it is ready, and lives until it is asked to end."""

    def __init__(self, script, environment, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(script), *map(str, arguments)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.ready = self.process.stdout.readline().split()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """Let it end. Returns what it said, and the seconds that it took."""
        started = time.monotonic()
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, err
        return out, time.monotonic() - started


@pytest.fixture
def begin(environment, tmp_path):
    """Begin processes on one spool; what is left of them in the end is killed."""
    begun = []

    def begin(script):
        begun.append(Process(script, environment, tmp_path / "spool"))
        assert begun[-1].ready[:1] == ["ready"], begun[-1].process.communicate()[1]
        return begun[-1]

    yield begin
    for each in begun:
        each.kill()
        for stream in (each.process.stdin, each.process.stdout, each.process.stderr):
            stream.close()


def arrived(sandbox, who="parent"):
    events = sandbox.events()
    return [each["data"]["n"] for each in events if each["identifiers"]["customer_id"] == who]


def check(begin, sandbox, script, seconds):
    """Let one process die with 200 events, and another, which was there before, deliver them."""
    living = begin(script)
    sandbox.faults(status=503)
    dying = begin(DIES)
    dying.kill()
    died = time.monotonic()
    sandbox.heal()
    sandbox.wait_for(200, timeout=seconds)
    took = time.monotonic() - died
    print(f"200 events of a dead process arrived {took:.1f} s after its death")  # noqa: T201
    out, ending = living.end()
    stats = json.loads(out)
    assert arrived(sandbox) == list(range(200))
    assert sandbox.stats()["duplicates"] == 0
    assert (stats["accepted"], stats["delivered"], stats["pending"]) == (200, 200, 0)
    assert ending < 5  # it neither waits for the next look nor for the deadline


def test_a_process_that_never_logs_delivers_what_a_killed_one_left(begin, sandbox):
    """It was configured before the other died, and has nothing of its own to send."""
    check(begin, sandbox, SOON + LIVES, 10)


@pytest.mark.full
@pytest.mark.timeout(120)
def test_it_does_so_within_thirty_seconds(begin, sandbox):
    """With the interval as it is, from the death on."""
    check(begin, sandbox, LIVES, PROMISED)


@pytest.mark.slow
def test_without_its_thread_nobody_would_look(begin, sandbox):
    """The control: a process that waits for an event of its own leaves the dead one's to others."""
    living = begin(SOON + CARELESS + LIVES)
    assert living.ready == ["ready", "1"]
    sandbox.faults(status=503)
    begin(DIES).kill()
    sandbox.heal()
    out, _ = living.end()
    assert json.loads(out)["accepted"] == 0
    assert arrived(sandbox) == []


@pytest.mark.parametrize(("settings", "threads"), [("", 1), ("spool_dir=sys.argv[1]", 2)])
def test_only_with_a_spool_a_thread_starts_when_it_is_configured(begin, settings, threads):
    """Without one nothing comes in from elsewhere: no thread before the first event."""
    script = f"""
        configure({settings})
        print("ready", threading.active_count(), flush=True)
        sys.stdin.read()
    """
    assert begin(script).ready == ["ready", str(threads)]


@pytest.mark.slow
def test_the_parent_looks_and_its_forked_child_has_no_thread(begin, sandbox):
    """A child that has not logged is left alone; its parent goes on looking after the fork."""
    living = begin(
        SOON
        + """
configure(spool_dir=sys.argv[1])
ask, answer = os.pipe(), os.pipe()
pid = os.fork()
if pid == 0:
    print("ready", threading.active_count(), flush=True)
    os.close(ask[1])
    os.read(ask[0], 1)
    log(20, "child")
    sys.exit(0)
sys.stdin.read()
os.close(ask[1])
assert os.waitpid(pid, 0)[1] == 0
handler().flush(10)
print(json.dumps(handler().stats().as_dict()), flush=True)
"""
    )
    assert living.ready == ["ready", "1"]
    sandbox.faults(status=503)
    begin(DIES).kill()
    sandbox.heal()
    sandbox.wait_for(200, timeout=10)
    out, _ = living.end()
    assert json.loads(out)["delivered"] == 200
    assert arrived(sandbox) == list(range(200))
    assert arrived(sandbox, "child") == list(range(20))
    assert sandbox.stats()["duplicates"] == 0


def test_a_thread_that_may_not_start_costs_nothing(begin, sandbox, environment, tmp_path):
    """Configured where the interpreter starts no thread any more, it sends when it is closed."""
    living = begin(
        """
        def none(thread):
            raise RuntimeError("can't create new thread at interpreter shutdown")
        threading.Thread.start = none
        configure(spool_dir=sys.argv[1])
        log(20)
        print("ready", threading.active_count(), flush=True)
        sys.stdin.read()
        """
    )
    assert living.ready == ["ready", "1"]
    living.end()
    assert arrived(sandbox) == list(range(20))


GEVENT = """
import gc, warnings
warnings.simplefilter("ignore")  # gevent minds late patching
from gevent import monkey
if {when} == "before":
    monkey.patch_all()
configure(spool_dir=sys.argv[1])
if {when} == "after":
    monkey.patch_all()
import gevent
print("ready", flush=True)
inherited = handler()._listener._thread
def senders():
    greenlets = [each for each in gc.get_objects() if isinstance(each, gevent.Greenlet)]
    return [each for each in greenlets if not each.dead and "(zaius-logging," in repr(each)]
pid = os.fork() if {fork} else None
who = "child" if pid == 0 else "parent"
ticks = 0
def tick():
    global ticks
    while True:
        ticks += 1
        gevent.sleep(0.001)
gevent.spawn(tick)
gevent.joinall([gevent.spawn(log, 25, who) for _ in range(4)], raise_error=True)
assert zaius_logging.flush(20.0) is True
stats = handler().stats()
assert (stats.accepted, stats.delivered) == (100, 100), stats
assert ticks > 1
if pid == 0:
    if {when} == "before":
        inherited.wakeup.wake()  # else it sleeps for flush_interval
        deadline = time.monotonic() + 10
        while len(senders()) > 1:
            assert time.monotonic() < deadline
            gevent.sleep(0.01)
    sys.exit(0)
if pid:
    assert os.waitpid(pid, 0)[1] == 0
"""


@pytest.mark.slow
@pytest.mark.parametrize("fork", [False, True])
@pytest.mark.parametrize("when", ["before", "after"])
def test_gevent(begin, sandbox, when, fork):
    """Patched before or after the thread has started: each event once, and so in a forked child.

    There gevent's threads of the parent live on, ours too: it finds that it is nobody's and ends.
    """
    pytest.importorskip("gevent", reason="needs gevent")
    begin(GEVENT.format(when=repr(when), fork=fork)).end()
    assert sorted(arrived(sandbox)) == sorted(list(range(25)) * 4)
    assert sorted(arrived(sandbox, "child")) == sorted(list(range(25)) * 4 * fork)
    assert sandbox.stats()["duplicates"] == 0


def test_sigterm_ends_one_that_only_looks(begin, sandbox):
    """Its thread holds nothing up."""
    living = begin(SOON + LIVES)
    started = time.monotonic()
    living.process.send_signal(signal.SIGTERM)
    assert living.process.wait(10) == -signal.SIGTERM
    assert time.monotonic() - started < 5
