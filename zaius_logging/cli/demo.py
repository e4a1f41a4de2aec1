"""`zaius-logging demo`."""

from __future__ import annotations

import logging.config
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import cycle
from random import Random
from threading import Event as Signal
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import click

from zaius_logging._stats import Stats

from . import screen
from .ending import Ending
from .problems import JobError
from .shop import WITHDRAWN
from .words import count

if TYPE_CHECKING:
    from rich.console import Console

    from zaius_logging._handler import ZaiusHandler
    from zaius_logging.sandbox import Sandbox

_SECONDS = 2.5  # a day, for whoever watches it on a terminal
_DAY = timedelta(hours=12)
_SEED = 7
_FLUSH_TIMEOUT = 10.0  # seconds for the last events of the day to arrive
_SHOP_FILE = "shop.py:"  # stands in a notice about a line of the shop's

_RULE = {
    "bad": {"type": "product", "data": {"product_id": WITHDRAWN}},
    "message": f"product_id '{WITHDRAWN}' is not in the catalogue",
}
_FAULT_EVERY = 20.0  # seconds, of a shop that goes on: long enough to see that all is well again
_FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 503, "seconds": 4},
    {"latency": 0.4, "seconds": 8},
    {"status": 429, "retry_after": 2, "times": 2},
    {"reset": True, "taken": True, "times": 1},
)


@dataclass(frozen=True, slots=True)
class Day:
    """The result of the day.

    Attributes:
        stats: the handler's numbers.
        notices: what the handler said.
        reasons: why the API rejected events, and how many.
        taken: type/action of the events that arrived, and how many.
        url: of the sandbox.
        ended: what ended the day early; blank if nothing did.
    """

    stats: Stats
    notices: list[str]
    reasons: Counter[str]
    taken: Counter[str]
    url: str
    ended: str = ""


@click.command(short_help="Play a day in a small shop, and see its events arrive.")
@click.option("--keep", is_flag=True, help="Stay, to look at the page, until Ctrl-C.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Of the sandbox.  [default: a free one]",
)
def demo(keep: bool, port: int) -> int:
    """Play a day in a small shop, and see its events arrive.

    It starts a sandbox, configures logging with dictConfig, logs what customers do, and says what was
    delivered, what was rejected, and why. Nothing leaves the machine. It takes a few seconds.
    """
    from zaius_logging.sandbox import Sandbox, SandboxError

    out = screen.stdout()
    with Ending() as ending:
        try:
            with Sandbox(port=port, faults=_RULE) as sandbox:
                out.print(f"A sandbox stands in for the API: {sandbox.url}", style="bold")
                day = _play(sandbox, screen.stderr(), ending)
                keep = keep and not day.ended
                for line, style in summary_of(day, keep=keep):
                    out.print(line, style=style)
                if keep:
                    _go_on(sandbox, ending)
                    out.print("The sandbox has ended.")
                return ending.status if day.ended else 0
        except SandboxError as error:
            raise JobError(str(error)) from None
        except KeyboardInterrupt:  # before the day began
            return ending.status


def configuration(endpoint: str, notices: list[str], reasons: Counter[str]) -> dict[str, Any]:
    """The dictConfig of the demo: what an application would have in its settings."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {
            "zaius": {
                "class": "zaius_logging.ZaiusHandler",
                "endpoint": endpoint,
                "api_key": "demo",
                "flush_interval": 0.5,
                "notices": notices.append,  # by default they go to stderr
                "on_reject": lambda _event, reason: reasons.update([reason]),
            },
        },
        "loggers": {"shop": {"level": "INFO", "handlers": ["zaius"], "propagate": False}},
    }


def _configured(sandbox: Sandbox, notices: list[str], reasons: Counter[str]) -> ZaiusHandler:
    from .shop import log

    logging.config.dictConfig(configuration(sandbox.endpoint, notices, reasons))
    return cast("ZaiusHandler", log.handlers[0])


def _play(sandbox: Sandbox, console: Console, ending: Ending) -> Day:
    from .shop import VISITS, Shop, log

    notices: list[str] = []
    reasons: Counter[str] = Counter()
    handler = _configured(sandbox, notices, reasons)
    closes = datetime.now(timezone.utc)
    day = Shop(closes - _DAY, closes, Random(_SEED)).day()  # noqa: S311 - a day that repeats itself
    pause = _SECONDS / VISITS if console.is_terminal else 0.0
    clock = Signal()
    ended = ""
    try:
        with screen.bar(console, "a day in the shop", VISITS) as update:
            for visit, what in enumerate(day, 1):
                update(visit, f"{what}, {handler.stats().delivered:,} delivered")
                clock.wait(pause)
            ending.hush()
            handler.flush(_FLUSH_TIMEOUT)
    except KeyboardInterrupt:
        ended = ending.word
        handler.flush(_FLUSH_TIMEOUT)
    log.removeHandler(handler)
    handler.close()
    taken = Counter(f"{each['type']}/{each['action']}" for each in sandbox.events())
    return Day(handler.stats(), notices, reasons, taken, sandbox.url, ended)


def summary_of(day: Day, *, keep: bool) -> Iterator[tuple[str, str]]:
    """Give the lines of the summary, each with its style."""
    stats, url = day.stats, day.url
    yield "", ""
    if day.ended:
        yield f"The day was {day.ended}. Until then:", "yellow"
    yield (
        f"{count(stats.delivered, 'event')} delivered in {count(stats.requests, 'request')}:",
        "green",
    )
    for kind, number in day.taken.most_common():
        yield f"  {number:>4}  {kind}", ""
    yield "", ""
    yield (
        f"{count(stats.rejected, 'event')} rejected by the API (a rule switched on for this demo):",
        "red",
    )
    for reason, number in day.reasons.items():
        yield f"  {number:>4}  {reason}", ""
    yield "", ""
    yield (
        f"{count(stats.invalid, 'event')} invalid at the call; what the handler says on stderr:",
        "yellow",
    )
    for notice in day.notices:
        if _SHOP_FILE in notice:
            yield f"        {notice}", ""
    yield "", ""
    dropped = sum(stats.dropped.values())
    fates = f"{stats.delivered} delivered + {stats.rejected} rejected + {dropped} dropped"
    yield f"It adds up: {stats.accepted} accepted = {fates} + {stats.pending} pending.", "bold"
    if keep:
        yield f"Look at {url} (or {url}/api/events): the shop goes on. Ctrl-C ends it.", "bold"
    else:
        yield "To look at the events in a browser: zaius-logging demo --keep", ""


def _go_on(sandbox: Sandbox, ending: Ending) -> None:
    """Keep the shop alive until a signal: a few events a second, a fault now and then."""
    from .shop import Shop, log

    handler = _configured(sandbox, [], Counter())
    now = datetime.now(timezone.utc)
    faults = cycle(_FAULTS)
    wait = Signal().wait
    fault_at = monotonic() + _FAULT_EVERY
    with suppress(KeyboardInterrupt):
        ending.listen()
        for pause in Shop(now, now, Random()).live():  # noqa: S311 - chance of a demonstration
            if ending.heard:
                break
            wait(pause)
            # Faults that somebody has switched on or off on the page stay as they are.
            if monotonic() > fault_at and sandbox.in_force() == [_RULE]:
                sandbox.faults(_RULE, next(faults))
                fault_at = monotonic() + _FAULT_EVERY
    ending.hush()
    log.removeHandler(handler)
    sandbox.heal()
    handler.close()
