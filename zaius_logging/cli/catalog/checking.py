"""`zaius-logging catalog check`: judge the events of files by a catalogue."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import click

from zaius_logging._catalog.check import Finding, findings
from zaius_logging._catalog.coverage import Coverage
from zaius_logging._catalog.model import Catalogue, kind_name
from zaius_logging._catalog.read import catalogue as read
from zaius_logging._errors import EventError
from zaius_logging._event.event import Event
from zaius_logging._event.placeholders import placeholder
from zaius_logging.cli.words import count

from .events import events_of

_PLACE = re.compile(r"\[\d+\]")
_EXAMPLES = 200


@click.command(short_help="Judge the events of files by a catalogue.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|URL...")
@click.option("--catalog", "catalogue", default="events.toml", help="[default: events.toml]")
@click.option("--mapping", metavar="FILE", help="What columns of CSV mean, as for send.")
@click.option("--coverage", is_flag=True, help="Tell which kinds and fields were seen, too.")
def check(sources: tuple[str, ...], catalogue: str, mapping: str | None, coverage: bool) -> int:
    """Judge the events of FILEs (logs, JSON lines, CSV) or of the sandbox at URL.

    Each kind of slip is reported once, with its first place and how often it came. Status 1 where there is one.
    A FILE that ends in .toml is a catalogue, and is checked itself.
    """
    files = [each for each in sources if each.endswith(".toml")]
    for file in files:
        own = read(file)
        kinds = count(len(own.kinds), "kind")
        click.echo(f"{file}: the catalogue {own.name} {own.version} is right, {kinds}")
    if not (sources := tuple(each for each in sources if each not in files)):
        return 0
    judge = _Judge(read(catalogue))
    for place, event in events_of(sources, mapping):
        judge.add(place, event)
    for line in judge.lines():
        click.echo(line)
    if coverage:
        for line in judge.coverage.lines():
            click.echo(line)
    return int(bool(judge.slips))


class _Judge:
    def __init__(self, known: Catalogue) -> None:
        self._known = known
        self.coverage = Coverage(known)
        self.total = 0
        self.wrong = 0
        self.slips: Counter[tuple[str, str, str]] = Counter()
        self._first: dict[tuple[str, str, str], tuple[str, int]] = {}

    def add(self, place: str, event: dict[str, Any] | str) -> None:
        self.total += 1
        found, kind = self._found(event)
        self.wrong += bool(found)
        for each in found:
            slip = (kind, _PLACE.sub("[]", each.path), each.problem)
            self.slips[slip] += 1
            if len(self._first) < _EXAMPLES:
                self._first.setdefault(slip, (place, each.line))

    def _found(self, event: dict[str, Any] | str) -> tuple[list[Finding], str]:
        if isinstance(event, str):
            return [Finding("unusable", "wrong", "line", event)], "no event"
        kind = kind_name(str(event.get("type")), event.get("action"))
        try:
            self._check_rules(event)
        except EventError as error:
            return [Finding("invalid", "wrong", error.field, error.problem)], kind
        found = findings(self._known, event)
        self.coverage.add(event, found)
        return found, kind

    def _check_rules(self, event: dict[str, Any]) -> None:
        """The API's own rules, as the handler has them."""
        whole = event
        if "action" not in event and event.get("type") in self._known.types_without_action:
            whole = {**event, "action": "none"}
        for name, value in Event.from_mapping(whole).identifiers.items():
            if placeholder(value) == "placeholder":
                raise EventError(f"identifiers.{name}", "is a placeholder such as NULL")

    def lines(self) -> list[str]:
        lines = []
        for slip, number in sorted(self.slips.items(), key=lambda pair: (pair[0][0], -pair[1])):
            kind, path, problem = slip
            place, line = self._first.get(slip, ("", 0))
            where = f" ({self._known.place(line)})" if line else ""
            what = problem if path == "kind" else f"{path}: {problem}"
            often = "once" if number == 1 else f"{number:,} times"
            lines.append(f"{place} {kind}: {what}{where}, {often}")
        right = self.total - self.wrong
        summary = f"{count(self.total, 'event')}: {right:,} right, {self.wrong:,} not"
        return [*lines, f"{summary}, by the catalogue {self._known.name} {self._known.version}"]
