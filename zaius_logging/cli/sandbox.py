"""`zaius-logging sandbox`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import click

from . import coverage
from .faults import parse_fault
from .options import checked_by
from .problems import JobError

if TYPE_CHECKING:
    from zaius_logging.sandbox._options import Option, Options

_CATALOG_HELP = "events.toml, or standard: warn of what it lacks, and count what arrives of each kind and field."
_FAULT_HELP = "What goes wrong: hang, status=503,times=3, rate=10, … or JSON. Repeat it for more."


def _faults(texts: Sequence[Any]) -> Sequence[Any]:
    found: list[Any] = []
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


class _Command(click.Command):
    """A command with the options that the sandbox declares; it loads the sandbox only for them."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Give host, port, and what the sandbox declares."""
        from zaius_logging.sandbox._options import OPTIONS

        known = {each.name for each in self.params}
        self.params += [_option(each) for each in OPTIONS.values() if each.name not in known]
        return super().get_params(ctx)


def _option(option: Option) -> click.Option:
    """Make an option of the command of one that the sandbox declares."""
    flag = f"--{option.name.replace('_', '-')}"
    extra: dict[str, Any] = {"help": option.sentence, "default": option.default}
    if isinstance(option.default, bool):
        flag += f"/--no-{flag[2:]}" if option.default else ""
        return click.Option((flag,), is_flag=True, **extra)
    if option.name == "faults":
        check = checked_by(_faults)
        extra |= {"help": _FAULT_HELP, "multiple": True, "callback": check}
        return click.Option(("--fault", "faults"), metavar=option.value, **extra)
    if option.name == "catalog":
        extra["help"] = _CATALOG_HELP
    types = {
        "CATALOG": click.STRING,
        "FILE": click.Path(dir_okay=False),
        "N": click.IntRange(1),
        "BYTES": click.IntRange(1),
    }
    type_ = click.Choice(option.choices) if option.choices else types.get(option.value)
    shown = option.default is not None
    metavar = option.value or None
    return click.Option((flag,), type=type_, metavar=metavar, show_default=shown, **extra)


@click.command(
    cls=_Command, short_help="Run a stand-in for the Events API on this machine.", help=_HELP
)
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.  [default: 8765]")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback name or address.")
def sandbox(*, port: int | None, host: str, **options: Any) -> None:
    """Run a sandbox."""
    from zaius_logging import sandbox as server

    known_key = options["key"] is not None

    def ready(url: str) -> None:
        click.echo("\n".join(_greeting(url, known_key=known_key)))

    options["faults"] = list(options["faults"]) or None
    check = None
    if options["catalog"] is not None:
        options["catalog"], check = coverage.load(options["catalog"])
    port = server.DEFAULT_PORT if port is None else port
    try:
        seen = server.run(
            host=host, port=port, ready=ready, check=check, **cast("Options", options)
        )
    except (server.SandboxError, server.FaultError) as error:
        raise JobError(str(error)) from None
    click.echo("The sandbox has ended.")
    for line in coverage.table(seen) if seen else ():
        click.echo(line)


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
