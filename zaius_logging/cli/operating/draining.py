"""Sends what dead processes have left in a spool, as a living process of the service would."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from zaius_logging._stats import Stats
from zaius_logging.cli.ending import Ending
from zaius_logging.cli.screen import bar, stderr, stdout
from zaius_logging.cli.sending.result import Patience
from zaius_logging.cli.words import count

from . import looking, page
from .account import configured, handler_of, own_account
from .place import opened

_TICK = 0.2
_LOOKS = 3


def drained(
    directory: str, *, account: str | None, rate: float | None, timeout: float, as_json: bool
) -> int:
    """Drain an account. Gives the exit status; see the command's help."""
    place = opened(directory)
    config = configured()
    name = own_account(config, account, place.folders)
    folder = place.top / name
    total = _left(folder) if folder.is_dir() else 0
    if not total:
        return _report(folder, Stats(), "", as_json=as_json)
    why, interrupted = "", False
    handler = handler_of(
        config, place.top, name, stderr().print, max_requests_per_second=rate, close_timeout=1.0
    )
    patience = Patience(timeout + (1 / rate if rate else 0))
    with Ending() as ending:
        try:
            with bar(stderr(), "Draining", total) as update:
                looks = 0  # that found nothing, in a row: one may fall between taking a file and its count
                while not why and looks < _LOOKS:
                    stats = handler.stats()
                    settled = stats.delivered + stats.rejected
                    update(settled, f"{settled:,} of {count(total, 'event')}")
                    looks = 0 if stats.pending or stats.counting or _left(folder) else looks + 1
                    why = patience.verdict(stats, time.monotonic())
                    if handler.flush(
                        _TICK
                    ):  # nothing waits here: the next look at the folder is due
                        time.sleep(_TICK)
            ending.hush()
        except KeyboardInterrupt:
            why, interrupted = ending.word, True
        handler.end()
        status = _report(folder, handler.stats(), why, as_json=as_json)
        return ending.status if interrupted else status


def _left(folder: Path) -> int:
    """Events of processes that are gone, which nobody has taken over yet."""
    return sum(
        1
        for segment, _ in looking.waiting(folder, ended_only=True)
        if segment.header is not None and segment.header.role == "own"
    )


def _report(folder: Path, stats: Stats, why: str, *, as_json: bool) -> int:
    now: dict[str, Any] = looking.account(folder) if folder.is_dir() else {"processes": []}
    ended = [each for each in now["processes"] if each["owner"] != "alive"]
    left = sum(each["waiting"] for each in ended)
    agents = sum(each["waiting"] for each in ended if each["sender"] == "an agent")
    living = sum(each["waiting"] for each in now["processes"] if each["owner"] == "alive")
    found: dict[str, Any] = {
        "account": folder.name,
        "delivered": stats.delivered,
        "rejected": stats.rejected,
        "dropped": dict(stats.dropped),
        "left": left,
        "left_for_an_agent": agents,
        "with_living_processes": living,
        "problem": why or stats.problem,
    }
    console = stdout()
    if as_json:
        page.show_json(console, found)
    else:
        parts = [f"{count(stats.delivered, 'event')} delivered"]
        parts += [f"{stats.rejected:,} rejected (dead letters)"] if stats.rejected else []
        parts += [f"{number:,} dropped as {reason}" for reason, number in stats.dropped.items()]
        parts += [f"{left:,} left"]
        parts += [f"{agents:,} of them for an agent: see zaius-logging agent -h"] if agents else []
        parts += [f"{living:,} wait in living processes, which send them"] if living else []
        console.print(
            f"{found['account']}: {', '.join(parts)}." + (f" Stopped: {why}." if why else "")
        )
    return int(bool(left))
