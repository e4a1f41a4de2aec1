"""`zaius-logging metrics`: the numbers of all processes of a host, for Prometheus."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import click

from zaius_logging.cli.ending import Ending
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.serving import served

from . import host
from .place import as_caller, opened

_HELP = """\
Print the numbers of all processes that share the spool_dir DIR, for Prometheus.

\b
  zaius-logging metrics /var/spool/shop
For node_exporter's textfile collector, from cron or a timer:
  zaius-logging metrics /var/spool/shop --textfile /var/lib/node_exporter/zaius.prom
As an endpoint:
  zaius-logging metrics /var/spool/shop --port 9466

Sums over living and ended processes, which never fall; what waits, the oldest, bytes,
dead letters; and how old events were when the API took them, as a histogram. Nothing
in DIR is changed by it.

\b
Status: 0; 2 DIR or --textfile are wrong.
"""


@click.command(short_help="Numbers of all processes of a host, for Prometheus.", help=_HELP)
@click.argument("directory", metavar="DIR")
@click.option("--textfile", type=click.Path(dir_okay=False), help="Write them there, in one step.")
@click.option(
    "--host", "address", default="127.0.0.1", show_default=True, help="Where --port listens."
)
@click.option("--port", type=click.IntRange(0, 65535), help="Serve /metrics until SIGTERM.")
def metrics(directory: str, textfile: str | None, address: str, port: int | None) -> int:
    """Print metrics."""
    text = text_of(directory)
    if textfile is not None:
        _replace(Path(textfile), text)
        return 0
    if port is None:
        click.echo(text, nl=False)
        return 0
    kind = "text/plain; version=0.0.4"
    with Ending() as ending:
        try:
            with served(address, port, {"/metrics": lambda: (200, kind, text_of(directory))}):
                threading.Event().wait()
        except KeyboardInterrupt:
            return ending.status
    return 0


def text_of(directory: str) -> str:
    """The metrics of this moment."""
    folders = opened(directory, counted=True).folders
    return host.prometheus([host.account(folder) for folder in folders])


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    as_caller()
    try:
        new.write_text(text, "utf-8")
        os.replace(new, path)  # noqa: PTH105 - one step: the collector reads it whole
    except OSError as error:
        raise JobError(f"--textfile {path}: {error.strerror}") from None
