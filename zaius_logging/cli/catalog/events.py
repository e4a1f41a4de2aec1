"""The events that a catalogue is checked by or drafted from: of files, or of a sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zaius_logging.cli.columns.mapping_file import load
from zaius_logging.cli.columns.options import Columns
from zaius_logging.cli.columns.table import Form
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.reading.items import Found, Unusable
from zaius_logging.cli.reading.sources import Sources
from zaius_logging.cli.sending.forms import Reader
from zaius_logging.cli.sending.job import Job


def events_of(
    sources: Sequence[str], mapping: str | None
) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Give (place, event), or (place, why it is none).

    Args:
        sources: files, `-`, or addresses of sandboxes.
        mapping: what columns mean, as for `send`.

    Raises:
        JobError: one cannot be read.
    """
    files = [each for each in sources if "://" not in each]
    for url in (each for each in sources if "://" in each):
        yield from _of_sandbox(url)
    if files:
        columns = load(mapping) if mapping else Columns()
        job = Job(files=files, columns=columns, table=Form())
        found = Sources(files, Reader(job).read)
        found.check()
        for _, item in found:
            if isinstance(item, Found):
                yield str(item.origin), item.event
            elif isinstance(item, Unusable):
                yield str(item.origin), item.reason


def _of_sandbox(url: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    from zaius_logging.sandbox import SandboxClient, SandboxError

    try:
        events = SandboxClient(url).events()
    except (OSError, SandboxError) as error:
        raise JobError(f"{url}: no sandbox answers there ({type(error).__name__})") from None
    for number, event in enumerate(events, 1):
        yield f"{url} #{number}", event
