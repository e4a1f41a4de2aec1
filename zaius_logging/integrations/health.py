"""Says how the handlers of this process are, for a readiness page or a command of yours."""

from __future__ import annotations

from typing import Any

from zaius_logging._handler import ZaiusHandler
from zaius_logging._process.lifecycle import managed
from zaius_logging._stats import Stats

WELL = ("idle", "waiting")
"""States in which events are being delivered."""


def all_stats() -> dict[str, Stats]:
    """Give the stats of every handler of this process that is not closed, by name.

    A handler's name is what dictConfig gave it; others are numbered. Two handlers of one name share it,
    and the second gets a number too.
    """
    found: dict[str, Stats] = {}
    for handler in sorted(managed(), key=id):  # so that a number stays with its handler
        if not isinstance(handler, ZaiusHandler):
            continue
        stats = handler.stats()
        if stats.state == "closed":
            continue
        name = base = handler.name or "zaius"
        number = 1
        while name in found:
            number += 1
            name = f"{base}-{number}"
        found[name] = stats
    return found


def health(*, max_pending: int | None = None) -> dict[str, Any]:
    """Say whether events are being delivered, with the facts, as JSON can hold them.

    Args:
        max_pending: more waiting events than that are not healthy; None: any number is.

    Returns:
        `healthy`, and under `handlers` by name: `healthy`, `state`, `degraded` (the disk under
        `spool_dir` fails: events wait in memory, which is not healthy), `problem`, `pending`,
        `delivered`, `rejected`, `dropped` (all reasons together) and `invalid`. A process without
        handlers is healthy. No event's data and no key is in it.
    """
    handlers = {name: _of(stats, max_pending) for name, stats in all_stats().items()}
    return {"healthy": all(each["healthy"] for each in handlers.values()), "handlers": handlers}


def _of(stats: Stats, max_pending: int | None) -> dict[str, Any]:
    crowded = max_pending is not None and stats.pending > max_pending
    return {
        "healthy": stats.state in WELL and not crowded and not stats.degraded,
        "state": stats.state,
        "degraded": stats.degraded,
        "problem": stats.problem,
        "pending": stats.pending,
        "delivered": stats.delivered,
        "rejected": stats.rejected,
        "dropped": sum(stats.dropped.values()),
        "invalid": stats.invalid,
    }
