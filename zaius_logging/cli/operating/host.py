"""The numbers of a host: what its processes have counted, and what lies in the directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zaius_logging._spool.journal import counts

from . import looking

WELL = ("idle", "waiting", "closed")


def account(folder: Path) -> dict[str, Any]:
    """Give an account's sums over all processes, ended ones too, and each living one's numbers.

    Raises:
        OSError: the folder cannot be read.
    """
    lies = looking.account(folder)
    ended, living = counts.of(str(folder))
    waiting = {each["pid"]: each for each in lies["processes"]}
    processes = []
    for _, said in living:
        there = waiting.get(said["pid"], {})
        processes.append(
            {
                **{name: said[name] for name in ("pid", "at", "state", "problem", "degraded")},
                **{name: said[name] for name in counts.SUMS},
                "dropped": said["dropped"],
                "pending": said["pending"],
                "oldest_seconds": there.get("oldest_seconds"),
            }
        )
    return {
        **{name: lies[name] for name in ("account", "waiting", "oldest_seconds", "bytes")},
        "dead_letters": lies["dead_letters"],
        "alive": sum(each["owner"] == "alive" for each in lies["processes"]),
        "sums": counts.total([ended, *(said for _, said in living)]),
        "processes": processes,
    }


_COUNTERS = {
    "delivered": ("zaius_host_events_delivered_total", "Events that the API took."),
    "rejected": ("zaius_host_events_rejected_total", "Events that the API said no to."),
    "invalid": ("zaius_host_events_invalid_total", "Records whose event was invalid at the call."),
    "requests": ("zaius_host_requests_total", "Requests made, whatever came of them."),
    "retries": ("zaius_host_requests_retried_total", "Requests that must be made again."),
}
_GAUGES = {
    "waiting": ("zaius_host_events_waiting", "Events that wait on disk."),
    "oldest_seconds": ("zaius_host_oldest_seconds", "Seconds since the oldest of them was logged."),
    "bytes": ("zaius_host_spool_bytes", "Bytes of the disk that they take."),
    "dead_letters": ("zaius_host_dead_letters", "Rejected events that nobody has retried."),
}


def prometheus(accounts: list[dict[str, Any]]) -> str:
    """Write the numbers in Prometheus' text format (version 0.0.4)."""
    return "\n".join(_lines(accounts)) + "\n"


def _lines(accounts: list[dict[str, Any]]) -> Iterator[str]:
    for name, (metric, words) in _COUNTERS.items():
        yield from _head(metric, "counter", words)
        yield from (f"{metric}{_label(one)} {one['sums'][name]}" for one in accounts)
    metric = "zaius_host_events_dropped_total"
    yield from _head(metric, "counter", "Events lost on our side, by reason.")
    for one in accounts:
        for reason, number in one["sums"]["dropped"].items():
            yield f'{metric}{{account="{one["account"]}",reason="{reason}"}} {number}'
    for name, (metric, words) in _GAUGES.items():
        yield from _head(metric, "gauge", words)
        yield from (f"{metric}{_label(one)} {one[name] or 0:g}" for one in accounts)
    metric = "zaius_host_up"
    yield from _head(metric, "gauge", "1 unless a process retries or is paused.")
    for one in accounts:
        well = all(each["state"] in WELL for each in one["processes"])
        yield f"{metric}{_label(one)} {int(well)}"
    yield from _ages(accounts)


def _ages(accounts: list[dict[str, Any]]) -> Iterator[str]:
    metric = "zaius_host_event_age_seconds"
    yield from _head(metric, "histogram", "Seconds between the call and the API's answer.")
    for one in accounts:
        so_far = 0
        bounds = [*(f"{bound:g}" for bound in counts.BUCKETS), "+Inf"]
        for bound, number in zip(bounds, one["sums"]["ages"], strict=True):
            so_far += number
            yield f'{metric}_bucket{{account="{one["account"]}",le="{bound}"}} {so_far}'
        yield f"{metric}_sum{_label(one)} {one['sums']['age_seconds']:g}"
        yield f"{metric}_count{_label(one)} {so_far}"


def _head(metric: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP {metric} {words}"
    yield f"# TYPE {metric} {kind}"


def _label(account: dict[str, Any]) -> str:
    return f'{{account="{account["account"]}"}}'
