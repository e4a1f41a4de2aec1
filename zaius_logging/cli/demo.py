"""`zaius-logging demo`."""

from __future__ import annotations

import logging.config
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random
from threading import Event as Signal
from typing import TYPE_CHECKING, Any, cast

import click

from zaius_logging._stats import Stats

from . import screen
from .ending import Ending
from .problems import JobError
from .sending.report import count

if TYPE_CHECKING:
    from rich.console import Console

    from zaius_logging._handler import ZaiusHandler
    from zaius_logging.sandbox import Sandbox

_SECONDS = 2.5  # a day, for whoever watches it on a terminal
_DAY = timedelta(hours=12)
_SEED = 7
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """What the day came to.

    Attributes:
        stats: the handler's numbers.
        notices: what the handler told.
        reasons: why the API refused events, and how many.
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
    accepted, what was refused, and why. Nothing leaves the machine. It takes a few seconds.
    """
    from zaius_logging.sandbox import Sandbox, SandboxError

    from .shop import WITHDRAWN

    bad = {"type": "product", "data": {"product_id": WITHDRAWN}}
    rule = {"bad": bad, "message": f"product_id '{WITHDRAWN}' is not in the catalogue"}
    out = screen.stdout()
    with Ending() as ending:
        try:
            with Sandbox(port=port, faults=rule) as sandbox:
                out.print(f"A sandbox stands in for the API: {sandbox.url}", style="bold")
                told = _play(sandbox, screen.stderr(), ending)
                _show(out, told, ending, keep=keep and not told.ended)
                return ending.status if told.ended else 0
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


def _play(sandbox: Sandbox, console: Console, ending: Ending) -> Told:
    from .shop import VISITS, Shop, log

    notices: list[str] = []
    reasons: Counter[str] = Counter()
    logging.config.dictConfig(configuration(sandbox.endpoint, notices, reasons))
    handler = cast("ZaiusHandler", log.handlers[0])
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
            handler.flush(_PATIENCE)
    except KeyboardInterrupt:
        ended = ending.word
        handler.flush(_PATIENCE)
    log.removeHandler(handler)
    handler.close()
    taken = Counter(f"{each['type']}/{each['action']}" for each in sandbox.events())
    return Told(handler.stats(), notices, reasons, taken, sandbox.url, ended)


def tell(told: Told, *, keep: bool) -> Iterator[tuple[str, str]]:
    """Give the lines of the summary, each with its style."""
    stats, url = told.stats, told.url
    yield "", ""
    if told.ended:
        yield f"The day was {told.ended}. Until then:", "yellow"
    yield (
        f"{count(stats.delivered, 'event')} delivered in {count(stats.requests, 'request')}:",
        "green",
    )
    for kind, number in told.taken.most_common():
        yield f"  {number:>4}  {kind}", ""
    yield "", ""
    yield (
        f"{count(stats.rejected, 'event')} refused by the API (a rule switched on for this demo):",
        "red",
    )
    for reason, number in told.reasons.items():
        yield f"  {number:>4}  {reason}", ""
    yield "", ""
    yield (
        f"{count(stats.invalid, 'event')} refused at the call; what the handler tells on stderr:",
        "yellow",
    )
    for notice in told.notices:
        if "refused at" in notice:
            yield f"        {notice}", ""
    yield "", ""
    dropped = sum(stats.dropped.values())
    fates = f"{stats.delivered} delivered + {stats.rejected} rejected + {dropped} dropped"
    yield f"It adds up: {stats.accepted} accepted = {fates} + {stats.pending} pending.", "bold"
    if keep:
        yield f"Look at {url} (or {url}/api/events). Ctrl-C ends it.", "bold"
    else:
        yield "To look at the events in a browser: zaius-logging demo --keep", ""


def _show(out: Console, told: Told, ending: Ending, *, keep: bool) -> None:
    for line, style in tell(told, keep=keep):
        out.print(line, style=style)  # whole: a line that is interrupted may be printed twice
    if not keep:
        return
    with suppress(KeyboardInterrupt):
        ending.listen()
        while not ending.heard:
            Signal().wait(3600.0)  # not for ever: on Windows only a wait with an end hears Ctrl-C
    out.print("The sandbox has ended.")
