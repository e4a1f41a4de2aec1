"""Says in a few lines what became of it all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .sending import Result

OPTION_OF = {"api_key": "ZAIUS_API_KEY", "endpoint": "--endpoint (or ZAIUS_ENDPOINT)"}
"""What the handler calls an argument -> what the command calls it."""


def report(result: Result, *, hidden: int, file: str | None, dry_run: bool) -> Iterator[str]:
    """Give the lines of the summary.

    Args:
        result: what happened.
        hidden: how many refusals were not shown.
        file: where all of them are, if anywhere.
        dry_run: whether nothing was really sent.
    """
    if hidden:
        yield f"… and {hidden:,} more" + ("" if file else "; --refused FILE keeps them all")
    stats = result.stats
    if dry_run:
        yield f"{count(stats.delivered, 'event')} would be sent; nothing was (--dry-run)."
    else:
        requests = count(stats.requests, "request")
        yield (
            f"{count(stats.delivered, 'event')} delivered in {requests} and {result.seconds:.1f} s."
        )
    if result.refused:
        yield f"{result.refused:,} refused before sending."
    if stats.rejected:
        yield f"{stats.rejected:,} refused by the API."
    if result.skipped:
        yield f"{count(result.skipped, 'log line')} without an event passed over."
    if result.lost:
        yield f"{count(result.lost, 'event')} read and not delivered."
    yield from _ending(result)
    if file and not result.complete:
        yield f"What was not delivered is in {file}, each with its reason."


def followed(result: Result, log: str, line: int) -> str:
    """Give the one line that a follower ends with.

    Args:
        result: what happened.
        log: the log's name.
        line: of the log's present file or an older one, up to which the next start will not read again.
    """
    stats = result.stats
    parts = [
        f"{count(stats.delivered, 'event')} delivered in {count(stats.requests, 'request')}",
        f"{stats.rejected:,} refused by the API" if stats.rejected else "",
        f"{result.refused:,} refused before sending" if result.refused else "",
        f"{count(result.skipped, 'log line')} passed over" if result.skipped else "",
        f"{result.lost:,} read and left to the next start" if result.lost else "",
    ]
    why = for_the_command(result.broken or result.gave_up)
    return f"{log}: {', '.join(filter(None, parts))}; sent to line {line:,}; {why}."


def _ending(result: Result) -> Iterator[str]:
    last = f", having read {result.last}" if result.last else ""
    if result.broken:
        yield f"Reading ended{last}: {result.broken}. The rest was not sent."
    if result.gave_up:
        yield (
            f"Stopped{last}: {for_the_command(result.gave_up)}. "
            "Run the same line again to send the rest: events from files keep their ids."
        )


def for_the_command(reason: str) -> str:
    """Name options where the handler names its arguments."""
    for argument, option in OPTION_OF.items():
        reason = re.sub(rf"\b{argument}\b", option, reason)
    return reason


def count(number: int, what: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
