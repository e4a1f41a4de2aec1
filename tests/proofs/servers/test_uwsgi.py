"""uWSGI: its forks and its want of threads are known, reported once, and lose nothing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FAKE = """
import ctypes, json, os, signal, sys, types
uwsgi = types.ModuleType("uwsgi")
uwsgi.opt = json.loads(os.environ["OPT"])
sys.modules["uwsgi"] = uwsgi
uwsgi.post_fork_hook = lambda: print("theirs", flush=True)
theirs = uwsgi.post_fork_hook
import shop
shop.configure()
import zaius_logging
"""
FORK = """
zaius_logging.ZaiusHandler()  # a second handler tells nothing new
shop.buy("before-the-fork")
pid = ctypes.PyDLL(None).fork()  # as uWSGI does: in C, past os.register_at_fork
if pid == 0:
    signal.alarm(10)  # without the hook, a lock may have been held at the fork for good
    if os.environ["HOOK"] == "called":
        uwsgi.post_fork_hook()
    shop.buy("child")
    zaius_logging.flush(2.0)
    os._exit(0)
os.waitpid(pid, 0)
"""
IDS = """
from zaius_logging._event.ids import new_id
made = [new_id()]
for _ in range(2):
    reading, writing = os.pipe()
    if ctypes.PyDLL(None).fork() == 0:
        if os.environ["HOOK"] == "called":
            uwsgi.post_fork_hook()
        os.write(writing, new_id().encode())
        os._exit(0)
    made.append(os.read(reading, 36).decode())
    os.wait()
print(len(set(made)))
"""
ADVICE = "zaius_logging: uWSGI runs without enable-threads"


@pytest.fixture
def run(environment, tmp_path, ended):
    """Run a script after FAKE."""

    def run(script, opt, **variables):
        process = subprocess.run(
            [sys.executable, "-c", FAKE + script],
            env={**environment, "OPT": json.dumps(opt), **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        (tmp_path / "stderr").write_text(process.stderr)
        return ended(process.returncode), process

    return run


def test_without_threads_the_forked_worker_sends_its_own(run):
    """A worker forked in C starts clean through uWSGI's own hook, behind what was hooked already."""
    came, process = run(FORK, {"processes": "2"}, HOOK="called")
    assert came.arrived == {"before-the-fork", "child"}
    assert came.duplicates == 0
    assert process.stdout == "theirs\n"
    assert process.stderr.count(ADVICE) == 1


def test_without_the_hook_the_worker_sends_nothing(run):
    """The control: past Python's fork hooks a worker takes its parent's thread for its own."""
    came, _ = run(FORK, {"processes": "2"}, HOOK="not called")
    assert "child" not in came.arrived


def test_workers_give_out_no_id_twice(run):
    """Each id comes from the system, none from a stock, so that two workers differ without any hook."""
    _, process = run(IDS, {"enable-threads": True}, HOOK="not called")
    assert process.stdout.split()[-1] == "3"


@pytest.mark.parametrize("opt", [{"enable-threads": True}, {"threads": "4"}])
def test_with_threads_nothing_is_told_and_the_worker_sends_its_own(run, opt):
    """With threads there is nothing to advise; the forks are uWSGI's own all the same."""
    came, process = run(FORK, opt, HOOK="called")
    assert came.arrived == {"before-the-fork", "child"}
    assert came.duplicates == 0
    assert process.stdout == "theirs\n"
    assert ADVICE not in came.err


@pytest.mark.parametrize("spooled", [False, True], ids=["", "spool"])
@pytest.mark.parametrize("threads", ["--enable-threads", "--single-interpreter"])
def test_a_graceful_sigterm_under_load(serve, tmp_path, threads, spooled):
    """Real uWSGI, with and without threads: a graceful end loses nothing, and the one line says so.

    With a spool the thread would start when it is configured; but not in the master, before its forks.
    On a plain --die-on-term uWSGI runs no exit hooks in a worker that is busy.
    """
    uwsgi = shutil.which("uwsgi", path=str(Path(sys.executable).parent))
    if uwsgi is None:
        pytest.skip("needs uWSGI (pip install pyuwsgi)")
    ended = serve(
        *("--http", "127.0.0.1:PORT", "--master", "--processes", "2", threads),
        *("--hook-master-start", "unix_signal:15 gracefully_kill_them_all"),
        *("--home", sys.prefix, "--wsgi", "wsgi_app:application"),
        command=[uwsgi],
        **({"SETTINGS": json.dumps({"spool_dir": str(tmp_path / "spool")})} if spooled else {}),
    )
    assert len(ended.logged) >= 100
    assert ended.missing == set(), f"{ended}\n{ended.err}"
    assert ended.duplicates == 0
    assert (ADVICE in ended.err) is (threads != "--enable-threads")
