"""The ledger: every accepted event has exactly one fate, counted here and nowhere else.

accepted = delivered + rejected + sum(dropped.values()) + pending
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from threading import RLock
from typing import Any


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of the events, at one moment. All numbers count events unless they say otherwise.

    Attributes:
        accepted: valid events taken by `emit`; the sum of the next four.
        delivered: taken by the API (any 2xx).
        rejected: refused by the API for what they are, and buried with its reason.
        dropped: lost on our side, by reason: `overflow` (the spool was full), `closed` (still waiting
            at the deadline of close, or logged after it), `expired` (older than `max_age`),
            `before_send` (it gave None).
        pending: waiting, those being sent included.
        invalid: records whose event was refused at the call; never accepted.
        pending_bytes: bytes of JSON that wait.
        requests: requests made, whatever came of them.
        retries: those of them that must be made again (network, 429, 5xx, or refused as a whole).
        state: `idle`, `waiting`, `retrying`, `paused` (key, address or network refused) or `closed`.
        problem: why it is retrying or paused, for people; empty when all is well.
        degraded: `spool_dir` cannot be written, so events wait in memory for now.
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

    def as_dict(self) -> dict[str, Any]:
        """The same as a dictionary that JSON can hold."""
        return asdict(self)


class Ledger:
    """The counters behind `Stats`. Its owner changes and reads it under one lock."""

    __slots__ = (
        "accepted",
        "delivered",
        "dropped",
        "invalid",
        "problem",
        "rejected",
        "requests",
        "retries",
    )

    def __init__(self) -> None:
        self.accepted = 0
        self.delivered = 0
        self.rejected = 0
        self.dropped: Counter[str] = Counter()
        self.invalid = 0
        self.requests = 0
        self.retries = 0
        self.problem = ""

    def snapshot(
        self, *, pending: int, pending_bytes: int, state: str, degraded: bool = False
    ) -> Stats:
        """Freeze the numbers of this moment."""
        return Stats(
            accepted=self.accepted,
            delivered=self.delivered,
            rejected=self.rejected,
            dropped=dict(self.dropped),
            pending=pending,
            invalid=self.invalid,
            pending_bytes=pending_bytes,
            requests=self.requests,
            retries=self.retries,
            state=state,
            problem=self.problem,
            degraded=degraded,
        )


class Tally:
    """What callers could not hand in, counted beside the ledger.

    A call that takes no lock of the thread's cannot keep it waiting: locks are not fair, and a loop that
    logs faster than there is room would have it nearly always. The counts only rise, and are read
    without the lock.

    Attributes:
        refused: events that the spool did not take, by reason.
        invalid: records whose event was refused at the call.
    """

    __slots__ = ("_lock", "invalid", "refused")

    def __init__(self) -> None:
        self._lock = RLock()
        self.refused = {
            "overflow": 0,
            "closed": 0,
        }  # nothing is added: a signal may come in between
        self.invalid = 0

    def refuse(self, reason: str) -> None:
        """Count an event that was not taken."""
        with self._lock:
            self.refused[reason] += 1

    def count_invalid(self) -> None:
        """Count a record whose event was refused at the call."""
        with self._lock:
            self.invalid += 1
