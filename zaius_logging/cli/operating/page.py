"""How numbers and tables look: aligned, coloured on a terminal, plain elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from zaius_logging.cli.words import json_text, printable

_UNITS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
_KiB = 1024
_TEN = 10
COLOURS = {"alive": "green", "ended": "yellow", "ok": "green", "warn": "yellow", "wrong": "red"}
"""Words that have a colour where they stand alone in a cell."""


def duration(seconds: float | None) -> str:
    """Write a time that has passed, with its unit; a dash for none."""
    if seconds is None:
        return "-"
    for size, unit in _UNITS:
        if seconds >= size:
            value = seconds / size
            return f"{value:.1f} {unit}" if value < _TEN and unit != "s" else f"{value:.0f} {unit}"
    return "0 s"


def size(number: float) -> str:
    """Write a number of bytes, with its unit."""
    for unit in ("B", "KiB", "MiB"):
        if number < _KiB:
            return (
                f"{number:.0f} {unit}" if unit == "B" or number >= _TEN else f"{number:.1f} {unit}"
            )
        number /= _KiB
    return f"{number:.1f} GiB"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Text]:
    """Lay out a table: numbers to the right, all else to the left.

    Args:
        head: names of the columns; one that begins with `>` holds numbers.
        rows: the cells; what would act on a terminal is replaced.
    """
    rows = [[printable(cell) for cell in row] for row in rows]
    names = [name.removeprefix(">") for name in head]
    widths = [max(len(row[at]) for row in [names, *rows]) for at in range(len(names))]
    yield _line(head, names, widths, "bold")
    for row in rows:
        yield _line(head, row, widths)


def _line(head: Sequence[str], row: Sequence[str], widths: Sequence[int], style: str = "") -> Text:
    text = Text(style=style)
    for at, (name, cell, width) in enumerate(zip(head, row, widths, strict=True)):
        right = name.startswith(">")
        text.append("" if at == 0 else "  ")
        last = at == len(widths) - 1
        laid = cell.rjust(width) if right else cell if last else cell.ljust(width)
        text.append(laid, style=COLOURS.get(cell.partition(" ")[0], "") if not style else "")
    text.rstrip()
    return text


def show(console: Console, lines: Iterator[Text]) -> None:
    """Print the lines of a table; on a terminal they end at its edge."""
    for line in lines:
        if console.is_terminal:
            console.print(line, soft_wrap=False, no_wrap=True, overflow="ellipsis")
        else:
            console.print(line)


def say(console: Console, text: Text | str, indent: int = 0) -> None:
    """Print a sentence; on a terminal it is broken between words.

    Args:
        console: where.
        text: one line.
        indent: blanks before what follows the first line.
    """
    found = Text(text) if isinstance(text, str) else text
    if not console.is_terminal:
        console.print(found)
        return
    room = max(20, console.width - indent)
    first, *rest = found.wrap(console, room)
    console.print(first)
    for line in rest:
        console.print(Text(" " * indent) + line)


def show_json(console: Console, value: Any) -> None:
    """Print a value for programs."""
    console.print(json_text(value, indent=2))
