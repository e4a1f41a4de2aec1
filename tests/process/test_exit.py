"""However a process ends, what it logged arrives, or is counted and reported in one line."""

import json
import signal
import sys

import pytest

EXITS = {
    "return": ("configure(); log(200)", 0),
    "sys.exit": ("configure(); log(200); sys.exit(3)", 3),
    "exception": ("configure(); log(200); raise ValueError('mine')", 1),
    "first event at exit": ("configure(); atexit.register(log, 200)", 0),
    "an exit hook that logs": ("atexit.register(log, 200); configure(); log(0)", 0),
    "a thread that logs to the end": (
        "configure(); threading.Thread(target=log, args=(200,)).start()",
        0,
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=pytest.mark.slow if name in ("sys.exit", "an exit hook that logs") else []
        )
        for name in EXITS
    ],
)
def test_a_normal_end_delivers_everything(run, name):
    """Every end that Python announces delivers what waits, without a word on stderr of ours."""
    script, status = EXITS[name]
    ran = run(script)
    assert ran.arrived() == list(range(200))
    assert ran.status == status
    assert "zaius_logging" not in ran.err.replace("import zaius_logging", "")


def test_ctrl_c_delivers_everything(run):
    """SIGINT ends the program as always, and what waits is delivered."""
    ran = run(
        """
        configure(); log(200)
        print("ready", flush=True)
        threading.Event().wait(30)
        """,
        signum=signal.SIGINT,
    )
    assert ran.arrived() == list(range(200))
    assert "KeyboardInterrupt" in ran.err
    assert ran.status == -signal.SIGINT


def test_sigterm_that_the_program_handles(run):
    """A program that turns SIGTERM into sys.exit needs nothing of ours."""
    ran = run(
        """
        configure(); log(200)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
        print("ready", flush=True)
        threading.Event().wait(30)
        """,
        signum=signal.SIGTERM,
    )
    assert ran.arrived() == list(range(200))
    assert ran.status == 7


def test_sigterm_without_a_handler_loses_what_waits(run):
    """The control: plain SIGTERM kills a Python program, and nothing in memory survives."""
    ran = run(
        """
        configure(); log(200)
        print("ready", flush=True)
        threading.Event().wait(30)
        """,
        signum=signal.SIGTERM,
    )
    assert ran.arrived() == []
    assert ran.status == -signal.SIGTERM


def test_drain_on_sigterm_delivers_and_dies_of_the_signal(run):
    """With the opt-in the same program delivers everything, and still dies of SIGTERM."""
    ran = run(
        """
        configure(drain_on_sigterm=True); log(200)
        print("ready", flush=True)
        threading.Event().wait(30)
        """,
        signum=signal.SIGTERM,
    )
    assert ran.arrived() == list(range(200))
    assert ran.status == -signal.SIGTERM


def test_drain_on_sigterm_where_a_plain_thread_serves(run):
    """The main thread has ended and waits for it: that is no exit that would end by itself."""
    ran = run(
        """
        configure(drain_on_sigterm=True); log(200)
        def serve():
            threading.main_thread().join()
            print("ready", flush=True)
            time.sleep(30)
        threading.Thread(target=serve).start()
        """,
        signum=signal.SIGTERM,
        timeout=20,
    )
    assert ran.arrived() == list(range(200))
    assert ran.status == -signal.SIGTERM


def test_drain_on_sigterm_in_the_middle_of_a_call(run):
    """SIGTERM that interrupts a loop of log calls neither deadlocks nor loses what came before it."""
    ran = run(
        """
        configure(drain_on_sigterm=True); log(10)
        print("ready", flush=True)
        n = 10
        while True:  # it never rests, and leaves the thread only what the interpreter takes from it
            logging.info("event", extra={"zaius": {"type": "test", "action": "count",
                "identifiers": {"customer_id": "parent"}, "data": {"n": n}}})
            n += 1
        """,
        signum=signal.SIGTERM,
    )
    arrived = ran.arrived()
    assert arrived == list(range(len(arrived)))
    assert len(arrived) >= 10
    assert ran.status == -signal.SIGTERM


def test_drain_on_sigterm_chains(run):
    """A handler that was there before is called, as if we were not."""
    ran = run(
        """
        def mine(signum, frame):
            os.write(1, b"mine %d\\n" % signum)  # no print: the signal may come in the middle of one
            sys.exit(9)
        signal.signal(signal.SIGTERM, mine)
        configure(drain_on_sigterm=True); configure(drain_on_sigterm=True); log(200)
        print("ready", flush=True)
        threading.Event().wait(30)
        """,
        signum=signal.SIGTERM,
    )
    assert ran.out == f"mine {signal.SIGTERM:d}\n"
    assert ran.status == 9
    assert ran.arrived() == list(range(200))


