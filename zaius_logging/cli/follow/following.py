"""What `zaius-logging send --follow` does: a log's events to the API, over its rotations and our restarts."""

from __future__ import annotations

import math
import os
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zaius_logging._errors import ConfigError
from zaius_logging._stats import Stats
from zaius_logging.cli import screen
from zaius_logging.cli.columns.options import Columns
from zaius_logging.cli.columns.table import Form
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.reading.compression import ENDINGS
from zaius_logging.cli.sending.failures import Failures
from zaius_logging.cli.sending.job import CAPACITY, DELIMITERS, Look, in_words_of_the_command
from zaius_logging.cli.sending.report import followed
from zaius_logging.cli.sending.result import Patience
from zaius_logging.cli.sending.sending import Sending
from zaius_logging.cli.sending.state import Saver
from zaius_logging.cli.sending.tracker import CountingSpool, Tracker
from zaius_logging.cli.words import count

from .position import Position, default_path
from .rotation import Mark
from .tail import Tail

if TYPE_CHECKING:
    from zaius_logging.cli.ending import Ending
    from zaius_logging.cli.sending.job import Job

TICK = 0.25
PAGE = 60.0
"""Seconds after which the next few failures are shown again."""

_CLOSE = 5.0
_ROTATE_WAIT = 5.0


class Following:
    """One run of the command.

    Args:
        job: its options.

    Raises:
        JobError: they do not go together.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        if len(job.files) != 1 or job.files[0] == "-":
            raise JobError(
                "--follow takes one FILE: start one command for each, and pipe no log to it"
            )
        by_name = job.form == "auto" and Path(job.files[0]).suffix.lower() in DELIMITERS
        if job.form == "csv" or by_name or job.columns != Columns() or job.table != Form():
            raise JobError("--follow reads JSON lines: options of CSV do not go with it")
        if job.dry_run:
            raise JobError("--dry-run does not go with --follow, which would count it as sent")
        self._log = Path(os.path.abspath(job.files[0]))  # noqa: PTH100 - resolve() follows links
        _check(self._log)
        path = Path(job.position) if job.position else default_path(self._log)
        self._position = Position(path, self._log)
        for option, other in (("FILE", self._log), ("--refused", job.failures)):
            if other and os.path.abspath(path) == os.path.abspath(other):  # noqa: PTH100
                raise JobError(f"--position {path} is also {option}: name another file")

    def run(self, ending: Ending) -> int:
        """Follow until a signal ends it.

        Returns:
            The exit status.

        Raises:
            JobError: nothing can be sent.
        """
        job, err = self._job, screen.remarks()
        say = partial(err.print, style="yellow")
        with ExitStack() as stack:
            stack.enter_context(self._position.locked())
            mark = self._position.load()
            file = stack.enter_context(job.failures_file(os.O_APPEND)) if job.failures else None
            failures = Failures(file, say)
            spool = CountingSpool(CAPACITY)
            tracker: Tracker[Mark] = Tracker(spool)
            start = mark or self._beginning()
            wait = self._rotate_wait()
            tail = Tail(
                self._log, start, tracker.reached, say, wait, mark is None, strict=job.strict_lines
            )
            make = partial(job.handler, spool=spool, close_timeout=_CLOSE)
            try:
                sending = Sending(
                    tail, make, failures, job.way(tracker=tracker, keeps=True, tick=TICK)
                )
            except ConfigError as error:
                raise in_words_of_the_command(error) from None
            saver = Saver(self._position.save, tracker, failures.keep, say)
            self._begin(start)
            where = f"from line {start.line + 1:,}" if mark else "from its beginning"
            err.print(f"following {self._log} {where}; its position is in {self._position.path}")
            with screen.bar(err, "following", None) as update:
                look = _Look(err, update, saver, failures)
                patience = _Endless() if job.timeout is None else job.patience(job.timeout)
                result = sending.run(patience, look, ending)
            tail.stop.set()
            saver.keep(math.inf)
        ok = result.interrupted and not result.read.broken
        screen.results().print(
            followed(result, self._log.name, (saver.saved or start).line),
            style="green" if ok else "red",
        )
        return 0 if ok else 1

    def _begin(self, mark: Mark) -> None:
        """Save where it begins, so that a rotation before the first event arrived is noted.

        Raises:
            JobError: it cannot be saved.
        """
        try:
            self._position.save(mark)
        except OSError as error:
            raise JobError(f"--position {self._position.path}: {error.strerror}") from None

    def _rotate_wait(self) -> float:
        return _ROTATE_WAIT if self._job.rotate_wait is None else self._job.rotate_wait

    def _beginning(self) -> Mark:
        """Before the log as it is now; or, where there is none, before whatever comes from now on."""
        try:
            status = self._log.stat()
        except OSError:
            return Mark(modified=time.time_ns() - 1_000_000_000)
        return Mark(status.st_dev, status.st_ino, modified=status.st_mtime_ns)


def _check(log: Path) -> None:
    if log.suffix in ENDINGS:
        raise JobError(f"{log} does not grow: leave out --follow")
    if log.exists() and not log.is_file():
        raise JobError(f"{log} is not a file: send what a pipe brings with: zaius-logging send -")
    if not log.parent.is_dir():
        raise JobError(f"{log.parent}: there is no such directory")
    try:
        next(log.parent.iterdir(), None)
        if log.exists():
            log.open("rb").close()
    except OSError as error:
        raise JobError(f"{error.filename}: {error.strerror}") from None


class _Endless(Patience):
    """Never gives up: the log keeps what cannot be sent."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def verdict(self, stats: Stats, now: float) -> str:  # noqa: ARG002 - Patience's
        return ""


class _Look(Look):
    def __init__(
        self, console: screen.Printer, update: screen.Update, saver: Saver[Mark], failures: Failures
    ) -> None:
        super().__init__(console, lambda text: update(0, text), silent=("closed",))
        self._saver = saver
        self._failures = failures
        self._page = time.monotonic() + PAGE

    def __call__(self, stats: Stats) -> None:
        super().__call__(stats)
        now = time.monotonic()
        self._saver.keep(now)
        if now >= self._page:
            self._page = now + PAGE
            if hidden := self._failures.turn_the_page():
                self._console.print(f"… and {count(hidden, 'failure')} more", style="yellow")
