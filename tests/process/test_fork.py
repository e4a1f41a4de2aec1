"""The parent's events are sent once, by the parent; each child sends its own, once."""

import json
import sys
import weakref

import pytest

from zaius_logging._process import lifecycle as _process

CHILD_OF = {
    "os.fork": """
        pid = os.fork()
        if pid == 0:
            log(20, "child")
            sys.exit(0)
        os.waitpid(pid, 0)
    """,
    "os.fork, os._exit after a flush": """
        pid = os.fork()
        if pid == 0:
            log(20, "child")
            zaius_logging.flush()
            os._exit(0)
        os.waitpid(pid, 0)
    """,
    "multiprocessing": """
        import multiprocessing
        context = multiprocessing.get_context("fork")
        process = context.Process(target=log, args=(20, "child"))
        process.start(); process.join()
    """,
    "a child of a child": """
        pid = os.fork()
        if pid == 0:
            grandchild = os.fork()
            if grandchild == 0:
                log(20, "child")
                sys.exit(0)
            os.waitpid(grandchild, 0)
            sys.exit(0)
        os.waitpid(pid, 0)
    """,
}


# Each way of forking while events wait, and each moment for one way; the other pairs are slow, a process or three each.
@pytest.mark.parametrize(
    ("name", "before"),
    [
        pytest.param(
            name, before, marks=[] if before == "waiting" or name == "os.fork" else pytest.mark.slow
        )
        for name in CHILD_OF
        for before in ("nothing", "waiting", "sent")
    ],
)
def test_parent_and_child_each_send_their_own(run, name, before):
    """A fork before the first event, with events waiting, and after a delivery: none lost, none twice."""
    prepare = {"nothing": "", "waiting": "log(200)", "sent": "log(200); handler().flush(10)"}[
        before
    ]
    ran = run(f"    configure(); {prepare}\n" + CHILD_OF[name].replace("\n    ", "\n"))
    assert ran.arrived("child") == list(range(20))
    assert ran.arrived() == ([] if before == "nothing" else list(range(200)))
    assert ran.duplicates == 0
    assert ran.status == 0


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_by_every_start_method(run, method):
    """Process and Pool by fork, spawn and forkserver; where nothing is inherited, an initializer."""
    ran = run(
        f"""
        import multiprocessing

        def work(number):
            logging.info("event", extra={{"zaius": {{"type": "test", "action": "count",
                "identifiers": {{"customer_id": "child"}}, "data": {{"n": number}}}}}})

        def one(number):
            configure()
            work(number)

        if __name__ == "__main__":
            context = multiprocessing.get_context("{method}")
            configure()
            log(50)
            processes = [context.Process(target=one, args=(n,)) for n in range(3)]
            for process in processes: process.start()
            for process in processes: process.join()
            pool = context.Pool(2, initializer=configure)
            pool.map(work, range(3, 23))
            pool.close(); pool.join()
        """
    )
    assert sorted(ran.arrived("child")) == list(range(23))
    assert ran.arrived() == list(range(50))
    assert ran.duplicates == 0


def test_a_child_of_multiprocessing_ends_after_its_threads(run):
    """What a plain thread logs after the target has returned is delivered: Python waits for the thread, too."""
    ran = run(
        """
        import multiprocessing

        def late():
            threading.main_thread().join(0.3)  # it waits for us by now
            log(20, "child")

        def target():
            log(20, "child")
            threading.Thread(target=late).start()

        configure()
        process = multiprocessing.get_context("fork").Process(target=target)
        process.start(); process.join()
        """
    )
    assert ran.arrived("child") == [*range(20)] * 2, ran.err
    assert "dropped" not in ran.err


def test_a_pool_that_is_terminated_needs_the_opt_in(run):
    """`with Pool()` ends its workers by SIGTERM: with drain_on_sigterm they deliver all the same."""
    ran = run(
        """
        import multiprocessing

        def work(number):
            logging.info("event", extra={"zaius": {"type": "test", "action": "count",
                "identifiers": {"customer_id": "child"}, "data": {"n": number}}})

        if __name__ == "__main__":
            configure(drain_on_sigterm=True)
            with multiprocessing.get_context("fork").Pool(2) as pool:
                pool.map(work, range(40))
        """
    )
    assert sorted(ran.arrived("child")) == list(range(40))
    assert ran.duplicates == 0


