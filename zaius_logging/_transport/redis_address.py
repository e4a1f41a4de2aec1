"""Reads the address of a Redis stream: where it is, and how it is to be treated.

    redis://[user:password@]host[:port]/db?stream=zaius:events       rediss:// for TLS
    redis+sentinel://[user:password@]host[:port][,host…]/service[/db]?…
    redis+cluster://[user:password@]host[:port]?…

redis-py has no address of its own for sentinels and clusters; these are the forms that Prefect and
docket use too. Options of ours are taken out of the query; the others (`ssl_ca_certs`, …) are redis-py's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from zaius_logging._errors import ConfigError
from zaius_logging._operators.secret import hidden

STREAM = "zaius:events"

_SENTINEL_PORT = 26379
_BASES = ("redis", "rediss")
_FORMS = ("", "sentinel", "cluster")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisAddress:
    """Where a stream is and how it is to be treated.

    Attributes:
        url: for redis-py, as `redis://` or `rediss://`, with the password.
        shown: for people, without user and password.
        form: blank, `sentinel` or `cluster`.
        sentinels: (host, port) of each sentinel.
        service: the name by which the sentinels know the primary.
        stream: the stream's key.
        max_events: events in the stream at the most; beyond, producers keep their events and try again.
        max_bytes: their bytes at the most.
        require_durable: whether a server that would forget events in a crash is not used.
        wait_replicas: replicas that must have a batch before it counts as delivered.
        wait_timeout: seconds that they are given for it.
    """

    url: str = field(repr=False)
    shown: str
    form: str = ""
    sentinels: tuple[tuple[str, int], ...] = ()
    service: str = ""
    stream: str = STREAM
    max_events: int = 1_000_000
    max_bytes: int = 1024**3
    require_durable: bool = False
    wait_replicas: int = 0
    wait_timeout: float = 1.0

    def key(self, name: str) -> str:
        """The key of what belongs to the stream, such as its lease.

        In a cluster one script may touch only keys of one slot, and the slot is that of what stands in
        braces (Redis cluster specification, "Hash tags").
        """
        tag = self.stream if _has_tag(self.stream) else f"{{{self.stream}}}"
        return f"{tag}:{name}"


def redis_address(endpoint: str, argument: str = "endpoint", **more: Any) -> RedisAddress:
    """Read an address.

    Args:
        endpoint: the address.
        argument: what to call it in an error.
        more: options that win over those of the address.

    Raises:
        ConfigError: it cannot be read. Neither the message nor a local variable holds the password.
    """
    endpoint = hidden(endpoint)
    found = _read_address(endpoint, more)
    if isinstance(found, str):
        raise ConfigError(argument, found)
    return found


class _ProblemError(Exception):
    """What is wrong with an address. It never leaves this module, whose frames hold the password."""


def _read_address(endpoint: str, more: Mapping[str, Any]) -> RedisAddress | str:
    """The address, or what is wrong with it."""
    try:
        return _address("".join(endpoint), more)  # `str()` of a Secret would give stars
    except _ProblemError as error:
        return str(error)
    except ValueError:
        return "is not an address; use redis://host:6379/0?stream=zaius:events"


def _address(endpoint: str, more: Mapping[str, Any]) -> RedisAddress:
    # By hand as far as the host: several hosts are no host that urlsplit would judge.
    scheme, _, rest = endpoint.partition("://")
    netloc, path, query = _parted(rest)
    asked = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    user, at, hosts = netloc.rpartition("@")
    base, _, form = scheme.lower().partition("+")
    sentinels = tuple(_member(each) for each in hosts.split(",")) if form == "sentinel" else ()
    service, _, db = path.partition("/") if sentinels else ("", "", path)
    _check_place(base, form, db, named=bool(sentinels or _host(hosts)[0]), served=bool(service))
    options = {name: _read(name, asked.pop(name)) for name in _OPTIONS if name in asked}
    options.update({name: value for name, value in more.items() if value is not None})
    _check_options(form, options, asked)
    host = "sentinels" if sentinels else hosts
    return RedisAddress(
        url=f"{base}://{user}{at}{host}/{db}{'?' if asked else ''}{urlencode(asked)}",
        shown=f"{scheme}://{hosts}/{path}",
        form=form,
        sentinels=sentinels,
        service=unquote(service),
        **options,
    )


def _check_place(base: str, form: str, db: str, *, named: bool, served: bool) -> None:
    if base not in _BASES or form not in _FORMS:
        raise _ProblemError("must start with redis:// or rediss://")
    if not named:
        raise _ProblemError("names no host; use redis://host:6379/0?stream=zaius:events")
    if form == "sentinel" and not served:
        raise _ProblemError(
            "names no service; use redis+sentinel://host:26379,host:26379/service/0"
        )
    if db and not db.isdigit():
        raise _ProblemError("has a database that is not a number; use redis://host:6379/0")


def _parted(rest: str) -> tuple[str, str, str]:
    """Network location, path without its first slash, and query."""
    rest, _, fragment = rest.partition("#")
    if fragment:
        raise ValueError
    rest, _, query = rest.partition("?")
    netloc, _, path = rest.partition("/")
    return netloc, path.rstrip("/"), query


def _host(text: str) -> tuple[str, int | None]:
    parts = urlsplit(f"//{text}")
    return (parts.hostname, parts.port) if parts.hostname else ("", parts.port)


def _member(text: str) -> tuple[str, int]:
    host, port = _host(text)
    if not host:
        raise ValueError
    return host, port or _SENTINEL_PORT


def _has_tag(stream: str) -> bool:
    start = stream.find("{")
    return start >= 0 and stream.find("}", start) > start + 1


def _check_options(form: str, options: Mapping[str, Any], asked: Mapping[str, str]) -> None:
    if form == "cluster" and options.get("wait_replicas"):
        raise _ProblemError(
            "cannot have wait_replicas with a cluster: redis-py sends WAIT to no one node"
        )
    if asked.get("ssl_cert_reqs", "required").lower() not in ("required", "2") or (
        asked.get("ssl_check_hostname", "true").lower() in ("0", "f", "false", "n", "no")
    ):
        raise _ProblemError(
            "turns TLS verification off; name your CA with ssl_ca_certs=PATH instead"
        )


def _read(name: str, text: str) -> Any:
    try:
        return _OPTIONS[name](text)
    except ValueError:
        raise _ProblemError(f"has a {name} that cannot be used: {_WANTED[name]}") from None


def _name(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError
    return text


def _flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise ValueError
    return _FLAGS[text.lower()]


def _at_least(low: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if int(text) < low:
            raise ValueError
        return int(text)

    return read


def _positive(text: str) -> float:
    if not 0 < float(text) < math.inf:
        raise ValueError
    return float(text)


_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_MIN_EVENTS = 500  # the largest batch
_MIN_BYTES = 2_000_000  # its bytes, and some room

_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "stream": _name,
    "max_events": _at_least(_MIN_EVENTS),
    "max_bytes": _at_least(_MIN_BYTES),
    "require_durable": _flag,
    "wait_replicas": _at_least(0),
    "wait_timeout": _positive,
}
_WANTED: Mapping[str, str] = {
    "stream": "it is the name of a key",
    "max_events": f"it is a whole number from {_MIN_EVENTS} up",
    "max_bytes": f"it is a whole number from {_MIN_BYTES} up",
    "require_durable": "it is true or false",
    "wait_replicas": "it is a whole number from 0 up",
    "wait_timeout": "it is a number of seconds above 0",
}
