"""Checks of key, region and address, without the network; and the configuration as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from zaius_logging._config import configure, own_part, slips_once
from zaius_logging._errors import ConfigError
from zaius_logging._settings import Config
from zaius_logging._transport.endpoint import (
    DEFAULT_HOST,
    REGIONS,
    host_of_key,
    is_loopback,
    is_redis,
)

from .finding import NOTE, OK, WARN, WRONG, Finding
from .sources import Made

_SHORT = 8  # characters: no key is as short


def settings(made: Made, environment: Mapping[str, str]) -> tuple[Config | None, list[Finding]]:
    """Check a handler's settings as it would, and give them."""
    arguments = dict(made.arguments)
    own = arguments.pop("transport", None) is not None
    arguments.pop("spool", None)
    arguments.pop("level", None)
    found: list[Finding] = []
    if line := slips_once(environment):
        found.append(Finding("settings", WARN, line, "see the page of settings for the names"))
    try:
        config = configure(arguments, own_part(environment), needs_key=not own)
    except ConfigError as error:
        found.append(Finding("settings", WRONG, str(error), _todo(error)))
        return None, found
    found.append(Finding("settings", OK, f"{made.name}: {_said(arguments)}"))
    return config, found


def _said(arguments: Mapping[str, Any]) -> str:
    named = ", ".join(sorted(arguments)) or "none"
    return f"settings beside the environment's: {named}"


def _todo(error: ConfigError) -> str:
    if error.argument == "api_key":
        return "set ZAIUS_API_KEY from your secret store"
    return f"correct {error.argument}; the service would not start"


def key(config: Config) -> Iterator[Finding]:
    """Check how the key is formed, and whether it goes with the address."""
    if is_redis(config.endpoint):
        yield Finding("key", OK, "none needed: a relay has it")
        return
    if not config.api_key:
        return
    raw = "".join(config.api_key)
    public, dot, secret = raw.rpartition(".")
    if not dot:
        yield Finding(
            "key",
            WARN,
            "the key has no dot, as the public part of one: the API may answer 202 and do nothing with the events",
            "use the private key: Account settings, APIs, Private",
        )
    elif not public or (len(secret) < _SHORT and not is_loopback(_host(config))):
        yield Finding("key", WARN, "the key is too short to be one", "copy it again")
    else:
        yield Finding(
            "key", OK, "a private key by its form; only a sent event that arrives proves it"
        )
    yield from _region(config, raw)


def _region(config: Config, raw: str) -> Iterator[Finding]:
    host = _host(config)
    wanted = host_of_key(raw)
    ours = {urlsplit(each).hostname for each in (DEFAULT_HOST, *REGIONS.values())}
    ours.add("api.us1.odp.optimizely.com")
    if is_loopback(host):
        yield Finding("region", NOTE, f"{config.endpoint} is this machine: a sandbox, not the API")
    elif host in ours and host not in {urlsplit(wanted).hostname, *_same(wanted)}:
        yield Finding(
            "region",
            WRONG,
            f"the key is of the region of {wanted}, and events go to {host}",
            "leave endpoint out: the key tells the region",
        )
    elif host not in ours:
        text = f"{host} is none of the API's documented hosts"
        yield Finding("region", WARN, text, "leave endpoint out, unless it is a gateway of yours")
    else:
        yield Finding("region", OK, f"{host} is the key's region")


def _same(wanted: str) -> set[str]:
    return {"api.us1.odp.optimizely.com"} if wanted == DEFAULT_HOST else set()


def _host(config: Config) -> str:
    return urlsplit("".join(config.endpoint)).hostname or ""
