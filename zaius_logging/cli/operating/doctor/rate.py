"""Checks that the processes together stay below the account's limit."""

from __future__ import annotations

from collections.abc import Iterator

from zaius_logging._settings import Config
from zaius_logging._transport.endpoint import is_redis

from .finding import OK, WARN, Finding


def rate(config: Config, processes: int, limit: float) -> Iterator[Finding]:
    """Compare what the processes may ask of the API with its limit.

    Args:
        config: the settings.
        processes: that send for the account, on all hosts.
        limit: the account's requests in a second.
    """
    if is_redis(config.endpoint) or not config.deliver:
        return
    set_ = config.max_requests_per_second
    if set_ is not None and set_ * processes > limit:
        text = f"{processes:,} processes at {set_:g} requests a second each are more than {limit:g}"
        yield Finding("rate", WARN, text, f"max_requests_per_second={limit / processes:.3g}")
        return
    least = processes / max(config.flush_interval, 0.1)
    if least > limit / 2:
        yield Finding(
            "rate",
            WARN,
            f"{processes:,} processes that send every {config.flush_interval:g} s make up to {least:,.0f} requests a "
            f"second; half of the account's {limit:g} is what to stay below",
            f"flush_interval={2 * processes / limit:g}, or a relay: see 'A fleet'",
        )
    else:
        yield Finding(
            "rate",
            OK,
            f"{count_of(processes)}: up to {least:.3g} of {limit:g} requests a second while little is to be sent",
        )


def count_of(processes: int) -> str:
    """So many processes, in words."""
    return f"{processes:,} process{'' if processes == 1 else 'es'}"
