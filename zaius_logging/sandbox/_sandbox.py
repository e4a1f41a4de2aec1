"""`Sandbox`: the server in a thread of this process, for tests and demonstrations."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from zaius_logging.sandbox._core import make_core, wait_for_events
from zaius_logging.sandbox._errors import SandboxError
from zaius_logging.sandbox._guard import in_a_url
from zaius_logging.sandbox._reading import held
from zaius_logging.sandbox._server import Server
from zaius_logging.sandbox._session import Session
from zaius_logging.sandbox._store import HISTORY

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from zaius_logging.sandbox._judging import Check
    from zaius_logging.sandbox._options import Options

T = TypeVar("T")

# Seconds to wait for the loop's thread; a call and its end take milliseconds.
_LOOP_TIMEOUT = 10.0


class Sandbox:
    """A stand-in for the Events API on a port of loopback.

    A real server in a thread of its own: `with Sandbox() as sandbox:` and send to
    `sandbox.endpoint`. What it took can be read during and after the block. Stopped and started
    again, it keeps its port and its events: a rehearsal of an outage.

    Args:
        host: A loopback name or address.
        port: The port; 0 takes a free one.
        check: Says what in an event does not fit the catalogue, as (grade, path, message).
        options: See `Options`: `key`, `strict`, `faults`, `keep` and others.

    Raises:
        SandboxError: At the start, if the port is taken or the host is not loopback.
        FaultError: `faults` says something that it may not.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        check: Check | None = None,
        **options: Unpack[Options],
    ) -> None:
        self._core = make_core(options, check)
        self.host = host
        #: The port; known once the sandbox has started.
        self.port: int = port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._server: Server
        self._stopping: asyncio.Event

    def __repr__(self) -> str:
        state = "stopped" if self._thread is None else "running"
        return f"<Sandbox {self.url} {state}>"

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
    def url(self) -> str:
        """The address of the page, such as `http://127.0.0.1:8765`."""
        return f"http://{in_a_url(self.host)}:{self.port}"

    @property
    def endpoint(self) -> str:
        """The address to give a client in place of the API's: the URL with `/v3`."""
        return f"{self.url}/v3"

    def start(self) -> None:
        """Start the server, and return once it listens.

        Raises:
            SandboxError: It runs already, or the port cannot be had.
        """
        if self._thread is not None:
            raise SandboxError(f"{self!r} is running already")
        started: Future[None] = Future()
        thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(started)), name="zaius-sandbox", daemon=True
        )
        thread.start()
        try:
            started.result(_LOOP_TIMEOUT)
        except SandboxError:
            thread.join(_LOOP_TIMEOUT)
            raise
        self._thread = thread

    def stop(self) -> None:
        """Stop the server within about half a second, hung requests included."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_LOOP_TIMEOUT)
            self._thread = None

    async def _serve(self, started: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            self._server = Server(self._core)
            self.port = await self._server.start(self.host, self.port)
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            started.set_exception(error)
            return
        started.set_result(None)
        await self._stopping.wait()
        await self._server.stop()

    def events(self) -> list[dict[str, Any]]:
        """Give the events that were taken, as sent, in the order of their arrival."""
        ring = self._core.store.events
        kept = self._on_loop(lambda: ring.page(0, len(ring)))
        return [json.loads(entry.checked.text) for entry in kept]

    def rejected(self) -> list[dict[str, Any]]:
        """Give the rejected events.

        Returns:
            For each `event` and `problems`, which say why; its `position` in the `request`.
        """
        ring = self._core.store.rejected
        return [json.loads(entry.json()) for entry in self._on_loop(lambda: ring.page(0, HISTORY))]

    def requests(self) -> list[dict[str, Any]]:
        """Give the requests to the API: status, count of events, bytes, duration and more."""
        ring = self._core.store.requests
        return [json.loads(entry.json()) for entry in self._on_loop(lambda: ring.page(0, HISTORY))]

    def stats(self) -> dict[str, int]:
        """Count `requests`, `events` (taken), `rejected`, `duplicates` and more."""
        return self._on_loop(self._core.store.stats)

    def coverage(self) -> dict[str, Any]:
        """Count what arrived of each kind and field of the catalogue, and what it lacks.

        Raises:
            SandboxError: There is no catalogue.
        """
        coverage = self._core.store.coverage
        if coverage is None:
            raise SandboxError("there is no catalogue: give one as the option catalog")
        return self._on_loop(coverage.document)

    def session(self) -> Session:
        """Give all that is held, to be saved, or compared with a session that was."""
        return Session(self._on_loop(lambda: [each.json() for each in held(self._core.store)]))

    def clear(self) -> None:
        """Forget all events, rejections and requests, and count from 0."""
        self._on_loop(self._core.store.clear)

    def faults(self, *documents: dict[str, Any], **fields: Any) -> None:
        """Put faults in force, in place of those before.

        Args:
            documents: Faults that are asked in turn, as in `PUT /api/faults`.
            fields: The fields of one fault: `sandbox.faults(status=503, times=2)`.

        Raises:
            FaultError: A field is unknown or wrong.
        """
        given = [*documents, *([fields] if fields else [])]
        self._on_loop(lambda: self._core.set_faults(given))

    def in_force(self) -> list[dict[str, Any]]:
        """Give the faults in force, with what is left of `times` and `seconds`."""
        return self._on_loop(self._core.fault_documents)

    def heal(self) -> None:
        """End all faults."""
        self._on_loop(self._core.faults.clear)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[dict[str, Any]]:
        """Wait until so many events were taken since the start or the last `clear`.

        Args:
            count: How many.
            timeout: Seconds to wait at most.

        Returns:
            The events that were taken, as `events()`.

        Raises:
            TimeoutError: Too few came; the message says what came in their place.
        """
        store = self._core.store
        if self._thread is not None:
            self._run(wait_for_events(store, self._server.wakeup, count, timeout), timeout)
        if self.stats()["events"] < count:
            raise TimeoutError(too_few(self.stats(), self.requests(), count, timeout))
        return self.events()

    def _on_loop(self, call: Callable[[], T]) -> T:
        """Call on the loop's thread, the only one that may touch the store while it runs."""
        if self._thread is None:
            return call()

        async def calling() -> T:
            result = call()
            self._server.wakeup.wake()
            return result

        return self._run(calling())

    def _run(self, work: Coroutine[Any, Any, T], timeout: float = 0.0) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout + _LOOP_TIMEOUT)


def too_few(
    stats: dict[str, int], requests: list[dict[str, Any]], count: int, timeout: float
) -> str:
    """Write the error of `wait_for`: what arrived instead."""
    last = f", the last answered {requests[-1]['status']}" if requests else ""
    note = f" ({requests[-1]['note']})" if requests and requests[-1]["note"] else ""
    return (
        f"{stats['events']} of {count} events came within {timeout:g} s: "
        f"{stats['requests']} requests{last}{note}, {stats['rejected']} events rejected"
    )
