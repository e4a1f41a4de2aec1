"""The terminal: colours and a bar on one, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def stdout() -> Console:
    """The console for results. Lines are never broken, so that programs can read them."""
    return Console(file=sys.stdout, soft_wrap=True, highlight=False, markup=False)


def stderr() -> Console:
    """The console for everything else."""
    return Console(file=sys.stderr, soft_wrap=True, highlight=False, markup=False)


Update = Callable[[int, str], object]
"""(how far, what to say)."""

Say = Callable[[str], object]
"""Takes a line for people."""


@contextmanager
def bar(
    console: Console, title: str, total: int | None, *, hidden: bool = False
) -> Iterator[Update]:
    """Show a progress bar, on a terminal.

    Args:
        console: where.
        title: stands before the bar.
        total: what is far enough; None where nobody knows.
        hidden: show none, whatever the console is.
    """
    if hidden or not console.is_terminal:
        yield lambda _done, _text: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn(title),
        BarColumn(24),
        *(() if total is None else (TaskProgressColumn(), TimeRemainingColumn())),
        TextColumn("{task.fields[text]}"),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        task = progress.add_task("", total=total, text="")
        yield lambda done, text: progress.update(task, completed=done, text=text)
