"""The errors users meet, by whose fault they are.

`ConfigError` is for who configures, `EventError` for who logs. Both carry the facts that a program
needs to react, and neither ever carries a value: values are personal data or secrets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_PATH = 120  # characters of a path that a message shows


class ZaiusError(Exception):
    """Everything that zaius_logging raises. The base itself is never raised."""

    def __init__(self, *args: object) -> None:
        if type(self) is ZaiusError:
            raise TypeError("ZaiusError is a base class: raise ConfigError or EventError")
        super().__init__(*args)


class ConfigError(ZaiusError, ValueError):
    """A setting cannot be used; raised while configuring, before any event is taken.

    Attributes:
        argument: the name of the setting, as `ZaiusHandler` takes it.
        problem: what is wrong with it and what to do.
    """

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(argument, problem)
        self.argument = argument
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.argument}: {self.problem}"


class EventError(ZaiusError, ValueError):
    """What was logged is not an event that the API could take.

    Attributes:
        field: the path of the field, for example `data.order.items[2].price`.
        problem: what is wrong with it and what to do. Never the value itself.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem

    def __str__(self) -> str:
        shown = self.field if len(self.field) <= _PATH else self.field[:_PATH] + "…"
        # A name may hold line breaks, which would forge lines of a log, and lone surrogates.
        printed = "".join(
            char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in shown
        )
        return f"{printed}: {self.problem}"


class EventDroppedError(Exception):
    """An event was dropped on purpose at the call; its text is the reason that `stats()` counts it under."""


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
