"""Shows a relay and its stream in numbers: as an object, as JSON and as Prometheus text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from zaius_logging._stats import Stats

_MICRO = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayStats:
    """A relay and its stream at one moment.

    Attributes:
        relay: its name.
        stream: the stream's key.
        leads: whether this relay leads.
        leader: the lease that somebody holds, as `<token>:<name>`; blank if nobody does.
        terms: how often this relay has led.
        length: events in the stream.
        bytes: their bytes.
        oldest: seconds since the oldest of them came to the stream.
        pending: those of them that a relay has read and not settled.
        dead: dead letters that are kept.
        forgotten: dead letters that gave way to newer ones.
        delivered: events that the API took from this relay.
        rejected: by the API, from this relay, and kept as dead letters.
        dropped: reason -> events that this relay lost.
        requests: made by this relay.
        retries: those of them that had to be made again.
        state: `standby`, or how the listener is.
        problem: why it does not deliver, for people; blank when all is well.
    """

    relay: str
    stream: str
    leads: bool = False
    leader: str = ""
    terms: int = 0
    length: int = 0
    bytes: int = 0
    oldest: float = 0.0
    pending: int = 0
    dead: int = 0
    forgotten: int = 0
    delivered: int = 0
    rejected: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    retries: int = 0
    state: str = "standby"
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same as a dictionary that JSON can hold."""
        return asdict(self)


class Totals:
    """Adds up a relay's numbers over its terms of leadership.

    Args:
        relay: its name.
        stream: the stream's key.

    Attributes:
        terms: how often it has led.
        length: events in the stream when it was last measured; None before.
        redis_problem: why Redis cannot be used, blank when it can.
    """

    def __init__(self, relay: str, stream: str) -> None:
        self._relay = relay
        self._stream = stream
        self._measured: dict[str, Any] = {}
        self._sums: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self.terms = 0
        self.redis_problem = ""

    @property
    def length(self) -> int | None:
        """Events in the stream when it was last measured; None before."""
        return self._measured.get("length")

    def measured(self, answer: Sequence[Any]) -> None:
        """Take in what the script MEASURE answers."""
        length, size, pending, dead, forgotten, age, leader = answer
        self._measured = {
            "length": length,
            "bytes": size if length else 0,
            "pending": pending,
            "dead": dead,
            "forgotten": forgotten,
            "oldest": max(0.0, age / _MICRO),
            "leader": (leader or b"").decode(),
        }

    def ended(self, stats: Stats) -> None:
        """Add what became of the events of a term that has ended."""
        for name in ("delivered", "rejected", "requests", "retries"):
            self._sums[name] += getattr(stats, name)
        self._dropped.update(stats.dropped)

    def stats(self, term: Stats | None) -> RelayStats:
        """The numbers of this moment.

        Args:
            term: of the term that lasts, None while standing by.
        """
        now = term or Stats(state="standby")
        return RelayStats(
            relay=self._relay,
            stream=self._stream,
            leads=term is not None,
            terms=self.terms,
            **self._measured,
            **{
                name: self._sums[name] + getattr(now, name)
                for name in ("delivered", "rejected", "requests", "retries")
            },
            dropped=dict(self._dropped + Counter(now.dropped)),
            state=now.state,
            problem=self.redis_problem or now.problem,
        )


_HELP: Mapping[str, tuple[str, str]] = {
    "leads": ("gauge", "1 while this relay leads"),
    "terms": ("counter", "Times that this relay began to lead"),
    "length": ("gauge", "Events in the stream"),
    "bytes": ("gauge", "Bytes of the events in the stream"),
    "oldest": ("gauge", "Seconds since the oldest event came to the stream"),
    "pending": ("gauge", "Events read and not settled"),
    "dead": ("gauge", "Dead letters that are kept"),
    "forgotten": ("counter", "Dead letters that gave way to newer ones"),
    "delivered": ("counter", "Events that the API took from this relay"),
    "rejected": ("counter", "Events that the API rejected"),
    "requests": ("counter", "Requests to the API"),
    "retries": ("counter", "Requests that had to be made again"),
}


def prometheus(stats: RelayStats) -> str:
    """The numbers in Prometheus' text format (version 0.0.4)."""
    return "\n".join(_lines(stats)) + "\n"


def _lines(stats: RelayStats) -> Iterator[str]:
    label = f'{{stream="{_escaped(stats.stream)}"}}'
    for name, (kind, words) in _HELP.items():
        unit = "_seconds" if name == "oldest" else "_total" if kind == "counter" else ""
        full = f"zaius_relay_{name}{unit}"
        yield f"# HELP {full} {words}"
        yield f"# TYPE {full} {kind}"
        yield f"{full}{label} {float(getattr(stats, name)):.15g}"
    yield "# HELP zaius_relay_dropped_total Events dropped, by reason"
    yield "# TYPE zaius_relay_dropped_total counter"
    for reason, count in stats.dropped.items():
        yield f'zaius_relay_dropped_total{{stream="{_escaped(stats.stream)}",reason="{reason}"}} {count}'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
