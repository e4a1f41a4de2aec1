"""`zaius-logging send`: its options and its help."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from .columns.mapping_file import load
from .columns.options import Columns
from .columns.table import Form
from .ending import Ending
from .options import checked_by, delimiter, encoding, existing, seconds
from .sending.checks import PLACEHOLDERS
from .sending.files import send_files
from .sending.hours import Rates, parse_rates
from .sending.job import Job

_HELP = """\
Send events from FILEs, or from stdin where FILE is -.

The key is read from ZAIUS_API_KEY, and never from the command line.

\b
JSON in any form: an event a line, {"type", "action", "identifiers", "data"},
or several in an array, or over several lines. Events inside log lines (of
python-json-logger, loguru, docker, Kubernetes, CloudWatch, Google Cloud,
journald) are found; lines without an event are passed over and counted.

\b
Tables: a row an event; say what the columns mean:
  zaius-logging send orders.csv --type order --action purchase \\
    --identifier customer_id \\
    --data ts=date:time --data order.order_id=number \\
    --data order.total=dollars:number
A TYPE is text, number, integer, integer-text, boolean, date, time, email or
phone, with how it is written where that must be said:
  ts=day:time:%d.%m.%Y   ts=serial:time:excel   ts=t:time:epoch
  order.total=sum:number:1.234,56   phone=tel:phone:+49
A template makes a text of several columns and of {line}, the number of the
line: order.order_id=shop-{line}. With a number, signs calculate:
  order.total=price*quantity:number
A blank cell is left out. The same options read JSON; a COLUMN is then a path,
such as customer.email. --records says where the records are.
A CONDITION speaks of columns, not of fields of the event: ==, !=, <, <=, >, >=,
in A,B, not in A,B, is blank, is not blank, joined by "and" and "or".

\b
An order in several rows, an item in each:
  --group order_id --items product_id=sku --items price=price:number
--where and --kind judge each of its rows; an order whose rows differ is invalid.

\b
Look before it leaves: --dry-run prints the events, and says what they are;
  zaius-logging send orders.csv ... --dry-run > plan.jsonl
  zaius-logging send plan.jsonl

\b
An event without data.idempotence_id gets one: of --key, else of its kind's
key in the catalogue (ZAIUS_CATALOG), else of the file's place, its own place
in it and the content. Sent again, it is recognised.
From stdin it gets a fresh one.

\b
Run the same line again, and it goes on where it was stopped.

\b
Files may be gzip, bzip2, xz, zstd or zip.

\b
With --follow the command stays and sends what comes to one FILE of JSON lines:
over renames, truncation and compression by whoever rotates it, and from where
it stopped when it is started again. Its position moves only over what the API
has taken or rejected: whatever kills the command, no line is passed over, and
lines that are sent again have the same ids. SIGTERM or Ctrl-C end it.

