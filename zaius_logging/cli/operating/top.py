"""`zaius-logging top`: a live view of a host's processes, from the directory or from its metrics."""

from __future__ import annotations

import http.client
import re
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import click
from rich.console import Group
from rich.live import Live
from rich.text import Text

from zaius_logging.cli.ending import Ending
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.screen import stdout
from zaius_logging.cli.words import count

from . import host, page
from .place import opened

_HELP = """\
Show how the processes that share a spool_dir do, again and again.

\b
  zaius-logging top /var/spool/shop
  zaius-logging top --metrics http://127.0.0.1:9466/metrics
Once, for a script or a ticket:
  zaius-logging top /var/spool/shop --once

Rate, backlog, the oldest event, outcomes, and the state of each process, read from DIR
alone; nothing in it is changed. Ctrl-C ends it. Where no person looks it prints once.

\b
Status: 0; 2 DIR or URL are wrong.
"""
_SAMPLE = re.compile(r"^(zaius_host_\w+)\{([^}]*)\} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
Read = Callable[[], list[dict[str, Any]]]


@click.command(short_help="A live view of a host's processes.", help=_HELP)
@click.argument("directory", metavar="[DIR]", required=False)
@click.option("--metrics", "url", metavar="URL", help="Read the metrics of another host instead.")
@click.option(
    "--every", type=click.FloatRange(0.2, 3600), default=2.0, show_default=True, help="Seconds."
)
@click.option("--once", is_flag=True, help="Print once, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON once, and end.")
def top(directory: str | None, url: str | None, every: float, **once: bool) -> int:
    """Show a live view."""
    if (directory is None) == (url is None):
        raise JobError("give DIR, or --metrics URL")
    read: Read = (lambda: _from_url(str(url))) if directory is None else lambda: _of(str(directory))
    console = stdout()
    now = read()
    if once["as_json"]:
        page.show_json(console, now)
        return 0
    if once["once"] or not console.is_terminal:
        for line in _shown(now, [], 0.0):
            console.print(line)
        return 0
    with Ending() as ending:
        try:
            with Live(_fitted(_shown(now, [], 0.0)), console=console, screen=True) as live:
                _watch(read, now, every, live)
        except KeyboardInterrupt:
            return 0 if ending.heard else ending.status
    return 0


def _watch(read: Read, now: list[dict[str, Any]], every: float, live: Live) -> None:
    at = time.monotonic()
    while True:
        time.sleep(every)
        before, then = now, at
        now, at = read(), time.monotonic()
        live.update(_fitted(_shown(now, before, at - then)))


def _fitted(lines: Iterator[Text]) -> Group:
    """Cut lines at the edge of the terminal instead of breaking them."""
    found = list(lines)
    for text in found:
        text.no_wrap, text.overflow = True, "ellipsis"
    return Group(*found)


def _of(directory: str) -> list[dict[str, Any]]:
    return [host.account(folder) for folder in opened(directory, counted=True).folders]


def _shown(
    now: list[dict[str, Any]], before: list[dict[str, Any]], seconds: float
) -> Iterator[Text]:
    yield Text(time.strftime("%Y-%m-%d %H:%M:%S  ") + count(len(now), "account"), style="bold")
    old = {one["account"]: one for one in before}
    for one in now:
        yield from _account(one, old.get(one["account"]), seconds)


def _account(one: dict[str, Any], before: dict[str, Any] | None, seconds: float) -> Iterator[Text]:
    sums = one["sums"]
    rate = _rate(sums, before["sums"] if before else None, seconds)
    yield Text("")
    text = Text(f"{one['account']}  {rate}  {count(one['waiting'], 'event')} wait")
    text.append(f", the oldest {page.duration(one['oldest_seconds'])}; {page.size(one['bytes'])}")
    yield text
    dropped = sum(sums["dropped"].values())
    text = Text(f"delivered {sums['delivered']:,}  ")
    text.append(f"rejected {sums['rejected']:,}  ", style="red" if one["dead_letters"] else "")
    text.append(f"dropped {dropped:,}  ", style="red" if dropped else "")
    text.append(f"invalid {sums['invalid']:,}  dead letters left {one['dead_letters']:,}")
    yield text
    old = {each["pid"]: each for each in (before or {}).get("processes", ())}
    rows = [_process(each, old.get(each["pid"]), seconds) for each in one["processes"]]
    if rows:
        yield from page.table(
            (">PID", "STATE", ">RATE", ">WAITING", ">OLDEST", ">DELIVERED", "PROBLEM"), rows
        )


def _process(
    each: dict[str, Any], before: dict[str, Any] | None, seconds: float
) -> tuple[str, ...]:
    state = "degraded" if each["degraded"] else each["state"]
    return (
        str(each["pid"]),
        state,
        _rate(each, before, seconds),
        f"{each['pending']:,}",
        page.duration(each["oldest_seconds"]),
        f"{each['delivered']:,}",
        each["problem"][:60],
    )


def _rate(now: dict[str, Any], before: dict[str, Any] | None, seconds: float) -> str:
    if before is None or not seconds:
        return "-/s"
    return f"{max(0, now['delivered'] - before['delivered']) / seconds:,.0f}/s"


# From the metrics of another host: its sums, without its processes


def _from_url(url: str) -> list[dict[str, Any]]:
    if not url.startswith(("http://", "https://")):
        raise JobError(f"--metrics {url}: must start with http:// or https://")
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - checked above
            text = answer.read(1 << 24).decode("utf-8", "replace")
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise JobError(f"--metrics {url}: {getattr(error, 'reason', error)}") from None
    found = _accounts(text)
    if not found:
        raise JobError(
            f"--metrics {url}: no zaius_host_ metrics there; see `zaius-logging metrics`"
        )
    return found


def _accounts(text: str) -> list[dict[str, Any]]:
    values: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(float))
    dropped: dict[str, dict[str, int]] = defaultdict(dict)
    for metric, labels, value in _SAMPLE.findall(text):
        said = dict(_LABEL.findall(labels))
        if "reason" in said:
            dropped[said["account"]][said["reason"]] = int(float(value))
        elif set(said) == {"account"}:
            values[said["account"]][metric] = float(value)
    return [
        {
            "account": account,
            "waiting": int(one["zaius_host_events_waiting"]),
            "oldest_seconds": one["zaius_host_oldest_seconds"] or None,
            "bytes": int(one["zaius_host_spool_bytes"]),
            "dead_letters": int(one["zaius_host_dead_letters"]),
            "sums": {
                **{
                    name: int(one[f"zaius_host_events_{name}_total"])
                    for name in ("delivered", "rejected", "invalid")
                },
                "dropped": dropped[account],
            },
            "processes": [],
        }
        for account, one in values.items()
    ]
