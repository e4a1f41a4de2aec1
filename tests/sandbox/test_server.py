"""The port, and the files of the page."""

import http.client
import json
import re
import socket
from importlib import resources
from pathlib import Path

import pytest

from zaius_logging.sandbox import Sandbox, SandboxClient, SandboxError

STATIC = resources.files("zaius_logging.sandbox") / "static"


def test_a_port_that_is_taken():
    """One clear sentence, and the sandbox can be started elsewhere."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(SandboxError, match=f"port {port} of 127.0.0.1 is taken"):
            Sandbox(port=port).start()


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_is_none(port):
    """A number that is no port is named."""
    with pytest.raises(SandboxError, match=f"port {port} of 127.0.0.1 cannot be had"):
        Sandbox(port=port).start()


@pytest.mark.parametrize("host", ["192.168.0.1", "example.com", ""])
def test_a_host_that_is_not_loopback(host):
    """The sandbox listens to this machine only."""
    with pytest.raises(SandboxError, match="is not loopback"):
        Sandbox(host=host).start()


def test_localhost_is_a_host():
    """The name of loopback does as well as its number."""
    with Sandbox(host="localhost") as sandbox:
        assert sandbox.url == f"http://localhost:{sandbox.port}"


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_ipv6_is_loopback_too(host):
    """With brackets or without; the address that is given has them, and a client gets through."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with Sandbox(host=host) as sandbox:
        assert sandbox.url == f"http://[::1]:{sandbox.port}"
        connection = http.client.HTTPConnection("::1", sandbox.port, timeout=10)
        event = {"type": "account", "action": "login", "identifiers": {"customer_id": "1"}}
        connection.request("POST", "/v3/events", json.dumps([event]), {"x-api-key": "k"})
        assert connection.getresponse().status == 202
        connection.close()
        assert SandboxClient(sandbox.url).stats()["events"] == 1


@pytest.mark.parametrize(
    ("path", "name", "content_type"),
    [
        ("/", "index.html", "text/html"),
        ("/static/css/frame.css", "css/frame.css", "text/css"),
        ("/static/js/main.js", "js/main.js", "text/javascript"),
        ("/static/favicon.svg", "favicon.svg", "image/svg+xml"),
    ],
)
def test_the_page_is_made_of_package_files(sandbox, call, path, name, content_type):
    """Each file comes with its type."""
    status, text, headers = call(sandbox.port, "GET", path)
    assert (status, text) == (200, (STATIC / name).read_text("utf-8"))
    assert headers["Content-Type"] == f"{content_type}; charset=utf-8"


def test_no_request_leaves_the_machine():
    """No file of the page names another address, and no script writes markup."""
    files = [file for file in Path(str(STATIC)).rglob("*") if file.is_file()]
    assert len(files) > 40
    for file in files:
        text = re.sub(
            r"http://(www\.w3\.org/2000/svg|127\.0\.0\.1:9/)", "", file.read_text("utf-8")
        )
        assert not re.search(r"https?://|//[a-z]+\.[a-z]|innerHTML|insertAdjacent|eval\(", text)


def test_files_are_small_and_parts_of_the_page():
    """Each module and style sheet is one that the page asks for, and none is long."""
    page = (STATIC / "index.html").read_text("utf-8")
    scripts = {file.name: file.read_text("utf-8") for file in (STATIC / "js").iterdir()}
    everything = page + "".join(scripts.values())
    for folder in ("css", "js"):
        for file in (STATIC / folder).iterdir():
            assert re.search(rf"""["/]{re.escape(file.name)}["]""", everything), file.name
            assert len(file.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", ["/static/../_server.py", "/static/%2e%2e/_server.py", "/static/"])
def test_no_other_file_is_served(sandbox, call, path):
    """A path is looked up among the files of the page, never on the disk."""
    assert call(sandbox.port, "GET", path)[0] == 404
