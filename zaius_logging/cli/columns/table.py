"""Reads tables: CSV, tabs, runs of spaces; with a header, without one, behind a preamble. Pure but for the stream."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from typing import Any

from zaius_logging.cli.problems import MappingError
from zaius_logging.cli.reading.items import MAX_LINE, UNSETTLED, Origin, Place, Unusable, is_text

from .cells import LINE
from .mapping import Mapping
from .rows import Row

SPACES = "spaces"
_CANDIDATES = (",", ";", "\t", "|")
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_NO_HEADER = re.compile(r"[^@\s]+@[^@\s]+\.\w+|[+-]?\d+(?:[.,:/-]\d+)*|")
_WIDE = ("utf-16", "utf-32")  # encodings in which a line break is several bytes


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is written.

    Attributes:
        delimiter: between two cells; None to find out, `spaces` for runs of blanks.
        encoding: of the text; a byte order mark is passed over.
        skip: lines before the header.
        columns: names, for a table without a header.
    """

    delimiter: str | None = None
    encoding: str = "utf-8"
    skip: int = 0
    columns: tuple[str, ...] = ()


class Table:
    """Reads one table.

    Args:
        stream: its bytes, from the beginning.
        source: its name, for people.
        mapping: what its columns mean.
        form: how it is written.
        usual: the delimiter that its name suggests.

    Raises:
        MappingError: there is no header, or it has not the columns that the mapping reads.
    """

    def __init__(
        self, stream: BufferedReader, source: str, mapping: Mapping, form: Form, usual: str = ","
    ) -> None:
        self._source = source
        self._mapping = mapping
        self._form = form
        self._lines = _Lines(stream, form.encoding)
        delimiter = form.delimiter
        for _ in range(form.skip):
            self._lines.next_line()
        if delimiter is None and (said := self._lines.peek(_SEP)):
            self._lines.next_line()
            delimiter = said[1]
        self._header, self._delimiter = self._read_header(delimiter, usual)
        mapping.check(self._header, source)
        self._start()

    def _start(self) -> None:
        # strict: a stray quote would otherwise join two rows in silence.
        self._rows: Iterator[list[str]] = (
            (line.split() for line in self._lines)
            if self._delimiter == SPACES
            else csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        )

    def go_to(self, place: Place, stream: BufferedReader) -> None:
        """Go on at a place behind the header; the stream gives what stands there."""
        self._lines = _Lines(stream, self._form.encoding, place)
        self._start()

    # The header

    def _read_header(self, delimiter: str | None, usual: str) -> tuple[list[str], str]:
        if self._form.columns:
            first = self._lines.peek_line()
            names = list(self._form.columns)
            chosen = delimiter or self._fitting([first], usual, len(names))
            return names, chosen
        try:
            chosen = delimiter or self._fitting(self._lines.peek_record(), usual, 0)
            self._delimiter = chosen
            self._start()
            header = next((row for row in self._rows if any(row)), None)
        except (csv.Error, UnicodeError):
            header, chosen = None, usual
        names = [name.strip() for name in header or ()]
        if not names or not is_text("".join(names)):
            raise MappingError(
                f"{self._source} does not begin with the line that names the columns "
                f"(read as CSV in {self._form.encoding})"
            )
        wanted = self._mapping.columns
        if not any(name in wanted for name in names) and any(
            _NO_HEADER.fullmatch(name) and name for name in names
        ):
            raise MappingError(
                f"{self._source} seems to have no line that names the columns: "
                f"give them with --columns a,b,c (it has {len(names)})"
            )
        return names, chosen

    def _fitting(self, lines: Sequence[str], usual: str, width: int) -> str:
        """The delimiter by which the first line has the columns that are asked for."""
        wanted = {column for column in self._mapping.columns if column != LINE}
        best, most = usual, 1
        for each in dict.fromkeys((usual, *_CANDIDATES)):
            row = next(csv.reader(lines, delimiter=each), [])
            if width and len(row) == width:
                return each
            if not width and wanted and wanted <= {name.strip() for name in row}:
                return each
            if len(row) > most and most == 1:
                best, most = each, len(row)
        return best

    # The rows

    def __iter__(self) -> Iterator[Row | Unusable]:
        """Give each row that is not blank."""
        lines, header, source = self._lines, self._header, self._source
        width = len(header)
        while True:
            begin = lines.mark()
            try:
                row = next(self._rows, None)
            except csv.Error as error:
                yield self._not_csv(error)
                continue
            except UnicodeError:  # of an encoding such as UTF-16, which then finds its way no more
                reason = f"is not {self._form.encoding} text; nothing from here on was read"
                origin = Origin(source, begin + 1)
                yield Unusable(origin, reason, end=lines.place(), last=True)
                return
            if row is None:
                return
            row = [*map(str.strip, row)]
            if not any(row):
                continue
            origin = Origin(source, begin + 1)
            problem = "" if len(row) == width else self._width(row)
            if not (text := "".join(row)).isascii() and not is_text(text):
                problem = f"is not {self._form.encoding} text; --encoding names another"
            if problem:
                given = dict(zip(header, row, strict=False)) if "cell" in problem else None
                yield Unusable(origin, problem, given, end=lines.place())
                continue
            cells: dict[str, Any] = {LINE: str(begin + 1)}
            cells.update(zip(header, row, strict=True))
            yield Row(origin, cells, lines.place())

    def _width(self, row: list[str]) -> str:
        cells = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
        return f"has {cells}, and the header has {len(self._header)}"

    def _not_csv(self, error: csv.Error) -> Unusable:
        """Give up the row's first line; those that were read with it are read again."""
        first, last = self._lines.take_back()
        origin = Origin(self._source, first)
        if last > first:
            reason = f"is not CSV: a quote is opened and not closed (lines {first:,} to {last:,})"
        else:
            reason = f"is not CSV: {error}"
        self._start()
        return Unusable(origin, reason, end=self._lines.place())


