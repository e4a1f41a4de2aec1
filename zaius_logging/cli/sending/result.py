"""What was read, what became of it, and when to give up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zaius_logging._stats import Stats
from zaius_logging.cli.reading.items import Origin


@dataclass(slots=True)
class Read:
    """What was read so far. One thread writes, others may look.

    Attributes:
        rows: records, of tables rows: each is an event, part of one, skipped or unusable.
        grouped: rows beyond the first of an event.
        unusable: records that could not be read as an event.
        invalid: events that could not be sent as they are.
        log: log lines passed over.
        text: lines of plain text passed over.
        unwanted: rows that the mapping passes over.
        timeless: events without a time of their own.
        twice: times of the hour that their zone's clocks showed twice.
        doubtful: identifiers that were sent though they may stand for nobody: name -> how many.
        unsent: records that were read after sending ended.
        last: where the last item was read.
        broken: why reading ended before its end; blank where it did not.
        rest: from where on files were not read.
    """

    rows: int = 0
    grouped: int = 0
    unusable: int = 0
    invalid: int = 0
    log: int = 0
    text: int = 0
    unwanted: int = 0
    timeless: int = 0
    twice: int = 0
    doubtful: Mapping[str, int] = field(default_factory=dict)
    unsent: int = 0
    last: Origin | None = None
    broken: str = ""
    rest: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it all.

    Attributes:
        stats: the handler's numbers.
        read: what was read.
        undelivered: events that were read and not delivered for want of an answer.
        gave_up: why sending ended before its end; blank where it did not.
        interrupted: whether that was Ctrl-C or SIGTERM.
        finished: whether everything was read, or nobody wants more.
        seconds: how long it took.
    """

    stats: Stats
    read: Read = field(default_factory=Read)
    undelivered: int = 0
    gave_up: str = ""
    interrupted: bool = False
    finished: bool = True
    seconds: float = 0.0

    @property
    def invalid(self) -> int:
        """Records of which no event could be sent."""
        return self.read.unusable + self.read.invalid

    @property
    def settled(self) -> bool:
        """Whether all was read, and every event has its answer: nothing is left for another run."""
        return self.finished and not (self.read.broken or self.gave_up or self.undelivered)

    @property
    def complete(self) -> bool:
        """Whether everything was read, and every event delivered."""
        return self.settled and not (self.invalid or self.stats.rejected or self.read.rest)


class Patience:
    """Decides when to give up. Pure.

    Args:
        seconds: without any event settling while some wait.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._settled = -1
        self._since = 0.0

    def verdict(self, stats: Stats, now: float) -> str:
        """Why to give up; blank to go on."""
        if stats.state == "paused":  # key, address or account: no waiting helps
            return stats.problem
        settled = stats.delivered + stats.rejected + sum(stats.dropped.values())
        if settled != self._settled or not stats.pending:
            self._settled, self._since = settled, now
        elif now - self._since >= self._seconds:
            return f"{stats.problem or 'no answer came'}, for {self._seconds:g} s on end"
        return ""
