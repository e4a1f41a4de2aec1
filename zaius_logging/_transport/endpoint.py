"""Addresses and keys: where events are posted, which region a key belongs to, whose account it is.

[D] and [S] as in `wire`: from the API's documentation, read in an official SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zaius_logging._errors import ConfigError
from zaius_logging._operators.secret import hidden

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

_SAME_HOST = {"api.us1.odp.optimizely.com": "api.zaius.com"}
"""Another documented name of a region's host -> the name that stands for both. [D]"""

_MAX_PART = 63
"""Characters between two dots of a host name (RFC 1035, section 2.3.4)."""

_PORTS = {"https": 443, "http": 80}

_LOOPBACK = ("localhost", "::1")

_REDIS = ("redis", "rediss")


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
    """Whether an endpoint means a Redis stream and not the API; `redis_address` reads it."""
    return endpoint.partition("://")[0].lower().partition("+")[0] in _REDIS


def host_of_key(api_key: str) -> str:
    """The host of the region that a key belongs to.

    Args:
        api_key: private or public.
    """
    public = _public_part(api_key)
    return next((host for suffix, host in REGIONS.items() if public.endswith(suffix)), DEFAULT_HOST)


def account_of(endpoint: str, api_key: str) -> str:
    """Name the account that events are logged for, so that no other account ever gets them.

    A rotated secret leaves the name as it is: only the public part of the key counts. The same holds for
    another spelling of the same address.

    Args:
        endpoint: where events go, to the API or to a Redis stream.
        api_key: private or public; blank for a Redis stream, whose relay has the key.

    Returns:
        16 hexadecimal digits: 64 bits, so two of a million accounts share one with a chance of 1 in
        30 million. Neither key nor address can be read from it.

    Raises:
        ConfigError: for an endpoint that cannot be used.
    """
    from hashlib import sha256  # 2.7 ms of an import; requests, which follows, needs it anyway

    place = _stream_place(endpoint) if is_redis(endpoint) else _api_place(endpoint)
    text = "\n".join((*place, _public_part(api_key)))
    return sha256(text.encode()).hexdigest()[:16]


def _public_part(api_key: str) -> str:
    """What stands before the last dot of a private key [S]; all of a public key, which has no dot."""
    api_key = "".join(api_key)  # `str()` of a Secret would give stars
    return api_key.rpartition(".")[0] or api_key


def _api_place(endpoint: str) -> tuple[str, ...]:
    parts = _parted(events_url(endpoint))
    host = (parts.hostname or "").removesuffix(".")
    port = parts.port or _PORTS[parts.scheme]
    return parts.scheme, _SAME_HOST.get(host, host), str(port), parts.path


def _stream_place(endpoint: str) -> tuple[str, ...]:
    from .redis_address import redis_address  # it needs what stands here

    address = redis_address(endpoint)
    return address.shown, address.service, address.stream


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


def hidden_endpoint(endpoint: Any) -> Any:
    """Give an endpoint that may hold a password as text that does not show itself; any other as it is."""
    if isinstance(endpoint, str) and ("@" in endpoint or is_redis(endpoint)):
        return hidden(endpoint)
    return endpoint


def _parted(endpoint: str) -> SplitResult:
    found = _judged(endpoint)
    if isinstance(found, str):  # raised here, where no local variable holds a password
        raise ConfigError("endpoint", found)
    return found


def _judged(endpoint: str) -> SplitResult | str:
    """The parts of an address, or what is wrong with it."""
    from urllib.parse import urlsplit  # 8 % of an import; requests, which follows, needs it anyway

    if any(char.isspace() or not char.isprintable() for char in endpoint):
        return "contains white space or a character that cannot be seen: write it again"
    try:
        parts = urlsplit("".join(endpoint))
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address; use https://host/v3"
    if parts.scheme not in ("https", "http") or not host:
        return "must start with https:// and name a host"
    if not all(0 < len(part) <= _MAX_PART for part in host.removesuffix(".").split(".")):
        return "names a host with a part that is empty or too long: write it again"
    if parts.username is not None or parts.query or parts.fragment:
        return "must not carry a user, a query or a fragment"
    if parts.scheme == "http" and not is_loopback(host):
        return "http:// would send the key in the clear; use https:// (http is for loopback)"
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this very machine."""
    if host.startswith("127."):
        return host.replace(".", "").isdigit()  # not 127.evil.example
    return host in _LOOPBACK
