"""Reads tables: CSV, tabs, runs of spaces; with a header, without one, behind a preamble. Pure but for the stream."""

from __future__ import annotations

import codecs
import csv
import difflib
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
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
_ADDRESS = re.compile(r"[^@\s]@[^@\s]+\.\w")
_WIDE = ("utf-16", "utf-32")  # encodings in which a line break is several bytes
_MOST_IN_CELL = 1_000_000  # characters; an event has at most so many bytes
_END = "\x1a"  # of a file, for DOS
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)  # ="0042": Excel keeps the zeros of a text so
_LONG = "too long\n"
"""Stands for a line that cannot be held. It is this very object."""

_LOOK_AHEAD = 30  # lines in which a header is looked for, to say where it is


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
        csv.field_size_limit(_MOST_IN_CELL)
        encoding = form.encoding
        if encoding == "utf-8" and stream.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            encoding = "utf-16"
        self._encoding = encoding
        self._lines = _Lines(stream, encoding)
        try:
            self._begin(form.delimiter, usual)
        except UnicodeError:  # a look ahead has met it
            raise MappingError(
                f"{source} is not {encoding} text; --encoding names another"
            ) from None
        self._start()

    def _begin(self, delimiter: str | None, usual: str) -> None:
        for _ in range(self._form.skip):
            self._lines.next_line()
        if delimiter is None and (said := self._lines.peek(_SEP)):
            self._lines.next_line()
            delimiter = said[1]
        self._header, self._delimiter = self._read_header(delimiter, usual)
        self._check_header()

    def _start(self) -> None:
        # strict: a stray quote would otherwise join two rows in silence.
        self._rows: Iterator[list[str]] = (
            (line.split() for line in self._lines)
            if self._delimiter == SPACES
            else _split(self._lines, self._delimiter, strict=True)
        )

    def go_to(self, place: Place, stream: BufferedReader) -> None:
        """Go on at a place behind the header; the stream gives what stands there."""
        self._lines = _Lines(stream, self._encoding, place)
        self._start()

    # The header

    def _read_header(self, delimiter: str | None, usual: str) -> tuple[list[str], str]:
        if self._form.columns:
            first = self._lines.peek_line()
            names = list(self._form.columns)
            chosen = delimiter or self._fitting([first], usual, len(names))
            return names, chosen
        first = ""
        try:
            (first,) = self._lines.peek_record()
            chosen = delimiter or self._fitting([first], usual, 0)
            self._delimiter = chosen
            self._start()
            header = next((row for row in self._rows if any(row)), None)
        except (csv.Error, UnicodeError):
            header, chosen = None, usual
        names = [_plain(name.strip()) for name in header or ()]
        if not names or not is_text("".join(names)):
            hint = f"(read as CSV in {self._encoding})"
            if "\0" in first:
                raise MappingError(f"{self._source} seems to be UTF-16: say --encoding utf-16-le")
            if header is None and "\r" in first.rstrip():
                hint = f"(its lines end with CR alone: tr '\\r' '\\n' < {self._source})"
            raise MappingError(
                f"{self._source} does not begin with the line that names the columns {hint}"
            )
        return names, chosen

    def _check_header(self) -> None:
        """See that the columns are there. Of a line that has none of them nothing is quoted: it may be a customer.

        Raises:
            MappingError: they are not.
        """
        header = self._header
        wanted = [column for column in self._mapping.columns if column != LINE]
        lower = [name.lower() for name in header]
        if any("\0" in name for name in header):
            raise MappingError(f"{self._source} seems to be UTF-16: say --encoding utf-16-le")
        near = any(difflib.get_close_matches(column.lower(), lower, n=1) for column in wanted)
        customer = any(_ADDRESS.search(name) for name in header)
        if wanted and (not near or (customer and not {*wanted} <= {*header})):
            raise MappingError(self._not_a_header(wanted))
        self._mapping.check(header, self._source)

    def _not_a_header(self, wanted: Sequence[str]) -> str:
        header = self._header
        what = f"{self._source} has none of the columns {', '.join(wanted)}"
        if any(_NO_HEADER.fullmatch(name) and name for name in header):
            return (
                f"{self._source} seems to have no line that names the columns: "
                f"give them with --columns a,b,c (it has {len(header)})"
            )
        for number in range(1, _LOOK_AHEAD):
            line = self._lines.next_line()
            for each in _CANDIDATES:
                if {*wanted} <= {name.strip(' \r\n"') for name in line.split(each)}:
                    return f"{what} in its first line: say --skip-rows {self._form.skip + number}"
        return (
            f"{what}: its first line has {len(header)} other cell{'s' * (len(header) != 1)}. If that is a row, "
            "name the columns with --columns a,b,c; if cells are separated by something else, say --delimiter"
        )

    def _fitting(self, lines: Sequence[str], usual: str, width: int) -> str:
        """The delimiter by which the first line has the columns that are asked for."""
        wanted = {column for column in self._mapping.columns if column != LINE}
        best, most = usual, 1
        for each in dict.fromkeys((usual, *_CANDIDATES)):
            row = next(_split(lines, each), [])
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
        width, names = len(header), [LINE, *header]  # a column of that name takes its place
        while True:
            begin = lines.mark()
            try:
                row = next(self._rows, None)
            except csv.Error as error:
                yield self._not_csv(error)
                continue
            except UnicodeError:  # of an encoding such as UTF-16, which then finds its way no more
                reason = f"is not {self._encoding} text; nothing from here on was read"
                origin = Origin(source, begin + 1)
                yield Unusable(origin, reason, end=lines.place(), last=True)
                return
            if row is None:
                return
            row = [*map(str.strip, row)]
            if not any(row):
                continue
            origin = Origin(source, begin + 1)
            text = "\x1f".join(row)
            if '="' in text:
                row = [*map(_plain, row)]
            if len(row) != width:
                row = self._fitted(row)
            if problem := self._problem(row, text):
                if text != _END:
                    given = dict(zip(header, row, strict=False)) if "cell" in problem else None
                    yield Unusable(origin, problem, given, end=lines.place())
                continue
            cells = dict(zip(names, (str(begin + 1), *row), strict=True))
            yield Row(origin, cells, lines.place(), text)

    def _fitted(self, row: list[str]) -> list[str]:
        """The row without blank cells that the header has not, or with those that the header has no name for."""
        behind = self._header[len(row) :]
        if any(behind) or any(row[len(self._header) :]):
            return row
        return [*row[: len(self._header)], *behind]

    def _problem(self, row: list[str], text: str) -> str:
        """What is wrong with a row; blank for nothing."""
        if not text.isascii() and not is_text(text):
            return f"is not {self._encoding} text; --encoding names another"
        if len(row) != len(self._header):
            cells = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
            return f"has {cells}, and the header has {len(self._header)}"
        return "names the columns again" if row == self._header else ""  # files that were joined

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


