"""`zaius-logging catalog`: its subcommands, their options and their help."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from zaius_logging._catalog.diff import differences
from zaius_logging._catalog.generate import module
from zaius_logging._catalog.read import catalogue as read
from zaius_logging._catalog.schema import of_events, of_the_format
from zaius_logging._catalog.text import formatted
from zaius_logging._errors import ConfigError
from zaius_logging.cli.problems import JobError

from .checking import check
from .drafting import learn, review

F = TypeVar("F", bound=Callable[..., Any])

INIT = """\
catalog = 1
name = "{name}"
version = "1"  # yours; raise it when a kind changes
extends = "standard@1"

# A kind is in the catalogue once it is listed; its fields come from the standard.
[kind."order/purchase"]
key = ["order.order_id"]  # the same order exported twice has one id
# fields.channel = {{ required = true, one_of = ["web", "app"] }}

[kind."account/login"]
"""


def in_words(function: F) -> F:
    """Tell a wrong catalogue as the command tells its errors."""

    @wraps(function)
    def reported(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except ConfigError as error:
            raise JobError(error.problem) from None
        except OSError as error:
            raise JobError(f"{error.filename}: {error.strerror}") from None

    return reported  # type: ignore[return-value]


@click.group(short_help="Write, check, compare and draft catalogues of events.")
def catalog() -> None:
    """Catalogues of events: which kinds there are, with which fields and identifiers.

    A CATALOGUE is an events.toml, `standard`, or `package:events.toml`.
    """


@catalog.command()
@click.argument("catalogue", default="events.toml")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="The module to write.")
@click.option("--check", "checked", is_flag=True, help="Write nothing; status 1 where it differs.")
@click.option("--attribute", default="zaius", help="The name in `extra`.  [default: zaius]")
@in_words
def types(catalogue: str, output: str | None, checked: bool, attribute: str) -> int:
    """Write typed Python from CATALOGUE: a function for each kind, which returns the extra of a log call."""
    text = module(read(catalogue), attribute)
    if output is None:
        if checked:
            raise JobError("--check needs -o FILE, the module to compare")
        click.echo(text, nl=False)
        return 0
    path = Path(output)
    if not checked:
        path.write_text(text, "utf-8")
        return 0
    if path.exists() and path.read_text("utf-8") == text:
        return 0
    click.echo(
        f"{output} is not what {catalogue} says: run zaius-logging catalog types {catalogue} "
        f"-o {output}",
        err=True,
    )
    return 1


@catalog.command()
@click.argument("file", default="events.toml", type=click.Path(dir_okay=False))
@click.option("--name", help="Of the catalogue.  [default: the folder's name]")
@in_words
def init(file: str, name: str | None) -> None:
    """Write a first catalogue to FILE, of ten lines, on the standard."""
    path = Path(file)
    if path.exists():
        raise JobError(f"{file} is there already")
    usual = "".join(c if c.isalnum() else "_" for c in path.resolve().parent.name) or "events"
    text = INIT.format(name=name or (usual if usual.isidentifier() else f"_{usual}"))
    path.write_text(text, "utf-8")
    read(path)
    click.echo(f"wrote {file}; now: zaius-logging catalog types {file} -o shop_events.py")


@catalog.command()
@click.argument("file", default="events.toml", type=click.Path(dir_okay=False))
@click.option("--check", "checked", is_flag=True, help="Write nothing; status 1 where it differs.")
@in_words
def fmt(file: str, checked: bool) -> int:
    """Put FILE into one style; comments stay."""
    path = Path(file)
    read(path)  # a wrong one is reported with its line
    before = path.read_text("utf-8-sig")
    after = formatted(before)
    if checked and before != after:
        click.echo(f"{file} is not in one style: run zaius-logging catalog fmt {file}", err=True)
        return 1
    if before != after:
        path.write_text(after, "utf-8")
    return 0


@catalog.command()
@click.argument("old")
@click.argument("new")
@in_words
def diff(old: str, new: str) -> int:
    """Tell what changes from catalogue OLD to NEW. Status 1 where something breaks."""
    found = differences(read(old), read(new))
    for each in found:
        click.echo(str(each))
    return int(any(each.breaks for each in found))


@catalog.command()
@click.argument("catalogue", default="events.toml")
@click.option("--json-schema", "form", flag_value="schema", help="JSON Schema of its events.")
@click.option("--json", "form", flag_value="json", help="The catalogue, resolved, as JSON.")
@click.option("--editor", "form", flag_value="editor", help="JSON Schema of events.toml itself.")
@in_words
def export(catalogue: str, form: str | None) -> None:
    """Write CATALOGUE for other languages and for editors."""
    if form == "editor":
        found = of_the_format()
    elif form == "json":
        found = read(catalogue).plain()
    else:
        found = of_events(read(catalogue))
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


for each in (check, learn, review):
    each.callback = in_words(each.callback) if each.callback else None
    catalog.add_command(each)
