"""How long a relay may rely on its lease, and how soon it may send. Pure: no Redis, no clock.

**The lease.** Redis grants it to one relay and forgets it after so many seconds unless it is renewed.
The holder counts from before it asked, so it stops before Redis would grant it to another. A holder
that was paused cannot count: therefore every script it runs compares the lease first (fencing).

**The window.** "At most N requests in any second" is kept for what the API sees, not for what we start:
a request arrives somewhere between its start and its end, so the one that is N later starts a full
second after the *end* of this one. A new leader inherits the last one's ends; where it was left none
(a crash), it waits a whole window first.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from zaius_logging._delivery.pace import Pace


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as its holder sees it.

    Attributes:
        seconds: that it lasts after it was asked for.
        since: when it was last asked for with success.
    """

    seconds: float
    since: float

    def held(self, now: float) -> bool:
        """Whether it cannot have gone to another yet."""
        return now < self.since + self.seconds

    def due(self, now: float) -> bool:
        """Whether to renew it: after a third, so that two tries may fail."""
        return now >= self.since + self.seconds / 3

    def renewed(self, asked: float) -> Lease:
        """As it is after a renewal that was asked for at `asked`."""
        return replace(self, since=asked)


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests in any `period` seconds; a limit of 0 stands for none."""

    limit: int
    period: float

    def ready(self, ends: Sequence[float], flying: int = 0) -> float:
        """The earliest time at which one more request may start; infinite where one must end before.

        Args:
            ends: when the last requests ended, in order; at least the last `limit` of them.
            flying: requests that have not ended: each may arrive yet.
        """
        left = self.limit - flying
        if not self.limit or len(ends) < left:
            return -math.inf
        return ends[-left] + self.period if left > 0 else math.inf


def window_of(rate: float) -> Window:
    """The window that keeps a rate: 10 a second is 10 in any second, 0.5 a second is 1 in any 2.

    A fraction above 1 is cut: a second has no room for half a request.
    """
    return Window(max(1, math.floor(rate)), max(1.0, 1.0 / rate))


class FleetPace(Pace):
    """Spaces the requests of all lanes as `Pace` does, and keeps the window across leaders.

    A lane is named by any number; a pace that has only one request in flight at a time needs no names.

    Args:
        rate: requests a second over the whole fleet; None for no limit.
        ends: when the last leader's requests ended; None where nobody knows.
        now: when this leader begins.
    """

    __slots__ = ("_ends", "_flying", "_not_before", "_window")

    def __init__(self, rate: float | None, ends: Iterable[float] | None, now: float) -> None:
        super().__init__(rate)
        self._window = window_of(rate) if rate else Window(0, 0.0)
        limit = self._window.limit
        # Where nobody knows, as many may have ended just now as there may be; so may the next leader
        # think, if this one hands over before it has sent anything.
        self._ends = deque([now] * limit if ends is None else ends, maxlen=limit)
        self._flying: set[int] = set()  # lanes with a request in flight
        self._not_before = -math.inf  # what an answer asked for (Retry-After)

    @property
    def period(self) -> float:
        """Seconds after which a request counts no more."""
        return self._window.period

    def ready(self) -> float:
        """The earliest time at which a request may start."""
        window = self._window.ready(self._ends, len(self._flying))
        return max(super().ready(), self._not_before, window)

    def flies(self, lane: int) -> None:
        """Note that a lane has a request in flight."""
        self._flying.add(lane)

    def lands(self, lane: int) -> None:
        """Note that a lane has no request in flight."""
        self._flying.discard(lane)

    def ended(self, now: float) -> None:
        """Note that a request has ended, whatever came of it."""
        self._ends.append(now)

    def wait_until(self, time: float) -> None:
        """Start no request before this time, in no lane."""
        self._not_before = max(self._not_before, time)

    def answers_news(self, started: float) -> bool:
        """Whether an answer of 429 to a request that started then says more than the last one did.

        Requests in flight when the first of them is answered 429 were sent at the old rate: to slow down
        for each of them would be to slow down once for each lane.
        """
        return self._rate is None or started >= self._since

    def ages(self, now: float) -> list[float]:
        """Seconds since the end of each request that still counts, oldest first."""
        return [now - end for end in self._ends if now - end < self._window.period]
