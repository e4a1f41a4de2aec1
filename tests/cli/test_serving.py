"""Pages of statistics on loopback."""

import socket

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