@pytest.mark.slow
def test_drain_on_sigterm_leaves_an_ignored_signal_ignored(run):
    """Where SIGTERM was ignored it stays so: the program goes on to its own end."""
    ran = run(
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        configure(drain_on_sigterm=True); log(200)
        print("ready", flush=True)
        os.kill(os.getpid(), signal.SIGTERM)
        """,
        signum=signal.SIGTERM,
    )
    assert ran.status == 0
    assert ran.arrived() == list(range(200))


def test_drain_on_sigterm_outside_the_main_thread_is_a_clear_error(run):
    """Python sets signal handlers in the main thread only; the error names the argument."""
    ran = run(
        """
        def try_it():
            try:
                configure(drain_on_sigterm=True)
            except ValueError as error:
                print(error.__cause__, flush=True)
        thread = threading.Thread(target=try_it); thread.start(); thread.join()
        """
    )
    assert ran.out.startswith("drain_on_sigterm: can be set only")


def test_what_is_lost_is_said_where_stderr_is_slow(run, sandbox):
    """The line of the dropped events is late, and the sum comes right behind it: it is not held back."""
    sandbox.faults(status=503)
    ran = run(
        """
        class Slow:
            def write(self, text, real=sys.stderr):
                time.sleep(0.15)  # a terminal far away
                real.write(text)
        sys.stderr = Slow()
        configure(close_timeout=0.3); log(200)
        """
    )
    assert "closed: 200 events accepted, 0 delivered" in ran.err


@pytest.mark.slow  # each waits for its deadline
@pytest.mark.parametrize(
    "fault", [{"hang": True}, {"status": 503}, {"status": 429, "retry_after": "3000"}]
)
def test_exit_keeps_its_deadline_whatever_the_server_does(run, sandbox, fault):
    """A server that hangs or does not answer does not hold the process: what is lost is counted and reported."""
    sandbox.faults(**fault)
    ran = run(
        """
        configure(close_timeout=0.5); log(200)
        started = time.monotonic()
        atexit._run_exitfuncs()
        stats = handler().stats()
        print(json.dumps([time.monotonic() - started, stats.as_dict()]))
        sys.stdout.flush()
        os._exit(0)
        """
    )
    took, stats = json.loads(ran.out)
    assert took < 1.5
    assert stats["dropped"] == {"closed": 200}
    assert stats["pending"] == 0
    assert "200 events dropped: still waiting when the process ended" in ran.err


@pytest.mark.slow  # two deadlines, one behind the other, would show
def test_two_handlers_share_one_deadline(run, sandbox):
    """With two hung handlers, exit still takes one close_timeout, not two."""
    sandbox.faults(hang=True)
    ran = run(
        """
        logging.config.dictConfig({"version": 1, "handlers": {
            name: {"class": "zaius_logging.ZaiusHandler", "close_timeout": 1.0}
            for name in ("one", "two", "three")},
            "root": {"level": "INFO", "handlers": ["one", "two", "three"]}})
        log(5)
        started = time.monotonic()
        def said():
            print(time.monotonic() - started, flush=True)
        atexit.unregister(logging.shutdown)
        atexit._run_exitfuncs()
        logging.shutdown()
        said()
        os._exit(0)
        """
    )
    assert 0.9 < float(ran.out) < 1.9


def test_the_top_level_flush_sends_for_every_handler(run):
    """`zaius_logging.flush()` is the line for ends that Python does not announce."""
    ran = run(
        """
        configure(); log(200)
        assert zaius_logging.flush() is True
        assert zaius_logging.flush(5.0) is True
        os._exit(0)
        """
    )
    assert ran.arrived() == list(range(200))


def test_os_exit_loses_what_waits_in_memory(run):
    """The control: os._exit runs nothing, and memory is lost; that is what a spool on disk is for."""
    ran = run("configure(); log(200); os._exit(0)")
    assert ran.arrived() == []


@pytest.mark.slow
def test_a_disk_that_hangs_does_not_hold_the_end(run, tmp_path):
    """A thread of ours stands in a call to the disk: the process ends all the same, soon after its deadline."""
    ran = run(
        f"""
        configure(spool_dir={str(tmp_path)!r}, close_timeout=0.5); log(5); handler().flush(10)
        def hangs():
            with handler()._spool._work:
                time.sleep(3600)
        threading.Thread(target=hangs, daemon=True).start()
        time.sleep(0.1)
        log(5, "late")
        started = time.monotonic()
        atexit.unregister(logging.shutdown)
        atexit.register(lambda: os.write(1, b"%.1f" % (time.monotonic() - started)))
        atexit.register(logging.shutdown)
        """
    )
    assert ran.status == 0
    assert float(ran.out) < 4


def test_the_top_level_flush_tells_what_it_leaves(run, sandbox):
    """What could not be sent in time is reported in one line, for the process may end without another word."""
    sandbox.faults(hang=True)
    ran = run(
        """
        configure(); log(200)
        assert zaius_logging.flush(0.2) is False
        os._exit(0)
        """
    )
    assert "zaius_logging: 200 events left waiting by flush(), and lost if" in ran.err


@pytest.mark.slow
def test_sigterm_without_a_thread_to_be_had(run):
    """The hook raises nothing into the application: it sends where it is, and the process dies of the signal."""
    ran = run(
        """
        configure(drain_on_sigterm=True); log(20)
        def none(self):
            raise RuntimeError("can't start new thread")
        threading.Thread.start = none
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)
        """
    )
    assert ran.arrived() == list(range(20))
    assert ran.status == -signal.SIGTERM


LONG_CALL = """
configure(drain_on_sigterm=True); log(20)
import hashlib
alarm = threading.Timer(6, lambda: (print("still here", flush=True), os._exit(9)))
alarm.daemon = True
alarm.start()
threading.Timer(0.5, print, ["ready"], {"flush": True}).start()  # in the call by then: it lets threads run
hashlib.pbkdf2_hmac("sha256", b"x", b"y", 100_000_000)  # one call of C, for longer than a minute
"""
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="SO_PASSCRED is Linux's")


@pytest.mark.slow
@linux_only
def test_sigterm_in_a_long_call_of_c(run):
    """The events leave at once, and the process dies of the signal without waiting for the call."""
    ran = run(LONG_CALL, signum=signal.SIGTERM)
    assert ran.arrived() == list(range(20))
    assert (ran.status, ran.out) == (-signal.SIGTERM, "")


@linux_only
@pytest.mark.slow
def test_control_without_the_thread_a_long_call_of_c_is_waited_for(run):
    """The negative control: Python comes to the signal handler only after the call."""
    nobody = "import zaius_logging._delivery.sender as s; s.watch = lambda: None\n"
    ran = run(nobody + LONG_CALL, signum=signal.SIGTERM)
    assert (ran.status, ran.out) == (9, "still here\n")


@pytest.mark.slow
@linux_only
def test_sigterm_that_does_not_end_a_wait(run):
    """As one that comes just before the main thread waits for a lock: a pool's worker hung for ever."""
    ran = run(
        """
        configure(drain_on_sigterm=True); log(20)
        threading.Timer(0.2, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)).start()
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()  # what takes the signal is the other thread, so nothing ends this
        """
    )
    assert ran.arrived() == list(range(20))
    assert ran.status == -signal.SIGTERM