def _split(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
    """The rows of lines. Blanks before a quote are none of its cell: `1, "c7"` names c7."""
    blanks = delimiter != " "
    return csv.reader(lines, delimiter=delimiter, strict=strict, skipinitialspace=blanks)


def _plain(cell: str) -> str:
    """What stands in a cell that Excel wrote as a formula, so that it stays a text."""
    found = _FORMULA.fullmatch(cell)
    return found[1] if found else cell


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
            text, size = raw.decode(self._encoding, "surrogateescape"), len(raw)
            if size == MAX_LINE:
                text, size = self._whole(text, size)
            if text:
                self._given.append((text, size))
                self._offset += size
                self._line += 1
        if not text:
            raise StopIteration
        if text is _LONG:
            raise csv.Error(f"longer than {MAX_LINE:,} bytes")
        return text

    def next_line(self) -> str:
        """Give the next line, `_LONG` for one that cannot be held; blank at the end."""
        text, size = self._again.popleft() if self._again else self._read()
        if text:
            self._given.append((text, size))
            self._offset += size
            self._line += 1
        return text

    def _read(self) -> tuple[str, int]:
        raw = self._stream.readline(MAX_LINE)
        size = len(raw)
        if self._wide:
            text, size = raw, self._size(raw)
        else:
            first = not self._offset and not self._given
            text = (raw.removeprefix(codecs.BOM_UTF8) if first else raw).decode(
                self._encoding, "surrogateescape"
            )
        return self._whole(text, size) if len(raw) == MAX_LINE else (text, size)

    def _whole(self, text: str, size: int) -> tuple[str, int]:
        """Pass over the rest of a line that is too long: it would look like a row of its own."""
        while text and not text.endswith("\n"):
            raw = self._stream.readline(MAX_LINE)
            size += self._size(raw)
            if not raw or raw[-1:] in ("\n", b"\n"):
                return _LONG, size
        return text, size

    def _size(self, raw: Any) -> int:
        return len(raw.encode(self._encoding, "surrogateescape") if self._wide else raw)

    def mark(self) -> int:
        """A row begins. Gives the number of lines before it."""
        self._given.clear()
        return self._line

    def place(self) -> Place:
        """Behind what was given; of encodings whose bytes cannot be counted so, nowhere."""
        return UNSETTLED if self._wide else Place(self._offset, self._line)

    def take_back(self) -> tuple[int, int]:
        """Hold all lines of the row but its first for the next reading. Gives its first and last number."""
        others = self._given[1:]
        last = self._line
        self._again.extendleft(reversed(others))
        self._offset -= sum(size for _, size in others)
        self._line -= len(others)
        return self._line, last

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
