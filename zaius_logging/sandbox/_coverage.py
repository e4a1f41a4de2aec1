"""Counts what arrives against a catalogue: kinds and fields seen, never seen, and unknown. Pure.

The catalogue comes as plain data, as the command hands it over: the sandbox reads no catalogue's file.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Fate = Literal["ok", "warned", "rejected"]

#: How many kinds, and fields of one kind, that the catalogue lacks are counted by name.
_MAX_UNKNOWN: Final = 100
#: Fields that every kind may have, without being listed.
_ALWAYS: Final = frozenset(
    {
        *("ts", "idempotence_id", "active_event", "logger"),
        *("data_source", "data_source_type", "data_source_version", "data_source_instance"),
    }
)
_NONE: Final[Mapping[str, Any]] = {}


@dataclass(slots=True)
class _Seen:
    """What arrived of one kind."""

    fates: Counter[Fate] = field(default_factory=Counter)
    request: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return sum(self.fates.values())


class Coverage:
    """Counts what arrives against a catalogue.

    Args:
        catalog: `name`, `version`, `source`, `text` (of the file), `identifiers` and `kinds`, which
            have `fields`; each with its `line` where the file says it.
    """

    def __init__(self, catalog: Mapping[str, Any]) -> None:
        self._catalog = catalog
        self._kinds: Mapping[str, Mapping[str, Any]] = catalog.get("kinds", _NONE)
        self._fields = {
            name: dict(_leaves(kind.get("fields", _NONE))) for name, kind in self._kinds.items()
        }
        self.clear()

    @property
    def title(self) -> str:
        """Name and version, for people."""
        return f"{self._catalog.get('name', '')} {self._catalog.get('version', '')}".strip()

    def clear(self) -> None:
        """Count from 0."""
        self._seen: dict[str, _Seen] = {}
        self._identifiers: Counter[str] = Counter()

    def add(self, text: str, fate: Fate, request: int) -> None:
        """Count an event that arrived.

        Args:
            text: The event in JSON.
            fate: What became of it.
            request: The number of its request.
        """
        event = json.loads(text)
        if not isinstance(event, dict):
            return
        name = _kind_of(event)
        if name not in self._kinds and name not in self._seen and self._is_full():
            return
        seen = self._seen.setdefault(name, _Seen())
        seen.fates[fate] += 1
        seen.request = request
        self._count_fields(name, seen, event)

    def _is_full(self) -> bool:
        return sum(name not in self._kinds for name in self._seen) >= _MAX_UNKNOWN

    def _count_fields(self, name: str, seen: _Seen, event: Mapping[str, Any]) -> None:
        data, identifiers = event.get("data"), event.get("identifiers")
        known = self._fields.get(name, _NONE)
        for path in set(_paths(data)) if isinstance(data, dict) else ():
            if path in known:
                seen.fields[path] += 1
            elif _is_unknown(path, known) and len(seen.unknown) < _MAX_UNKNOWN:
                seen.unknown[path] += 1
        for each in identifiers if isinstance(identifiers, dict) else ():
            if each in self._identifiers or len(self._identifiers) < _MAX_UNKNOWN:
                self._identifiers[each] += 1

    def document(self) -> dict[str, Any]:
        """Give all counts, for JSON.

        Returns:
            `kinds` of the catalogue with their `fields`, those of its own file first; the `unknown` kinds, each
            with the `nearest` known one and the number of its last `request`; `identifiers`; and sums.
        """
        own = {name for name, kind in self._kinds.items() if kind.get("line")} or set(self._kinds)
        kinds = [self._kind(name) for name in sorted(self._kinds, key=lambda each: each not in own)]
        shown = [kind for kind in kinds if kind["name"] in own or kind["count"]]
        mine = [kind for kind in kinds if kind["name"] in own]
        fields = [each for kind in mine for each in kind["fields"]]
        return {
            "name": self._catalog.get("name", ""),
            "version": self._catalog.get("version", ""),
            "source": self._catalog.get("source", ""),
            "text": self._catalog.get("text", ""),
            "kinds_seen": sum(kind["count"] > 0 for kind in mine),
            "kinds_total": len(mine),
            "fields_seen": sum(each["count"] > 0 for each in fields),
            "fields_total": len(fields),
            "kinds": shown,
            "unknown": [self._unknown(name) for name in self._seen if name not in self._kinds],
            "identifiers": self._known_identifiers(),
        }

    def _kind(self, name: str) -> dict[str, Any]:
        kind, seen = self._kinds[name], self._seen.get(name, _Seen())
        return {
            **_facts(name, kind),
            "count": seen.count,
            **{fate: seen.fates[fate] for fate in get_args(Fate)},
            "fields": [
                {
                    **_facts(path, each),
                    "required": bool(each.get("required")),
                    "count": seen.fields[path],
                }
                for path, each in self._fields[name].items()
            ],
            "unknown_fields": dict(seen.unknown),
        }

    def _unknown(self, name: str) -> dict[str, Any]:
        seen = self._seen[name]
        near = difflib.get_close_matches(name, self._kinds, n=1)
        return {
            "name": name,
            "count": seen.count,
            "nearest": near[0] if near else "",
            "request": seen.request,
        }

    def _known_identifiers(self) -> list[dict[str, Any]]:
        known: Mapping[str, Mapping[str, Any]] = self._catalog.get("identifiers", _NONE)
        names = [*known, *(name for name in self._identifiers if name not in known)]
        return [
            {
                **_facts(name, known.get(name, _NONE)),
                "known": name in known,
                "count": self._identifiers[name],
            }
            for name in names
        ]


def _facts(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "about": given.get("about", ""),
        "line": given.get("line", 0),
        "deprecated": given.get("deprecated", ""),
    }


def _kind_of(event: Mapping[str, Any]) -> str:
    type_, action = event.get("type"), event.get("action")
    if not isinstance(type_, str):
        return "not an event"
    return f"{type_}/{action}" if isinstance(action, str) else type_


def _leaves(fields: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the fields of a kind by their paths below `data`; `[]` stands for any place of a list."""
    for name, each in fields.items():
        here = f"{path}.{name}" if path else name
        inner = each.get("item", each).get("fields")
        if inner:
            yield from _leaves(inner, f"{here}[]" if "item" in each else here)
        else:
            yield here, each


def _paths(value: Any, path: str = "") -> Iterator[str]:
    """Give the paths of the values in an event's data, by the same way of writing."""
    stack = [(value, path)]
    while stack:
        value, path = stack.pop()
        if isinstance(value, dict):
            stack += [(inner, f"{path}.{name}" if path else name) for name, inner in value.items()]
        elif isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value):
            stack += [(each, f"{path}[]") for each in value]
        elif value is not None:
            yield path


def _is_unknown(path: str, known: Mapping[str, Any]) -> bool:
    """Say whether nobody listed a field, nor anything around it or inside it."""
    if path in _ALWAYS:
        return False
    around = (f"{path}.", f"{path}[")  # an empty list, of which the catalogue has the items
    return not any(
        path.startswith((f"{each}.", f"{each}[")) or each.startswith(around) for each in known
    )
