"""From arguments and an environment to one frozen configuration, checked once.

Nothing here touches the network or a file; every mistake is a `ConfigError` that names the argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import _checks as checks
from ._errors import ConfigError
from ._operators.secret import hidden
from ._settings import SETTINGS, Config
from ._transport.endpoint import (
    API_KEY_VARIABLE,
    check_key,
    events_url,
    hidden_endpoint,
    host_of_key,
    is_redis,
)

PREFIX = "ZAIUS_"
_SDK_KEYS = ("ODP_SDK_API_KEY", "ZAIUS_SDK_API_KEY")  # the official Node SDK reads these
_OTHERS = (PREFIX + "RELAY_", *_SDK_KEYS)  # begin as ours do, and are read by others


def configure(
    arguments: Mapping[str, Any], environment: Mapping[str, str], *, needs_key: bool = True
) -> Config:
    """Check arguments, and fill what is missing from the environment.

    Args:
        arguments: by name, as `ZaiusHandler` takes them; None stands for "not given".
        environment: see `own_part`. A variable that is empty is not set.
        needs_key: False where the transport is handed in and brings what it needs.

    Raises:
        ConfigError: naming the argument, and the variable where the value is the environment's.
    """
    for name in arguments:
        if name not in SETTINGS:
            raise ConfigError(name, f"is no setting of ZaiusHandler{_nearest(name)}")
    given = {name: looked_up(value) for name, value in arguments.items() if value is not None}
    for name, value in _from_environment(environment):
        if name not in given and (needs_key or name not in ("api_key", "endpoint")):
            given[name] = value
    if needs_key:
        _complete_address(given, environment)
    return Config(given)


def looked_up(value: Any) -> Any:
    """Give a dict or list of dictConfig as a plain one, with what `ext://` and `cfg://` in it stand for.

    Those convert an item when it is looked up, and not where all are listed.
    """
    if not (isinstance(value, (dict, list, tuple)) and hasattr(value, "configurator")):
        return value
    if isinstance(value, dict):
        return {key: looked_up(value[key]) for key in value}
    return [looked_up(value[place]) for place in range(len(value))]


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Give the settings that the environment has, each checked under its variable's name."""
    for name, declared in SETTINGS.items():
        variable = variable_of(name)
        written = environment.get(variable)
        if not written or declared.read is None:
            continue
        try:
            value = declared.read(written) if declared.read is not str else written
            declared.check(name, value)
        except ValueError as error:
            problem = error.problem if isinstance(error, ConfigError) else str(error)
            raise ConfigError(name, f"{problem} (from {variable})") from None
        yield name, value


def _complete_address(given: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Find the endpoint that goes with the key, and check both."""
    endpoint = given.get("endpoint")
    if isinstance(endpoint, str) and is_redis(endpoint):  # the key is the relay's, not the host's
        from ._transport.redis_address import redis_address

        redis_address(endpoint)
        given["endpoint"] = hidden(endpoint)
        return
    if "api_key" not in given:
        raise ConfigError("api_key", _no_key(environment))
    check_key("api_key", given["api_key"])
    given.setdefault("endpoint", f"{host_of_key(given['api_key'])}/v3")
    checks.text("endpoint", given["endpoint"])
    events_url(given["endpoint"])


def _no_key(environment: Mapping[str, str]) -> str:
    theirs = [name for name in _SDK_KEYS if environment.get(name)]
    return f"is missing: give it, or set {API_KEY_VARIABLE}" + (
        f" ({theirs[0]}, which is set, is read by the official SDKs, not by us)" if theirs else ""
    )


def variable_of(name: str) -> str:
    """Name the environment variable of a setting."""
    return PREFIX + name.upper()


def own_part(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the part of an environment that is ours, with keys and passwords as text that does not show itself.

    A traceback of a ConfigError may be sent somewhere with its local variables.
    """
    return {
        name: hidden(value) if "KEY" in name else hidden_endpoint(value)
        for name, value in environment.items()
        if name.startswith(PREFIX) or name in _SDK_KEYS
    }


def slips_once(environment: Mapping[str, str]) -> str:
    """Name the variables that begin as ours do and are no setting; empty where there is none, or on the second call."""
    known = {variable_of(name) for name, declared in SETTINGS.items() if declared.read}
    names = {
        name
        for name in environment
        if name.startswith(PREFIX) and name not in known and not name.startswith(_OTHERS)
    }
    new = sorted(names - _reported)
    _reported.update(new)
    if not new:
        return ""
    return f"no setting comes from {', '.join(new)} in the environment; see the page of settings"


_reported: set[str] = set()


def _nearest(name: str) -> str:
    import difflib  # only after a mistake

    near = difflib.get_close_matches(name, SETTINGS, n=1)
    return f"; did you mean {near[0]}?" if near else ""
