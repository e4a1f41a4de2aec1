"""OpenTelemetry: observable instruments over `stats()` of every handler of the process.

| instrument | kind | unit | attributes | what |
|---|---|---|---|---|
| `zaius.events.accepted` | counter | `{event}` | handler | valid events taken by a log call |
| `zaius.events.delivered` | counter | `{event}` | handler | events that the API took |
| `zaius.events.rejected` | counter | `{event}` | handler | events that the API said no to |
| `zaius.events.dropped` | counter | `{event}` | handler, reason | events lost on our side |
| `zaius.events.invalid` | counter | `{event}` | handler | records whose event was invalid at the call |
| `zaius.events.pending` | up-down counter | `{event}` | handler | events that wait |
| `zaius.events.pending.size` | up-down counter | `By` | handler | their bytes |
| `zaius.requests` | counter | `{request}` | handler | requests made |
| `zaius.requests.retried` | counter | `{request}` | handler | those of them that must be made again |
| `zaius.up` | gauge | `1` | handler | 1 while idle or waiting, 0 while retrying or paused |
| `zaius.spool.degraded` | gauge | `1` | handler | 1 while the disk under `spool_dir` fails and events wait in memory |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from opentelemetry.metrics import CallbackOptions, Meter, Observation, get_meter

from .health import WELL, all_stats

_COUNTERS = {
    "zaius.events.accepted": ("accepted", "{event}", "Valid events taken by a log call"),
    "zaius.events.delivered": ("delivered", "{event}", "Events that the API took"),
    "zaius.events.rejected": ("rejected", "{event}", "Events that the API said no to"),
    "zaius.events.invalid": ("invalid", "{event}", "Records whose event was invalid at the call"),
    "zaius.requests": ("requests", "{request}", "Requests made, whatever came of them"),
    "zaius.requests.retried": ("retries", "{request}", "Requests that must be made again"),
}
_LEVELS = {
    "zaius.events.pending": ("pending", "{event}", "Events that wait, those being sent included"),
    "zaius.events.pending.size": ("pending_bytes", "By", "Bytes of JSON that wait"),
}

_Callback = Callable[[CallbackOptions], Iterable[Observation]]


def observe(meter: Meter | None = None) -> None:
    """Make the instruments, once a process.

    Args:
        meter: of your MeterProvider; None is the global one's.
    """
    meter = get_meter("zaius_logging") if meter is None else meter
    for name, (attribute, unit, text) in _COUNTERS.items():
        meter.create_observable_counter(name, [_reading(attribute)], unit, text)
    for name, (attribute, unit, text) in _LEVELS.items():
        meter.create_observable_up_down_counter(name, [_reading(attribute)], unit, text)
    meter.create_observable_gauge("zaius.up", [_up], "1", "Whether events are being delivered")
    meter.create_observable_gauge(
        "zaius.spool.degraded",
        [_degraded],
        "1",
        "Whether the disk fails and events wait in memory",
    )
    meter.create_observable_counter(
        "zaius.events.dropped", [_dropped], "{event}", "Events lost on our side, by reason"
    )


def _reading(attribute: str) -> _Callback:
    def read(_: CallbackOptions) -> Iterable[Observation]:
        for handler, stats in all_stats().items():
            yield Observation(getattr(stats, attribute), {"handler": handler})

    return read


def _up(_: CallbackOptions) -> Iterable[Observation]:
    for handler, stats in all_stats().items():
        yield Observation(int(stats.state in WELL), {"handler": handler})


def _degraded(_: CallbackOptions) -> Iterable[Observation]:
    for handler, stats in all_stats().items():
        yield Observation(int(stats.degraded), {"handler": handler})


def _dropped(_: CallbackOptions) -> Iterable[Observation]:
    for handler, stats in all_stats().items():
        for reason, count in stats.dropped.items():
            yield Observation(count, {"handler": handler, "reason": reason})
