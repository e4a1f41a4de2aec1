"""The options of `zaius-logging send`, and what both ways to run them share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from zaius_logging._catalog.build import ids_by_key
from zaius_logging._config import configure, own_part
from zaius_logging._errors import ConfigError
from zaius_logging._handler import ZaiusHandler
from zaius_logging._stats import Stats
from zaius_logging._transport.endpoint import API_KEY_VARIABLE
from zaius_logging.cli.columns.options import Columns
from zaius_logging.cli.columns.table import Form
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.reading.sources import DASH
from zaius_logging.cli.screen import Printer
from zaius_logging.cli.words import count

from .checks import Checks
from .hours import Pace, Rates
from .report import OPTION_OF, for_the_command
from .result import Patience
from .sending import NOT_DELIVERED, Way

CAPACITY = 10_000
"""Events that wait at the most: twenty full requests."""

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
PATIENCE = 60.0
"""Seconds without any event getting through after which a plain run gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The options of the command, by their names there; those of columns and tables together."""

    files: Sequence[str]
    columns: Columns
    table: Form
    form: str = "auto"
    endpoint: str | None = None
    failures: str | None = None
    max_failures: int | None = None
    timeout: float | None = None
    rate: Rates | None = None
    batch_size: int = 500
    dry_run: bool = False
    from_start: bool = False
    save_mapping: str | None = None
    strict_lines: bool = False
    placeholders: str = "refuse"
    follow: bool = False
    position: str | None = None
    rotate_wait: float | None = None

    def way(self, **more: Any) -> Way:
        """How its events are sent.

        Args:
            **more: of `Way`.
        """
        # A mapping says itself what a blank time means; other events may be without one.
        time_blank = (None if self.columns.maps else self.columns.time_blank) or "now"
        checks = Checks(placeholders=self.placeholders, time_blank=time_blank)
        pace = None if self.rate is None or self.rate.steady else Pace(self.rate, self.batch_size)
        if id_of := ids_by_key(configure({}, own_part(os.environ), needs_key=False)):
            more["id_of"] = id_of
        return Way(capacity=CAPACITY, checks=checks, pace=pace, most=self.max_failures, **more)

    def patience(self, default: float) -> Patience:
        """When to give up.

        Args:
            default: seconds without progress, unless `--timeout` says.
        """
        seconds = default if self.timeout is None else self.timeout
        return Patience(
            seconds + (1.0 / self.rate.lowest if self.rate else 0.0)
        )  # a pace leaves gaps

    def handler(self, **more: Any) -> ZaiusHandler:
        """Make the handler that sends.

        Args:
            **more: settings of `ZaiusHandler`.

        Raises:
            JobError: there is no key.
            ConfigError: a setting cannot be used.
        """
        self.check_key()
        timeout = PATIENCE if self.timeout is None else self.timeout
        return ZaiusHandler(
            endpoint=self.endpoint,
            strict=True,
            placeholders="allow" if self.placeholders == "warn" else self.placeholders,
            overflow="block",
            capacity=CAPACITY,
            batch_size=self.batch_size,
            max_requests_per_second=self.rate.highest if self.rate else None,
            flush_interval=min(
                1.0, timeout / 2
            ),  # to wait for the batch to fill is no lack of progress
            timeout=min(10.0, timeout),
            notices=_ignore,  # bar and summary say the same, in words for this command
            **{"close_timeout": 2.0, **more},
        )

    def check_key(self) -> None:
        """See that there is a key.

        Raises:
            JobError: there is none, and it is needed.
        """
        if not (self.dry_run or os.environ.get(API_KEY_VARIABLE)):
            raise JobError(
                f"{API_KEY_VARIABLE} is not set: the key is read from there, and never from the "
                "command line"
            )

    def failed_before(self) -> list[str]:
        """The lines of the file of failures, without what was only not delivered."""
        with Path(self.failures or "").open(encoding="utf-8") as file:
            return [line for line in file if f'"reason": "{NOT_DELIVERED}' not in line]

    def failures_file(self, more: int = 0) -> IO[str]:
        """Open the file of failures.

        Args:
            more: flags of the system's, such as O_APPEND.

        Raises:
            JobError: it cannot be opened, or is to be read.
        """
        path = Path(self.failures or "")
        try:
            if any(path.samefile(each) for each in self.files if each != DASH and path.exists()):
                raise JobError(f"--refused {path} is also to be read: name another file")
            # For its owner only: it holds customers' data. Emptied once it is sure that we begin.
            return os.fdopen(
                os.open(path, os.O_WRONLY | os.O_CREAT | more, 0o600), "w", encoding="utf-8"
            )
        except OSError as error:
            raise JobError(f"--refused {path}: {error.strerror}") from None


def _ignore(_: str) -> None:
    pass


def in_words_of_the_command(error: ConfigError) -> JobError:
    """Name the option where the handler names its argument."""
    option = OPTION_OF.get(error.argument, error.argument)
    return JobError(f"{option}: {error.problem}")


class Look:
    """Keeps people informed: the bar, and a line where the state changes.

    Args:
        console: where.
        update: takes what the bar says.
        silent: states to say nothing of, because they end it.
    """

    def __init__(
        self,
        console: Printer,
        update: Callable[[str], object],
        silent: Sequence[str] = ("paused", "closed"),
    ) -> None:
        self._console = console
        self._update = update
        self._silent = silent
        self._problem = ""
        self._began = time.monotonic()

    def __call__(self, stats: Stats) -> None:
        """Show the numbers."""
        seconds = max(time.monotonic() - self._began, 0.1)
        self._update(
            f"{count(stats.delivered, 'event')} delivered, {stats.pending:,} wait, "
            f"{stats.delivered / seconds:,.0f}/s"
        )
        if stats.problem != self._problem and stats.state not in self._silent:
            self._problem = stats.problem
            self._console.print(
                f"{for_the_command(self._problem)}; trying again"
                if self._problem
                else "delivering again",
                style="yellow",
            )
