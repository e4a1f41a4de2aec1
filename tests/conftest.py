"""What several tests need: an event nobody could mind, records, and loggers that are put back.

And what every run is judged by: no process may be left running, and only a test that measures time may run
twice. A crash or a hang is never tried again.
"""

import copy
import ctypes
import logging
import os
import signal
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from zaius_logging._event import context
from zaius_logging._event.encode import encoder

CART = {
    "type": "product",
    "action": "add_to_cart",
    "identifiers": {"email": "tyler@zaius.com"},
    "data": {"product_id": "123"},
}


@pytest.fixture(autouse=True)
def _never_bound():
    """As in a process of its own: whether anything was ever bound decides what is known of other threads' records."""
    context.used.clear()


@pytest.fixture(autouse=True)
def _leaves_loggings_lock():
    """Nobody else logs while it is held: tests after the one that left it would hang, and be blamed."""
    yield
    left = logging._lock._is_owned()
    while logging._lock._is_owned():
        logging._lock.release()
    assert not left, "logging's own lock is held by this thread"


@pytest.fixture
def cart():
    """The first event of the API's own example, fresh for each test."""
    return copy.deepcopy(CART)


@pytest.fixture(params=["orjson", "json"] if find_spec("orjson") else ["json"])
def encode(request):
    """Both encoders, one after the other: what holds for one holds for the other."""
    return encoder(fast=request.param == "orjson")


@pytest.fixture
def record():
    """Make a log record that carries `zaius`, as `logger.info(..., extra={"zaius": ...})` does."""

    def record(zaius=None, *args, created=1_700_000_000.25, msg="hello", **extra):
        made = logging.LogRecord("shop", logging.INFO, "/app/shop.py", 7, msg, args, None, "buy")
        made.created = created
        made.__dict__.update(extra)
        if zaius is not None:
            made.zaius = zaius
        return made

    return record


@pytest.fixture
def attach():
    """Attach a handler to a logger of its own; afterwards close it and take it off again."""
    attached = []

    def attach(handler, name="shop"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(handler)
        attached.append((logger, handler))
        return logger

    yield attach
    for logger, handler in attached:
        logger.removeHandler(handler)
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
        getattr(
            handler, "end", handler.close
        )()  # what waits in an outage would go on into other tests


@pytest.fixture
def clean_logging():
    """Undo what dictConfig did to the root logger."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)


# A test that measures time runs once more where it failed, and the report says so.

SECOND_TRY = "second_try"
TRIES = []


def pytest_runtest_protocol(item, nextitem):
    """Run a test marked `timing` once more where it failed; any other only once."""
    mark = item.get_closest_marker("timing")
    if mark is None:
        return None
    assert mark.args, f"{item.nodeid}: the marker timing needs a reason"
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        item._initrequest()  # fixtures anew, as pytest makes them for a first run
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        reports[-1].user_properties.append((SECOND_TRY, mark.args[0]))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_runtest_logreport(report):
    """Collect second tries where all reports arrive: in the one process, or in xdist's controller."""
    TRIES.extend(
        (report.nodeid, why)
        for name, why in report.user_properties
        if name == SECOND_TRY and report.when == "teardown"
    )


def pytest_terminal_summary(terminalreporter):
    """List what needed a second try, and what was left running."""
    if TRIES:
        terminalreporter.section("second tries")
        for nodeid, why in TRIES:
            terminalreporter.line(f"{nodeid} (timing: {why})")
    for line in sorted(LEFT):
        terminalreporter.line(f"LEFT RUNNING: {line}", red=True)


# Every process that a test starts is gone at the end of the run. (Linux: /proc, and a "subreaper", to which
# the orphans of a process that has ended are handed: prctl(2).)

PR_SET_CHILD_SUBREAPER = 36
GRACE = 5.0  # seconds in which what was asked to end may end
HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver", "xdist", "execnet")
LEFT = set()


def pytest_sessionstart():
    """Have all processes that we start say where they crash, hear Ctrl-C, and become ours again when orphaned."""
    os.environ.setdefault("PYTHONFAULTHANDLER", "1")
    if os.name == "posix":  # a shell's jobs in the background ignore these, as would their children
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def pytest_sessionfinish(session):
    """Fail a run that leaves a process behind."""
    deadline = time.monotonic() + GRACE
    while (running := children_running()) and time.monotonic() < deadline:
        os.sched_yield()
    if running and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left"] = running
    elif running:
        LEFT.update(running)
    if LEFT:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_testnodedown(node):
    """Take over what an xdist worker has left."""
    LEFT.update(getattr(node, "workeroutput", {}).get("left", ()))


def children_running():
    """The command lines of our children that run, but for Python's and xdist's own helpers."""
    found = []
    for task in Path("/proc/self/task").glob("*/children"):
        for pid in task.read_text().split():
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it ends just now
            if state == "Z":
                os.waitpid(int(pid), os.WNOHANG)
            elif not any(helper in command for helper in HELPERS):
                found.append(f"{pid}: {command}")
    return found
