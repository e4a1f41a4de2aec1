"""The public numbers of a handler: every accepted event has exactly one fate.

accepted = delivered + rejected + sum(dropped.values()) + pending
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of the events, at one moment. All numbers count events unless they say otherwise.

    Attributes:
        accepted: valid events taken by `emit`; the sum of the next four.
        delivered: taken by the API (any 2xx).
        rejected: the API said no to the event itself; kept as dead letters with `spool_dir`.
        dropped: lost on our side, by reason: `overflow` (the spool was full), `closed` (still waiting
            at the end of the process), `expired` (older than `max_age`), `lost` (from a damaged file),
            `before_send` (it gave None).
        pending: waiting, those being sent included, and those `stored`.
        invalid: records whose event is invalid; never accepted.
        pending_bytes: bytes of JSON that wait.
        requests: requests made, whatever came of them.
        retries: those of them that must be made again (network, 429, 5xx, key, address).
        state: `idle`, `waiting`, `retrying`, `paused` (key, address or network), `stopped` (events wait,
            and no thread can be started to send them) or `closed` (until the next event).
        problem: why it is retrying or paused, for people; empty when all is well.
        degraded: `spool_dir` cannot be written, so events wait in memory for now.
        counting: some that were left in `spool_dir` are not counted yet; `accepted` and `pending` will rise.
        stored: those of `pending` that this process has put into `spool_dir` for another one to send
            (`deliver=False`); what became of them the other one says.
    """

    accepted: int = 0
    delivered: int = 0
    rejected: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    pending: int = 0
    invalid: int = 0
    pending_bytes: int = 0
    requests: int = 0
    retries: int = 0
    state: str = "idle"
    problem: str = ""
    degraded: bool = False
    counting: bool = False
    stored: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The same as a dictionary that JSON can hold."""
        return asdict(self)
