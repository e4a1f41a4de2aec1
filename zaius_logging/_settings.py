"""Every setting of `ZaiusHandler`, declared once: type, name, default, check and one sentence.

The handler's signature and docstring and the page of settings are written from here by
`python docs/settings.py`; a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from logging import LogRecord
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from . import _checks as checks
from ._errors import ConfigError
from ._event.event import Event
from ._transport.endpoint import MAX_EVENTS

if TYPE_CHECKING:
    from pathlib import PurePath

    from requests import Session

MiB = 1024 * 1024
HOUR = 3600.0

BeforeSend = Callable[[dict[str, Any]], Mapping[str, Any] | Event | None]
"""Called with each event: returns it, changed or not, or None to drop it."""

Callback = Callable[[dict[str, Any], str], object]
"""Called with a lost event: (the event as a dictionary, the reason). Its errors are swallowed."""

InvalidCallback = Callable[[LogRecord, str], object]
"""Called with a record whose event is invalid: (the record, what is wrong). Its errors are swallowed."""

_NONE: Mapping[str, Any] = MappingProxyType({})
_READ: Mapping[type, Callable[[str], Any]] = {
    bool: checks.switch,
    int: checks.whole_number,
    float: checks.decimal_number,
    str: str,
}


class Setting:
    """One setting, as it is declared.

    Args:
        default: what it is where it is not given.
        check: takes name and value, and raises ConfigError.
        says: one sentence for users, with units and range.
        read: makes a value of the environment's text. Where not given it follows from the default: a
            setting whose default is no text, number or switch cannot come from the environment.
    """

    __slots__ = ("check", "default", "read", "says")

    def __init__(
        self,
        default: Any,
        check: checks.Check,
        says: str,
        read: Callable[[str], Any] | None = None,
    ) -> None:
        self.default = default
        self.check = check
        self.says = says
        self.read = read or _READ.get(type(default))


def setting(
    default: Any, check: checks.Check, says: str, *, read: Callable[[str], Any] | None = None
) -> Any:
    """Declare a setting. For a type checker it is the value, as `dataclasses.field` is."""
    return Setting(default, check, says, read)


class Config:
    """All settings, valid once they exist, and never changed.

    A plain class: a dataclass of thirty fields took a tenth of the time to import us.

    Args:
        given: by name, the values that are not the defaults.

    Raises:
        ConfigError: naming the argument and what to do.
    """

    # Where events go

    api_key: str = setting("", checks.text, "the API key.")
    endpoint: str = setting(
        "",
        checks.text,
        "the API's address, by default the host of the key's region; or a Redis stream, "
        "`redis://host:6379/0?stream=zaius:events`, from which a relay takes the events to the API "
        "(no key is needed here then).",
    )
    session: Session | None = setting(
        None, checks.session, "a `requests.Session` of your own, instead of the next three."
    )
    proxies: Mapping[str, str] | None = setting(
        None,
        checks.proxies,
        'as requests takes them, `{"https": "http://user:password@host:3128"}`, or `{}` for none; by '
        "default those of `HTTPS_PROXY` and `NO_PROXY` when the handler is made.",
    )
    verify: str | None = setting(
        None, checks.verify, "path of a CA bundle to trust instead of the default one."
    )
    cert: str | Sequence[str] | None = setting(
        None, checks.cert, "path of a client certificate with its key, or a pair of paths."
    )

    # What an event is

    attribute: str = setting("zaius", checks.attribute, "the name in `extra` that holds the event.")
    identifiers: Mapping[str, Any] = setting(
        _NONE,
        checks.identifiers,
        "identifiers for every event, under those that are bound and the record's own.",
    )
    data: Mapping[str, Any] = setting(
        _NONE,
        checks.data,
        "data for every event, under what is bound and the record's own.",
    )
    record_attributes: Mapping[str, str] = setting(
        _NONE,
        checks.record_attributes,
        "field of `data` -> attribute of the record to put there, for example "
        '`{"logger": "name", "text": "message"}`.',
    )
    source_fields: bool = setting(
        True,
        checks.flag,
        "whether `data` gets `data_source_type`, `data_source` and `data_source_version`, as the "
        "official SDKs do.",
    )
    require_action: bool = setting(
        True,
        checks.flag,
        "whether an event without `action` is invalid; `pageview`, `customer_discovered` and a kind that "
        "the catalogue lists without one need none.",
    )
    placeholders: str = setting(
        "refuse",
        checks.one_of("refuse", "warn", "allow"),
        "what follows where an identifier is a placeholder such as `NULL` or `n/a`: `refuse` (the "
        "event is invalid), `warn` or `allow`.",
    )
    vuid_hyphens: str = setting(
        "keep",
        checks.one_of("keep", "remove"),
        "`keep` or `remove` the hyphens of a `vuid` that is a UUID; nobody knows which form the API takes, so "
        "send the one form everywhere.",
    )
    catalog: str | PurePath | None = setting(
        None,
        checks.catalog,
        "the catalogue that events are checked by: `standard`, the path of an `events.toml`, or "
        "`package:events.toml` for one inside a package.",
        read=str,
    )
    on_unknown: str = setting(
        "warn",
        checks.one_of("allow", "warn", "reject"),
        "what follows where the catalogue lacks a kind, a field or an identifier: `allow`, `warn` (the "
        "event is sent) or `reject` (it is invalid).",
    )
    on_wrong: str = setting(
        "warn",
        checks.one_of("allow", "warn", "reject"),
        "what follows where a field is missing, of a wrong type or out of its values, likewise; a "
        "wrong form of an identifier is always invalid.",
    )
    before_send: BeforeSend | None = setting(
        None,
        checks.callback("(event)"),
        "called as (event) with each event as a dictionary of JSON values, which it may change and "
        "returns, or None to drop it; an error in it makes the event invalid.",
    )
    deny: Mapping[str, Sequence[str]] = setting(
        _NONE,
        checks.deny,
        'identifiers that must never be sent, `{"email": ["*@shop.example"]}`: events with one are '
        "invalid.",
    )
    redact: Sequence[str] = setting(
        (),
        checks.paths,
        "paths that are taken out of every event before it is written, such as "
        "`data.order.items[].note`.",
    )
    hash: Sequence[str] = setting(
        (),
        checks.paths,
        "paths that are replaced by their HMAC-SHA256; an identifier gets the ending `_hash`.",
    )
    hash_key: str = setting(
        "",
        checks.hash_key,
        "the secret of `hash`, 16 characters or more; give it as `ZAIUS_HASH_KEY`.",
    )
    strict: bool = setting(
        False, checks.flag, "raise EventError to the caller instead of counting it, for tests."
    )

    # When and how they are sent

    batch_size: int = setting(
        MAX_EVENTS, checks.whole(1, MAX_EVENTS), "events in a request, 1 to 500, the API's limit."
    )
    batch_bytes: int = setting(
        1_000_000,
        checks.whole(1),
        "bytes in a request at most; a single larger event goes alone.",
    )
    flush_interval: float = setting(
        5.0, checks.number(0), "seconds that an event waits for its batch to fill, at most."
    )
    timeout: float = setting(
        10.0,
        checks.number(0, checks.DAY, open_=True),
        "seconds that one request may take as a whole, whatever the server does; up to a day.",
    )
    max_requests_per_second: float | None = setting(
        None,
        checks.number(0.001, optional=True),
        "a limit for this process; without one, answers of 429 (too many requests) slow it down and "
        "success speeds it up again.",
        read=checks.decimal_number,
    )
    max_age: float = setting(
        72 * HOUR,
        checks.number(0, open_=True),
        "seconds after which an event that could not be delivered is dropped as `expired`; 72 hours.",
    )
    close_timeout: float = setting(
        5.0,
        checks.number(0, checks.DAY),
        "seconds that close and exit take at most, whatever the server does; up to a day.",
    )
    drain_on_sigterm: bool = setting(
        False,
        checks.flag,
        "on SIGTERM, close first, then do what was there before; without it a process that does not "
        "handle SIGTERM dies with the events in memory.",
    )

    # Where they wait

    capacity: int = setting(100_000, checks.whole(1), "events that wait in memory at most.")
    capacity_bytes: int = setting(64 * MiB, checks.whole(1), "bytes that wait in memory at most.")
    overflow: str = setting(
        "drop",
        checks.one_of("drop", "block"),
        "`drop` counts and drops an event that no longer fits; `block` makes the call wait for room.",
    )
    keep: Sequence[str] = setting(
        (),
        checks.kinds,
        "kinds such as `order/purchase` that are dropped last: the last tenth of the room is for them.",
    )
    spool_dir: str | PurePath | None = setting(
        None,
        checks.directory,
        "a directory on a local disk where events wait and outlive the process; processes may share "
        "it, and each looks every 25 seconds for events that dead ones have left there, and sends them.",
        read=str,
    )
    spool_sync: str = setting(
        "interval",
        checks.one_of("interval", "always"),
        "`interval`: an event survives any death of the process, and a power cut from a second after "
        "the call on; `always`: a power cut too, and the call waits for the disk.",
    )
    spool_bytes: int = setting(
        256 * MiB,
        checks.whole(MiB),
        "bytes that all processes may use on disk for one account, from 1 MiB.",
    )
    spool_map: bool = setting(
        True,
        checks.flag,
        "whether files of the spool may be mapped into memory, where the file system is fit for it; "
        "False: each event is a system call.",
    )
    account: str | None = setting(
        None,
        checks.folder,
        "the name of the account's folder in `spool_dir`, where it is not to follow from endpoint and key; "
        "needed with a transport of your own that has no `account`.",
        read=str,
    )
    deliver: bool = setting(
        True,
        checks.flag,
        "False: only write to `spool_dir`, for another process that sends.",
    )

    # What people read

    on_drop: Callback | None = setting(
        None,
        checks.callback("(event, reason)"),
        "called as (event, reason) for each event lost on our side.",
    )
    on_reject: Callback | None = setting(
        None,
        checks.callback("(event, reason)"),
        "called as (event, reason) for each event that the API rejected.",
    )
    on_invalid: InvalidCallback | None = setting(
        None,
        checks.callback("(record, problem)"),
        "called as (record, problem) for each record whose event is invalid.",
    )
    notices: str | Callable[[str], object] = setting(
        "stderr",
        checks.notices,
        "where lines about trouble, its end and losses go, without personal data: `stderr`, the name "
        "of a logger (at level WARNING), or a callable that takes a line.",
    )

    def __init__(self, given: Mapping[str, Any]) -> None:
        values = vars(self)
        for name, declared in SETTINGS.items():
            value = values[name] = given.get(name, declared.default)
            declared.check(name, value)
        if self.session is not None:
            for name in ("proxies", "verify", "cert"):
                if values[name] is not None:
                    raise ConfigError(name, "does not go with session: set it on the session")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Config never changes")


SETTINGS: Mapping[str, Setting] = {
    name: value for name, value in vars(Config).items() if isinstance(value, Setting)
}
"""Every setting by its name, in the order of the handler's signature."""
