"""What a setting may be: each check takes a name and a value, and raises a ConfigError that says what would be right.

And how a setting is read where it is text of the environment.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from logging import makeLogRecord
from typing import Any

from ._errors import ConfigError, EventError
from ._event.encode import encoder
from ._event.event import Event, shared_data_of
from ._event.rules import identifiers_of

Check = Callable[[str, Any], None]

DAY = 24 * 3600.0  # longer waits for a socket or a thread overflow the C types of some systems
_MANY = 10**18
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

_SWITCH = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def switch(text: str) -> bool:
    """Read a switch from text, as container files write it.

    Raises:
        ValueError: it is neither on nor off.
    """
    if text.strip().lower() not in _SWITCH:
        raise ValueError("must be 1, true, yes or on, or else 0, false, no or off")
    return _SWITCH[text.strip().lower()]


def whole_number(text: str) -> int:
    """Read a whole number from text.

    Raises:
        ValueError: it is none.
    """
    try:
        return int(text)
    except ValueError:
        raise ValueError("must be a whole number") from None


def decimal_number(text: str) -> float:
    """Read a number from text.

    Raises:
        ValueError: it is none.
    """
    try:
        return float(text)
    except ValueError:
        raise ValueError("must be a number") from None


def text(name: str, value: object) -> None:
    """Text of any kind."""
    if not isinstance(value, str):
        raise ConfigError(name, f"must be text, not {type(value).__name__}")


def attribute(name: str, value: object) -> None:
    """A name that `extra` can have: not one that every log record has already."""
    text(name, value)
    if not str(value).isidentifier():
        raise ConfigError(name, "must be a name that `extra` can have, such as 'zaius'")
    if value in vars(makeLogRecord({})) or value in ("message", "asctime"):
        raise ConfigError(name, "is a name that every log record has: choose one such as 'zaius'")


def identifiers(name: str, value: object) -> None:
    """Identifiers that every event could carry."""
    with _as_config_error(name):
        known = {each: text for each, text in identifiers_of(value).items() if text is not None}
        _encode()(Event("any", "any", known or {"any_id": "any"}))


def data(name: str, value: object) -> None:
    """Data that every event could carry."""
    with _as_config_error(name):
        _encode()(Event("any", "any", {"any_id": "any"}, shared_data_of(value)))


@cache
def _encode() -> Callable[[Event], bytes]:
    """Give the encoder that tries defaults: one that cannot be encoded would cost every single event."""
    return encoder(fast=False)


@contextmanager
def _as_config_error(name: str) -> Iterator[None]:
    try:
        yield
    except EventError as error:
        field_ = error.field.partition(".")[2]
        raise ConfigError(f"{name}.{field_}" if field_ else name, error.problem) from None


def record_attributes(name: str, value: object) -> None:
    """Fields of data, and the record's attributes to put there."""
    if not _maps_text(value):
        raise ConfigError(
            name, "must map fields of data to attributes of the record: {'logger': 'name'}"
        )


def _maps_text(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(side, str) and side for pair in value.items() for side in pair
    )


def flag(name: str, value: object) -> None:
    """True or False."""
    if not isinstance(value, bool):
        raise ConfigError(name, f"must be True or False, not {type(value).__name__}")


def callback(takes: str) -> Check:
    """Something to call, or None.

    Args:
        takes: the arguments that it is called with, for the message.
    """

    def check(name: str, value: object) -> None:
        if value is not None and not callable(value):
            raise ConfigError(name, f"must be callable as {takes}; in dictConfig: ext://module.f")

    return check


def session(name: str, value: object) -> None:
    """A session of requests, or None."""
    if value is None:
        return
    if not (hasattr(value, "get_adapter") and hasattr(value, "prepare_request")):
        raise ConfigError(name, f"must be a requests.Session, not {type(value).__name__}")


def proxies(name: str, value: object) -> None:
    """Schemes and the addresses of their proxies, or None."""
    if value is not None and not _maps_text(value):
        raise ConfigError(name, "must map schemes to addresses: {'https': 'http://host:3128'}")


