"""The command: its parts, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .catalog.command import catalog
from .demo import demo
from .relay import relay
from .sandbox import sandbox
from .send import send

INTERRUPTED = 130


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="The way in is a logging handler: see zaius_logging.ZaiusHandler.",
)
@click.version_option(package_name="zaius-logging", message="%(prog)s %(version)s")
def command() -> None:
    """Customer events for Zaius (Optimizely Data Platform): try them, watch them, send them."""


for each in (catalog, demo, relay, sandbox, send):
    command.add_command(each)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: without the program; None for those of the process.

    Returns:
        The exit status.
    """
    try:
        status = command.main(arguments, prog_name="zaius-logging", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    return int(status or 0)