@pytest.mark.slow
@linux_only
def test_sigterm_that_does_not_end_a_wait_of_a_child(run):
    """Forked, and nothing logged: it dies of the signal all the same."""
    ran = run(
        """
        configure(drain_on_sigterm=True)
        child = os.fork()
        if not child:
            signal.alarm(20)
            threading.Timer(0.2, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)).start()
            lock = threading.Lock()
            lock.acquire()
            lock.acquire()
        print(os.waitpid(child, 0)[1] == signal.SIGTERM)
        """,
        PYTHONWARNINGS="ignore",
    )
    assert ran.out == "True\n", ran.err


@linux_only
@pytest.mark.slow
@pytest.mark.parametrize("fork", ["os.fork", "ctypes.PyDLL(None).fork"])
def test_a_childs_sigterm_does_not_end_its_parent(run, fork):
    """Forked by Python, and by C, which runs no hooks: the child has its parent's files."""
    ran = run(
        f"""
        import ctypes
        configure(drain_on_sigterm=True, close_timeout=0.5); log(20)
        # A fork in C while a thread waits for the interpreter's lock leaves a child that hangs in it, whatever we do:
        # the lock's condition variable has a waiter that is not there. So let the thread come to rest first.
        assert handler().flush(10)
        time.sleep(0.3)
        child = {fork}()
        if not child:
            signal.alarm(20)  # whatever happens, it ends
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(20)
            os._exit(1)
        status = os.waitpid(child, 0)[1]
        time.sleep(1.5)  # three times as long as the thread waits for the main thread
        print(status == signal.SIGTERM)
        """
    )
    assert (ran.status, ran.out) == (0, "True\n")
    assert ran.arrived() == list(range(20))