def test_forking_while_other_threads_log(run):
    """A child forked in the middle of other threads' calls does not deadlock and loses nothing."""
    ran = run(
        """
        configure(batch_size=50)
        stop = threading.Event()
        def chat(who):
            n = 0
            while not stop.is_set():
                logging.info("event", extra={"zaius": {"type": "test", "action": "count",
                    "identifiers": {"customer_id": who}, "data": {"n": n}}})
                n += 1
            counts[who] = n
        counts = {}
        threads = [threading.Thread(target=chat, args=(f"thread{i}",)) for i in range(2)]
        for thread in threads: thread.start()
        children = []
        for number in range(10):
            pid = os.fork()
            if pid == 0:
                log(5, f"child{number}")
                handler().close()
                os._exit(0)
            children.append(pid)
        statuses = [os.waitpid(pid, 0)[1] for pid in children]
        stop.set()
        for thread in threads: thread.join()
        zaius_logging.flush(20)
        print(json.dumps([statuses, counts]))
        """,
        PYTHONWARNINGS="ignore",
    )
    statuses, counts = json.loads(ran.out)
    assert statuses == [0] * 10
    for number in range(10):
        assert ran.arrived(f"child{number}") == list(range(5))
    for who, count in counts.items():
        assert ran.arrived(who) == list(range(count))
    assert ran.duplicates == 0


def test_the_child_counts_for_itself(run):
    """A child's stats start at nothing; the parent's are untouched by it."""
    ran = run(
        """
        configure(); log(3)
        pid = os.fork()
        if pid == 0:
            assert handler().stats().accepted == 0
            log(2, "child")
            assert handler().stats().accepted == 2
            os._exit(0 if handler().flush(10) else 1)
        assert os.waitpid(pid, 0)[1] == 0
        assert handler().stats().accepted == 3
        """
    )
    assert ran.status == 0, ran.err


def test_the_child_drops_nothing_of_a_forgotten_handler(run, sandbox):
    """Its events are the parent's, at the child's end as well: that says nothing of them."""
    sandbox.faults(hang=True)
    ran = run(
        """
        import gc
        configure(close_timeout=0.5); log(3)
        for name in (None, *logging.root.manager.loggerDict):
            logging.getLogger(name).handlers.clear()
        gc.collect()
        pid = os.fork()
        if pid == 0:
            sys.exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        os._exit(0)
        """
    )
    assert (ran.status, "dropped" in ran.err) == (0, False), ran.err


