"""Pages of statistics on loopback."""

import socket
import struct
import threading

import pytest
import requests

from zaius_logging.cli.problems import JobError
from zaius_logging.cli.serving import served


def test_a_page_is_served_while_the_block_runs(capsys):
    """Its address is printed; the port is free again after it."""
    with served("127.0.0.1", 0, {"/stats": lambda: (200, "text/plain", "7")}):
        address = capsys.readouterr().out.split()[0]
        assert requests.get(f"{address}/stats", timeout=10).text == "7"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/stats", timeout=10)


def test_a_port_that_is_taken_names_the_option():
    """In one line, with what the system says."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(JobError, match=f"--stats-port {port}: Address already in use"),
            served("127.0.0.1", port, {}, "--stats-port"),
        ):
            pass


def test_a_page_that_cannot_be_made_is_an_answer(capsys):
    """Whoever scrapes reads why, and the next one gets it when it can be made again."""
    errors = [JobError("DIR is not there"), FileNotFoundError(2, "No such file or directory")]

    def page():
        if errors:
            raise errors.pop(0)
        return 200, "text/plain", "7"

    with served("127.0.0.1", 0, {"/metrics": page}):
        address = capsys.readouterr().out.split()[0]
        answers = [requests.get(f"{address}/metrics", timeout=10) for _ in range(3)]
    assert [(each.status_code, each.text) for each in answers] == [
        (503, "DIR is not there\n"),
        (503, "No such file or directory\n"),
        (200, "7"),
    ]
    assert capsys.readouterr().err == ""


def test_who_goes_away_before_the_answer_is_no_news(capsys):
    """A scrape that was given up wrote a traceback."""
    asked, gone = threading.Event(), threading.Event()

    def page():
        asked.set()
        gone.wait(10)
        return 200, "text/plain", "7" * 10_000_000

    with served("127.0.0.1", 0, {"/metrics": page}):
        host, port = capsys.readouterr().out.split()[0].rpartition("/")[2].split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            asked.wait(10)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.set()
        for each in threading.enumerate():
            if "process_request_thread" in each.name:
                each.join(10)
    assert capsys.readouterr().err == ""
