"""Reads CSV: a header, then a row an event. Pure but for the stream."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from zaius_logging.cli.problems import MappingError, RowError
from zaius_logging.cli.reading.items import MAX_LINE, Found, Item, Origin, Unusable, is_text

from .mapping import Mapping


class CSVReader:
    """Reads one CSV file.

    Args:
        stream: its bytes.
        source: its name, for people.
        mapping: what its columns mean.
        delimiter: between two cells.
        encoding: of the text; a byte order mark is passed over.

    Raises:
        MappingError: there is no header, or it has not the columns that the mapping reads.
    """

    def __init__(
        self, stream: IO[bytes], source: str, mapping: Mapping, *, delimiter: str, encoding: str
    ) -> None:
        self._source = source
        self._mapping = mapping
        self._encoding = encoding
        # strict: a stray quote would otherwise join two rows in silence.
        self._rows = csv.reader(_pieces(stream, encoding), delimiter=delimiter, strict=True)
        self._header = self._read_header()
        mapping.check(self._header, source)

    def _read_header(self) -> list[str]:
        try:
            header = next((row for row in self._rows if row), None)
        except (csv.Error, UnicodeError):
            header = None
        if header is None or not is_text("".join(header)):
            raise MappingError(
                f"{self._source} does not begin with the line that names the columns "
                f"(read as CSV in {self._encoding})"
            )
        return [name.strip() for name in header]

    def __iter__(self) -> Iterator[Item]:
        """Give an item for each row; blank lines are none."""
        while True:
            origin = Origin(self._source, self._rows.line_num + 1)
            try:
                row = next(self._rows, None)
            except csv.Error as error:
                yield Unusable(origin, f"is not CSV: {error}")
                continue
            except UnicodeError:  # of an encoding such as UTF-16, which then finds its way no more
                yield Unusable(
                    origin, f"is not {self._encoding} text; nothing from here on was read"
                )
                return
            if row is None:
                return
            if row:
                yield self._item(row, origin)

    def _item(self, row: list[str], origin: Origin) -> Item:
        if not is_text("".join(row)):
            return Unusable(origin, f"is not {self._encoding} text; --encoding names another")
        try:
            return Found(origin, self._mapping.event(self._header, row, origin.line))
        except RowError as error:
            return Unusable(origin, str(error), dict(zip(self._header, row, strict=False)))


def _pieces(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines, an endless one in pieces. The stream stays its owner's to close."""
    if codecs.lookup(encoding).name == "utf-8":
        encoding = "utf-8-sig"  # the same, but for a byte order mark, which is passed over
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
    try:
        while piece := text.readline(MAX_LINE):
            yield piece
    finally:
        with suppress(ValueError):  # the owner has closed it before us
            text.detach()
