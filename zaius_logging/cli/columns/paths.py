"""Paths into an event's data, such as `order.items[0].quantity`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from zaius_logging.cli.problems import MappingError

Path = tuple[str | int, ...]

_STEP = re.compile(r"(?P<name>[^.\[\]\s]+)|\[(?P<place>\d{1,3})\]", re.ASCII)


def parse_path(text: str) -> Path:
    """Read a path.

    Raises:
        MappingError: it cannot be read.
    """
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        if steps and text[at] == ".":
            at += 1
            found = _STEP.match(text, at)
            found = found if found and found["name"] else None
        else:
            found = _STEP.match(text, at)
            if found and bool(steps) is bool(found["name"]):
                found = None  # a name needs a dot before it, a place needs a name
        if not found:
            break
        steps.append(found["name"] or int(found["place"]))
        at = found.end()
    if not text or at < len(text) or text.endswith("."):
        raise MappingError(
            f"'{text}' is not a field: write it like order.total or order.items[0].quantity"
        )
    if steps[0] == "data" and len(steps) > 1:
        raise MappingError(f"'{text}': --data already means data, leave 'data.' out")
    return tuple(steps)


def check_paths(paths: Sequence[tuple[str, Path]]) -> None:
    """See that paths fit into one tree.

    Args:
        paths: as written, and as read.

    Raises:
        MappingError: two of them want the same place, or an array has a gap.
    """
    seen: dict[Path, str] = {}
    for text, path in paths:
        for other, name in seen.items():
            if _clash(path, other):
                raise MappingError(f"'{name}' and '{text}' cannot both be: they are the same place")
        seen[path] = text
    for text, path in paths:
        for at, step in enumerate(path):
            if isinstance(step, int) and step and not _has(seen, (*path[:at], step - 1)):
                raise MappingError(f"'{text}' leaves a gap: there is no [{step - 1}] before it")


def _clash(one: Path, other: Path) -> bool:
    """Whether one lies inside the other, or they take the same thing for an array and an object."""
    for mine, theirs in zip(one, other, strict=False):
        if type(mine) is not type(theirs):
            return True
        if mine != theirs:
            return False
    return True


def _has(paths: Iterable[Path], start: Path) -> bool:
    return any(path[: len(start)] == start for path in paths)


class Tree:
    """A tree whose shape is known; only the values differ from event to event.

    Args:
        paths: of the values, which fit together.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._root: Any = {}
        for number, path in enumerate(paths):
            node = self._root
            for step in path[:-1]:
                node = node.setdefault(step, {})
            node[path[-1]] = number

    def build(self, values: Sequence[Any]) -> dict[str, Any]:
        """Make the tree of values, in the order of their paths; what is None is left out."""
        return _made(self._root, values) or {}


def _made(node: dict[Any, Any], values: Sequence[Any]) -> Any:
    tree = {
        step: value
        for step, inner in node.items()
        if (value := values[inner] if type(inner) is int else _made(inner, values)) is not None
    }
    # Elements of which nothing is known are left out; the others stand in the order of their places.
    if tree and type(next(iter(tree))) is int:
        return [tree[place] for place in sorted(tree)]
    return tree or None
