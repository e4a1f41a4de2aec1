"""`zaius-logging relay`: its options and its help."""

from __future__ import annotations

from typing import Any

import click

from .options import checked_by, rate
from .problems import JobError

_HELP = """\
Take the events of a fleet from a Redis stream to the API.

Hosts send to the stream with endpoint="redis://host/0?stream=zaius:events".
The key lives only here: it is read from ZAIUS_API_KEY, never from the command
line. An address with a password is better given in ZAIUS_RELAY_FROM, where ps
does not show it.

Start as many as you like: one leads, the others stand by. SIGTERM ends the
requests in flight and hands the lead over.

\b
Status: 0 asked to end, or --once and the stream is empty; 1 --once left events,
or Redis did not answer it for a minute, or require_durable wants another server;
2 options, address or key are wrong.
"""


def _long_enough(value: float) -> float:
    if not 1 <= value <= 3600:  # noqa: PLR2004 - NaN is not
        raise ValueError("give a number of seconds from 1 to 3600")
    return value


def _linger(value: float) -> float:
    if not 0 <= value <= 3600:  # noqa: PLR2004
        raise ValueError("give a number of seconds from 0 to 3600")
    return value


@click.command(short_help="Take a fleet's events from a Redis stream to the API.", help=_HELP)
@click.option(
    "--from",
    "source",
    metavar="URL",
    envvar="ZAIUS_RELAY_FROM",
    required=True,
    help="The stream: redis://, rediss://, redis+sentinel:// or redis+cluster://.  "
    "[default: ZAIUS_RELAY_FROM]",
)
@click.option("--stream", metavar="KEY", help="Its key.  [default: the address's, zaius:events]")
@click.option("--group", default="zaius", show_default=True, help="The consumer group.")
@click.option(
    "--endpoint",
    metavar="URL",
    help="The API's address.  [default: ZAIUS_ENDPOINT, else the key's region]",
)
@click.option(
    "--rate",
    type=float,
    default=10.0,
    show_default=True,
    metavar="NUMBER",
    callback=checked_by(rate),
    help="Requests in any second at the most, over all relays of the stream.",
)
@click.option("--no-rate", is_flag=True, help="No limit but the one that answers of 429 show.")
@click.option(
    "--batch",
    type=click.IntRange(1, 500),
    default=500,
    show_default=True,
    help="Events in a request at the most.",
)
@click.option(
    "--in-flight",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    metavar="NUMBER",
    help="Requests at once at the most; a customer's events keep their order.",
)
@click.option(
    "--linger",
    type=float,
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    callback=checked_by(_linger),
    help="Wait so long for a batch to fill.",
)
@click.option(
    "--lease",
    type=float,
    default=15.0,
    show_default=True,
    metavar="SECONDS",
    callback=checked_by(_long_enough),
    help="A leader that is not heard of for so long is replaced.",
)
@click.option("--require-durable", is_flag=True, help="Refuse a Redis that would forget events.")
@click.option("--once", is_flag=True, help="End as soon as the stream is empty.")
@click.option(
    "--stats-port",
    type=click.IntRange(0, 65535),
    help="Serve /stats (JSON) and /metrics (Prometheus) on loopback; 0 takes a free port.",
)
def relay(**options: Any) -> int:
    """Run a relay."""
    from zaius_logging._errors import ConfigError

    from .relaying import relaying

    try:
        return relaying(**options)
    except ConfigError as error:
        raise JobError(_in_words_of_the_command(error)) from None


def _in_words_of_the_command(error: Any) -> str:
    option = {"api_key": "ZAIUS_API_KEY", "endpoint": "--endpoint"}.get(
        error.argument, error.argument
    )
    return f"{option} {error.problem}"
