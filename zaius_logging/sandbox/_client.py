"""`SandboxClient` and `SandboxProcess`: a sandbox in another process, by the same methods."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from zaius_logging.sandbox._errors import SandboxError
from zaius_logging.sandbox._fault_document import parse
from zaius_logging.sandbox._options import complete
from zaius_logging.sandbox._sandbox import too_few
from zaius_logging.sandbox._session import Session
from zaius_logging.sandbox._views import MAX_PAGE

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from zaius_logging.sandbox._options import Options

_ANSWER_TIMEOUT = 10.0


class SandboxClient:
    """Reads and controls a sandbox in another process on this machine.

    Args:
        url: Where it is, such as `http://127.0.0.1:8765`.
    """

    def __init__(self, url: str) -> None:
        self.url: str = url.rstrip("/")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    @property
    def endpoint(self) -> str:
        """The address to give a client in place of the API's: the URL with `/v3`."""
        return f"{self.url}/v3"

    @property
    def port(self) -> int:
        """The port of the sandbox."""
        return urlsplit(self.url).port or 80

    def events(self) -> list[dict[str, Any]]:
        """Give the events that were taken, as sent, in the order of their arrival."""
        return [entry["event"] for entry in self._all("events")]

    def rejected(self) -> list[dict[str, Any]]:
        """Give the rejected events with their `problems`."""
        return self._all("rejected")

    def requests(self) -> list[dict[str, Any]]:
        """Give the requests to the API."""
        return self._all("requests")

    def stats(self) -> dict[str, int]:
        """Count `requests`, `events` (taken), `rejected`, `duplicates` and more."""
        return dict(self._ask("GET", "/api/stats"))

    def coverage(self) -> dict[str, Any]:
        """Count what arrived of each kind and field of the catalogue, and what it lacks.

        Raises:
            SandboxError: There is no catalogue.
        """
        return dict(self._ask("GET", "/api/catalog"))

    def session(self) -> Session:
        """Give all that is held, to be saved, or compared with a session that was."""
        return Session(self._text("GET", "/api/session").split("\n"))

    def clear(self) -> None:
        """Forget all events, rejections and requests, and count from 0."""
        self._ask("DELETE", "/api/events")

    def faults(self, *documents: dict[str, Any], **fields: Any) -> None:
        """Put faults in force, in place of those before.

        Raises:
            FaultError: A field is unknown or wrong.
        """
        given = [*documents, *([fields] if fields else [])]
        parse(given)
        self._ask("PUT", "/api/faults", given)

    def in_force(self) -> list[dict[str, Any]]:
        """Give the faults in force, with what is left of `times` and `seconds`."""
        return list(self._ask("GET", "/api/faults")["faults"])

    def heal(self) -> None:
        """End all faults."""
        self._ask("DELETE", "/api/faults")

    def wait_for(self, count: int, timeout: float = 10.0) -> list[dict[str, Any]]:
        """Wait until so many events were taken since the start or the last `clear`.

        Raises:
            TimeoutError: Too few came; the message says what came in their place.
        """
        query = f"?count={count}&timeout_ms={round(timeout * 1000)}"
        stats = self._ask("GET", f"/api/wait{query}", timeout=timeout)
        if not stats["arrived"]:
            raise TimeoutError(too_few(stats, self.requests(), count, timeout))
        return self.events()

    def _all(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self._ask("GET", f"/api/{name}?offset={len(found)}&limit={MAX_PAGE}")
            found += page[name]
            if not page[name] or len(found) >= page["total"]:
                return found

    def _ask(self, method: str, path: str, body: object = None, timeout: float = 0.0) -> Any:
        text = self._text(method, path, body, timeout)
        try:
            return json.loads(text)
        except ValueError as error:
            raise SandboxError(f"no sandbox answers at {self.url}: {error}") from error

    def _text(self, method: str, path: str, body: object = None, timeout: float = 0.0) -> str:
        # No HTTP library: a test may have replaced it, and a proxy of the environment is no use.
        place = urlsplit(self.url).netloc
        connection = http.client.HTTPConnection(place, timeout=timeout + _ANSWER_TIMEOUT)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SandboxError(f"no sandbox answers at {self.url}: {error}") from error
        finally:
            connection.close()
        if response.status != 200:  # noqa: PLR2004 - HTTP's own number
            raise SandboxError(f"{method} {path}: {text}")
        return text


class SandboxProcess(SandboxClient):
    """Runs a sandbox in a process of its own: for benchmarks, and tests that kill processes.

    `with SandboxProcess() as sandbox:` takes the arguments of `Sandbox` and has its methods. The
    process ends with the block, and by itself if its parent dies.

    Args:
        port: The port; 0 takes a free one.
        options: See `Options`: `key`, `strict`, `faults`, `keep` and others.

    Raises:
        SandboxError: At the start, if the port cannot be had.
        FaultError: `faults` says something that it may not.
    """

    def __init__(self, *, port: int = 0, **options: Unpack[Options]) -> None:
        super().__init__(f"http://127.0.0.1:{port}")
        given: dict[str, Any] = {k: value for k, value in options.items() if value is not None}
        complete(given)
        if "faults" in given:
            parse(given["faults"])
        if "keep" in given:
            given["keep"] = os.fspath(given["keep"])
        self._arguments = json.dumps({"port": port, **given})
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id, for tests that stop or kill it."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process, and return once it listens.

        Raises:
            SandboxError: It did not get that far; the message is its own.
        """
        if self._process is not None:
            raise SandboxError(f"{self!r} is running already")
        # A file, because nobody reads a pipe while the sandbox runs.
        with tempfile.TemporaryFile("w+") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "zaius_logging.sandbox"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
            url = _first_words(process, self._arguments)
            if not url:
                _end(process)
                stderr.seek(0)
                raise SandboxError(stderr.read().strip())
        self.url = url
        self._process = process

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)


def _first_words(process: subprocess.Popen[str], arguments: str) -> str:
    """Write the arguments to a process, and read the first line that it prints."""
    assert process.stdin  # noqa: S101 - both are pipes, which mypy cannot know
    assert process.stdout  # noqa: S101
    with contextlib.suppress(BrokenPipeError):  # it has ended; its stderr says why
        process.stdin.write(f"{arguments}\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


def _end(process: subprocess.Popen[str]) -> None:
    """End a process, whatever state it is in."""
    process.terminate()
    try:
        process.communicate(timeout=_ANSWER_TIMEOUT)
    except subprocess.TimeoutExpired:
        # One that was stopped does not hear a request to end.
        process.kill()
        process.communicate()
