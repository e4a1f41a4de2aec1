"""Small changes to many events at once: a field set, renamed, taken out, or made a number."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What is changed, in this order.

    Attributes:
        rename: pairs of paths.
        number: paths whose text becomes a number.
        put: pairs of a path and its new value.
        drop: paths that are taken out.
    """

    rename: tuple[tuple[str, str], ...] = ()
    number: tuple[str, ...] = ()
    put: tuple[tuple[str, Any], ...] = ()
    drop: tuple[str, ...] = ()

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        """Give a changed copy.

        Raises:
            ValueError: a text is no number, without the text; or a value has no place.
        """
        event = copy.deepcopy(event)
        for old, new in self.rename:
            for holder, name in list(_holders(event, old)):
                if name in holder:
                    holder[new.rpartition(".")[2]] = holder.pop(name)
        for path in self.number:
            _each(event, path, _number(path))
        for path, value in self.put:
            places = list(_holders(event, path, make=True))
            if not places and "[]" not in path:
                raise ValueError(f"{path}: there is no place for it")
            for holder, name in places:
                holder[name] = value
        for path in self.drop:
            for holder, name in _holders(event, path):
                holder.pop(name, None)
        return event


def _each(event: dict[str, Any], path: str, change: Callable[[Any], Any]) -> None:
    for holder, name in _holders(event, path):
        if name in holder:
            holder[name] = change(holder[name])


def _number(path: str) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            if _WHOLE.fullmatch(value):
                return int(value)  # exactly: a float has 53 bits
            number = float(value)
        except ValueError:
            raise ValueError(f"{path}: is no number") from None
        if not math.isfinite(number):
            raise ValueError(f"{path}: is no number")
        return int(number) if number.is_integer() else number

    return change


def _holders(value: Any, path: str, *, make: bool = False) -> Iterator[tuple[dict[str, Any], str]]:
    """Find the dictionaries that hold, or may hold, what a path names: `data.order.items[].price`."""
    step, _, rest = path.partition(".")
    if not isinstance(value, dict):
        return
    if not rest:
        yield value, step
        return
    if step.endswith("[]"):
        inner = value.get(step[:-2])
        for each in inner if isinstance(inner, list) else ():
            yield from _holders(each, rest, make=make)
        return
    if make:
        value.setdefault(step, {})
    yield from _holders(value.get(step), rest, make=make)


def pairs(texts: Sequence[str], example: str) -> tuple[tuple[str, str], ...]:
    """Split `a=b`.

    Raises:
        ValueError: one is no pair.
    """
    found = []
    for text in texts:
        left, equals, right = text.partition("=")
        if not (left and equals and right):
            raise ValueError(f"write it like {example}")
        found.append((left.strip(), right.strip()))
    return tuple(found)


def value_of(text: str) -> Any:
    """Read a value: JSON where it is JSON, else text."""
    try:
        return json.loads(text, parse_constant=str)  # NaN and Infinity are none
    except (ValueError, RecursionError):
        return text
