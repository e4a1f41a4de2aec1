"""Rows, or records of JSON, -> items, by a mapping: each an event, or several one event. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from zaius_logging.cli.problems import RowError
from zaius_logging.cli.reading.items import UNSETTLED, Found, Item, Origin, Place, Skipped, Unusable

from .cells import Cells
from .mapping import Mapping, UnwantedError, group_of

_REMEMBERED = 1_000_000


@dataclass(slots=True)
class Row:
    """A record that was read.

    Attributes:
        origin: where.
        cells: what it holds.
        end: the place behind it.
        text: all its cells; blank where it has none.
    """

    origin: Origin
    cells: Cells
    end: Place
    text: str = ""


def mapped(rows: Iterable[Row | Item], mapping: Mapping) -> Iterator[Item]:
    """Make the items of rows.

    Args:
        rows: in the order of the file; what could not be read goes through.
        mapping: what their columns mean.
    """
    if mapping.group is not None:
        yield from _Groups(mapping).items(rows)
        return
    for row in rows:
        if not isinstance(row, Row):
            yield row
            continue
        try:
            if mapping.wanted(row.cells):
                yield _found(mapping, [row], [row.cells])
            else:
                yield Skipped(row.origin, "row", row.end)
        except UnwantedError:
            yield Skipped(row.origin, "row", row.end)
        except RowError as error:
            yield Unusable(row.origin, str(error), dict(row.cells), row.end)


def _found(mapping: Mapping, rows: list[Row], filled: Sequence[Cells]) -> Found:
    first, last = rows[0], rows[-1]
    event = mapping.event(filled if first is last else [row.cells for row in rows], filled)
    key = mapping.key.value(filled[0]) if mapping.key else ""
    # What ids are made of: the rows as they stand, which takes less time than the event that is made of them.
    text = ""
    if first.text and not key:
        text = first.text if first is last else "\n".join(row.text for row in rows)
        text = f"{mapping.shape}\n{text}"
    return Found(first.origin, event, last.end, len(rows), key, text)


class _Groups:
    """Gathers the rows of one event, which stand together in the file."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._rows: list[Row] = []
        self._name = ""
        self._problem = ""
        self._seen: dict[int, None] = {}
        # Whether each row of a group names it, so that one without is none of it.
        self._repeats = False

    def items(self, rows: Iterable[Row | Item]) -> Iterator[Item]:
        spec = self._mapping.group
        for row in rows:
            if not isinstance(row, Row):
                if self._rows and isinstance(row, Unusable):  # it may be one of this group's
                    self._problem = f"has a row that cannot be read (line {row.origin.line:,})"
                    # Before it the group is not settled: its rows would not be read again together.
                    row.end = UNSETTLED
                yield row
                continue
            try:
                name = group_of(spec, row.cells) if spec else ""
            except RowError as error:
                yield Unusable(row.origin, str(error), dict(row.cells), self._end(row))
                continue
            if not name and self._repeats:
                reason = "names nothing in the column of --group, which other rows repeat: a total?"
                yield Unusable(row.origin, reason, dict(row.cells), self._end(row))
                continue
            if not name and self._rows:
                name = self._name  # exports name the order in its first row only
            elif name == self._name and self._rows:
                self._repeats = True
            if name != self._name or not self._rows:
                yield from self._finished()
                self._name = name
            self._rows.append(row)
        yield from self._finished()

    def _end(self, row: Row) -> Place:
        return UNSETTLED if self._rows else row.end

    def _finished(self) -> Iterator[Item]:
        rows, self._rows = self._rows, []
        problem, self._problem = self._problem, ""
        if not rows:
            return
        first, end = rows[0], rows[-1].end
        if hash(self._name) in self._seen:
            problem = "has rows before, apart from these: sort the file by the column of --group"
        self._seen[hash(self._name)] = None
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        given = [dict(row.cells) for row in rows]
        if problem:
            yield Unusable(first.origin, problem, given, end, len(rows))
            return
        try:
            filled = self._mapping.filled([row.cells for row in rows])
            if self._wanted(rows, filled):
                yield _found(self._mapping, rows, filled)
            else:
                yield Skipped(first.origin, "row", end, len(rows))
        except UnwantedError:
            yield Skipped(first.origin, "row", end, len(rows))
        except RowError as error:
            yield Unusable(first.origin, str(error), given, end, len(rows))

    def _wanted(self, rows: list[Row], filled: Sequence[Cells]) -> bool:
        """Whether the rows are wanted, and say the same of their event.

        Raises:
            RowError: they differ, so that no one event says what they say.
        """
        mapping = self._mapping
        wanted = [*map(mapping.wanted, filled)]
        _alike(rows, wanted, "--where holds for one only")
        if wanted[0] and len(rows) > 1:
            _alike(rows, [*map(mapping.kind, filled)], "they give different kinds of event")
            said = [mapping.differs(filled[0], each) for each in filled]
            differing = next(filter(None, said), "")
            words = f"{differing} is not the same in both"
            if differing.startswith("data."):
                words += "; sum(...) adds up, and --items keeps each"
            _alike(rows, said, words)
        return wanted[0]


def _alike(rows: list[Row], found: list[Any], difference: str) -> None:
    for row, each in zip(rows, found, strict=False):
        if each != found[0]:
            raise RowError(
                f"has rows that differ ({_line(rows[0])} and {_line(row)}: {difference}): "
                "the rows of one --group make one event"
            )


def _line(row: Row) -> str:
    _, line, record = row.origin
    return f"line {line:,}" + (f" record {record:,}" if record else "")
