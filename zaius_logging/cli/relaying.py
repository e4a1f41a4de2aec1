"""Runs a relay in the main thread until a signal ends it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import click

from zaius_logging._config import configure, own_part
from zaius_logging._errors import ConfigError
from zaius_logging._fleet.stats import RelayStats, prometheus
from zaius_logging._fleet.term import RelaySettings
from zaius_logging._transport.base import Transport
from zaius_logging._transport.endpoint import is_redis
from zaius_logging._transport.redis_address import redis_address

from .serving import Page, served
from .words import count

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def relaying(
    *,
    source: str,
    stream: str | None,
    group: str,
    endpoint: str | None,
    rate: float,
    no_rate: bool,
    batch: int,
    in_flight: int,
    linger: float,
    lease: float,
    require_durable: bool,
    once: bool,
    stats_port: int | None,
) -> int:
    """Run a relay.

    Returns:
        The exit status.

    Raises:
        ConfigError: key, endpoint or the stream's address cannot be used.
    """
    address = redis_address(
        source, "--from", stream=stream, require_durable=require_durable or None
    )
    config = configure({"endpoint": endpoint}, own_part(os.environ))
    if is_redis(config.endpoint):  # of the environment, perhaps, which hosts may share
        raise ConfigError("endpoint", "must start with https://: a relay sends to the API")

    def transport() -> Transport:
        from zaius_logging._transport.http.transport import HTTPTransport

        return HTTPTransport(config.endpoint, config.api_key, timeout=config.timeout)

    transport().close()  # whatever is wrong with it is said now
    from zaius_logging._fleet.relay import Relay

    relay = Relay(
        address,
        transport,
        RelaySettings(
            group=group,
            rate=None if no_rate else rate,
            batch=batch,
            in_flight=in_flight,
            linger=0.0 if once else linger,
            lease=lease,
        ),
    )
    with (
        _on_signals(relay.stop),
        served("127.0.0.1", stats_port, _pages(relay.stats), "--stats-port"),
    ):
        done = relay.run(once=once)
        click.echo(_summary(relay.stats()))
        return 0 if done else 1


def _summary(stats: RelayStats) -> str:
    dropped = sum(stats.dropped.values())
    parts = [
        f"{count(stats.delivered, 'event')} delivered in {count(stats.requests, 'request')}",
        f"{stats.rejected:,} rejected by the API" if stats.rejected else "",
        f"{dropped:,} dropped" if dropped else "",
    ]
    left = f"{stats.length:,} in the stream when it was last looked at"
    return f"{stats.stream}: {', '.join(filter(None, parts))}; {left}."


@contextmanager
def _on_signals(stop: Callable[[], None]) -> Iterator[None]:
    before = [signal.signal(number, lambda *_: stop()) for number in _SIGNALS]
    try:
        yield
    finally:
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def _pages(stats: Callable[[], RelayStats]) -> Mapping[str, Page]:
    """The statistics, for whoever scrapes this host."""
    return {
        "/stats": lambda: (200, "application/json", json.dumps(stats().as_dict())),
        "/metrics": lambda: (200, "text/plain; version=0.0.4", prometheus(stats())),
    }
