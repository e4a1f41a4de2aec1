"""The saved position, its lock, and what is safe to save."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zaius_logging.cli.follow.position import Position, default_path
from zaius_logging.cli.follow.rotation import Mark
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.sending.tracker import CountingSpool, Tracker

LOG = Path("/var/log/app.log")
MARK = Mark(1, 2, 30, 4, "ab", 5)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "p.json"


def test_what_is_saved_is_loaded(path):
    """Also by another process; for its owner only; and nothing else stays in the directory."""
    position = Position(path, LOG)
    with position.locked():
        assert position.load() is None
        position.save(Mark(1, 2))
        position.save(MARK)
    assert Position(path, LOG).load() == MARK
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.parent.iterdir()) == [path, path.with_name("p.json.lock")]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"{}", b"nope", b"\xff", b'{"version": 2}', b"[" * 100_000),
        b'{"version": 1, "log": "/var/log/app.log"}',
    ],
)
def test_what_is_no_position_is_told(path, content):
    """A file of something else, perhaps a log, is neither believed nor overwritten."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(JobError, match="is not a position that was saved here: name another file"):
        Position(path, LOG).load()
    assert path.read_bytes() == content


@pytest.mark.parametrize("change", [{"offset": -1}, {"line": 1.5}, {"tail": 7}, {"inode": True}])
def test_a_position_with_an_impossible_number_is_told(path, change):
    """Each field has its kind."""
    position = Position(path, LOG)
    path.parent.mkdir()
    position.save(MARK)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(JobError):
        position.load()


def test_a_position_of_another_log_is_told(path):
    """Two logs cannot share one."""
    path.parent.mkdir()
    Position(path, LOG).save(MARK)
    with pytest.raises(JobError, match=r"is of /var/log/app\.log: name another file for /x\.log"):
        Position(path, Path("/x.log")).load()


HOLD = """
import sys
from pathlib import Path
from zaius_logging.cli.follow.position import Position
with Position(Path(sys.argv[1]), Path("/x")).locked():
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_one_owner_at_a_time(path):
    """A second is turned away while the first lives, and let in however that one ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"locked\n"
    position = Position(path, LOG)
    with pytest.raises(JobError, match="is being followed already"), position.locked():
        pass
    process.kill()
    process.communicate()
    with position.locked():
        pass


@pytest.fixture
def nobody():
    """Be somebody else than root, who may write all, for as long as the test runs."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no modes of directories")
def test_a_place_that_cannot_be_written_is_told(path, request):
    """With the option that names another."""
    path.parent.mkdir(mode=0o500)
    request.getfixturevalue("nobody")
    with pytest.raises(JobError, match="--position"), Position(path, LOG).locked():
        pass


def test_a_place_that_is_no_directory_is_told(tmp_path):
    """With the option that names another."""
    (tmp_path / "file").write_text("")
    position = Position(tmp_path / "file" / "p", LOG)
    with pytest.raises(JobError, match="--position"), position.locked():
        pass


def test_the_default_place(monkeypatch, tmp_path):
    """The directory that systemd gives, else the user's; logs of one name in two directories are set apart."""
    monkeypatch.setenv("XDG_STATE_HOME", "/x")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/a:/b")
    of_systemd = default_path(LOG)
    assert of_systemd.parent == Path("/var/lib/a")
    monkeypatch.delenv("STATE_DIRECTORY")
    assert default_path(LOG).parent == Path("/x/zaius-logging")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME")
    home = default_path(LOG)
    assert home.parent == tmp_path / ".local" / "state" / "zaius-logging"
    assert home.name.startswith("app.log-")
    assert default_path(Path("/srv/app.log")) != home


def marks(count):
    return [Mark(1, 1, number) for number in range(1, count + 1)]


def test_a_mark_is_safe_once_all_before_it_has_left():
    """Events are settled from the front; log lines between them move on with them."""
    spool = CountingSpool()
    tracker = Tracker(spool)
    one, two, three, four = marks(4)
    tracker.reached(one)  # a log line
    assert tracker.safe() == one
    for mark in (two, three):
        spool.append(b"x")
        tracker.logged()
        tracker.reached(mark)
    (first, _), (second, _) = spool.peek(2, 100)
    tracker.reached(four)
    assert tracker.safe() is None
    spool.remove([second])  # the second alone: the first still waits
    assert tracker.safe() is None
    spool.remove([first])
    assert tracker.safe() == four
    assert tracker.safe() is None


def test_a_failure_counts_once_it_is_kept():
    """Else a kill between the two would lose the only trace of a rejected event."""
    spool = CountingSpool()
    tracker = Tracker(spool)
    (mark,) = marks(1)
    spool.append(b"x")
    tracker.logged()
    tracker.reached(mark)
    ((id_, _),) = spool.peek(1, 100)
    spool.dead_letter({id_: "why"}, "rejected")
    assert tracker.safe() is None
    tracker.kept()
    assert tracker.safe() == mark


def test_an_event_that_came_too_late_is_never_safe():
    """Once the handler is closed it takes nothing more: the next start reads it again."""
    spool = CountingSpool()
    tracker = Tracker(spool)
    spool.append(b"x")
    for mark in marks(3):
        tracker.logged()
        tracker.reached(mark)
    spool.remove([id_ for id_, _ in spool.peek(1, 100)])
    assert tracker.safe() == Mark(1, 1, 1)
    assert tracker.safe() is None


def test_only_as_many_marks_are_held_as_events_wait():
    """A log without events costs one."""
    tracker = Tracker(CountingSpool())
    for mark in marks(1000):
        tracker.reached(mark)
    assert len(tracker._marks) == 1


def test_nothing_is_too_old():
    """What waits is in the log as well."""
    spool = CountingSpool()
    spool.append(b"x")
    assert spool.expired(0.0) == []