class _Lines:
    """The lines of a text, with the place of each; those of a row that fails can be had again."""

    def __init__(self, stream: BufferedReader, encoding: str, place: Place | None = None) -> None:
        name = codecs.lookup(encoding).name
        self._wide = name.startswith(_WIDE)
        self._encoding = name
        self._stream: Any = (
            TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
            if self._wide
            else stream
        )
        self._again: deque[tuple[str, int]] = deque()
        self._given: list[tuple[str, int]] = []
        self._offset, self._line = (place.offset, place.line) if place else (0, 0)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._again or self._wide or not self._offset:
            text = self.next_line()
        else:  # as `next_line`, without its questions
            raw = self._stream.readline(MAX_LINE)
            text = raw.decode(self._encoding, "surrogateescape")
            self._given.append((text, len(raw)))
            self._offset += len(raw)
            self._line += raw.endswith((b"\n", b"\r"))
        if not text:
            raise StopIteration
        return text

    def next_line(self) -> str:
        """Give the next line, an endless one in pieces; blank at the end."""
        text, size = self._again.popleft() if self._again else self._read()
        if text:
            self._given.append((text, size))
            self._offset += size
            self._line += text.endswith(("\n", "\r"))
        return text

    def _read(self) -> tuple[str, int]:
        raw = self._stream.readline(MAX_LINE)
        if self._wide:
            return raw, len(raw.encode(self._encoding, "surrogateescape"))
        size = len(raw)
        if not self._offset and not self._given:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        return raw.decode(self._encoding, "surrogateescape"), size

    def mark(self) -> int:
        """A row begins. Gives the number of lines before it."""
        self._given.clear()
        return self._line

    def place(self) -> Place:
        """Behind what was given; of encodings whose bytes cannot be counted so, nowhere."""
        return UNSETTLED if self._wide else Place(self._offset, self._line)

    def take_back(self) -> tuple[int, int]:
        """Hold all lines of the row but its first for the next reading. Gives its first and last number."""
        first, *others = self._given or [("", 0)]
        last = self._line
        self._again.extendleft(reversed(others))
        self._offset -= sum(size for _, size in others)
        self._line -= sum(text.endswith(("\n", "\r")) for text, _ in others)
        ended = first[0].endswith(("\n", "\r"))
        return (self._line if ended else self._line + 1), max(last, self._line)

    def peek_line(self) -> str:
        """The next line, which is given again."""
        if not self._again:
            text, size = self._read()
            if not text:
                return ""
            self._again.append((text, size))
        return self._again[0][0]

    def peek_record(self) -> list[str]:
        """The next line that is not blank, in a list, which is given again."""
        while (text := self.peek_line()) and not text.strip():
            self.next_line()
        return [text]

    def peek(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match the next line, which is given again."""
        with suppress(UnicodeError):  # which is reported where the header is read
            return pattern.fullmatch(self.peek_line().lstrip("\ufeff"))
        return None
