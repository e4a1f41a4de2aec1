"""An idempotence id made of an event's own fields, so that the same order exported twice has one id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from .model import Kind, leaves


def ids_of(
    name: str, kind: Kind, hashed: Callable[[str], str] | None = None
) -> Callable[[Mapping[str, Any]], str | None]:
    """Make the function that makes the ids of a kind: data -> id, or None where a field of the key is missing.

    The catalogue's name, the kind and each field go in; the catalogue's version does not, so that a new version
    keeps the ids. A number and its text give the same id.

    Args:
        name: of the catalogue.
        kind: with a key.
        hashed: a keyed hash, without which no key may have personal data.
    """
    # Each part with its length, so that no two lists of parts read the same.
    head = "".join(f"{len(part)}:{part}" for part in (name, kind.name))
    paths = [(f"{len(path)}:{path}", path.split(".")) for path in kind.key]
    secret = hashed if personal_fields(kind) else None

    def id_of(data: Mapping[str, Any]) -> str | None:
        whole = head
        for path, steps in paths:
            value: Any = data
            for each in steps:
                value = value.get(each) if isinstance(value, dict) else None
            text = value.strip() if type(value) is str else _text(value)
            if not text:
                return None
            whole = f"{whole}{path}{len(text)}:{text}"
        if secret is not None:
            whole = secret(whole)
        digits = sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
        # In the form of a UUID of version 8, which RFC 9562 leaves to the application.
        return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"

    return id_of


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if isinstance(value, (str, int, float)) else ""


def personal_fields(kind: Kind) -> list[str]:
    """The fields of a key that hold personal data, of which an id could be guessed back."""
    fields = dict(leaves(kind.fields))
    return [path for path in kind.key if fields[path].pii or fields[path].hash]
