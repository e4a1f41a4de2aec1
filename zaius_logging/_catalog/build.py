"""From a handler's settings to an `Edge`, with what can only be found when both are known."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from zaius_logging._errors import ConfigError
from zaius_logging._event.encode import Dumper

from .edge import Edge, Parts, Settings
from .key import ids_of, personal_fields
from .model import Catalogue
from .privacy import hasher, paths_of
from .read import catalogue


def edge_of(config: Any, tell: Callable[[str, str], object], dumps: Dumper) -> Edge:
    """Make the `Edge` of a configuration.

    Args:
        config: see `zaius_logging._settings.Config`.
        tell: takes (kind of notice, line).
        dumps: encodes an event's parts.

    Raises:
        ConfigError: the catalogue is wrong, or a secret is missing.
    """
    found = catalogue(config.catalog) if config.catalog else None
    settings = Settings(
        require_action=config.require_action,
        catalogue=found,
        on_unknown=config.on_unknown,
        on_wrong=config.on_wrong,
        before_send=config.before_send,
        deny={name: tuple(patterns) for name, patterns in config.deny.items()},
        redact=tuple(config.redact),
        hash=tuple(config.hash),
    )
    if found is not None:
        _check_keys(found, config.hash_key)
        for line in stale_modules(found, sys.modules):
            tell(line, line)
    hashed = [*settings.hash, *(path for _, path in (paths_of(found, "hash") if found else ()))]
    if hashed and not config.hash_key:
        raise ConfigError("hash", "needs a secret: set ZAIUS_HASH_KEY to 16 characters or more")
    for path in hashed:
        if path.startswith("identifiers."):
            name = path.partition(".")[2]
            line = (
                f"{path} is hashed: customers with {name}_hash are not those with {name}, and are not "
                "merged with them"
            )
            tell(line, line)
    secret = hasher(config.hash_key) if config.hash_key else None
    return Edge(settings, tell, secret, _plain_by(dumps))


def ids_by_key(config: Any) -> Callable[[Parts], str | None] | None:
    """Make what gives an event the id of its kind's `key`; None where no kind has one.

    Args:
        config: see `zaius_logging._settings.Config`.
    """
    found = catalogue(config.catalog) if config.catalog else None
    keyed = [each for each in (found.kinds.values() if found else ()) if each.key]
    if found is None or not keyed:
        return None
    _check_keys(found, config.hash_key)
    secret = hasher(config.hash_key) if config.hash_key else None
    ids = {each.name: ids_of(found.name, each, secret) for each in keyed}

    def id_of(event: Parts) -> str | None:
        kind = found.kind_of(event)
        made = ids.get(kind.name) if kind else None
        return made(event.get("data") or {}) if made else None

    return id_of


def kept_kinds(config: Any, dumps: Dumper) -> tuple[bytes, ...]:
    """How the JSON of events begins whose kind is to be kept longest, by the setting or the catalogue.

    Args:
        config: see `zaius_logging._settings.Config`.
        dumps: encodes an event's parts.
    """
    found = catalogue(config.catalog) if config.catalog else None
    kinds = {*config.keep, *(k.name for k in (found.kinds.values() if found else ()) if k.keep)}
    heads = []
    for kind in sorted(kinds):
        type_, slash, action = kind.partition("/")
        parts = {"type": type_, "action": action} if slash else {"type": type_}
        heads.append(dumps(parts)[:-1] + (b"," if slash else b',"identifiers"'))
    return tuple(heads)


def _plain_by(dumps: Dumper) -> Callable[[Parts], Parts]:
    """An event in JSON's own values: encoded and read again, which is five times as fast as a walk."""
    loads: Callable[[bytes], Any]
    try:
        import orjson
    except ImportError:
        loads = json.loads
    else:
        loads = orjson.loads
    return lambda parts: loads(dumps(parts))


def _check_keys(found: Catalogue, hash_key: str) -> None:
    for kind in found.kinds.values():
        if (personal := personal_fields(kind)) and not hash_key:
            raise ConfigError(
                "catalog",
                f"{found.place(kind.line)}: the key of {kind.name} has personal data ({personal[0]}), "
                "which could be guessed back from the id: set ZAIUS_HASH_KEY to 16 characters or more",
            )


def stale_modules(found: Catalogue, modules: Mapping[str, Any]) -> list[str]:
    """Say which loaded modules were generated from another version of a catalogue.

    Args:
        found: the catalogue as it is.
        modules: as `sys.modules`.
    """
    lines = []
    for name, module in [*modules.items()]:
        head = getattr(module, "__dict__", {}).get("CATALOGUE")  # not getattr: it may load more
        if not (isinstance(head, tuple) and len(head) == 3 and head[0] == found.name):  # noqa: PLR2004
            continue
        if head[1:] != (found.version, found.digest):
            source = found.source or "standard"
            lines.append(
                f"{name} was written from {found.name} {head[1]} ({head[2]}), {source} is "
                f"{found.version} ({found.digest}): run zaius-logging catalog types {source}"
            )
    return lines
