"""What `zaius-logging send FILE...` does: the events of files to the API, and a summary."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from io import BufferedReader
from pathlib import PurePath

from zaius_logging._errors import ConfigError
from zaius_logging.cli import screen
from zaius_logging.cli.columns.mapping import Mapping, parse_mapping
from zaius_logging.cli.columns.table import CSVReader
from zaius_logging.cli.ending import Ending
from zaius_logging.cli.problems import JobError, MappingError
from zaius_logging.cli.reading.items import Item
from zaius_logging.cli.reading.json_lines import read_json
from zaius_logging.cli.reading.sources import DASH, Sources

from .job import CAPACITY, DELIMITERS, PATIENCE, Job, Look, in_words_of_the_command
from .refusals import Refusals
from .report import report
from .sending import Sending

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
    err = screen.stderr()
    with ExitStack() as stack:
        sources = _sources(job)
        file = stack.enter_context(job.refusals_file()) if job.refused else None
        refusals = Refusals(file, partial(err.print, style="yellow"))
        try:
            sending = Sending(sources, job.handler, refusals, CAPACITY)
        except ConfigError as error:
            raise in_words_of_the_command(error) from None
        if file is not None:
            file.truncate(0)
        with screen.bar(err, "sending", sources.total, hidden=job.dry_run) as update:
            look = Look(err, lambda text: update(sources.done, text))
            result = sending.run(job.patience(PATIENCE), look, ending)
    lines = report(result, hidden=refusals.hidden, file=job.refused, dry_run=job.dry_run)
    out = err if job.dry_run else screen.stdout()
    for line in lines:
        out.print(line, style="green" if result.complete else "red")
    if result.interrupted:
        return ending.status
    return _OK if result.complete else _NOT_ALL


def _sources(job: Job) -> Sources:
    if job.files.count(DASH) > 1:
        raise JobError("stdin (-) can be read only once")
    try:
        sources = Sources(job.files, partial(_read, job, _mapping(job)))
        sources.check()
    except OSError as error:
        raise JobError(f"{error.filename}: {error.strerror}") from None
    return sources


def _mapping(job: Job) -> Mapping | None:
    if not any((job.type_, job.action, job.identifiers, job.data, job.constants)):
        return None
    if job.form == "json":
        raise JobError("--type, --action, --identifier, --data and --set are for CSV")
    return parse_mapping(
        type_=job.type_,
        action=job.action,
        identifiers=job.identifiers,
        data=job.data,
        constants=job.constants,
    )


def _read(job: Job, mapping: Mapping | None, stream: BufferedReader, name: str) -> Iterable[Item]:
    ending = PurePath(name.removesuffix(".gz")).suffix.lower()
    by_name = mapping is not None or ending in DELIMITERS
    if job.form == "json" or (job.form == "auto" and not by_name):
        return read_json(stream, name)
    if mapping is None:
        raise MappingError(
            f"{name} is CSV: say what its columns mean, with --type, --action, --identifier "
            "and --data (see --help)"
        )
    delimiter = job.delimiter or DELIMITERS.get(ending, ",")
    return CSVReader(stream, name, mapping, delimiter=delimiter, encoding=job.encoding)
