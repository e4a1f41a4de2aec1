"""`zaius-logging agent`: it sends for processes that only write; one works, and another stands by."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

pytestmark = pytest.mark.slow  # each test runs processes


class Agent:
    """An agent in a process of its own; `says` waits for a line."""

    def __init__(self, environment, *words):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zaius_logging", "agent", *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def says(self, words):
        for line in self.process.stderr:
            if words in line:
                return line
        raise AssertionError(f"it ended without: {words}")

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        assert "Traceback" not in err
        return self.process.returncode, out, err


@pytest.fixture
def agent(environment, spool):
    started = []

    def start(*words, **changes):
        started.append(Agent({**environment, **changes}, spool, *words))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.fixture
def writer(service):
    """A process that only writes, and has the public part of the key alone."""

    def start(**settings):
        return service(deliver=False, api_key="test-key", **settings)

    return start


def numbers(sandbox):
    return [each["data"]["number"] for each in sandbox.events()]


def test_it_sends_for_living_writers(agent, writer, sandbox, spool):
    """While they write, in their order, once; over several files; its own numbers are right."""
    first, second = writer(), writer(spool_map=False)
    one = agent()
    first.log(0, 1500)
    second.log(5000, 5200)
    sandbox.wait_for(1700, timeout=30)
    first.log(1500, 1600)
    sandbox.wait_for(1800, timeout=30)
    found = numbers(sandbox)
    assert [each for each in found if each < 5000] == list(range(1600))
    assert [each for each in found if each >= 5000] == list(range(5000, 5200))
    status, _, err = one.end()
    assert (status, "1,800 events delivered" in err) == (0, True), err


def test_files_of_a_living_writer_go_when_they_are_sent(agent, writer, sandbox, spool):
    """All but the one that it writes to: its disk does not fill while it lives."""
    living = writer(spool_bytes=4 << 20)
    agent()
    for start in range(0, 12_000, 1000):
        stats = living.log(start, start + 1000, filler="x" * 1000)
        sandbox.wait_for(start + 1000, timeout=60)
        assert stats["dropped"] == {}
    assert stats["accepted"] == 12_000
    assert numbers(sandbox) == list(range(12_000))


def test_a_writer_may_die_and_files_go(agent, writer, sandbox, spool, cli):
    """What it wrote is sent, and its files are removed."""
    dying = writer()
    dying.log(0, 300)
    dying.kill()
    one = agent()
    sandbox.wait_for(300, timeout=30)
    one.end()
    assert numbers(sandbox) == list(range(300))
    assert list(spool.rglob("[0-9]*.jsonl")) == []


def test_one_works_and_another_takes_over(agent, writer, sandbox):
    """Killed with -9: the second sends on within seconds; nothing is lost, doubled at most what was in flight."""
    living = writer()
    living.log(0, 100)
    one = agent()
    one.says("sends what is written")
    two = agent()
    two.says("stands by: another agent works")
    sandbox.wait_for(100, timeout=20)
    living.log(100, 200)
    one.process.kill()
    two.says("sends what is written")
    living.log(200, 300)
    sandbox.wait_for(300, timeout=30)
    found = numbers(sandbox)
    assert set(found) == set(range(300))
    assert len(found) - 300 <= 500


def test_a_writer_in_the_middle_of_a_line_is_waited_for(tmp_path):
    """A line that is only half there is not read as damage, and is read once it is whole."""
    from zaius_logging._spool.journal import line
    from zaius_logging._spool.journal.agent import AgentSpool
    from zaius_logging._spool.journal.spool import JournalSpool

    writing = JournalSpool(tmp_path, "shop", deliver=False)
    assert writing.append(b'{"a":1}')
    spool = AgentSpool(tmp_path, "shop")
    spool.maintain()
    assert [item for _, item in spool.peek(9, 999)] == [b'{"a":1}']
    (path,) = tmp_path.rglob("[0-9]*.jsonl")
    end = path.read_bytes().rstrip(b"\n")
    whole = line.written(2, 1_764_355_200_123, b'{"a":2}')
    with path.open("r+b") as file:
        file.seek(len(end) + 1)
        file.write(whole[:40])
        file.flush()
        assert [item for _, item in spool.peek(9, 999)] == [b'{"a":1}']
        file.write(whole[40:])
        file.flush()
        assert [item for _, item in spool.peek(9, 999)] == [b'{"a":1}', b'{"a":2}']
    assert spool.waiting().lost == 0
    spool.close()
    writing.close()


def test_sigterm_sends_what_waits(agent, writer, sandbox):
    """Within the deadline; status 0."""
    living = writer()
    one = agent()
    living.log(0, 1)
    sandbox.wait_for(1, timeout=20)
    living.log(1, 50)
    status, _, _ = one.end()
    two = agent()  # whatever the first had not looked at is sent by the next
    sandbox.wait_for(50, timeout=20)
    two.end()
    assert (status, numbers(sandbox)) == (0, list(range(50)))


@pytest.fixture
def keyed(agent, tmp_path):
    """A key file, and an agent that reads it."""
    file = tmp_path / "key"
    file.write_text("test-key.yesterday\n")
    return file, agent("--key-file", file, ZAIUS_API_KEY="")


def test_sighup_reads_the_key_again(keyed, writer, sandbox):
    """A rotated secret, without a restart; a key file that is gone leaves the key as it was."""
    file, one = keyed
    living = writer()
    living.log(0, 5)
    sandbox.wait_for(5, timeout=20)
    file.write_text("test-key.today\n")
    one.process.send_signal(signal.SIGHUP)
    one.says("the key was read again")
    living.log(5, 9)
    sandbox.wait_for(9, timeout=20)
    file.unlink()
    one.process.send_signal(signal.SIGHUP)
    assert "the key stays as it was" in one.says("--key-file")
    living.log(9, 12)
    sandbox.wait_for(12, timeout=20)


NO_KEYS = {
    "of another account": (b"other-key.today", "the key is of another account than"),
    "no text": (b"\xff\xfe", "is no text in UTF-8"),
    "empty": (b"", "ZAIUS_API_KEY"),
}


@pytest.mark.parametrize("name", NO_KEYS)
def test_a_key_that_cannot_be_this_accounts_changes_nothing(keyed, writer, sandbox, name):
    """A slip in the file: no event leaves with another account's key, and the agent goes on."""
    content, words = NO_KEYS[name]
    file, one = keyed
    living = writer()
    living.log(0, 1)
    sandbox.wait_for(1, timeout=20)
    file.write_bytes(content)
    one.process.send_signal(signal.SIGHUP)
    assert words in one.says("the key stays as it was")
    living.log(1, 2)
    sandbox.wait_for(2, timeout=20)
    assert {each["key"] for each in sandbox.requests()} == {"test…"}


