"""Identifiers and data bound to the current task: whatever it logs carries them.

Context variables (PEP 567) belong to a thread or an asyncio task, so two requests never see each other's. A
task inherits what its maker had bound; a thread begins with nothing.
What is bound lies over the handler's defaults and under what the record itself gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from .event import identifiers_of, shared_data_of


class Bound:
    """What the current task has bound. Never changed, only replaced.

    Attributes:
        identifiers: name -> text, or None for one that is hidden.
        data: field -> value.
        ready: room for who writes events to keep what it made of the two.
    """

    __slots__ = ("data", "identifiers", "ready")

    def __init__(self, identifiers: Mapping[str, str | None], data: Mapping[str, Any]) -> None:
        self.identifiers = identifiers
        self.data = data
        self.ready: dict[Any, Any] = {}


NOTHING = Bound({}, {})

current: ContextVar[Bound] = ContextVar("zaius_logging.bound", default=NOTHING)


def bind(
    *, identifiers: Mapping[str, Any] | None = None, data: Mapping[str, Any] | None = None
) -> None:
    """Bind identifiers and data to the current task, over what is bound already.

    Args:
        identifiers: name -> text or whole number. None or blank hides an outer one of that name.
        data: field -> value.

    Raises:
        EventError: naming what cannot be an identifier.
    """
    now = current.get()
    current.set(
        Bound(
            {**now.identifiers, **identifiers_of(identifiers or {})},
            {**now.data, **shared_data_of(data)},
        )
    )


def unbind(*, identifiers: Iterable[str] | None = None, data: Iterable[str] | None = None) -> None:
    """Unbind names from the current task; without arguments, everything.

    Args:
        identifiers: names to unbind; those that are not bound are no error.
        data: likewise.
    """
    if identifiers is None and data is None:
        current.set(NOTHING)
        return
    now = current.get()
    current.set(Bound(_without(now.identifiers, identifiers), _without(now.data, data)))


@contextmanager
def bound(
    *, identifiers: Mapping[str, Any] | None = None, data: Mapping[str, Any] | None = None
) -> Iterator[None]:
    """Bind for a `with` block, or as a decorator for a call; afterwards all is as before.

    Args:
        identifiers: as for `bind`.
        data: as for `bind`.

    Raises:
        EventError: naming what cannot be an identifier.
    """
    before = current.set(current.get())
    try:
        bind(identifiers=identifiers, data=data)
        yield
    finally:
        # A generator that was given up ends wherever it is found, maybe in the middle of another request.
        # What was bound there is not ours to change, and Python refuses it.
        with suppress(ValueError):
            current.reset(before)


def _without(mapping: Mapping[str, Any], names: Iterable[str] | None) -> dict[str, Any]:
    gone = {names} if isinstance(names, str) else set(names or ())
    return {name: value for name, value in mapping.items() if name not in gone}
