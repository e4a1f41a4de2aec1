"""Checks of the interpreter, of the packages, of the process model, and of what else lives in the process."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata

from zaius_logging._settings import Config

from .finding import NOTE, OK, WARN, WRONG, Finding
from .sources import Setup

_OLDEST = {"requests": (2, 31), "python-json-logger": (3, 1)}
_SERVERLESS = ("AWS_LAMBDA_FUNCTION_NAME", "FUNCTION_TARGET", "FUNCTIONS_WORKER_RUNTIME")
_PATCHING = {
    "requests_mock": "requests may be answered by it and not by the API",
    "responses": "requests may be answered by it and not by the API",
    "vcr": "requests may be answered from a cassette",
    "freezegun": "the clock may stand still",
    "time_machine": "the clock may stand still",
}


def packages() -> Iterator[Finding]:
    """Versions of Python and of what is needed."""
    python = platform.python_version()
    yield Finding("Python", OK, f"{platform.python_implementation()} {python}")
    for name, oldest in _OLDEST.items():
        wanted = ".".join(map(str, oldest))
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding(
                "packages",
                WARN,
                f"{name} has no metadata here",
                f"see that {name}>={wanted} is installed",
            )
            continue
        if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < oldest:
            todo = f"pip install '{name}>={wanted}'"
            yield Finding("packages", WRONG, f"{name} {version} is too old", todo)
        else:
            yield Finding("packages", OK, f"{name} {version}")


def model(config: Config) -> Iterator[Finding]:
    """What kind of process it is, and what its end means for the events."""
    keeps = config.spool_dir is not None
    found = [name for name in _SERVERLESS if os.environ.get(name)]
    if found and not keeps:
        yield Finding(
            "process",
            WARN,
            f"a function ({found[0]}) is frozen between invocations, and sends nothing then",
            "call zaius_logging.flush(timeout=2.0) at the end of each invocation",
        )
    uwsgi = sys.modules.get("uwsgi")
    if uwsgi is not None and not getattr(uwsgi, "opt", {}).get("enable-threads"):
        yield Finding(
            "process", WRONG, "uWSGI runs no threads", "start it with enable-threads = true"
        )
    if not keeps and not config.drain_on_sigterm:
        yield Finding(
            "process",
            NOTE,
            "events wait in memory: SIGKILL and power cuts lose them, and SIGTERM does where the server handles none",
            "spool_dir keeps them; see 'Servers and deploys' for the line of your server",
        )
    else:
        kept = "events outlive the process in spool_dir" if keeps else "SIGTERM sends first"
        yield Finding("process", OK, kept)


def neighbours(setup: Setup) -> Iterator[Finding]:
    """What patches the libraries that we use."""
    if _distribution("urllib3-future"):
        yield Finding(
            "neighbours",
            WARN,
            "urllib3.future stands in urllib3's place: timeout bounds each wait, not a request as a whole",
            "pip uninstall urllib3-future, and install urllib3 again, if nothing needs it",
        )
    if not setup.imported:
        return
    for name, what in _PATCHING.items():
        if name in sys.modules:
            yield Finding(
                "neighbours",
                WARN,
                f"the application loads {name}: {what}",
                f"import {name} in tests only",
            )
    yield from _gevent()


def _gevent() -> Iterator[Finding]:
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None:
        return
    socket, ssl = monkey.is_module_patched("socket"), monkey.is_module_patched("ssl")
    threads = monkey.is_module_patched("threading")
    if socket and not (threads and ssl):
        yield Finding(
            "neighbours",
            WARN,
            "gevent has patched sockets, but not threads and TLS: sending may block every greenlet",
            "call gevent.monkey.patch_all() as the first thing, before any other import",
        )


def _distribution(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
