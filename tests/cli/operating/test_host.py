"""`metrics` and `top`: the numbers of all processes of a host, from its directory alone."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import urllib.request

import pytest

from zaius_logging._spool.journal import counts

pytestmark = pytest.mark.slow  # each test runs processes


def host(cli, spool):
    (account,) = json.loads(cli("top", spool, "--json").stdout)
    return account


def sent(process, count):
    """Have a process write its numbers: it does so at each look, half a second apart at least."""
    while process.ask("flush 20")["delivered"] < count:
        pass


def until(true):
    while not true():
        os.sched_yield()


def test_sums_stay_when_nothing_is_left_but_them(cli, spool, service, sandbox):
    """All is sent and the only process has ended: top, the metrics and the list still know the account."""
    process = service()
    process.log(0, 100)
    sent(process, 100)
    until(lambda: host(cli, spool)["sums"]["delivered"] == 100)
    process.end()
    assert [path.name for path in spool.rglob("*") if path.is_file()] == [counts.TOTALS]
    assert host(cli, spool)["sums"]["delivered"] == 100
    assert "zaius_host_events_delivered_total" in cli("metrics", spool).stdout
    assert "} 100" in cli("metrics", next(spool.iterdir())).stdout
    assert "0 events wait" in cli("spool", spool, "list").stdout


def test_sums_are_of_all_processes_ended_ones_too(cli, spool, service, sandbox):
    """One ends, one is killed, one lives: delivered are what arrived, and no sum ever falls."""
    ended, killed, living = service(), service(), service()
    sums = []
    for at, process in enumerate((ended, killed, living)):
        process.log(at * 100, at * 100 + 100)
        sent(process, 100)
        until(lambda at=at: host(cli, spool)["sums"]["delivered"] == (at + 1) * 100)
        sums.append(host(cli, spool)["sums"]["delivered"])
    ended.end()
    sums.append(host(cli, spool)["sums"]["delivered"])
    killed.kill()
    sums.append(host(cli, spool)["sums"]["delivered"])
    after = service()  # adds up what the killed one has left, when it looks
    after.log(300, 301)
    sent(after, 1)
    until(lambda: host(cli, spool)["sums"]["delivered"] == 301)
    assert sums == [100, 200, 300, 300, 300]
    assert sum(host(cli, spool)["sums"]["ages"]) == 301
    left = {path.name for path in spool.rglob("*.stats.json")}
    assert len(left) == 3  # two living ones, and the totals


def test_rejected_and_dropped_are_counted(cli, spool, service, sandbox):
    """By reason; the state and the problem of a process that cannot send."""
    sandbox.faults({"bad": {"type": "order"}, "message": "no"})
    running = service()
    running.log(0, 3)
    running.ask("flush 20")
    sandbox.faults(forbidden=True)
    running.log(3, 5)
    running.ask("flush 1")
    until(lambda: host(cli, spool)["processes"][0]["state"] == "paused")
    account = host(cli, spool)
    assert (account["sums"]["rejected"], account["dead_letters"], account["waiting"]) == (3, 3, 2)
    assert "403" in account["processes"][0]["problem"]


def test_metrics_are_prometheus_text(cli, spool, service, sandbox, tmp_path):
    """To stdout, to a file in one step, and the histogram adds up."""
    prometheus = pytest.importorskip("prometheus_client.parser")
    running = service()
    running.log(0, 40)
    sent(running, 40)
    until(lambda: host(cli, spool)["sums"]["delivered"] == 40)
    text = cli("metrics", spool).stdout
    found = {each.name: each for each in prometheus.text_string_to_metric_families(text)}
    assert found["zaius_host_events_delivered"].samples[0].value == 40
    ages = {s.name: s.value for s in found["zaius_host_event_age_seconds"].samples}
    assert ages["zaius_host_event_age_seconds_count"] == 40
    assert found["zaius_host_up"].samples[0].value == 1
    file = tmp_path / "zaius.prom"
    assert cli("metrics", spool, "--textfile", file).returncode == 0
    assert "zaius_host_events_delivered_total" in file.read_text()
    assert cli("metrics", spool, "--textfile", "/nowhere/x").returncode == 2


def test_top_reads_another_hosts_metrics(cli, start, spool, service, sandbox):
    """From `metrics --port`."""
    running = service()
    running.log(0, 7)
    sent(running, 7)
    until(lambda: host(cli, spool)["sums"]["delivered"] == 7)
    serving = start("metrics", str(spool), "--port", "0")
    url = serving.stdout.readline().split()[0] + "/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
        assert answer.status == 200
    assert "delivered 7 " in cli("top", "--metrics", url).stdout
    serving.send_signal(signal.SIGTERM)
    serving.communicate(timeout=20)
    assert serving.returncode == 143
    done = cli("top", "--metrics", url)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_looking_changes_no_byte(cli, spool, service, unchanged):
    """On a living service's directory, paused meanwhile."""
    running = service()
    running.log(0, 30)
    sent(running, 30)
    until(lambda: host(cli, spool)["sums"]["delivered"] == 30)
    running.pause()
    before = unchanged(spool)
    assert cli("top", spool).returncode == 0
    assert cli("metrics", spool).returncode == 0
    assert unchanged(spool) == before
    running.go_on()


@pytest.mark.parametrize("columns", [80, 140])
def test_top_on_a_terminal(environment, spool, service, columns):
    """It draws itself again and again, no line is wider than the terminal, and Ctrl-C ends it with 0."""
    running = service()
    running.log(0, 600)
    sent(running, 600)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "zaius_logging", "top", str(spool), "--every", "0.2"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while shown.count(b"delivered 600") < 3:
        select.select([ours], [], [], 20)
        shown += os.read(ours, 65536)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    os.close(ours)
    text = shown.decode().replace("\x1b[H", "\n")
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
    assert max(len(line) for line in re.split(r"[\r\n]+", text)) <= columns


def test_a_crash_between_adding_and_removing_adds_nothing_twice(tmp_path):
    """The totals name what they hold: the file that is still there is not counted, nor added again."""
    numbers = {**counts.total([]), "delivered": 5, "pid": 1}
    name = "00000000000000000007-1.stats.json"
    (tmp_path / name).write_bytes(counts.written(numbers))
    totals = {**counts.total([numbers]), "held": [name]}
    (tmp_path / counts.TOTALS).write_bytes(counts.written(totals))
    for _ in range(2):
        ended, living = counts.of(str(tmp_path))
        assert (ended["delivered"], living) == (5, [])
        counts._fold(str(tmp_path))
    assert not (tmp_path / name).exists()


def test_a_damaged_file_is_not_counted(tmp_path):
    """A torn write shows in its checksum."""
    (tmp_path / "00000000000000000007-1.stats.json").write_bytes(counts.written({"x": 1})[:-4])
    assert counts.of(str(tmp_path))[1] == []


def test_top_of_what_is_no_web_server_is_an_error(cli):
    """Another program listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        done = cli("top", "--metrics", f"http://127.0.0.1:{listening.getsockname()[1]}/metrics")
        thread.join(10)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
