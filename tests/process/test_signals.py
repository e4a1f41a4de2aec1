"""The table of signals in docs/how-to/servers.md: what each does to a process that logs events."""

import signal
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")

KILL_AT_ONCE = ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGKILL"]
LIVES = """
configure(spool_dir={spool_dir!r}, drain_on_sigterm={drain})
log(20)
print("ready", flush=True)
for _ in range(600):  # a signal that comes just before a call that blocks is seen when that ends
    time.sleep(0.1)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", KILL_AT_ONCE)
def test_a_signal_that_kills_at_once_leaves_the_events_on_disk(run, tmp_path, name):
    """Nothing is sent any more; with `spool_dir` each event waits there, without it they are lost."""
    spool_dir = tmp_path / "spool"
    ran = run(LIVES.format(spool_dir=str(spool_dir), drain=False), signum=getattr(signal, name))
    assert (ran.status, ran.arrived()) == (-getattr(signal, name), [])
    kept = b"".join(path.read_bytes() for path in spool_dir.glob("*/*.jsonl"))
    assert kept.count(b'"s":"w"') == 20


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in KILL_AT_ONCE if name != "SIGKILL"])
def test_one_line_makes_it_an_ordinary_exit(run, name):
    """A handler that raises SystemExit, as the page says: all is delivered."""
    line = f"signal.signal(signal.{name}, lambda number, _: sys.exit(128 + number))\n"
    ran = run(line + LIVES.format(spool_dir=None, drain=False), signum=getattr(signal, name))
    assert ran.status == 128 + getattr(signal, name)
    assert ran.arrived() == list(range(20))


def test_ctrl_c_needs_no_line(run):
    """Python raises KeyboardInterrupt, and exits as for any exception."""
    ran = run(LIVES.format(spool_dir=None, drain=False), signum=signal.SIGINT)
    assert ran.arrived() == list(range(20))


def test_drain_on_sigterm_is_the_setting_for_sigterm(run):
    """It dies of the signal, and all is delivered."""
    ran = run(LIVES.format(spool_dir=None, drain=True), signum=signal.SIGTERM)
    assert (ran.status, ran.arrived()) == (-signal.SIGTERM, list(range(20)))


@pytest.mark.slow
def test_a_reader_that_is_gone_costs_nothing(run):
    """SIGPIPE: Python ignores it, and what is written raises."""
    ran = run(
        """
        configure(); log(20)
        read, write = os.pipe()
        os.close(read)
        try:
            os.write(write, b"x")
        except BrokenPipeError:
            log(1, "after")
        """
    )
    assert (ran.arrived(), ran.arrived("after")) == (list(range(20)), [0])


@pytest.mark.slow
def test_stopped_and_continued(run, sandbox):
    """SIGSTOP and SIGCONT: events wait meanwhile, and go on."""
    ran = run(
        """
        configure(flush_interval=0.1); log(20)
        if not os.fork():
            os.kill(os.getppid(), signal.SIGSTOP)
            time.sleep(0.5)
            os.kill(os.getppid(), signal.SIGCONT)
            os._exit(0)
        os.wait()
        log(1, "after")
        """
    )
    assert (ran.arrived(), ran.arrived("after")) == (list(range(20)), [0])
