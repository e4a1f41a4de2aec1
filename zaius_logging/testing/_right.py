"""What a test's events are judged by: the catalogue, and whether what was made was logged. It needs no pytest."""

from __future__ import annotations

import logging
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zaius_logging._catalog.check import Finding, findings
from zaius_logging._catalog.coverage import Coverage
from zaius_logging._catalog.forms import normal
from zaius_logging._catalog.model import Catalogue, kind_name
from zaius_logging._catalog.read import catalogue as read
from zaius_logging._event.event import Event
from zaius_logging._event.writer import id_name
from zaius_logging._handler import ZaiusHandler

if TYPE_CHECKING:
    import pytest

_ALWAYS = (
    "the form of an identifier and deny: a handler with this catalogue makes such an event invalid"
)
_GENERATED = 2  # frames from the constructor to the call of a generated function


class Made(dict[str, Any]):
    """The `extra` that a generated function returns during a test: it knows whether anybody has read it.

    Attributes:
        place: where it was made, as file:line.
        read: whether a log call, a wrapper or a copy has taken what is in it.
    """

    all: list[Made]

    def __init__(self, **event: Any) -> None:
        super().__init__(**event)
        frame = sys._getframe(_GENERATED)  # noqa: SLF001 - as logging does
        self.place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        self.read = False
        self.all.append(self)

    def __getitem__(self, key: str) -> Any:
        self.read = True
        return super().__getitem__(key)

    def __iter__(
        self,
    ) -> Iterator[str]:  # also what makes `{**extra}` and `f(**extra)` ask for items
        return super().__iter__()


class Right:
    """Judges what a test has logged.

    Args:
        catalogue: to judge by; None judges nothing.
        made: what generated functions have returned.
        places: id of an event -> where it was logged.
    """

    def __init__(
        self, catalogue: Catalogue | None, made: Sequence[Made], places: Mapping[str, str]
    ) -> None:
        self.catalogue = catalogue
        self._made = made
        self._places = places

    def unlogged(self) -> list[str]:
        """Where events were made and never logged, as file:line."""
        return [each.place for each in self._made if not each.read]

    def report_unlogged(self) -> str:
        """What the teardown tells of them; blank where there are none."""
        places = self.unlogged()
        if not places:
            return ""
        number = "1 event was" if len(places) == 1 else f"{len(places)} events were"
        return "\n".join(
            [
                f"{number} made and never logged (the level is off, or an adapter drops `extra`?):",
                *(f"  {place}" for place in places),
                "(allowed by @pytest.mark.zaius(allow_unlogged=True))",
            ]
        )

    def judge(
        self,
        events: Sequence[Mapping[str, Any]],
        coverage: Coverage | None,
        reported: Container[str],
        *,
        allow_unknown: bool,
        allow_invalid: bool,
    ) -> str:
        """What the teardown says of events that do not fit; blank where all do.

        Args:
            events: that were captured.
            coverage: counts them.
            reported: ids of events that a handler of the application has made invalid: reported there.
            allow_unknown: covers all but what is always invalid with a catalogue.
            allow_invalid: covers that: the form of an identifier, and `deny`.
        """
        if self.catalogue is None:
            return ""
        passed = {"deprecated"}
        passed |= {"unknown", "wrong"} if allow_unknown else set()
        passed |= {"refuse"} if allow_invalid else set()
        lines: list[str] = []
        grades: list[set[str]] = []
        for event in events:
            found = findings(self.catalogue, _in_form(self.catalogue, event))
            if coverage is not None:
                coverage.add(event, found)
            shown = [each for each in found if each.grade not in passed]
            if shown and str(event["data"]["idempotence_id"]) not in reported:
                grades.append({each.grade for each in shown})
                lines += self._lines(self.catalogue, event, shown)
        return self._said(self.catalogue, lines, grades) if grades else ""

    def _said(self, catalogue: Catalogue, lines: list[str], grades: list[set[str]]) -> str:
        verb = "1 event does" if len(grades) == 1 else f"{len(grades)} events do"
        source = f" ({catalogue.source})" if catalogue.source else ""
        every = set().union(*grades)
        advice = ["(allowed by @pytest.mark.zaius(allow_unknown=True))"] * (every != {"refuse"})
        if "refuse" in every:
            advice.append(f"({_ALWAYS})")
        head = f"{verb} not fit the catalogue {catalogue.name} {catalogue.version}{source}:"
        return "\n".join([head, *lines, *advice])

    def _lines(
        self, catalogue: Catalogue, event: Mapping[str, Any], found: Sequence[Finding]
    ) -> Iterator[str]:
        if not found:
            return
        place = self._places.get(str(event["data"]["idempotence_id"]), "somewhere")
        yield f"  {place} {kind_name(event['type'], event.get('action'))}"
        for each in found:
            line = f" ({catalogue.place(each.line)})" if each.line else ""
            yield f"    {each.problem if each.path == 'kind' else each}{line}"


def _in_form(catalogue: Catalogue, event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with its identifiers as a handler with the catalogue sends them."""
    known = catalogue.identifiers
    identifiers = {
        name: normal(known[name].form, value, known[name].region) if name in known else value
        for name, value in event["identifiers"].items()
    }
    return {**event, "identifiers": identifiers}


@contextmanager
def watching(catalog: str | None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Right]:
    """Watch what is made and logged during a test.

    Args:
        catalog: the catalogue; None for that of a handler that has one.
        folder: where the path of a catalogue begins.
        monkeypatch: takes back what is put in place.
    """
    made: list[Made] = []
    catalogs: list[Any] = []
    places: dict[str, str] = {}
    watched = type("Made", (Made,), {"all": made})
    for module in [*sys.modules.values()]:
        names = getattr(module, "__dict__", {})
        if "CATALOGUE" in names and names.get("_extra") is dict:
            monkeypatch.setattr(module, "_extra", watched)
    emit = ZaiusHandler.emit

    def emit_and_remember(handler: ZaiusHandler, record: logging.LogRecord) -> None:
        emit(handler, record)
        if (configured := handler._config.catalog) and configured not in catalogs:  # noqa: SLF001
            catalogs.append(configured)
        where = f"{record.pathname}:{record.lineno}"
        places[id_of(handler._attribute, record)] = where  # noqa: SLF001

    monkeypatch.setattr(ZaiusHandler, "emit", emit_and_remember)
    right = Right(None, made, places)
    yield right
    right.catalogue = _catalogue(catalog or next(iter(catalogs), None), folder)


def id_of(attribute: str, record: logging.LogRecord) -> str:
    """The id of a record's event: its own, or that which the first handler has given it; blank without one."""
    kept = record.__dict__.get(id_name(attribute))
    if kept is not None:
        return str.__str__(kept)
    said = getattr(record, attribute, None)
    data = said.data if isinstance(said, Event) else said.get("data") if said else None
    return str(data.get("idempotence_id")) if isinstance(data, Mapping) else ""


def _catalogue(where: Any, folder: Path) -> Catalogue | None:
    if not where:
        return None
    beside = folder / str(where)
    return read(beside if beside.is_file() else where)
