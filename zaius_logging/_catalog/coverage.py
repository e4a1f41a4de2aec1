"""Which kinds and fields of a catalogue were seen, which never, and what was seen that it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .check import Finding
from .hints import unknown_kind
from .model import Catalogue, kind_name, leaves


class Coverage:
    """Counts events by a catalogue.

    Args:
        catalogue: to count by.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.kinds: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.fields: Counter[tuple[str, str]] = Counter()
        self.unknown: dict[str, str] = {}

    def add(self, event: Mapping[str, Any], found: Iterable[Finding]) -> None:
        """Count one event.

        Args:
            event: of JSON values.
            found: what `findings` says of it.
        """
        name = kind_name(str(event.get("type")), event.get("action"))
        self.kinds[name] += 1
        self.wrong[name] += any(each.grade != "deprecated" for each in found)
        kind = self._catalogue.kinds.get(name)
        if kind is None:
            self.unknown.setdefault(name, unknown_kind(self._catalogue, event)[0])
            return
        for path in {path for path, _ in leaves(kind.fields)}:
            if _has(event.get("data"), path.split(".")):
                self.fields[name, path] += 1

    def counts(self) -> dict[str, Any]:
        """The numbers as plain JSON values, for another process."""
        return {
            "name": self._catalogue.name,
            "digest": self._catalogue.digest,
            "path": self._catalogue.path,
            "kinds": dict(self.kinds),
            "wrong": dict(self.wrong),
            "fields": [[*pair, count] for pair, count in self.fields.items()],
            "unknown": self.unknown,
        }

    def add_counts(self, counts: Mapping[str, Any]) -> None:
        """Add what `counts` gave in another process."""
        self.kinds.update(counts["kinds"])
        self.wrong.update(counts["wrong"])
        self.fields.update({(name, path): count for name, path, count in counts["fields"]})
        self.unknown.update(counts["unknown"])

    @property
    def percent(self) -> float:
        """How much of the catalogue was seen: kinds and fields together."""
        total = seen = 0
        for name, kind in self._catalogue.kinds.items():
            paths = [path for path, _ in leaves(kind.fields)]
            total += 1 + len(paths)
            seen += bool(self.kinds[name]) + sum((name, path) in self.fields for path in paths)
        return 100 * seen / total if total else 100.0

    def lines(self) -> list[str]:
        """A table for people."""
        known = self._catalogue.kinds
        paths = [(name, path) for name in known for path, _ in leaves(known[name].fields)]
        unknown = [name for name in self.kinds if name not in known]
        head = (
            f"Catalogue {self._catalogue.name} {self._catalogue.version}: "
            f"{sum(bool(self.kinds[name]) for name in known)} of {len(known)} kinds seen · "
            f"{sum(each in self.fields for each in paths)} of {len(paths)} fields · "
            f"{len(unknown)} kinds unknown · {self.percent:.0f} %"
        )
        lines = [head]
        for name in sorted(known):
            count = self.kinds[name]
            line = self._catalogue.place(known[name].line)
            state = "never seen" if not count else f"ok {count - self.wrong[name]:,}"
            if self.wrong[name]:
                state += f" · {self.wrong[name]:,} not"
            lines.append(f"  {name:24} {count:7,}  {state:24} {line}")
            lines += [
                f"     {path:21} {0:7,}  never seen"
                for of, path in paths
                if of == name and count and not self.fields[name, path]
            ]
        lines += [
            f"  {n:24} {self.kinds[n]:7,}  unknown: {self.unknown[n]}" for n in sorted(unknown)
        ]
        return lines


def _has(value: Any, steps: list[str]) -> bool:
    if not steps:
        return value is not None
    if not isinstance(value, Mapping):
        return False
    name, *rest = steps
    inner = value.get(name.removesuffix("[]"))
    if name.endswith("[]"):
        return isinstance(inner, list) and any(_has(each, rest) for each in inner)
    return _has(inner, rest)
