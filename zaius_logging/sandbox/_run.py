"""Runs a sandbox until it is told to end: for the command, and for `SandboxProcess`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from zaius_logging.sandbox._api import Rules
from zaius_logging.sandbox._core import CAPACITY, Core, make_core
from zaius_logging.sandbox._errors import SandboxError
from zaius_logging.sandbox._fault_document import FaultError
from zaius_logging.sandbox._server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEFAULT_PORT = 8765
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(
    *,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    key: str | None = None,
    strict: bool = False,
    partial: bool = False,
    capacity: int = CAPACITY,
    faults: object = None,
    keep: str | os.PathLike[str] | None = None,
    ready: Callable[[str], object] = print,
    until_eof: bool = False,
) -> None:
    """Run a sandbox in the main thread until SIGINT or SIGTERM.

    Args:
        host: A loopback name or address.
        port: The port; 0 takes a free one.
        key: The only key that is good; None for any that is not blank.
        strict: Reject warned events as well.
        partial: Play the reading of the API where a 400 takes the good events of a request.
        capacity: How many events are kept.
        faults: A fault or a list of faults, as in `PUT /api/faults`.
        keep: A file that keeps events and requests for the next run.
        ready: Called with the URL once the sandbox listens.
        until_eof: End when stdin ends too, which it does when a parent process dies.

    Raises:
        SandboxError: The port is taken, the host is not loopback, or the file cannot be used.
        FaultError: `faults` says something that it may not.
    """
    rules = Rules(key, strict, partial)
    core = make_core(rules, capacity=capacity, faults=faults, keep=keep)
    asyncio.run(_serve(core, host, port, ready, until_eof=until_eof))


async def _serve(
    core: Core, host: str, port: int, ready: Callable[[str], object], *, until_eof: bool
) -> None:
    server = Server(core)
    port = await server.start(host, port)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def end(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    before = [signal.signal(number, end) for number in _SIGNALS]
    try:
        if until_eof:
            threading.Thread(target=_read_to_end, args=(end,), daemon=True).start()
        ready(f"http://{host}:{port}")
        await stop.wait()
    finally:
        await server.stop()
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def _read_to_end(end: Callable[[], None]) -> None:
    # Not `sys.stdin`: a thread that sits in its lock stops the interpreter from ending.
    while os.read(0, 4096):
        pass
    end()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `python -m zaius_logging.sandbox`; the first line printed is the URL.

    Args:
        arguments: The command line without the program; None for the process's own.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(
        prog="python -m zaius_logging.sandbox", description="A stand-in for the Zaius Events API."
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback name or address")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--key", help="the only key that is good (default: any)")
    parser.add_argument("--strict", action="store_true", help="reject warned events as well")
    parser.add_argument("--partial", action="store_true", help="a 400 takes the good events")
    parser.add_argument("--capacity", type=int, default=CAPACITY, help="how many events are kept")
    parser.add_argument("--faults", type=json.loads, help="as in PUT /api/faults, in JSON")
    parser.add_argument("--keep", metavar="FILE", help="keep all in this file for the next run")
    parser.add_argument("--until-eof", action="store_true", help="end when stdin ends")
    options = vars(parser.parse_args(arguments))
    try:
        run(**options, ready=lambda url: print(url, flush=True))  # noqa: T201 - the command's answer
    except (SandboxError, FaultError) as error:
        print(f"sandbox: {error}", file=sys.stderr)  # noqa: T201 - the command's answer
        return 1
    return 0
