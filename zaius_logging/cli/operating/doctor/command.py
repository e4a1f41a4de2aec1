"""`zaius-logging doctor`: runs all checks in order, and says what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click
from rich.text import Text

from zaius_logging._settings import Config
from zaius_logging.cli.operating import page
from zaius_logging.cli.screen import stdout

from . import disk, key, network, process, rate, sources, tree
from .finding import WARN, WRONG, Finding
from .sources import Made, Setup

_HELP = """\
Check a set-up as the service would find it, and say what to do.

\b
By the environment alone (ZAIUS_API_KEY, ZAIUS_SPOOL_DIR, ...):
  zaius-logging doctor
By the file for dictConfig (YAML, TOML, JSON, ini):
  zaius-logging doctor --config logging.yaml
By Django's settings, or by a module that configures logging:
  zaius-logging doctor --settings shop.settings
  zaius-logging doctor --app shop.web
  zaius-logging doctor --app celery_app:LOGGING
With the number of processes that send, on all hosts:
  zaius-logging doctor --config logging.yaml --processes 48
And with one marked event that counts nobody as active:
  zaius-logging doctor --send-test

Run it as the service's user, in its environment and working directory. It sends no
event unless --send-test says so, takes nothing over and changes nothing. A module
named by --app is imported, as the service imports it. --json is for programs.

\b
Status: 0 nothing found; 1 something was; 2 the set-up cannot be read.
"""
_SIGNS = {"ok": "ok", "note": "--", WARN: "warn", WRONG: "wrong"}


@click.command(short_help="Find what is wrong with a set-up, and what to do.", help=_HELP)
@click.option("--config", metavar="FILE", help="The file for logging.config.dictConfig.")
@click.option("--settings", metavar="MODULE", help="Django's settings: its LOGGING.")
@click.option(
    "--app", metavar="MODULE[:NAME]", help="A module that configures logging when imported."
)
@click.option(
    "--processes", type=click.IntRange(1), default=1, show_default=True, help="That send."
)
@click.option(
    "--limit",
    type=click.FloatRange(0.001),
    default=10.0,
    show_default=True,
    help="The account's requests a second.",
)
@click.option("--offline", is_flag=True, help="Leave the network out.")
@click.option("--send-test", is_flag=True, help="Post one marked event with active_event: false.")
@click.option("--all", "everything", is_flag=True, help="Show what is well, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, as_json: bool, everything: bool, **options: Any) -> int:
    """Check a set-up."""
    setup = sources.read(options["config"], options["settings"], options["app"])
    found = list(dict.fromkeys(_checks(setup, options)))
    bad = [each for each in found if each.grade in {WARN, WRONG}]
    console = stdout()
    if as_json:
        checks = [each._asdict() for each in found]
        page.show_json(console, {"source": setup.source, "well": not bad, "checks": checks})
        return int(bool(bad))
    for each in found:
        if everything or each.grade != "ok":
            page.say(console, _shown(each), 6)
            if each.todo:
                page.say(console, Text(f"      {each.todo}", style="bold"), 6)
    fine = sum(each.grade == "ok" for each in found)
    console.print(f"{setup.source}: {fine} checks are well, {len(bad)} found something.")
    return int(bool(bad))


def _shown(each: Finding) -> Text:
    sign = _SIGNS[each.grade]
    text = Text()
    text.append(f"{sign:<6}", style=page.COLOURS.get(sign, ""))
    text.append(f"{each.check}: {each.text}.")
    return text


def _checks(setup: Setup, options: dict[str, Any]) -> Iterator[Finding]:
    yield from process.packages()
    yield from tree.tree(setup)
    for made in setup.handlers:
        yield from _handler(made, options)
    yield from process.neighbours(setup)


def _handler(made: Made, options: dict[str, Any]) -> Iterator[Finding]:
    config, found = key.settings(made, os.environ)
    yield from found
    if config is None:
        return
    yield from process.model(config)
    if made.arguments.get("transport") is None:
        yield from _way(config, options)
    yield from disk.spool(config)
    yield from rate.rate(config, options["processes"], options["limit"])


def _way(config: Config, options: dict[str, Any]) -> Iterator[Finding]:
    yield from key.key(config)
    if options["offline"]:
        return
    yield from network.network(config)
    if options["send_test"]:
        yield network.send_test(config)
