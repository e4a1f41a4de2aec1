"""Runs a sandbox until a signal ends it: for the command, and for `SandboxProcess`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from zaius_logging.sandbox._core import Core, make_core
from zaius_logging.sandbox._errors import SandboxError
from zaius_logging.sandbox._fault_document import FaultError
from zaius_logging.sandbox._guard import in_a_url
from zaius_logging.sandbox._server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Unpack

    from zaius_logging.sandbox._judging import Check
    from zaius_logging.sandbox._options import Options

DEFAULT_PORT = 8765
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(
    *,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    ready: Callable[[str], object] = print,
    until_eof: bool = False,
    check: Check | None = None,
    **options: Unpack[Options],
) -> dict[str, Any] | None:
    """Run a sandbox in the main thread until SIGINT or SIGTERM.

    Args:
        host: A loopback name or address.
        port: The port; 0 takes a free one.
        ready: Called with the URL once the sandbox listens.
        until_eof: End when stdin ends too, which it does when a parent process dies.
        check: Says what in an event does not fit the catalogue, as (grade, path, message).
        options: See `Options`.

    Returns:
        The coverage of the catalogue, if there is one.

    Raises:
        SandboxError: The port is taken, the host is not loopback, or the file cannot be used.
        FaultError: `faults` says something that it may not.
    """
    core = make_core(options, check)
    asyncio.run(_serve(core, host, port, ready, until_eof=until_eof))
    coverage = core.store.coverage
    return None if coverage is None else coverage.document()


async def _serve(
    core: Core, host: str, port: int, ready: Callable[[str], object], *, until_eof: bool
) -> None:
    server = Server(core)
    port = await server.start(host, port)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def end(*_: object) -> None:
        with suppress(RuntimeError):  # stdin ends just after a signal did: the loop is closed
            loop.call_soon_threadsafe(stop.set)

    before = [signal.signal(number, end) for number in _SIGNALS]
    try:
        if until_eof:
            threading.Thread(target=_read_to_end, args=(end,), daemon=True).start()
        ready(f"http://{in_a_url(host)}:{port}")
        await stop.wait()
    finally:
        await server.stop()
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def _read_to_end(end: Callable[[], None]) -> None:
    # Not `sys.stdin`: the interpreter cannot end while a thread holds its lock.
    while os.read(0, 4096):
        pass
    end()


def main() -> int:
    """Run `python -m zaius_logging.sandbox`, as `SandboxProcess` does.

    The first line of stdin is a JSON object with the arguments of `run`: a command line would show
    the key to everybody on the machine. The first line of stdout is the URL. It ends with stdin.

    Returns:
        The exit status.
    """
    if sys.stdin.isatty():
        print("to run a sandbox: zaius-logging sandbox", file=sys.stderr)  # noqa: T201
        return 2
    try:
        arguments = json.loads(_first_line())
        run(**arguments, until_eof=True, ready=lambda url: print(url, flush=True))  # noqa: T201
    except (SandboxError, FaultError) as error:
        print(f"sandbox: {error}", file=sys.stderr)  # noqa: T201 - the command's answer
        return 1
    return 0


def _first_line() -> bytes:
    # Byte by byte: a buffered reader would take what stands behind the line.
    line = b""
    while (letter := os.read(0, 1)) not in (b"", b"\n"):
        line += letter
    return line