\b
Status: 0 all delivered, or a signal has ended --follow; 1 not all; 2 nothing
was tried, because options, files or the key are wrong; 130 ended by Ctrl-C,
143 by SIGTERM.
"""


class _Rates(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "rate"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Rates:
        try:
            return parse_rates(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _many(option: str, metavar: str, words: str, name: str | None = None) -> Any:
    return click.option(
        f"--{option}", name or option.replace("-", "_"), multiple=True, metavar=metavar, help=words
    )


def _one(option: str, metavar: str, words: str) -> Any:
    return click.option(f"--{option}", option.replace("-", "_"), metavar=metavar, help=words)


_COLUMNS: list[Any] = [
    _one("mapping", "FILE", "What columns mean, from a file; or shopify, woocommerce, stripe."),
    click.option(
        "--save-mapping",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Write what the options say of columns to a mapping file.",
    ),
    _one("type", "TEXT", "The events' type; columns in braces."),
    _one("action", "TEXT", "The events' action; columns in braces."),
    _many(
        "identifier", "NAME[=COLUMN[:TYPE]]", "An identifier and its column. Repeat it for more."
    ),
    _many(
        "data", "FIELD=COLUMN[:TYPE[:FORM]]", "A field of data and its column. Repeat it for more."
    ),
    _many("set", "FIELD=VALUE", "A field of data that every event has; VALUE is JSON, else text."),
    _many("where", "CONDITION", "Only such records: 'status == paid', 'total > 0', 'kind in a,b'."),
    _many(
        "kind", "TYPE/ACTION if CONDITION", "Another kind of event: 'order/refund if total < 0'."
    ),
    _many("map", "TARGET:FROM=TO", "A value for a value: action:view=detail. * is any other."),
    _one("group", "COLUMN", "Rows with one value there, which follow each other, are one event."),
    _many("items", "FIELD=COLUMN[:TYPE]", "A field of each row's item, in data.order.items."),
    _one("items-of", "PATH", "JSON: the list in a record that items are made of."),
    _one("key", "TEMPLATE", "What ids are made of, instead of file and place: order-{order_id}."),
    _one("records", "PATH", "JSON: where the records are, such as .orders[]"),
    _one("timezone", "ZONE", "Of times without one, such as Europe/Berlin.  [default: UTC]"),
    click.option(
        "--time-blank",
        type=click.Choice(["refuse", "now", "skip"]),
        help="A blank time.  [default: 'refuse'; events of JSON without one get the present]",
    ),
]
_TABLES: list[Any] = [
    click.option(
        "--format",
        "form",
        type=click.Choice(["auto", "json", "csv"]),
        default="auto",
        help="auto: by the name, else by the content.",
    ),
    click.option(
        "--delimiter",
        metavar="CHAR",
        callback=checked_by(delimiter),
        help="Between cells; tab, or spaces for runs of them.  [default: by the header]",
    ),
    click.option(
        "--encoding",
        default="utf-8",
        metavar="NAME",
        show_default=True,
        callback=checked_by(encoding),
        help="Of the table's text.",
    ),
    click.option("--skip-rows", type=click.IntRange(0), default=0, help="Lines before the header."),
    _one("columns", "A,B,C", "The columns of a table that does not name them."),
    click.option("--strict-lines", is_flag=True, help="JSON: lines of plain text are invalid."),
]
_SENDING: list[Any] = [
    click.option(
        "--endpoint",
        metavar="URL",
        help="The API's address.  [default: ZAIUS_ENDPOINT, else the key's region]",
    ),
    click.option(
        "--refused",
        "failures",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Write what is not delivered here, with the reason, as JSON lines.",
    ),
    click.option(
        "--max-refused",
        "max_failures",
        type=click.IntRange(1),
        metavar="NUMBER",
        help="Stop after so many that are invalid or rejected.",
    ),
    click.option(
        "--placeholders",
        type=click.Choice(PLACEHOLDERS),
        default="refuse",
        show_default=True,
        help="Identifiers such as NULL or NA, which would merge customers.",
    ),
    click.option(
        "--timeout",
        type=float,
        metavar="SECONDS",
        callback=checked_by(seconds),
        help="Give up after so long without any event getting through.  "
        "[default: 60; with --follow never]",
    ),
    click.option(
        "--rate",
        type=_Rates(),
        metavar="NUMBER",
        help="Requests a second at the most; by the hour: 2,22-6:20.  [default: no limit]",
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(1, 500),
        default=500,
        show_default=True,
        help="Events in a request at the most.",
    ),
    click.option(
        "--dry-run", is_flag=True, help="Print the events and what they are; send nothing."
    ),
    click.option("--from-start", is_flag=True, help="Send all, whatever an earlier run has sent."),
]
_FOLLOWING: list[Any] = [
    click.option(
        "--follow",
        is_flag=True,
        is_eager=True,
        help="Stay, and send what comes to FILE, over its rotations.",
    ),
    click.option(
        "--position",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="--follow: how far it has come is kept here.  "
        "[default: in $STATE_DIRECTORY, else the user's directory for state]",
    ),
    click.option(
        "--rotate-wait",
        type=click.FloatRange(0, 3600),
        metavar="SECONDS",
        help="--follow: so long a renamed file may be written to.  [default: 5]",
    ),
]


def _with_options(command: Any) -> Any:
    for option in reversed([*_COLUMNS, *_TABLES, *_SENDING, *_FOLLOWING]):
        command = option(command)
    return command


@click.command(short_help="Send events from files: JSON, logs, tables.", help=_HELP)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(dir_okay=False, allow_dash=True),
    callback=existing,
)
@_with_options
def send(**options: Any) -> int:
    """Send events from files."""
    table = Form(
        delimiter=options.pop("delimiter"),
        encoding=options.pop("encoding"),
        skip=options.pop("skip_rows"),
        columns=_names(options.pop("columns")),
    )
    said = {each.name: options.pop(each.name, None) for each in fields(Columns)}
    columns = Columns(**{name: value for name, value in said.items() if value is not None})
    if mapping := options.pop("mapping"):
        columns = columns.over(load(mapping))
    job = Job(columns=columns, table=table, **options)
    with Ending() as ending:
        try:
            if not job.follow:
                return send_files(job, ending)
            from .follow.following import Following  # half of what there is to load

            return Following(job).run(ending)
        except KeyboardInterrupt:  # before anything was sent
            return ending.status