def verify(name: str, value: object) -> None:
    """The path of a CA bundle, or None; never a switch."""
    if isinstance(value, bool):
        raise ConfigError(
            name,
            "must be the path of a CA bundle: TLS is always verified, by default as requests does",
        )
    if value is not None:
        text(name, value)


def cert(name: str, value: object) -> None:
    """The path of a client certificate, or a pair of paths, or None."""
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


def notices(name: str, value: object) -> None:
    """Where notices go: stderr, a logger's name, or something to call."""
    if not (callable(value) or (isinstance(value, str) and value)):
        raise ConfigError(
            name, "must be 'stderr', the name of a logger, or callable with a line of text"
        )


def one_of(*values: str) -> Check:
    """One of some words."""
    *most, last = map(repr, values)
    problem = f"must be {', '.join(most)} or {last}"

    def check(name: str, value: object) -> None:
        if value not in values:
            raise ConfigError(name, problem)

    return check


def directory(name: str, value: object) -> None:
    """The path of a directory, or None."""
    if value is not None and not (_is_path(value) and str(value).strip()):
        raise ConfigError(name, "must be the path of a directory, such as '/var/spool/my-service'")


def folder(name: str, value: object) -> None:
    """A name that a folder can have on every system, or None."""
    if value is not None and not (isinstance(value, str) and _FOLDER.fullmatch(value)):
        raise ConfigError(name, "must be letters, digits, '-', '_' and '.', 64 at the most")


def _is_path(value: object) -> bool:
    if isinstance(value, str):
        return True
    from pathlib import PurePath  # it takes 12 % of an import

    return isinstance(value, PurePath)


def whole(low: int, high: int | None = None) -> Check:
    """A whole number within bounds, both included."""
    span = f"a whole number from {low}" + (f" to {high}" if high else " up")

    def check(name: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConfigError(name, f"must be {span}, not {type(value).__name__}")
        if value < low or (high is not None and value > high):
            raise ConfigError(name, f"must be {span}, not {_shown(value)}")

    return check


def number(
    low: float, high: float = math.inf, *, open_: bool = False, optional: bool = False
) -> Check:
    """A number within bounds, both included, unless `open_` leaves the lower one out."""
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
    """Write a number for a message; not one of thousands of digits, which CPython does not write."""
    return str(number) if isinstance(number, float) or abs(number) < _MANY else "such a large one"


def catalog(name: str, value: object) -> None:
    """`standard`, or a path."""
    if value is not None and not (_is_path(value) and str(value).strip()):
        raise ConfigError(name, "must be 'standard' or the path of a catalogue such as events.toml")


def deny(name: str, value: object) -> None:
    """Patterns by the identifier's name."""
    if not isinstance(value, Mapping) or not all(
        isinstance(each, str) and not isinstance(patterns, str) and _are_texts(patterns)
        for each, patterns in value.items()
    ):
        raise ConfigError(
            name, "must map identifiers to lists of patterns: {'email': ['*@shop.example']}"
        )


def paths(name: str, value: object) -> None:
    """Paths of fields and identifiers."""
    if isinstance(value, str) or not _are_texts(value):
        raise ConfigError(name, "must be a list of paths such as ['data.ip', 'identifiers.phone']")
    for path in value if isinstance(value, Iterable) else ():
        top, _, rest = path.partition(".")
        if top not in ("data", "identifiers") or not all(rest.split(".")):
            raise ConfigError(name, f"{path} must begin with 'data.' or 'identifiers.'")
        if rest in ("ts", "idempotence_id"):
            raise ConfigError(name, f"{path} is what every event needs")


def kinds(name: str, value: object) -> None:
    """Kinds of events."""
    if isinstance(value, str) or not _are_texts(value):
        raise ConfigError(name, "must be a list of kinds such as ['order/purchase']")


def hash_key(name: str, value: object) -> None:
    """A secret that cannot be guessed."""
    text(name, value)
    if isinstance(value, str) and 0 < len(value) < 16:  # noqa: PLR2004 - 96 bits and more, where it is random
        raise ConfigError(name, "must have 16 characters or more")


def _are_texts(value: object) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) and all(
        isinstance(each, str) and each for each in value
    )
