"""The command: its parts, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, cast

import click

from .words import printable

INTERRUPTED = 130
_IO = 74
"""A file, a directory or stdout failed: EX_IOERR of sysexits.h, which says nothing of events."""
_PARTS = {
    "agent": "operating.agent",
    "catalog": "catalog.command",
    "certify": "operating.certify",
    "dead": "operating.dead",
    "demo": "demo",
    "doctor": "operating.doctor.command",
    "metrics": "operating.metrics",
    "relay": "relay",
    "sandbox": "sandbox",
    "send": "send",
    "spool": "operating.spool",
    "top": "operating.top",
}


class _Parts(click.Group):
    """Loads a subcommand when it is asked for: `send` starts in half the time without the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return list(_PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = _PARTS.get(cmd_name)
        if module is None:
            return None
        found: click.Command = getattr(import_module(f".{module}", __package__), cmd_name)
        return found


@click.group(
    cls=_Parts,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="The way in is a logging handler: see zaius_logging.ZaiusHandler.",
)
@click.version_option(package_name="zaius-logging", message="%(prog)s %(version)s")
def command() -> None:
    """Customer events for Zaius (Optimizely Data Platform): try them, watch them, send them."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: without the program; None for those of the process.

    Returns:
        The exit status.
    """
    _write_all()
    try:
        status = command.main(arguments, prog_name="zaius-logging", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except OSError as error:  # a full disk, a directory that is gone, somebody else's file
        where = f"{error.filename}: " if error.filename else ""
        why = error.strerror or type(error).__name__
        click.echo(printable(f"Error: {where}{why}"), err=True)
        _forget_stdout()
        return _IO
    return int(status or 0)


def _write_all() -> None:
    """What the locale's encoding lacks is written escaped: a name in a file ends no command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            cast("Any", stream).reconfigure(errors="backslashreplace")


def _forget_stdout() -> None:
    """Give up what stdout did not take: the interpreter would try again at its end, and say so once more."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
