"""`zaius-logging sandbox`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from .faults import parse_fault
from .options import checked_by
from .problems import JobError


def _faults(texts: Sequence[str]) -> Sequence[object]:
    found: list[object] = []
    for text in texts:
        fault = parse_fault(text)
        found += fault if isinstance(fault, list) else [fault]
    return found


_HELP = """\
Run a stand-in for the Events API on this machine, until Ctrl-C.

It takes what any client sends, answers as the API does, and shows it on a page. No event leaves the
machine.

\b
Faults, alone or joined by commas:
  latency=SECONDS  status=503  retry_after=SECONDS  reset  hang  forbidden
  rate=10  redirect=URL  times=N  seconds=N  share=0.1
  '{"bad": {"type": "order"}, "message": "no such product"}'
"""


@click.command(short_help="Run a stand-in for the Events API on this machine.", help=_HELP)
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.  [default: 8765]")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback name or address.")
@click.option("--key", metavar="KEY", help="The only key that is good.  [default: any]")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    callback=checked_by(_faults),
    help="What goes wrong: hang, status=503,times=3, rate=10, … or JSON. Repeat it for more.",
)
@click.option("--strict", is_flag=True, help="Reject warned events as well.")
@click.option("--partial", is_flag=True, help="A 400 takes the good events of its request.")
@click.option("--capacity", type=click.IntRange(1), help="Events that are kept.  [default: 100000]")
@click.option(
    "--keep",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Keep events and requests in this file for the next run.",
)
def sandbox(
    *,
    port: int | None,
    host: str,
    key: str | None,
    faults: Sequence[object],
    strict: bool,
    partial: bool,
    capacity: int | None,
    keep: str | None,
) -> None:
    """Run a sandbox."""
    from zaius_logging import sandbox as server
    from zaius_logging.sandbox._core import CAPACITY

    def ready(url: str) -> None:
        click.echo("\n".join(_greeting(url, known_key=key is not None)))

    try:
        server.run(
            host=host,
            port=server.DEFAULT_PORT if port is None else port,
            key=key,
            strict=strict,
            partial=partial,
            faults=list(faults) or None,
            ready=ready,
            capacity=CAPACITY if capacity is None else capacity,
            keep=keep,
        )
    except (server.SandboxError, server.FaultError) as error:
        raise JobError(str(error)) from None
    click.echo("The sandbox has ended.")


def _greeting(url: str, *, known_key: bool) -> Iterator[str]:
    yield f"The sandbox listens: look at {url}"
    yield ""
    yield "Send to it with this configuration:"
    yield ""
    yield from dict_config(url, known_key=known_key)
    yield ""
    yield "Ctrl-C ends it."


def dict_config(url: str, *, known_key: bool) -> Iterator[str]:
    """Give the lines to paste.

    Args:
        url: of the sandbox.
        known_key: whether only one key is good. It is not printed.
    """
    key = 'os.environ["ZAIUS_API_KEY"],  # the one given with --key' if known_key else '"any",'
    yield from (
        "    logging.config.dictConfig({",
        '        "version": 1,',
        '        "handlers": {',
        '            "zaius": {',
        '                "class": "zaius_logging.ZaiusHandler",',
        f'                "endpoint": "{url}/v3",',
        f'                "api_key": {key}',
        "            },",
        "        },",
        '        "root": {"level": "INFO", "handlers": ["zaius"]},',
        "    })",
        '    logging.info("cart", extra={"zaius": {',
        '        "type": "product", "action": "add_to_cart",',
        '        "identifiers": {"email": "tyler@zaius.com"},',
        '        "data": {"product_id": "123"},',
        "    }})",
    )
