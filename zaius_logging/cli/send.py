"""`zaius-logging send`: its options and its help."""

from __future__ import annotations

from typing import Any

import click

from .ending import Ending
from .follow.following import Following
from .options import checked_by, delimiter, encoding, existing, rate, seconds
from .sending.files import send_files
from .sending.job import Job

_HELP = """\
Send events from FILEs, or from stdin where FILE is -.

The key is read from ZAIUS_API_KEY, and never from the command line.

\b
JSON: an event a line, {"type", "action", "identifiers", "data"}, or an array
of them. Lines that ZaiusFormatter printed are taken as they are; ordinary
JSON log lines among them are passed over.

\b
CSV: a header, and a row an event:
  zaius-logging send orders.csv --type order --action purchase \\
    --identifier customer_id \\
    --data ts=date:time --data order.order_id=number \\
    --data order.total=dollars:number \\
    --data 'order.items[0].quantity=quantity:integer'
A TYPE is text, number, integer, boolean, date or time; the last two may be
followed by how they are written: ts=day:time:%d.%m.%Y. Without a zone a time
is UTC. A template makes a text of several columns, and of {line}, the number
of the line: --data 'order.order_id=shop-{line}'. A blank cell is left out.

\b
An event without data.idempotence_id gets one that is made of the file's name,
the place in it and the content: sent again, it is recognised. From stdin it
gets a fresh one.

\b
Files may be gzip, and so may be what a pipe brings.

\b
With --follow the command stays and sends what comes to one FILE of JSON lines:
over renames, truncation and compression by whoever rotates it, and from where
it stopped when it is started again. Its position moves only over what the API
has taken or refused: whatever kills the command, no line is passed over, and
lines that are sent again have the same ids. SIGTERM or Ctrl-C end it.

\b
Status: 0 all delivered, or a signal has ended --follow; 1 not all; 2 nothing
was tried, because options, files or the key are wrong; 130 ended by Ctrl-C,
143 by SIGTERM.
"""


@click.command(short_help="Send events from files: JSON lines, an array, or CSV.", help=_HELP)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(dir_okay=False, allow_dash=True),
    callback=existing,
)
@click.option(
    "--follow",
    is_flag=True,
    is_eager=True,
    help="Stay, and send what comes to FILE, over its rotations.",
)
@click.option(
    "--position",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="--follow: how far it has come is kept here.  "
    "[default: in $STATE_DIRECTORY, else ~/.local/state/zaius-logging]",
)
@click.option(
    "--rotate-wait",
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="--follow: so long a renamed file may be written to.  [default: 5]",
)
@click.option("--type", "type_", metavar="TEXT", help="CSV: the events' type.")
@click.option("--action", metavar="TEXT", help="CSV: the events' action.")
@click.option(
    "--identifier",
    "identifiers",
    multiple=True,
    metavar="NAME[=COLUMN]",
    help="CSV: an identifier and its column. Repeat it for more.",
)
@click.option(
    "--data",
    multiple=True,
    metavar="FIELD=COLUMN[:TYPE]",
    help="CSV: a field of data and its column. Repeat it for more.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help="CSV: a field of data that every event has; VALUE is JSON, else text.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "json", "csv"]),
    default="auto",
    help="auto: CSV where the name ends so or columns are mapped, else JSON.",
)
@click.option(
    "--delimiter",
    metavar="CHAR",
    callback=checked_by(delimiter),
    help="CSV: between cells.  [default: a comma; a tab in .tsv]",
)
@click.option(
    "--encoding",
    default="utf-8",
    metavar="NAME",
    show_default=True,
    callback=checked_by(encoding),
    help="CSV: of the text.",
)
@click.option(
    "--endpoint",
    metavar="URL",
    help="The API's address.  [default: ZAIUS_ENDPOINT, else the key's region]",
)
@click.option(
    "--refused",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write what is not delivered here, with the reason, as JSON lines.",
)
@click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    callback=checked_by(seconds),
    help="Give up after so long without any event getting through.  "
    "[default: 60; with --follow never]",
)
@click.option(
    "--rate",
    type=float,
    metavar="NUMBER",
    callback=checked_by(rate),
    help="Requests a second at the most.  [default: no limit]",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1, 500),
    default=500,
    show_default=True,
    help="Events in a request at the most.",
)
@click.option(
    "--dry-run", is_flag=True, help="Print the events as they would be sent; send nothing."
)
def send(**options: Any) -> int:
    """Send events from files."""
    job = Job(**options)
    with Ending() as ending:
        try:
            return Following(job).run(ending) if job.follow else send_files(job, ending)
        except KeyboardInterrupt:  # before anything was sent
            return ending.status