def test_who_stands_by_takes_no_other_accounts_key_over(keyed, writer, sandbox):
    """The file was changed while another agent worked."""
    file, one = keyed
    one.says("stands by")
    file.write_text("other-key.today\n")
    living = writer()
    living.log(0, 1)
    assert "of another account" in one.says("the key stays as it was")
    sandbox.wait_for(1, timeout=20)
    assert {each["key"] for each in sandbox.requests()} == {"test…"}


def test_readiness_is_said_to_systemd_and_served(agent, writer, sandbox, tmp_path):
    """READY=1 on the socket; /ready is 503 while the key is not taken; /metrics counts."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(20)
        living = writer()
        living.log(0, 3)
        one = agent("--port", "0", NOTIFY_SOCKET=str(path))
        assert listening.recv(4096).startswith(b"READY=1\n")
        assert b"STATUS=sends" in listening.recv(4096)
        url = one.process.stdout.readline().split()[0]
        sandbox.wait_for(3, timeout=20)
        until(lambda: ask(f"{url}/ready")[0] == 200)
        until(lambda: "zaius_events_delivered_total 3" in ask(f"{url}/metrics")[1])
        assert json.loads(ask(f"{url}/stats")[1])["delivered"] == 3
        sandbox.faults(forbidden=True)
        living.log(3, 4)
        until(lambda: ask(f"{url}/ready")[0] == 503)
        one.process.send_signal(signal.SIGTERM)
        assert listening.recv(4096) == b"STOPPING=1"


def until(true):
    """Ask again and again; the test's time limit ends it."""
    while not true():
        os.sched_yield()


def ask(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_file_for_a_directory_is_an_error(cli, tmp_path):
    """One line, with the next step."""
    (tmp_path / "file").touch()
    done = cli("agent", "file")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: file is a file: give the spool_dir of the service\n"


def test_a_wrong_key_is_an_error_at_once(agent, spool):
    """Status 2, one line."""
    one = agent(ZAIUS_API_KEY="")
    _, err = one.process.communicate(timeout=20)
    assert one.process.returncode == 2
    assert err.count("\n") == 1
    assert "ZAIUS_API_KEY" in err
