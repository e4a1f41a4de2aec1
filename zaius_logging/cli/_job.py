"""What `zaius-logging send` does, once its options are read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from pathlib import Path, PurePath
from typing import IO, Any

from rich.console import Console

from zaius_logging._errors import ConfigError
from zaius_logging._handler import ZaiusHandler
from zaius_logging._stats import Stats
from zaius_logging._transport.endpoint import API_KEY_VARIABLE

from . import _screen
from ._ending import Ending
from ._errors import JobError, MappingError
from ._items import Item
from ._mapping import Mapping, parse_mapping
from ._printing import PrintingTransport
from ._read_csv import CSVReader
from ._read_json import read_json
from ._refusals import Refusals
from ._report import OPTION_OF, count, for_the_command, report
from ._sending import Patience, Sending
from ._sources import DASH, Sources

CAPACITY = 10_000
"""Events that wait at the most: twenty full requests."""

DELIMITERS = {".csv": ",", ".tsv": "\t"}
_OK, _NOT_ALL = 0, 1
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The options of the command, by their names there."""

    files: Sequence[str]
    form: str
    encoding: str
    delimiter: str | None
    type_: str | None
    action: str | None
    identifiers: Sequence[str]
    data: Sequence[str]
    constants: Sequence[str]
    endpoint: str | None
    refused: str | None
    timeout: float | None
    rate: float | None
    batch_size: int
    dry_run: bool
    follow: bool = False
    position: str | None = None
    rotate_wait: float | None = None

    def run(self) -> int:
        """Do it.

        Returns:
            The exit status.

        Raises:
            JobError: nothing can be sent.
        """
        with Ending() as ending:
            try:
                if self.follow:
                    from ._following import Following

                    return Following(self).run(ending)
                return self._send(ending)
            except KeyboardInterrupt:  # before anything was sent
                return ending.status

    def _send(self, ending: Ending) -> int:
        for option, given in (("position", self.position), ("rotate-wait", self.rotate_wait)):
            if given is not None:
                raise JobError(f"--{option} goes with --follow only")
        err = _screen.stderr()
        with ExitStack() as stack:
            sources = self._sources()
            file = stack.enter_context(self.refusals_file()) if self.refused else None
            refusals = Refusals(file, partial(err.print, style="yellow"))
            sending = self._sending(sources, refusals)
            if file is not None:
                file.truncate(0)
            with _screen.bar(err, "sending", sources.total, hidden=self.dry_run) as update:
                look = Look(err, lambda text: update(sources.done, text))
                result = sending.run(self.patience(_PATIENCE), look, ending)
        lines = report(result, hidden=refusals.hidden, file=self.refused, dry_run=self.dry_run)
        out = err if self.dry_run else _screen.stdout()
        for line in lines:
            out.print(line, style="green" if result.complete else "red")
        if result.interrupted:
            return ending.status
        return _OK if result.complete else _NOT_ALL

    def patience(self, default: float) -> Patience:
        """When to give up.

        Args:
            default: seconds without progress, unless `--timeout` says.
        """
        seconds = default if self.timeout is None else self.timeout
        return Patience(seconds + (1.0 / self.rate if self.rate else 0.0))  # a pace leaves gaps

    # Reading

    def _sources(self) -> Sources:
        if self.files.count(DASH) > 1:
            raise JobError("stdin (-) can be read only once")
        mapping = self._mapping()
        try:
            sources = Sources(self.files, partial(self._read, mapping))
            sources.check()
        except OSError as error:
            raise JobError(f"{error.filename}: {error.strerror}") from None
        return sources

    def _mapping(self) -> Mapping | None:
        if not any((self.type_, self.action, self.identifiers, self.data, self.constants)):
            return None
        if self.form == "json":
            raise JobError("--type, --action, --identifier, --data and --set are for CSV")
        return parse_mapping(
            type_=self.type_,
            action=self.action,
            identifiers=self.identifiers,
            data=self.data,
            constants=self.constants,
        )

    def _read(self, mapping: Mapping | None, stream: BufferedReader, name: str) -> Iterable[Item]:
        ending = PurePath(name.removesuffix(".gz")).suffix.lower()
        by_name = mapping is not None or ending in DELIMITERS
        if self.form == "json" or (self.form == "auto" and not by_name):
            return read_json(stream, name)
        if mapping is None:
            raise MappingError(
                f"{name} is CSV: say what its columns mean, with --type, --action, --identifier "
                "and --data (see --help)"
            )
        delimiter = self.delimiter or DELIMITERS.get(ending, ",")
        return CSVReader(stream, name, mapping, delimiter=delimiter, encoding=self.encoding)

    # Sending

    def _sending(self, sources: Sources, refusals: Refusals) -> Sending:
        try:
            return Sending(sources, self.handler, refusals, CAPACITY)
        except ConfigError as error:
            raise in_words_of_the_command(error) from None

    def handler(self, **more: Any) -> ZaiusHandler:
        """Make the handler that sends.

        Args:
            **more: settings of `ZaiusHandler`.

        Raises:
            JobError: there is no key.
            ConfigError: a setting cannot be used.
        """
        if not (self.dry_run or os.environ.get(API_KEY_VARIABLE)):
            raise JobError(
                f"{API_KEY_VARIABLE} is not set: the key is read from there, and never from the "
                "command line"
            )
        timeout = _PATIENCE if self.timeout is None else self.timeout
        return ZaiusHandler(
            endpoint=self.endpoint,
            transport=PrintingTransport(sys.stdout.buffer) if self.dry_run else None,
            strict=True,
            overflow="block",
            capacity=CAPACITY,
            batch_size=self.batch_size,
            max_requests_per_second=self.rate,
            flush_interval=min(1.0, timeout / 2),  # a wait for company is not a lack of progress
            timeout=min(10.0, timeout),
            notices=_ignore,  # bar and summary tell the same, in words for this command
            **{"close_timeout": 2.0, **more},
        )

    def refusals_file(self, more: int = 0) -> IO[str]:
        """Open the file of refusals.

        Args:
            more: flags of the system's, such as O_APPEND.

        Raises:
            JobError: it cannot be opened, or is to be read.
        """
        path = Path(self.refused or "")
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
        console: Console,
        update: Callable[[str], object],
        silent: Sequence[str] = ("paused", "closed"),
    ) -> None:
        self._console = console
        self._update = update
        self._silent = silent
        self._problem = ""

    def __call__(self, stats: Stats) -> None:
        self._update(f"{count(stats.delivered, 'event')} delivered, {stats.pending:,} wait")
        if stats.problem != self._problem and stats.state not in self._silent:
            self._problem = stats.problem
            self._console.print(
                f"{for_the_command(self._problem)}; trying again"
                if self._problem
                else "delivering again",
                style="yellow",
            )
