"""Decides for each request which faults apply to it.

Pure: time and chance come in as arguments. What a fault may say is checked in `_fault_document`.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zaius_logging.sandbox._fault_document import Bad, Fault

_REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What faults do to one request.

    Attributes:
        latency: Seconds to wait before the answer.
        ending: The fault that ends the request in place of its own answer.
        bad: Judges of events, each with its fault's message.
        named: False to name no bad event in a 400.
        form: How a 400 names bad events.
        partial: True if a 400 takes the good events all the same; None as the server is set.
    """

    latency: float = 0.0
    ending: Fault | None = None
    bad: tuple[Judge, ...] = ()
    named: bool = True
    form: str = "event"
    partial: bool | None = None


@dataclass(slots=True)
class Judge:
    """Finds the events that a fault calls bad."""

    bad: Bad
    message: str
    _count: int = 0
    _verdicts: OrderedDict[str, bool] = field(default_factory=OrderedDict)

    def condemns(self, event: Mapping[str, Any], idempotence_id: str | None) -> bool:
        """Say whether an event is bad.

        An event that comes again with the same id gets the same answer: a client that sends the
        halves of a rejected batch must find the same one bad.
        """
        if not self.bad.matches(event):
            return False
        if idempotence_id is None:
            return self._nth()
        if idempotence_id not in self._verdicts:
            self._verdicts[idempotence_id] = self._nth()
            if len(self._verdicts) > _REMEMBERED:
                self._verdicts.popitem(last=False)
        return self._verdicts[idempotence_id]

    def _nth(self) -> bool:
        self._count += 1
        return self._count % self.bad.every == 0


class _Active:
    """A fault in force, with what is left of it."""

    def __init__(self, fault: Fault, now: float) -> None:
        self.fault = fault
        self.times = fault.times
        self.until = None if fault.seconds is None else now + fault.seconds
        self.judge = None if fault.bad is None else Judge(fault.bad, fault.message)
        self._tokens = fault.burst
        self._filled = now

    def over(self, now: float) -> bool:
        return self.times == 0 or (self.until is not None and now >= self.until)

    def hits(self, now: float, chance: Callable[[], float]) -> bool:
        if self.over(now):
            return False
        if self.fault.share < 1 and chance() >= self.fault.share:
            return False
        if self.fault.rate is not None and self._take(self.fault.rate, now):
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def _take(self, rate: float, now: float) -> bool:
        """Take a token of the bucket, if it has one."""
        self._tokens = min(self.fault.burst, self._tokens + rate * (now - self._filled))
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Faults:
    """The faults in force.

    Args:
        chance: Gives a number from 0 up to, but not including, 1.
    """

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._active: list[_Active] = []

    def set(self, faults: Iterable[Fault], now: float) -> None:
        """Put faults in force, in place of those before."""
        self._active = [_Active(fault, now) for fault in faults]

    def clear(self) -> None:
        """End all faults."""
        self._active = []

    def documents(self, now: float) -> list[dict[str, Any]]:
        """Show the faults that are in force, with what is left of `times` and `seconds`."""
        return [
            active.fault.document
            | ({} if active.times is None else {"times": active.times})
            | ({} if active.until is None else {"seconds": round(active.until - now, 3)})
            for active in self._active
            if not active.over(now)
        ]

    def plan(self, now: float) -> Plan:
        """Decide which faults apply to a request. A fault that replaces the answer is the last one."""
        latency, bad = 0.0, []
        named, form, partial = True, "event", None
        for active in self._active:
            if not active.hits(now, self._chance):
                continue
            fault = active.fault
            latency += fault.latency
            if active.judge is not None:
                bad.append(active.judge)
            named, form = named and fault.named, fault.form or form
            partial = partial if fault.partial is None else fault.partial
            if fault.ends:
                return Plan(latency, fault, tuple(bad), named, form, partial)
        return Plan(latency, None, tuple(bad), named, form, partial)
