"""The terminal: colours and a bar on one, plain lines elsewhere. What draws is loaded where it is drawn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from rich.console import Console


class Printer(Protocol):
    """Prints lines for people."""

    @property
    def is_terminal(self) -> bool:
        """Whether people look on."""

    def print(self, line: str, /, *, style: str | None = None) -> Any:
        """Print a line."""


class _Plain:
    is_terminal = False

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def print(self, line: str, /, *, style: str | None = None) -> None:  # noqa: ARG002 - Printer's
        self._file.write(f"{line}\n")
        self._file.flush()


def stdout() -> Console:
    """The console for results. Lines are never broken, so that programs can read them."""
    return _console(sys.stdout)


def stderr() -> Console:
    """The console for everything else."""
    return _console(sys.stderr)


def _console(file: TextIO) -> Console:
    from rich.console import Console

    return Console(file=file, soft_wrap=True, highlight=False, markup=False, emoji=False)


def results() -> Printer:
    """As `stdout`, for lines alone: without a terminal the console is not loaded."""
    return stdout() if sys.stdout.isatty() else _Plain(sys.stdout)


def remarks() -> Printer:
    """As `stderr`, for lines alone."""
    return stderr() if sys.stderr.isatty() else _Plain(sys.stderr)


Update = Callable[[int, str], object]
"""(how far, what to say)."""

Say = Callable[[str], object]
"""Takes a line for people."""


@contextmanager
def bar(console: Any, title: str, total: int | None, *, hidden: bool = False) -> Iterator[Update]:
    """Show a progress bar, on a terminal.

    Args:
        console: where; of a terminal it is rich's.
        title: stands before the bar.
        total: what is far enough; None where nobody knows.
        hidden: show none, whatever the console is.
    """
    if hidden or not console.is_terminal:
        yield lambda _done, _text: None
        return
    from rich import progress as rich

    columns = (
        rich.SpinnerColumn(),
        rich.TextColumn(title),
        rich.BarColumn(24),
        *(() if total is None else (rich.TaskProgressColumn(), rich.TimeRemainingColumn())),
        rich.TextColumn("{task.fields[text]}"),
        rich.TimeElapsedColumn(),
    )
    with rich.Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        task = progress.add_task("", total=total, text="")
        yield lambda done, text: progress.update(task, completed=done, text=text)
