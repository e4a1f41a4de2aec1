"""The ways of other systems, forced on this one: what Windows and macOS lack is taken away, what they forbid fails."""

import os
import subprocess
import sys
import textwrap
import types

import pytest

from zaius_logging._spool.journal import files, place
from zaius_logging._spool.journal.spool import JournalSpool

MANY = 10**9


def empty(spool):
    found = []
    while spool.maintain() == 0 or spool.peek(1, MANY):
        pairs = spool.peek(500, MANY)
        found += [item for _, item in pairs]
        spool.remove([place_ for place_, _ in pairs])
    return found


def is_open(path):
    """Whether this process has a descriptor of that file."""
    links = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    return any(os.path.realpath(link) == os.path.realpath(path) for link in links)


@pytest.fixture
def windows(monkeypatch):
    """No pread, no pwrite, no flags of POSIX, no folder to sync; nothing that is open can be removed."""
    system = types.SimpleNamespace(
        platform="win32", version_info=sys.version_info, is_finalizing=sys.is_finalizing
    )
    for module in (files, place):
        monkeypatch.setattr(module, "sys", system)
    monkeypatch.setattr(files, "_pread", files._pread_by_seeking)
    monkeypatch.setattr(files, "_pwrite", files._pwrite_by_seeking)
    monkeypatch.setattr(files, "NOFOLLOW", 0)
    monkeypatch.delattr(os, "fdatasync")
    monkeypatch.setattr(place.Place, "fits", lambda self: False)  # no /proc there
    denied, real = [], os.unlink

    def unlink(path, **more):
        if is_open(path):
            denied.append(path)
            raise PermissionError(13, "used by another process", str(path))
        real(path, **more)

    monkeypatch.setattr(os, "unlink", unlink)
    return denied


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_windows_way(windows, journal, directory, segments):
    """All is found, adopted and sent; a file is closed before it is removed, so none is left."""
    first = journal()
    put = [b'{"n":%d}' % number for number in range(2_000)]  # several files
    assert all(map(first.append, put))
    pairs = first.peek(100, MANY)
    first.dead_letter({pairs[0][0]: "bad"}, "rejected")
    first.remove([place_ for place_, _ in pairs[1:]])
    first.close()
    heir = journal()
    assert empty(heir) == put[100:]
    heir.close()
    assert segments() == [directory / "shop" / "dead-letters.jsonl"]
    assert windows == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_way_that_removes_what_is_open_is_caught(windows, journal, monkeypatch):
    """The control: with the way of POSIX the same steps are denied."""
    monkeypatch.setattr(files, "sys", sys)
    spool = journal()
    assert spool.append(b"{}")
    empty(spool)
    spool.close()
    assert windows


MACOS = """
import builtins, sys, time
del time.CLOCK_BOOTTIME
real = builtins.open
def no_proc(path, *args, **more):
    if str(path).startswith("/proc"):
        raise FileNotFoundError(path)
    return real(path, *args, **more)
builtins.open = no_proc
from zaius_logging._spool.journal import ages
from zaius_logging._spool.journal.spool import JournalSpool
assert ages.boot_id() == ""
assert abs(ages.steady() - time.monotonic()) < 1
spool = JournalSpool(sys.argv[1], "shop")
assert all(spool.append(b'{"n":%d}' % number) for number in range(3))
(own,) = spool._writer.own
assert own.mapped is None
assert spool.expired(3600.0) == []
assert len(spool.peek(10, 10**9)) == 3
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system of POSIX")
def test_macos_way(directory):
    """No CLOCK_BOOTTIME and no /proc: written by calls, ages by CLOCK_MONOTONIC, and the next start finds all."""
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MACOS), str(directory)], check=True, timeout=60
    )
    heir = JournalSpool(directory, "shop")
    assert empty(heir) == [b'{"n":0}', b'{"n":1}', b'{"n":2}']
    heir.close()