@linux_only
@pytest.mark.parametrize("first", ["asyncio", "zaius_logging"])
def test_signals_of_an_event_loop_arrive(run, first):
    """Whoever asks first for what tells of signals: each of them has its own."""
    ran = run(
        f"""
        import asyncio
        async def main():
            loop, came = asyncio.get_running_loop(), asyncio.Event()
            steps = [lambda: loop.add_signal_handler(signal.SIGUSR1, came.set),
                     lambda: configure(drain_on_sigterm=True)]
            for step in steps if {first!r} == "asyncio" else steps[::-1]: step()
            log(20)
            os.kill(os.getpid(), signal.SIGUSR1)
            await asyncio.wait_for(came.wait(), 10)
            print("came", flush=True)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(30)
        asyncio.run(main())
        """
    )
    assert (ran.status, ran.out) == (-signal.SIGTERM, "came\n")
    assert ran.arrived() == list(range(20))


@pytest.mark.slow
@linux_only
def test_a_signal_writes_into_no_file_after_a_daemon_has_closed_ours(run, tmp_path):
    """The descriptors that it closed are given again, from below."""
    ran = run(
        f"""
        configure(drain_on_sigterm=True, flush_interval=0.1)
        os.closerange(3, 4096)
        files = [open(f"{tmp_path}/{{n}}", "wb", buffering=0) for n in range(50)]
        log(20)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)
        """
    )
    assert ran.arrived() == list(range(20))
    assert {path.stat().st_size for path in tmp_path.glob("[0-9]*")} == {0}


@pytest.mark.slow
def test_sigterm_that_the_kernel_keeps_from_us_ends_the_process(run):
    """As the first process of a container, which a signal of its own cannot kill: it ends all the same."""
    ran = run(
        """
        configure(drain_on_sigterm=True); log(20)
        real = os.kill
        os.kill = lambda pid, number: None  # what the kernel does there
        real(os.getpid(), signal.SIGTERM)
        time.sleep(30)
        """
    )
    assert ran.arrived() == list(range(20))
    assert ran.status == 128 + signal.SIGTERM


@pytest.mark.slow
def test_sigterm_while_exiting_costs_nothing(run, sandbox):
    """The exit goes on, within its deadline."""
    sandbox.faults(latency=0.3)
    ran = run(
        """
        configure(drain_on_sigterm=True, batch_size=10); log(30)
        atexit.register(lambda: threading.Timer(0, os.kill, (os.getpid(), signal.SIGTERM)).run())
        """
    )
    assert ran.arrived() == list(range(30))


def test_a_handler_that_was_closed_and_is_attached_is_closed_at_exit(run):
    """A later dictConfig took it off logging's list; what it logs afterwards is delivered all the same."""
    ran = run(
        """
        import logging.config
        configure()
        log(10)
        logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
        log(10)
        """
    )
    assert len(ran.arrived()) == 20


def test_a_close_while_a_plain_thread_serves_is_not_the_end(run):
    """The main thread has ended, and the program goes on: what is logged after a dictConfig is delivered."""
    ran = run(
        """
        configure()
        def serve():
            threading.main_thread().join()
            log(10)
            logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
            log(10)
        threading.Thread(target=serve).start()
        """
    )
    assert len(ran.arrived()) == 20
    assert "dropped" not in ran.err


def test_a_handler_that_was_taken_off_and_forgotten_delivers(run):
    """Nobody closes it; its events are part of the exit."""
    ran = run(
        """
        configure(); log(20)
        for name in (None, *logging.root.manager.loggerDict):
            logging.getLogger(name).handlers.clear()
        """
    )
    assert ran.arrived() == list(range(20))


def test_a_close_while_exiting_drops_what_it_cannot_send(run, sandbox):
    """By a function of atexit that was registered after ours, and so runs first: nothing comes after it, either."""
    sandbox.faults(hang=True)
    ran = run(
        """
        configure(close_timeout=0.5); log(3)
        def close():
            handler().close()
            print(json.dumps(handler().stats().dropped), flush=True)
        atexit.register(close)
        """
    )
    assert json.loads(ran.out) == {"closed": 3}
