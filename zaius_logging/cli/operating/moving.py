"""Events out of a spool and into it: `import` and `tail`."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO

import click

from zaius_logging._config import configure, own_part
from zaius_logging._spool.journal import look
from zaius_logging.cli.ending import Ending
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.screen import stdout
from zaius_logging.cli.words import count

from . import looking, page
from .account import configured, own_account
from .event import bytes_of
from .place import opened

_LOOK = 0.05


def imported(
    directory: str, file: IO[bytes], *, account: str | None, skip: int, as_json: bool
) -> int:
    """Import a file. Gives the exit status; see the command's help."""
    place = opened(directory)
    if account is None:
        account = own_account(configured(), account, place.folders)
    items = _checked(file, skip)
    from zaius_logging._spool.journal.spool import JournalSpool

    spool = JournalSpool(place.top, account, max_bytes=_quota())
    taken = 0
    try:
        for taken, (_, item) in enumerate(items):  # noqa: B007
            if not spool.append(item):
                break
        else:
            taken = len(items)
    finally:
        kept = spool.perishable()  # where the disk failed
        spool.close()
    taken -= len(kept)
    left = len(items) - taken
    skip = items[taken - 1][0] if taken else skip  # lines: those without an event count, too
    if as_json:
        said = {
            "account": account,
            "imported": taken,
            "left": left,
            "go_on_with_skip": skip,
        }
        page.show_json(stdout(), said)
        return int(bool(left))
    click.echo(f"{count(taken, 'event')} imported into {account}")
    if not left:
        return 0
    click.echo(
        f"The spool is full: {count(left, 'event')} left. Once some are sent, go on with "
        f"--skip {skip}",
        err=True,
    )
    return 1


def _quota() -> int:
    return configure({}, own_part(os.environ), needs_key=False).spool_bytes


def _checked(file: IO[bytes], skip: int) -> list[tuple[int, bytes]]:
    """Read events, an event a line, each as its own id and time are, with the lines' numbers.

    Raises:
        JobError: a line is no event that could be sent.
    """
    items = []
    for number, text in enumerate(file, 1):
        if number > skip and text.strip():
            try:
                items.append((number, bytes_of(text)))
            except ValueError as error:
                raise JobError(f"{file.name}:{number}: {error}; nothing was imported") from None
    return items


def tailed(folder: Path, last: int) -> int:
    """Follow a folder. Gives the exit status."""
    out = sys.stdout.buffer
    follower = look.Follower(str(folder))
    with Ending() as ending, suppress(KeyboardInterrupt, BrokenPipeError):
        there = (each.item for each in follower.new() if each.state not in looking.GONE)
        out.writelines(item + b"\n" for item in deque(there, maxlen=last))
        while True:
            out.flush()
            time.sleep(_LOOK)
            out.writelines(each.item + b"\n" for each in follower.new())
    return ending.status if ending.heard else 0
