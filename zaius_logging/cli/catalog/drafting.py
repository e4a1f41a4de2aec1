"""`zaius-logging catalog learn` and `review`: a draft from traffic, and a person's walk through it."""

from __future__ import annotations

from pathlib import Path

import click

from zaius_logging._catalog.draft import draft
from zaius_logging._catalog.learn import Learner
from zaius_logging._catalog.read import catalogue as read
from zaius_logging._catalog.read import parse
from zaius_logging._catalog.review import decided, guesses
from zaius_logging.cli.problems import JobError

from .events import events_of


@click.command(short_help="Draft a catalogue from traffic.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|URL...")
@click.option("--name", default="shop", help="Of the catalogue.  [default: shop]")
@click.option("--mapping", metavar="FILE", help="What columns of CSV mean, as for send.")
@click.option("--against", metavar="CATALOGUE", help="Write only what this one lacks.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Where to write it.")
def learn(
    sources: tuple[str, ...],
    name: str,
    mapping: str | None,
    against: str | None,
    output: str | None,
) -> None:
    """Draft a catalogue from FILEs or from the sandbox at URL.

    It proposes with counts, and decides nothing: each guess is marked with `# ?`, and with `draft = true` the
    handler makes nothing invalid. No value of the traffic is written but short lists of texts that came often.
    """
    learner = Learner()
    for place, event in events_of(sources, mapping):
        if isinstance(event, dict):
            learner.add(event, place)
    if not learner.total:
        raise JobError("there was no event in it")
    text = draft(learner, name, read(against) if against else None)
    if against is None:
        parse(text, output or "draft")  # what is written can be read
    if output is None:
        click.echo(text, nl=False)
        return
    if Path(output).exists():
        raise JobError(f"{output} is there already: give another, or --against {output}")
    Path(output).write_text(text, "utf-8")
    click.echo(f"wrote {output}; now: zaius-logging catalog review {output}")


@click.command(short_help="Walk through a draft.")
@click.argument("file", default="events.toml", type=click.Path(exists=True, dir_okay=False))
def review(file: str) -> None:
    """Walk through the guesses of a draft: a accepts, r leaves it out, c takes another line, s skips, q ends.

    What is decided is written at once. At the end, without a guess left, the draft becomes the catalogue.
    """
    path = Path(file)
    text = path.read_text("utf-8")
    skipped = 0
    while len(todo := [*guesses(text)]) > skipped:
        guess = todo[skipped]
        click.echo(f"{file}:{guess.line}  {guess.code}\n    ? {guess.guess}")
        answer = click.prompt("a/r/c/s/q", type=click.Choice([*"arcsq"]), show_choices=False)
        if answer == "q":
            return
        if answer == "s":
            skipped += 1
            continue
        line = click.prompt("line", default=guess.code) if answer == "c" else ""
        new = decided(text, guess, {"a": "accept", "r": "reject"}.get(answer, line))
        parse(new, path.name)
        text = new
        path.write_text(text, "utf-8")
    ask = "No guess is left: take `draft` out, so that what is wrong is invalid?"
    if not skipped and "draft = true\n" in text and click.confirm(ask):
        path.write_text(text.replace("draft = true\n", ""), "utf-8")
