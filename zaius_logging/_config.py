"""One frozen configuration, checked once, from arguments and an environment mapping.

Nothing here touches the network or a file; every mistake is a `ConfigError` that names the argument.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from ._errors import ConfigError, EventError
from ._event.encode import Encoder, encoder
from ._event.event import Event, identifiers_of, shared_data_of
from ._operators.secret import hidden
from ._transport.endpoint import (
    API_KEY_VARIABLE,
    MAX_EVENTS,
    check_key,
    events_url,
    host_of_key,
    is_redis,
)

if TYPE_CHECKING:
    from pathlib import PurePath

ENDPOINT_VARIABLE = "ZAIUS_ENDPOINT"

MiB = 1024 * 1024
HOUR = 3600.0
_DAY = 24 * HOUR  # longer waits for a socket or a thread overflow the C types of some systems
_MANY = 10**18

Callback = Callable[[dict[str, Any], str], object]
"""Told of a lost event: (the event as a dictionary, the reason). Its errors are swallowed."""


class Config:
    """All settings, valid once they exist, and never changed. `ZaiusHandler` documents each.

    A plain class: a dataclass of thirty fields took a tenth of the time to import us.

    Args:
        given: by name, what is not as usual.

    Raises:
        ConfigError: naming the argument and what to do.
    """

    api_key: str
    endpoint: str
    session: Any
    proxies: Mapping[str, str] | None
    verify: str | None
    cert: str | Sequence[str] | None
    attribute: str
    identifiers: Mapping[str, Any]
    data: Mapping[str, Any]
    record_attributes: Mapping[str, str]
    source_fields: bool
    batch_size: int
    batch_bytes: int
    flush_interval: float
    capacity: int
    capacity_bytes: int
    overflow: str
    spool_dir: str | PurePath | None
    spool_sync: str
    spool_bytes: int
    max_age: float
    timeout: float
    max_requests_per_second: float | None
    close_timeout: float
    on_drop: Callback | None
    on_reject: Callback | None
    notices: str | Callable[[str], object]
    strict: bool
    drain_on_sigterm: bool

    def __init__(self, given: Mapping[str, Any]) -> None:
        settings = vars(self)
        for name, (default, check) in _SETTINGS.items():
            value = settings[name] = given.get(name, default)
            check(name, value)
        if self.session is not None:
            for name in ("proxies", "verify", "cert"):
                if settings[name] is not None:
                    raise ConfigError(name, "does not go with session: set it on the session")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Config never changes")


def configure(
    arguments: Mapping[str, Any], environment: Mapping[str, str], *, needs_key: bool = True
) -> Config:
    """Check arguments, and fill the key and the endpoint from the environment where they are missing.

    Args:
        arguments: by name, as `ZaiusHandler` takes them; None stands for "not given".
        environment: holds `ZAIUS_API_KEY` and `ZAIUS_ENDPOINT` if they are set; see `own_part`.
        needs_key: False where the transport is handed in and brings what it needs.

    Raises:
        ConfigError: naming the argument.
    """
    for name in arguments:
        if name not in _SETTINGS:
            raise ConfigError(name, f"is no setting of ZaiusHandler{_nearest(name)}")
    given = {name: value for name, value in arguments.items() if value is not None}
    if not needs_key:
        return Config(given)
    endpoint = given.get("endpoint") or environment.get(ENDPOINT_VARIABLE)
    if isinstance(endpoint, str) and is_redis(endpoint):  # the key is the relay's, not the host's
        from ._transport.redis_address import redis_address

        redis_address(endpoint)
        return Config({**given, "endpoint": hidden(endpoint)})
    if "api_key" not in given:
        given["api_key"] = environment.get(API_KEY_VARIABLE, "")
        if not given["api_key"]:
            raise ConfigError("api_key", f"is missing: give it, or set {API_KEY_VARIABLE}")
    check_key("api_key", given["api_key"])
    given.setdefault(
        "endpoint", environment.get(ENDPOINT_VARIABLE) or f"{host_of_key(given['api_key'])}/v3"
    )
    config = Config(given)
    events_url(config.endpoint)
    return config


def own_part(environment: Mapping[str, str]) -> dict[str, str]:
    """What of an environment is ours, with key and password as text that does not show itself.

    A traceback of a ConfigError may be sent somewhere with its local variables.
    """
    own = {
        name: environment[name]
        for name in (API_KEY_VARIABLE, ENDPOINT_VARIABLE)
        if name in environment
    }
    return {
        name: hidden(value) if name == API_KEY_VARIABLE or is_redis(value) else value
        for name, value in own.items()
    }


def _nearest(name: str) -> str:
    import difflib  # only for who has made a mistake

    near = difflib.get_close_matches(name, _SETTINGS, n=1)
    return f"; did you mean {near[0]}?" if near else ""


# The checks: each takes a name and a value, and raises.


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise ConfigError(name, f"must be text, not {type(value).__name__}")


def _check_name(name: str, value: object) -> None:
    _check_text(name, value)
    if not str(value).isidentifier():
        raise ConfigError(name, "must be a name that `extra` can have, such as 'zaius'")


def _check_identifiers(name: str, value: object) -> None:
    with _as_config_error(name):
        known = {each: text for each, text in identifiers_of(value).items() if text is not None}
        _encode()(Event("any", "any", known or {"any_id": "any"}))


def _check_data(name: str, value: object) -> None:
    with _as_config_error(name):
        _encode()(Event("any", "any", {"any_id": "any"}, shared_data_of(value)))


@cache
def _encode() -> Encoder:
    """What tries defaults: one that cannot be encoded would cost every single event."""
    return encoder(fast=False)


@contextmanager
def _as_config_error(name: str) -> Iterator[None]:
    try:
        yield
    except EventError as error:
        field_ = error.field.partition(".")[2]
        raise ConfigError(f"{name}.{field_}" if field_ else name, error.problem) from None


def _check_record_attributes(name: str, value: object) -> None:
    if not isinstance(value, Mapping) or not all(
        isinstance(side, str) and side for pair in value.items() for side in pair
    ):
        raise ConfigError(
            name, "must map fields of data to attributes of the record: {'logger': 'name'}"
        )


def _check_flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigError(name, f"must be True or False, not {type(value).__name__}")


def _check_callback(name: str, value: object) -> None:
    if value is not None and not callable(value):
        raise ConfigError(
            name, "must be callable as (event, reason); in dictConfig: ext://module.f"
        )


def _check_session(name: str, value: object) -> None:
    if value is None:
        return
    if not (hasattr(value, "get_adapter") and hasattr(value, "prepare_request")):
        raise ConfigError(name, f"must be a requests.Session, not {type(value).__name__}")


def _check_proxies(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, Mapping) or not all(
        isinstance(side, str) and side for pair in value.items() for side in pair
    ):
        raise ConfigError(name, "must map schemes to addresses: {'https': 'http://host:3128'}")


def _check_verify(name: str, value: object) -> None:
    if isinstance(value, bool):
        raise ConfigError(
            name,
            "must be the path of a CA bundle: TLS is always verified, by default as requests does",
        )
    if value is not None:
        _check_text(name, value)


def _check_cert(name: str, value: object) -> None:
    pair = [value] if isinstance(value, str) else value
    if value is None:
        return
    if not (
        isinstance(pair, (list, tuple))
        and len(pair) in (1, 2)
        and all(isinstance(path, str) and path for path in pair)
    ):
        raise ConfigError(
            name, "must be the path of a certificate with its key, or a pair of paths"
        )


def _check_notices(name: str, value: object) -> None:
    if not (callable(value) or (isinstance(value, str) and value)):
        raise ConfigError(
            name, "must be 'stderr', the name of a logger, or callable with a line of text"
        )


def _check_overflow(name: str, value: object) -> None:
    if value not in ("drop", "block"):
        raise ConfigError(name, "must be 'drop' or 'block'")


def _check_spool_dir(name: str, value: object) -> None:
    if value is not None and not (_is_path(value) and str(value).strip()):
        raise ConfigError(name, "must be the path of a directory, such as '/var/spool/my-service'")


def _is_path(value: object) -> bool:
    if isinstance(value, str):
        return True
    from pathlib import PurePath  # it takes 12 % of an import

    return isinstance(value, PurePath)


def _check_spool_sync(name: str, value: object) -> None:
    if value not in ("interval", "always"):
        raise ConfigError(name, "must be 'interval' or 'always'")


def _whole(low: int, high: int | None = None) -> Callable[[str, object], None]:
    span = f"a whole number from {low}" + (f" to {high}" if high else " up")

    def check(name: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConfigError(name, f"must be {span}, not {type(value).__name__}")
        if value < low or (high is not None and value > high):
            raise ConfigError(name, f"must be {span}, not {_shown(value)}")

    return check


def _number(
    low: float, high: float = math.inf, *, open_: bool = False, optional: bool = False
) -> Callable[[str, object], None]:
    span = f"a number {'above' if open_ else 'from'} {low:g}"
    span += f", at most {high:g}" if high < math.inf else "" if open_ else " up"
    highest = min(high, sys.float_info.max)

    def check(name: str, value: object) -> None:
        if optional and value is None:
            return
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ConfigError(name, f"must be {span}, not {type(value).__name__}")
        if not low <= value <= highest or (open_ and value == low):  # NaN is nowhere
            raise ConfigError(name, f"must be {span}, not {_shown(value)}")

    return check


def _shown(number: float) -> str:
    """A number for a message; not one of thousands of digits, which CPython refuses to write."""
    return str(number) if isinstance(number, float) or abs(number) < _MANY else "such a large one"


_NONE: Mapping[str, Any] = MappingProxyType({})

# Name -> (what it is where it is not given, its check).
_SETTINGS: Mapping[str, tuple[Any, Callable[[str, Any], None]]] = {
    "api_key": ("", _check_text),
    "endpoint": ("", _check_text),
    "session": (None, _check_session),
    "proxies": (None, _check_proxies),
    "verify": (None, _check_verify),
    "cert": (None, _check_cert),
    "notices": ("stderr", _check_notices),
    "attribute": ("zaius", _check_name),
    "identifiers": (_NONE, _check_identifiers),
    "data": (_NONE, _check_data),
    "record_attributes": (_NONE, _check_record_attributes),
    "source_fields": (True, _check_flag),
    "batch_size": (MAX_EVENTS, _whole(1, MAX_EVENTS)),
    "batch_bytes": (1_000_000, _whole(1)),
    "flush_interval": (5.0, _number(0)),
    "capacity": (100_000, _whole(1)),
    "capacity_bytes": (64 * MiB, _whole(1)),
    "overflow": ("drop", _check_overflow),
    "spool_dir": (None, _check_spool_dir),
    "spool_sync": ("interval", _check_spool_sync),
    "spool_bytes": (256 * MiB, _whole(MiB)),
    "max_age": (72 * HOUR, _number(0, open_=True)),
    "timeout": (10.0, _number(0, _DAY, open_=True)),
    "max_requests_per_second": (None, _number(0.001, optional=True)),
    "close_timeout": (5.0, _number(0, _DAY)),
    "on_drop": (None, _check_callback),
    "on_reject": (None, _check_callback),
    "strict": (False, _check_flag),
    "drain_on_sigterm": (False, _check_flag),
}
