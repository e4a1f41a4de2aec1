"""An idempotence id made of an event's own fields, so that the same order exported twice has one id."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from .model import Field, Kind, leaves


def id_of(
    name: str, kind: Kind, data: Mapping[str, Any], hashed: Callable[[str], str] | None = None
) -> str | None:
    """Make the id, or give None where a field of the key is missing.

    The catalogue's name, the kind and each field go in; the catalogue's version does not, so that a new version
    keeps the ids. A number and its text give the same id.

    Args:
        name: of the catalogue.
        kind: with a key.
        data: of the event.
        hashed: a keyed hash, without which no key may have personal data.
    """
    parts = [name, kind.name]
    for path in kind.key:
        value: Any = data
        for each in path.split("."):
            value = value.get(each) if isinstance(value, dict) else None
        text = _text(value)
        if not text:
            return None
        parts += (path, text)
    # Each part with its length, so that no two lists of parts read the same.
    whole = "".join([f"{len(part)}:{part}" for part in parts])
    if hashed is not None and personal_fields(kind):
        whole = hashed(whole)
    digits = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
    # In the form of a UUID of version 8, which RFC 9562 leaves to the application.
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if isinstance(value, (str, int, float)) else ""


def personal_fields(kind: Kind) -> list[str]:
    """The fields of a key that hold personal data, of which an id could be guessed back."""
    fields: dict[str, Field] = dict(leaves(kind.fields))
    return [path for path in kind.key if fields[path].pii or fields[path].hash]
