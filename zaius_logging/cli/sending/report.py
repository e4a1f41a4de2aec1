"""Says in a few lines what became of it all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zaius_logging.cli.words import count

from .result import Read, Result

OPTION_OF = {"api_key": "ZAIUS_API_KEY", "endpoint": "--endpoint (or ZAIUS_ENDPOINT)"}
"""What the handler calls an argument -> what the command calls it."""


def report(result: Result, *, file: str | None, dry_run: bool, resumes: bool) -> Iterator[str]:
    """Give the lines of the summary.

    Args:
        result: what happened.
        file: where all failures are, if anywhere.
        dry_run: whether nothing was really sent.
        resumes: whether the same line, run again, goes on where this run stopped.
    """
    stats, read = result.stats, result.read
    if dry_run:
        yield f"{count(stats.delivered, 'event')} would be sent; nothing was (--dry-run)."
    else:
        requests = count(stats.requests, "request")
        speed = f" ({stats.delivered / result.seconds:,.0f} a second)" if result.seconds > 1 else ""
        yield (
            f"{count(stats.delivered, 'event')} delivered in {requests} and {result.seconds:.1f} s{speed}."
        )
    if result.invalid:
        yield f"{result.invalid:,} invalid, and not sent" + (
            "." if file else "; --refused FILE keeps them."
        )
    if stats.rejected:
        yield f"{stats.rejected:,} rejected by the API."
    yield from _passed_over(read)
    for name, number in read.doubtful.items():
        yield f"{number:,} of {name} may stand for nobody (0, -1, NULL ...), and were sent."
    if read.twice:
        yield (
            f"{count(read.twice, 'time')} came twice, when the clocks of --timezone went back: the first was taken."
        )
    if read.timeless and not dry_run:
        yield f"{count(read.timeless, 'event')} without a time of its own got the present."
    if result.undelivered:
        yield f"{count(result.undelivered, 'event')} read and not delivered."
    if read.grouped or read.unwanted:
        yield f"{count(read.rows, 'row')} read: {_sum(result)}."
    yield from _ending(result, file=file, again="" if dry_run else _RESUMES if resumes else _PIPED)


def _passed_over(read: Read) -> Iterator[str]:
    if read.log:
        yield f"{count(read.log, 'log line')} without an event passed over."
    if read.text:
        yield f"{count(read.text, 'line')} of plain text passed over (--strict-lines makes them invalid)."
    if read.unwanted:
        yield f"{count(read.unwanted, 'row')} passed over, as the mapping asks."


def _sum(result: Result) -> str:
    """All that became of the records that were read: it adds up, whatever the end."""
    read, stats = result.read, result.stats
    parts = (
        (stats.delivered, "sent"),
        (read.grouped, "joined to the event of the row before"),
        (result.invalid, "invalid"),
        (stats.rejected, "rejected"),
        (read.log + read.text + read.unwanted, "passed over"),
        (result.undelivered, "not delivered"),
    )
    return " + ".join(f"{number:,} {what}" for number, what in parts if number) or "nothing"


def followed(result: Result, log: str, line: int) -> str:
    """Give the one line that a follower ends with.

    Args:
        result: what happened.
        log: the log's name.
        line: of the log's present file or an older one, up to which the next start will not read again.
    """
    stats, read = result.stats, result.read
    skipped = read.log + read.text
    parts = [
        f"{count(stats.delivered, 'event')} delivered in {count(stats.requests, 'request')}",
        f"{stats.rejected:,} rejected by the API" if stats.rejected else "",
        f"{result.invalid:,} invalid, and not sent" if result.invalid else "",
        f"{count(skipped, 'line')} without an event passed over" if skipped else "",
        f"{result.undelivered:,} read and left to the next start" if result.undelivered else "",
    ]
    why = for_the_command(read.broken or result.gave_up)
    return f"{log}: {', '.join(filter(None, parts))}; sent to line {line:,}; {why}."


_RESUMES = " Run the same line again to send the rest: it goes on where this one stopped."
_PIPED = " What came by a pipe gets other ids when it is sent again, if it has none of its own and no --key."


def _ending(result: Result, *, file: str | None, again: str) -> Iterator[str]:
    read = result.read
    last = f", having read {read.last}" if read.last else ""
    for place in read.rest:
        yield f"What follows {place} in that file was not read, and is in no count."
    if read.broken:
        yield f"Reading ended{last}: {read.broken}. The rest was not sent."
    if result.gave_up:
        yield f"Stopped{last}: {for_the_command(result.gave_up)}.{again}"
    if file and not result.complete:
        if result.finished and not read.rest:
            yield f"What was not delivered is in {file}, each with its reason."
        else:
            from_where = read.rest[0] if read.rest else read.last or "the beginning"
            yield f"{file} has what was read; what follows {from_where} is in no file."


def for_the_command(reason: str) -> str:
    """Name options where the handler names its arguments."""
    for argument, option in OPTION_OF.items():
        reason = re.sub(rf"\b{argument}\b", option, reason)
    return reason
