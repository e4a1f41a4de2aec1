"""`--keep FILE`: what a sandbox held is there in its next run."""

import json
import os
import sqlite3

import pytest

from zaius_logging.sandbox import Sandbox, SandboxClient, SandboxError, SandboxProcess
from zaius_logging.sandbox._entries import Checked, Request
from zaius_logging.sandbox._kept_file import KeptFile
from zaius_logging.sandbox._store import Store

NOW = 1_656_622_792.046


@pytest.fixture
def file(tmp_path):
    return tmp_path / "sandbox.db"


def rows(file, table):
    database = sqlite3.connect(file)
    try:
        return database.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608
    finally:
        database.close()


def test_all_is_there_again(file, post, good):
    """Events, rejections, requests, counts and places are those of the run before."""
    with Sandbox(keep=file) as sandbox:
        post(sandbox, [good(no=1, idempotence_id="a\ud800")])
        post(sandbox, [{"type": 5}])
        before = (sandbox.events(), sandbox.rejected(), sandbox.requests(), sandbox.stats())
    with Sandbox(keep=file) as sandbox:
        after = (sandbox.events(), sandbox.rejected(), sandbox.requests(), sandbox.stats())
        assert after == before
        post(sandbox, [good(no=1, idempotence_id="a\ud800")])
        assert sandbox.stats()["duplicates"] == 1
        assert [entry["place"] for entry in sandbox.session().entries] == [0, 0, 1]
        assert [entry["order"] for entry in sandbox.session().entries] == [0, 1, 2]


def test_a_sandbox_that_is_started_again_goes_on_with_its_file(file, post, good):
    """A rehearsal of an outage loses nothing, and writes nothing twice."""
    sandbox = Sandbox(keep=file)
    for number in range(3):
        with sandbox:
            post(sandbox, [good(no=number)])
    assert len(sandbox.events()) == rows(file, "kept") == 3


def test_a_clear_empties_the_file(file, post, good):
    """And links to events from before lead to no other event."""
    with Sandbox(keep=file) as sandbox:
        post(sandbox, [good(no=1)])
        sandbox.clear()
    assert rows(file, "kept") == 0
    with Sandbox(keep=file) as sandbox:
        post(sandbox, [good(no=2)])
        assert [entry["place"] for entry in sandbox.session().entries] == [1]


def test_the_file_is_bounded_as_the_store_is(file, post, good):
    """What the store forgot is forgotten in the file."""
    with Sandbox(keep=file, capacity=10) as sandbox:
        for number in range(30):
            post(sandbox, [good(no=number)])
            post(sandbox, [{"no": number}])
    assert rows(file, "kept") == 20
    with Sandbox(keep=file, capacity=5) as sandbox:
        assert [event["data"]["no"] for event in sandbox.events()] == list(range(25, 30))


def test_two_sandboxes_do_not_share_a_file(file):
    """The second one says so."""
    with Sandbox(keep=file), pytest.raises(SandboxError, match="in use by another sandbox"):
        Sandbox(keep=file).start()
    with Sandbox(keep=file) as sandbox:
        assert sandbox.stats()["events"] == 0


def test_a_file_of_something_else_is_left_alone(file):
    """A database of another program, a text, a folder: each is rejected, unchanged."""
    database = sqlite3.connect(file)
    database.execute("create table mine (x)")
    database.close()
    with pytest.raises(SandboxError, match="a database of something else"):
        Sandbox(keep=file).start()
    assert rows(file, "mine") == 0
    file.write_text("These are my notes, and they are longer than the head of a database." * 20)
    with pytest.raises(SandboxError, match="cannot be used to keep events"):
        Sandbox(keep=file).start()
    assert file.read_text().startswith("These are my notes")
    with pytest.raises(SandboxError, match="cannot be used to keep events"):
        Sandbox(keep=file.parent).start()


def test_a_file_that_was_tampered_with_is_rejected(file, post, good):
    """What cannot be read back is an error, not half a session."""
    with Sandbox(keep=file) as sandbox:
        post(sandbox, [good()])
    database = sqlite3.connect(file)
    database.execute("update kept set findings = '{'")
    database.commit()
    database.close()
    with pytest.raises(SandboxError, match="cannot be used"):
        Sandbox(keep=file).start()


def test_a_file_that_can_no_longer_be_written_is_told(file):
    """The sandbox goes on without it, and says why on its page."""
    store = Store(10, 10**6)
    kept_file = KeptFile(file, store)
    kept_file.follow()  # Not open yet: nothing to do.
    kept_file.open()
    kept_file._database.execute("drop table requests")
    store.accept([Checked("{}", (), None, 0)], 1, NOW)
    kept_file.follow()
    assert "cannot be written" in kept_file.trouble
    kept_file.follow()
    kept_file.close()


def test_requests_keep_their_headers(file):
    """A request that is read back is the one that was written."""
    store = Store(10, 10**6)
    kept_file = KeptFile(file, store)
    kept_file.open()
    request = Request(
        1, NOW, "POST", "/", None, 1, 2, 0.5, "k…", "curl", "", (("A", "b"), ("A", "c")), "{}"
    )
    store.log(request)
    kept_file.close()
    other = Store(10, 10**6)
    reading = KeptFile(file, other)
    reading.open()
    reading.close()
    assert other.requests.page(0, 9) == [request]


def test_a_process_keeps_its_file_when_it_is_killed(file, good, call):
    """What was written half a second ago is there after SIGKILL."""
    with SandboxProcess(keep=file) as sandbox:
        assert isinstance(sandbox, SandboxClient)
        body = json.dumps([good()]).encode()
        call(sandbox.port, "POST", "/v3/events", body, {"x-api-key": "k"})
        sandbox.wait_for(1)
        while not rows_while_open(file):
            pass
        sandbox._process.kill()
    with Sandbox(keep=file) as sandbox:
        assert sandbox.events() == [good()]


def rows_while_open(file):
    """The event's text is in the file, whose lock is another process's."""
    return b"tyler@zaius.com" in file.read_bytes()


@pytest.mark.parametrize("before", [None, 0o644])
def test_the_file_is_for_its_owner_alone(file, post, good, before):
    """Whatever the umask, or the file's mode from before: 0600, its journal included while it is written."""
    if before is not None:
        with Sandbox(keep=file):
            pass
        file.chmod(before)
    umask = os.umask(0)
    try:
        with Sandbox(keep=file) as sandbox:
            post(sandbox, [good()])
            modes = [each.stat().st_mode & 0o777 for each in file.parent.glob(f"{file.name}*")]
    finally:
        os.umask(umask)
    assert set(modes) == {0o600}


def test_a_strange_file_keeps_its_mode(file):
    """A file that is not ours is rejected, and not touched."""
    file.write_text("not a database, and nobody's business of ours")
    file.chmod(0o644)
    with pytest.raises(SandboxError):
        Sandbox(keep=file).start()
    assert file.stat().st_mode & 0o777 == 0o644
