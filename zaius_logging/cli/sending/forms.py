"""Chooses how a file is read: as JSON or as a table, as events or by a mapping."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import PurePath
from typing import Any

from zaius_logging.cli.columns.cells import LINE, Record, path
from zaius_logging.cli.columns.mapping import Mapping
from zaius_logging.cli.columns.rows import Row, mapped
from zaius_logging.cli.columns.table import Table
from zaius_logging.cli.problems import JobError, MappingError
from zaius_logging.cli.reading.compression import ENDINGS
from zaius_logging.cli.reading.items import Item, Origin, Place, Unusable
from zaius_logging.cli.reading.json_stream import read_json
from zaius_logging.cli.reading.lines import Lines
from zaius_logging.cli.reading.sources import Open, is_file

from .job import DELIMITERS, Job

_JSON = (".json", ".jsonl", ".ndjson", ".log")
_OPENING = (b"{", b"[")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"{\0", b"[\0")


class Reader:
    """Reads the files of a job.

    Args:
        job: the options.

    Raises:
        MappingError: what they say of columns cannot be.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._mapping: Mapping | None = job.columns.mapping() if job.columns.maps else None
        self._records = path(job.columns.records) if job.columns.records else None
        if self._mapping is None and (job.columns.key or job.columns.where):
            raise JobError("--key and --where go with a mapping: say --type and --identifier, too")

    def read(self, opened: Open, name: str, start: Place) -> Iterable[Item]:
        """Read one file from a place on."""
        stream: BufferedReader | None = None
        is_json = self._is_json(name)
        if is_json is None:
            stream = opened(0)
            beginning = stream.peek(64).removeprefix(codecs.BOM_UTF8).lstrip()
            is_json = beginning.startswith(_OPENING)
        if is_json:
            if stream is None or start.offset:
                stream = opened(start.offset)
            if not start.offset and is_file(name) and stream.peek(2)[:2] in _UTF_16:
                raise JobError(
                    f"{name} is UTF-16 text, and JSON is UTF-8: "
                    f"iconv -f {'UTF-16' if stream.peek(2)[:2] not in _UTF_16[2:] else 'UTF-16LE'} -t UTF-8 {name} | zaius-logging send -"
                )
            return self._json(stream, name, start)
        if self._mapping is None:
            raise MappingError(
                f"{name} is CSV: say what its columns mean, with --type, --action, --identifier "
                "and --data (see --help), or --mapping FILE"
            )
        return self._table(self._mapping, opened, stream, name, start)

    def _is_json(self, name: str) -> bool | None:
        """Whether a file is JSON, as far as options and its name say."""
        if self._job.form != "auto":
            return self._job.form == "json"
        path = PurePath(name)
        while path.suffix in ENDINGS:
            path = path.with_suffix("")
        ending = path.suffix.lower()
        if ending in DELIMITERS:
            return False
        if self._mapping is None or self._records or ending in _JSON:
            return True
        return None

    def _table(
        self,
        mapping: Mapping,
        opened: Open,
        stream: BufferedReader | None,
        name: str,
        start: Place,
    ) -> Iterable[Item]:
        ending = PurePath(name.removesuffix(".gz")).suffix.lower()
        usual = DELIMITERS.get(ending, ",")
        table = Table(stream or opened(0), name, mapping, self._job.table, usual)
        if start.offset:
            table.go_to(start, opened(start.offset))
        return mapped(table, mapping)

    def _json(self, stream: BufferedReader, name: str, start: Place) -> Iterable[Item]:
        strict = self._job.strict_lines
        if self._mapping is None and self._records is None:
            return read_json(stream, name, strict=strict, start=start)
        if self._mapping:
            self._mapping.check_paths()
        whole = self._records is not None
        items = read_json(
            stream, name, of_value=self._of_value, strict=strict, start=start, whole=whole
        )
        if self._mapping is None:
            return items
        return mapped(
            _one_a_line(items, start) if LINE in self._mapping.columns else items, self._mapping
        )

    def _of_value(self, value: Any, origin: Origin, problem: str) -> Iterator[Row | Item]:
        if problem:
            yield Unusable(origin, f"is not JSON ({problem})")
            return
        if self._records is not None:
            found = self._records(value)
            if found is None:
                where = self._job.columns.records
                yield Unusable(origin, f"has nothing at '{where}' (--records)")
                return
            value = found
        if not isinstance(value, list):
            yield from self._of_record(value, origin)
            return
        for number, each in enumerate(value, 1):
            yield from self._of_record(each, origin._replace(record=number))

    def _of_record(self, value: Any, origin: Origin) -> Iterator[Row | Item]:
        if self._mapping is None:
            yield from Lines().of_value(value, origin)
        elif isinstance(value, dict):
            yield Row(origin, Record(value, origin.line), Place())
        else:
            yield Unusable(origin, "is not an object with the fields that the mapping reads", value)


def _one_a_line(items: Iterable[Row | Item], start: Place) -> Iterator[Row | Item]:
    """Let the first record of a line pass: {line} would make one order number of all that stand there."""
    last = start.line + 1 if start.inner else 0
    for item in items:
        line = item.origin.line
        if isinstance(item, Row) and line == last and item.cells[LINE] == str(line):
            reason = (
                "stands on a line with another record, and both are made of {line}: name a field"
            )
            yield Unusable(item.origin, reason, dict(item.cells), item.end)
        else:
            yield item
        last = line
