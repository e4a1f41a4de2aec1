"""What is particular to a sandbox in another process."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from zaius_logging.sandbox import SandboxClient, SandboxError, SandboxProcess, _client


def test_a_client_of_a_sandbox_that_runs(sandbox, post, good):
    """Any sandbox on this machine can be read by its address."""
    post(sandbox, [good()])
    client = SandboxClient(f"{sandbox.url}/")
    assert (client.events(), client.port) == ([good()], sandbox.port)
    assert repr(client) == f"<SandboxClient {sandbox.url}>"


def test_many_events_come_in_pages(monkeypatch, sandbox, post, good):
    """More than a page is put together."""
    monkeypatch.setattr(_client, "MAX_PAGE", 2)
    sent = [good(number=number) for number in range(5)]
    post(sandbox, sent)
    assert SandboxClient(sandbox.url).events() == sent


def test_nobody_there():
    """A sandbox that does not answer is one clear error."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        client = SandboxClient(f"http://127.0.0.1:{holder.getsockname()[1]}")
        with pytest.raises(SandboxError, match=f"no sandbox answers at {client.url}"):
            client.stats()


def test_somebody_else_is_there():
    """A server that is no sandbox is the same error."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            with listener.accept()[0] as sock:
                sock.recv(65536)
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(SandboxError, match="no sandbox answers at"):
            SandboxClient(f"http://127.0.0.1:{listener.getsockname()[1]}").stats()
        thread.join()


def test_a_question_that_is_rejected(sandbox):
    """The sandbox's own words are passed on."""
    with pytest.raises(SandboxError, match="'count' must be a whole number"):
        SandboxClient(sandbox.url).wait_for(-1)


def test_a_process_that_cannot_start(sandbox):
    """What the process said is the error."""
    with pytest.raises(SandboxError, match=f"port {sandbox.port} of 127.0.0.1 is taken"):
        SandboxProcess(port=sandbox.port).start()


def test_the_process_ends_with_the_block():
    """Nothing is left behind."""
    with SandboxProcess() as sandbox:
        pid = sandbox.pid
        os.kill(pid, 0)
    assert sandbox.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_process_that_was_stopped_is_killed(monkeypatch):
    """One that does not hear SIGTERM ends all the same."""
    monkeypatch.setattr(_client, "_ANSWER_TIMEOUT", 0.2)
    sandbox = SandboxProcess()
    monkeypatch.undo()
    sandbox.start()
    pid = sandbox.pid
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(_client, "_ANSWER_TIMEOUT", 0.1)
    sandbox.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_process_ends_when_its_parent_is_killed():
    """A parent that dies without a word leaves no sandbox running."""
    program = (
        "import os, signal\n"
        "from zaius_logging.sandbox import SandboxProcess\n"
        "sandbox = SandboxProcess()\n"
        "sandbox.start()\n"
        "print(sandbox.port, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The sandbox's stderr is a file and its stdout the dead parent's pipe, so only its port tells.
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    port = int(done.stdout)
    while True:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)):
                break
