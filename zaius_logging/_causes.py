"""What is behind an error of a library that wraps those of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps, by all the ways that requests, urllib3 and redis-py wrap."""
    todo: list[Any] = [error]
    seen: set[int] = set()
    while todo:
        this = todo.pop()
        if isinstance(this, BaseException) and id(this) not in seen:
            seen.add(id(this))
            yield this
            todo += [this.__cause__, this.__context__, getattr(this, "reason", None), *this.args]
