"""`zaius-logging certify`: the contracts, run against somebody's spool, transport or lease."""

from __future__ import annotations

import importlib
import platform
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from zaius_logging.cli.problems import JobError
from zaius_logging.cli.screen import stdout
from zaius_logging.testing.contracts import Result, check_lease, check_spool, check_transport

from . import page

_HELP = """\
Run the contracts of a spool, a transport or a lease against a part of your own.

WHAT names what makes it, without arguments: a class, or a function.

\b
  zaius-logging certify shop.spools:RabbitSpool
  zaius-logging certify shop.transports:make_transport --json

A durable spool must be on the same place each time it is made. A transport is asked to
send one harmless event, marked active_event: false. Each lease that is made asks for the
same one, which nobody else may have meanwhile; give it a second.

The table is dated, and has a row or more for each promise, P1 to P17 (docs/certified.md): ok,
wrong, or -- where it is another part's to keep, and whose.

\b
Status: 0 all are kept; 1 one is not; 2 WHAT cannot be made.
"""

_INDENT = 12  # where a fact begins
_CHECKS = {"append": check_spool, "send": check_transport, "acquire": check_lease}


@click.command(short_help="Check a spool, transport or lease of your own.", help=_HELP)
@click.argument("what", metavar="MODULE:NAME")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def certify(what: str, *, as_json: bool) -> int:
    """Certify a part."""
    make = _maker(what)
    part = _made(make, what)
    check: Any = next(check for name, check in _CHECKS.items() if hasattr(part, name))
    _end(part, what)
    results: list[Result] = list(check(make))
    broken = [each for each in results if not each.passed]
    console = stdout()
    version = metadata.version("zaius-logging")
    if as_json:
        found = [each._asdict() for each in results]
        page.show_json(console, {"part": what, "version": version, "results": found})
        return int(bool(broken))
    python = platform.python_version()
    console.print(f"{what}, {time.strftime('%Y-%m-%d')}, zaius-logging {version}, Python {python}")
    for each in results:
        page.say(console, _row(each), _INDENT)
    checked = sum(each.checked for each in results)
    page.say(
        console,
        f"{checked - len(broken)} of {checked} are kept; {len(results) - checked} not checked.",
    )
    return int(bool(broken))


def _end(part: Any, what: str) -> None:
    try:
        part.close()
    except Exception as error:  # noqa: BLE001 - it is not ours
        raise JobError(f"{what} cannot be closed: {error}") from None


def _row(result: Result) -> Text:
    sign = "--" if not result.checked else "ok" if result.passed else "wrong"
    text = Text(f"{result.promise:<5}")
    text.append(f"{sign:<7}", style=page.COLOURS.get(sign, ""))
    text.append(result.fact + (f" {result.why}" if result.why else ""))
    return text


def _maker(what: str) -> Callable[[], Any]:
    module, _, name = what.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise JobError(f"{what}: {error}; give it as module:name") from None
    except Exception as error:  # noqa: BLE001 - it is not ours
        raise JobError(f"{module} cannot be imported: {type(error).__name__}: {error}") from None
    if not callable(found):
        raise JobError(f"{what} makes nothing: give a class or a function")
    make: Callable[[], Any] = found
    return make


def _made(make: Callable[[], Any], what: str) -> Any:
    try:
        part = make()
    except Exception as error:  # noqa: BLE001 - it is not ours
        raise JobError(f"{what} cannot be made without arguments: {error}") from None
    if not any(hasattr(part, name) for name in _CHECKS):
        raise JobError(f"{what} is no spool (append), transport (send) or lease (acquire)")
    return part
