"""What `zaius-logging send FILE...` does: the events of files to the API, and a summary."""

from __future__ import annotations

import math
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial

from zaius_logging._config import configure, own_part
from zaius_logging._errors import ConfigError
from zaius_logging._stats import Stats
from zaius_logging._transport.endpoint import account_of
from zaius_logging.cli import screen
from zaius_logging.cli.columns.mapping_file import save
from zaius_logging.cli.ending import Ending
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.reading.sources import DASH, Sources, Spot

from .failures import Failures
from .forms import Reader
from .job import CAPACITY, PATIENCE, Job, Look, in_words_of_the_command
from .plan import Plan
from .printing import PrintingTransport
from .progress import Progress, progress_path
from .report import report
from .result import Result
from .sending import Sending
from .state import Saver
from .tracker import CountingSpool, Tracker

_OK, _NOT_ALL = 0, 1


def send_files(job: Job, ending: Ending) -> int:
    """Send what the files hold.

    Args:
        job: the options.
        ending: hears of signals.

    Returns:
        The exit status.

    Raises:
        JobError: nothing can be sent.
    """
    for option, given in (("position", job.position), ("rotate-wait", job.rotate_wait)):
        if given is not None:
            raise JobError(f"--{option} goes with --follow only")
    with ExitStack() as stack:
        sources = _sources(job)
        run = _DryRun(job, sources) if job.dry_run else _Run(job, sources)
        return run.run(stack, ending)


def _sources(job: Job) -> Sources:
    if job.files.count(DASH) > 1:
        raise JobError("stdin (-) can be read only once")
    reader = Reader(job)
    if job.save_mapping:
        save(job.columns, job.save_mapping)
    try:
        sources = Sources(job.files, reader.read)
        sources.check()
    except OSError as error:
        raise JobError(f"{error.filename}: {error.strerror}") from None
    return sources


class _Run:
    """Sends, and remembers how far it got."""

    def __init__(self, job: Job, sources: Sources) -> None:
        self._job = job
        self._sources = sources
        self._err = screen.remarks()
        self._progress: Progress | None = None
        self._saver: Saver[Spot] | None = None

    def run(self, stack: ExitStack, ending: Ending) -> int:
        """Do it. Gives the exit status."""
        job = self._job
        file = stack.enter_context(job.failures_file()) if job.failures else None
        failures = Failures(file)
        try:
            sending = self._sending(failures, stack)
        except ConfigError as error:
            raise in_words_of_the_command(error) from None
        if file is not None:
            # A run that goes on reads again what was not delivered; what was invalid or rejected it does not.
            before = job.failed_before() if self._sources.start else []
            file.truncate(0)
            file.writelines(before)
        with screen.bar(self._err, "sending", self._sources.total, hidden=job.dry_run) as update:
            look = _Looking(self._err, update, self._sources, failures, self._saver)
            result = sending.run(job.patience(PATIENCE), look, ending)
        self._remember(result)
        self._report(result, failures)
        if result.interrupted:
            return ending.status
        return _OK if result.complete else _NOT_ALL

    def _sending(self, failures: Failures, stack: ExitStack) -> Sending:
        job = self._job
        spool = CountingSpool(CAPACITY)
        tracker: Tracker[Spot] | None = None
        if self._sources.total is not None:
            tracker = Tracker(spool)
            self._resume(tracker, failures, stack)
        way = job.way(tracker=tracker, spool=spool)
        return Sending(self._sources, partial(job.handler, spool=spool), failures, way)

    def _resume(self, tracker: Tracker[Spot], failures: Failures, stack: ExitStack) -> None:
        job = self._job
        job.check_key()
        config = configure({"endpoint": job.endpoint}, own_part(os.environ))
        account = account_of(config.endpoint, config.api_key)
        shape = [asdict(job.columns), asdict(job.table), job.form]
        progress = Progress(progress_path(account, job.files, shape), job.files)
        stack.enter_context(progress.locked())
        self._progress = progress
        if job.from_start:
            progress.forget()
        else:
            self._sources.start = progress.load()
            if progress.note:
                self._err.print(progress.note, style="yellow")
        self._saver = Saver(
            progress.save, tracker, failures.keep, partial(self._err.print, style="yellow")
        )

    def _remember(self, result: Result) -> None:
        if not self._progress or not self._saver:
            return
        if result.settled:
            self._progress.forget()
        else:
            self._saver.keep(math.inf)

    def _report(self, result: Result, failures: Failures) -> None:
        job, style = self._job, "green" if result.complete else "red"
        for line in failures.groups():
            self._err.print(line, style="yellow")
        out = screen.results()
        resumes = self._progress is not None
        for line in report(result, file=job.failures, dry_run=False, resumes=resumes):
            out.print(line, style=style)


class _DryRun(_Run):
    """Prints the events, and says what they are."""

    def __init__(self, job: Job, sources: Sources) -> None:
        super().__init__(job, sources)
        self._plan = Plan(job.columns)
        self._terminal = sys.stdout.isatty()
        self._transport = PrintingTransport(None if self._terminal else sys.stdout.buffer)

    def _sending(self, failures: Failures, stack: ExitStack) -> Sending:
        del stack  # nothing is locked: it moves no position
        way = self._job.way(plan=self._plan, gone=lambda: self._transport.gone)
        make = partial(self._job.handler, transport=self._transport)
        return Sending(self._sources, make, failures, way)

    def _report(self, result: Result, failures: Failures) -> None:
        for line in failures.groups():
            self._err.print(line, style="yellow")
        style = "green" if result.complete else "red"
        for line in report(result, file=self._job.failures, dry_run=True, resumes=False):
            self._err.print(line, style=style)
        for line in self._plan.lines():
            self._err.print(line)
        if self._terminal:
            out = screen.results()
            for line in self._plan.shown():
                out.print(line)


class _Looking(Look):
    """Shows how far it is, and saves the position."""

    def __init__(
        self,
        console: screen.Printer,
        update: screen.Update,
        sources: Sources,
        failures: Failures,
        saver: Saver[Spot] | None,
    ) -> None:
        super().__init__(console, self._show)
        self._bar = update
        self._sources = sources
        self._failures = failures
        self._saver = saver

    def _show(self, text: str) -> None:
        failed = f", {self._failures.count:,} invalid or rejected" if self._failures.count else ""
        self._bar(self._sources.done, text + failed)

    def __call__(self, stats: Stats) -> None:
        """Show the numbers."""
        super().__call__(stats)
        if self._saver:
            self._saver.keep(time.monotonic())
