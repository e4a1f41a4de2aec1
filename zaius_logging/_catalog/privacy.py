"""What must not leave: paths that are taken out of an event, or replaced by their keyed hash.

The last change of an event before it is written, so that nothing that a hook adds escapes it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

from zaius_logging._errors import EventError
from zaius_logging._event.coerce import coerced

from .forms import normal
from .model import Catalogue, leaves

Change = Callable[[dict[str, Any]], None]
Hash = Callable[[str], str]


def hasher(key: str) -> Hash:
    """Make the keyed hash: HMAC-SHA256 in hexadecimal digits, of text."""
    keyed = hmac.new(key.encode(), digestmod=sha256)

    def hashed(text: str) -> str:
        mac = keyed.copy()  # the key's part is computed once
        mac.update(text.encode("utf-8", "surrogatepass"))
        return mac.hexdigest()

    return hashed


def paths_of(catalogue: Catalogue, name: str) -> list[tuple[str | None, str]]:
    """The paths that a catalogue redacts or hashes: (kind or None, path).

    Args:
        catalogue: that says so.
        name: `redact` or `hash`.
    """
    found: list[tuple[str | None, str]] = [
        (kind.name, f"data.{path}")
        for kind in catalogue.kinds.values()
        for path, field in leaves(kind.fields)
        if getattr(field, name)
    ]
    if name == "hash":
        known = catalogue.identifiers.values()
        found += [(None, f"identifiers.{each.name}") for each in known if each.hash]
    return found


def changes_of(
    catalogue: Catalogue | None, redact: Iterable[str], hash_: Iterable[str], hashed: Hash | None
) -> Mapping[str | None, Change]:
    """Make what takes out and hashes: by kind, and under None for all others; nothing where nothing is asked.

    Args:
        catalogue: its paths count for its kinds.
        redact: paths such as `data.order.items[].note`, for every kind.
        hash_: likewise.
        hashed: the keyed hash; None where nothing is hashed.
    """
    out: dict[str | None, list[str]] = {None: [*redact]}
    to_hash: dict[str | None, list[str]] = {None: [*hash_]}
    if catalogue is not None:
        for name, target in (("redact", out), ("hash", to_hash)):
            for kind, path in paths_of(catalogue, name):
                target.setdefault(kind, []).append(path)
    found = {}
    for kind in {*out, *to_hash}:
        taken = sorted({*out[None], *out.get(kind, ())})
        replaced = sorted({*to_hash[None], *to_hash.get(kind, ())})
        if taken or replaced:
            found[kind] = _change(
                [_steps(each) for each in taken], [_steps(each) for each in replaced], hashed
            )
    return found


def _change(redact: list[list[str]], to_hash: list[list[str]], hashed: Hash | None) -> Change:
    def change(event: dict[str, Any]) -> None:
        for steps in to_hash:
            if hashed is not None:
                _hash(event, steps, hashed)
        for steps in redact:
            _apply(event, steps, lambda above, name: above.pop(name))
        if not event["identifiers"]:
            raise EventError("identifiers", "has none left after redact")

    return change


def _steps(path: str) -> list[str]:
    return path.replace("[]", "").split(".")


def _hash(event: dict[str, Any], steps: list[str], hashed: Hash) -> None:
    def one(above: dict[str, Any], name: str) -> None:
        value = above[name]
        if value is None:
            return
        text = hashed(_normal(name, value))
        if steps[0] == "identifiers":  # a hash under `email` would be somebody else's address
            del above[name]
            name = f"{name}_hash"
        above[name] = text

    _apply(event, steps, one)


def _apply(
    above: dict[str, Any], steps: list[str], change: Callable[[dict[str, Any], str], object]
) -> None:
    """Change what a path names. What lies on the way is copied first, for it is the caller's."""
    name, *rest = steps
    value = above.get(name)
    if name not in above:
        return
    if not rest:
        change(above, name)
        return
    if not isinstance(value, dict) and not isinstance(value, list):
        value = coerced(value, name, 1, frozenset())
    if isinstance(value, dict):
        above[name] = value = dict(value)
        _apply(value, rest, change)
    elif isinstance(value, list):
        above[name] = value = [
            dict(each) if isinstance(each, dict) else coerced(each, name, 1, frozenset())
            for each in value
        ]
        for each in value:
            if isinstance(each, dict):
                _apply(each, rest, change)


def _normal(name: str, value: Any) -> str:
    """The text that is hashed: an address trimmed and in lower case, 7 as "7", an object as its JSON."""
    if not isinstance(value, str):
        value = coerced(value, name, 1, frozenset())
    if isinstance(value, str):
        return normal(name, value) if name in ("email", "phone") else value.strip()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
