"""Where events go: which addresses there are, whose key is whose, and how many events one request takes.

[D] and [S] as in `_wire`: from the API's documentation, read in an official SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zaius_logging._errors import ConfigError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

API_KEY_VARIABLE = "ZAIUS_API_KEY"
"""The environment variable that holds the key."""

MAX_EVENTS = 500
"""Events in one request. [D]"""

DEFAULT_HOST = "https://api.zaius.com"
REGIONS = {
    "-eu1": "https://api.eu1.odp.optimizely.com",
    "-au1": "https://api.au1.odp.optimizely.com",
}
"""The suffix of a key's public part -> its host; any other key is `DEFAULT_HOST`'s. [S]"""

_LOOPBACK = ("localhost", "::1")

_FORMS = ("", "+sentinel", "+cluster")
REDIS_SCHEMES = frozenset(f"{base}{form}" for base in ("redis", "rediss") for form in _FORMS)


def check_key(name: str, value: object) -> None:
    """Refuse what cannot be a key, without showing it."""
    if not isinstance(value, str):
        raise ConfigError(name, f"must be text, not {type(value).__name__}")
    if not value:
        raise ConfigError(name, f"is blank: give it, or set {API_KEY_VARIABLE}")
    if any(map(str.isspace, value)):
        raise ConfigError(name, "contains white space or a line break: copy it again")
    if not (value.isascii() and value.isprintable()):
        raise ConfigError(name, "contains characters that no key has: copy it again")


def is_redis(endpoint: str) -> bool:
    """Whether an endpoint is a Redis stream and not the API."""
    return endpoint.partition("://")[0].lower() in REDIS_SCHEMES


def host_of_key(api_key: str) -> str:
    """The host of the region that a key belongs to.

    The public part of a private key is what stands before its last dot. [S]
    """
    public = api_key.rpartition(".")[0] or api_key
    return next((host for suffix, host in REGIONS.items() if public.endswith(suffix)), DEFAULT_HOST)


def events_url(endpoint: str) -> str:
    """The address that events are posted to.

    Args:
        endpoint: the API's address as people write it: the host alone, with `/v3`, or in full.

    Raises:
        ConfigError: for what is not an http(s) address, or is http to another machine.
    """
    parts = _parted(endpoint)
    path = parts.path.rstrip("/") or "/v3"
    if not path.endswith("/events"):
        path += "/events"
    return f"{parts.scheme}://{parts.netloc}{path}"


def _parted(endpoint: str) -> SplitResult:
    from urllib.parse import urlsplit  # 8 % of an import; requests, which follows, needs it anyway

    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError("endpoint", "is not an address; use https://host/v3") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ConfigError("endpoint", "must start with https:// and name a host")
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigError("endpoint", "must not carry a user, a query or a fragment")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(
            "endpoint",
            "http:// would send the key in the clear; use https:// (http is for loopback)",
        )
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this very machine."""
    if host.startswith("127."):
        return host.replace(".", "").isdigit()  # not 127.evil.example
    return host in _LOOPBACK