FORKS = """
from zaius_logging import Delivered, StubTransport

SECONDS, HERTZ, DEEP = {seconds}, 100, 3

class Noting(StubTransport):
    "Notes the names of what is sent, and nothing that a minute's events would fill memory with."
    def __init__(self):
        super().__init__()
        self.names = []
    def send(self, items):
        self.names += [json.loads(item)["identifiers"]["customer_id"] for item in items]
        return Delivered()

def say(name):
    logging.info("x", extra={{"zaius": {{"type": "t", "action": "a", "identifiers": {{"customer_id": name}}}}}})

transport = Noting()
configure(transport=transport, flush_interval=0.02, spool_dir={spool_dir!r}, account="shop")
deadline = time.monotonic() + SECONDS
statuses, slowest, depth = [], 0.0, 0

def forks():
    "One child, which sends its own event and nothing else, and ends whatever happens in it."
    global slowest
    began = time.monotonic()
    child = os.fork()
    if not child:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(20)  # the system ends one that hangs
            transport.names.clear()
            say("child")
            well = handler().flush({patience}) and transport.names == ["child"] and handler().stats().accepted == 1
            os._exit(0 if well else 3)
        finally:
            os._exit(4)
    slowest = max(slowest, time.monotonic() - began)
    statuses.append(os.waitpid(child, 0)[1])

def again():
    "Each signal asks for the next one, within bounds: a busy machine would never come out of the handler."
    if depth < DEEP and time.monotonic() < deadline and len(statuses) < SECONDS * HERTZ:
        signal.setitimer(signal.ITIMER_REAL, 1 / HERTZ)

def on_signal(*_):
    global depth
    depth += 1
    again()
    forks()
    depth -= 1
    again()

def work(who):
    while time.monotonic() < deadline:
        say(f"{{who}}-{{counts[who]}}")
        counts[who] += 1
        time.sleep(0.001)

counts = dict.fromkeys([*range(8), "main"], 0)
signal.signal(signal.SIGALRM, on_signal)
threads = [threading.Thread(target=work, args=(who,)) for who in range(8)]
for thread in threads: thread.start()
again()
while time.monotonic() < deadline:
    say(f"main-{{counts['main']}}")
    counts["main"] += 1
    if counts["main"] % 500 == 0:
        forks()  # a signal may come in the middle of this one
signal.setitimer(signal.ITIMER_REAL, 0)
for thread in threads: thread.join()
flushed = handler().flush(30)
stats = handler().stats()
fates = stats.delivered + stats.rejected + sum(stats.dropped.values()) + stats.pending
print(json.dumps({{
    "children": len(statuses), "unwell": [each for each in statuses if each],
    "logged": sum(counts.values()), "sent": len(transport.names), "distinct": len(set(transport.names)),
    "known": set(transport.names) == {{f"{{who}}-{{n}}" for who in counts for n in range(counts[who])}},
    "agree": flushed and stats.accepted == fates, "slowest": slowest,
}}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("where", ["memory", "disk"])
@pytest.mark.parametrize(
    "seconds", [1, pytest.param(60, marks=[pytest.mark.full, pytest.mark.timeout(400)])]
)
def test_forks_from_a_signal_handler(run, tmp_path, where, seconds):
    """At up to 100 Hz, nested, while eight threads log: the parent's events once, each child's own once."""
    spool_dir = str(tmp_path / "spool") if where == "disk" else None
    ran = run(
        FORKS.format(seconds=seconds, spool_dir=spool_dir, patience=10),
        timeout=seconds + 90,
        PYTHONWARNINGS="ignore",
    )
    assert ran.status == 0, ran.err
    facts = json.loads(ran.out)
    print(facts)  # noqa: T201 - -s shows the counts, and the longest fork in seconds
    assert facts["children"] > 1
    assert facts["unwell"] == []
    assert facts["logged"] == facts["sent"] == facts["distinct"]
    assert facts["known"]
    assert facts["agree"]


@pytest.mark.slow
def test_control_a_child_that_forgets_nothing_is_found_out(run):
    """The negative control: it waits for its parent's thread, and has its parent's counts."""
    careless = "zaius_logging.ZaiusHandler.after_fork_in_child = lambda self: None\n"
    script = careless + FORKS.format(seconds=0.3, spool_dir=None, patience=0.5)
    assert json.loads(run(script, PYTHONWARNINGS="ignore").out)["unwell"]


class Thing:
    """Can be referred to weakly."""


class GrowingSet(weakref.WeakSet):
    """Another thread adds to it in the middle of its first walk."""

    added = None

    def __iter__(self):
        for each in super().__iter__():
            if self.added is None:
                self.added = Thing()
                self.add(self.added)
            yield each


def test_a_handler_made_during_a_fork_in_another_thread_does_not_stop_the_hooks(monkeypatch):
    """Whoever asks for the handlers gets all that were there, though a thread makes one meanwhile."""
    there = [Thing(), Thing()]
    if sys.version_info < (3, 14):  # from then on the walk is over a copy
        with pytest.raises(RuntimeError):  # the control: the plain walk breaks off
            list(GrowingSet(there))
    handlers = GrowingSet(there)
    monkeypatch.setattr(_process, "_managed", handlers)
    assert set(_process.managed()) >= set(there)
