"""Prometheus: a collector over `stats()` of every handler of the process.

| metric | type | labels | what |
|---|---|---|---|
| `zaius_events_accepted_total` | counter | handler | valid events taken by a log call |
| `zaius_events_delivered_total` | counter | handler | events that the API took |
| `zaius_events_rejected_total` | counter | handler | events that the API said no to |
| `zaius_events_dropped_total` | counter | handler, reason | events lost on our side |
| `zaius_events_invalid_total` | counter | handler | records whose event was invalid at the call |
| `zaius_events_pending` | gauge | handler | events that wait |
| `zaius_events_pending_bytes` | gauge | handler | their bytes |
| `zaius_requests_total` | counter | handler | requests made |
| `zaius_requests_retried_total` | counter | handler | those of them that must be made again |
| `zaius_up` | gauge | handler | 1 while idle or waiting, 0 while retrying or paused |
| `zaius_spool_degraded` | gauge | handler | 1 while the disk under `spool_dir` fails and events wait in memory |
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from zaius_logging._stats import Stats

from .health import WELL, all_stats

_COUNTERS = {
    "zaius_events_accepted": ("accepted", "Valid events taken by a log call."),
    "zaius_events_delivered": ("delivered", "Events that the API took."),
    "zaius_events_rejected": ("rejected", "Events that the API said no to."),
    "zaius_events_invalid": ("invalid", "Records whose event was invalid at the call."),
    "zaius_requests": ("requests", "Requests made, whatever came of them."),
    "zaius_requests_retried": ("retries", "Requests that must be made again."),
}
_GAUGES = {
    "zaius_events_pending": ("pending", "Events that wait, those being sent included."),
    "zaius_events_pending_bytes": ("pending_bytes", "Bytes of JSON that wait."),
    "zaius_spool_degraded": ("degraded", "Whether the disk fails and events wait in memory."),
}


class ZaiusCollector(Collector):
    """Collects from every ZaiusHandler of the process, at each scrape: `REGISTRY.register(ZaiusCollector())`.

    Each process has its own numbers. Under several workers use what prometheus_client offers for
    collectors there: one port a worker, or a push.
    """

    def collect(self) -> Iterator[Metric]:
        """Give the metrics of this moment."""
        stats = all_stats()
        for name, (attribute, text) in _COUNTERS.items():
            counter = CounterMetricFamily(name, text, labels=["handler"])
            for handler, each in stats.items():
                counter.add_metric([handler], getattr(each, attribute))
            yield counter
        for name, (attribute, text) in _GAUGES.items():
            gauge = GaugeMetricFamily(name, text, labels=["handler"])
            for handler, each in stats.items():
                gauge.add_metric([handler], getattr(each, attribute))
            yield gauge
        yield _dropped(stats)
        up = GaugeMetricFamily(
            "zaius_up", "Whether events are being delivered.", labels=["handler"]
        )
        for handler, each in stats.items():
            up.add_metric([handler], each.state in WELL)
        yield up

    def describe(self) -> list[Metric]:
        """Nothing: names that depend on no state need no check at registration."""
        return []


def _dropped(stats: dict[str, Stats]) -> Metric:
    text = "Events lost on our side, by reason."
    dropped = CounterMetricFamily("zaius_events_dropped", text, labels=["handler", "reason"])
    for handler, each in stats.items():
        for reason, count in each.dropped.items():
            dropped.add_metric([handler, reason], count)
    return dropped
