"""Identifiers and data bound to the current task: whatever it logs carries them.

Context variables (PEP 567) belong to a thread or an asyncio task, so two requests never see each other's. A
task inherits what its maker had bound; a thread begins with nothing.
What is bound lies over the handler's defaults and under what the record itself gives.

A record may come late (MemoryHandler) or in another thread or process (QueueHandler, SocketHandler), where
something else is bound. `bound_to` tells: what is bound belongs to a record only if the record was made in
the same process, thread and task, and not before the binding last changed.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from logging import LogRecord
from typing import Any

from zaius_logging._errors import EventError

from .event import shared_data_of
from .rules import identifiers_of

SEALED = "_zaius_sealed"
"""Attribute of a record that went through `Seal`: True where its event is whole, so that nothing that is bound is
added to it; else field and problem of the event that is invalid."""


class Bound:
    """What the current task has bound. Never changed, only replaced.

    Attributes:
        identifiers: name -> text, or None for one that is hidden.
        data: field -> value.
        hides: whether one of the identifiers is None.
        since: when it was bound, in seconds since the epoch by the clock that gives `LogRecord.created`.
    """

    __slots__ = ("data", "hides", "identifiers", "since")

    def __init__(self, identifiers: Mapping[str, str | None], data: Mapping[str, Any]) -> None:
        self.identifiers = identifiers
        self.data = data
        self.hides = None in identifiers.values()
        self.since = time.time()  # by the module, as logging: freezegun and time-machine replace it


NOTHING = Bound({}, {})
NOTHING.since = float("-inf")

current: ContextVar[Bound] = ContextVar("zaius_logging.bound", default=NOTHING)

used: list[bool] = []
"""Not empty once anything was bound in this process: before that, nothing can be bound to any record."""


def bound_to(record: LogRecord) -> Bound:
    """What was bound where a record was made; to be asked for only where something was ever bound.

    Raises:
        EventError: it is not known any more.
    """
    sealed = getattr(record, SEALED, None)  # first: another task of this thread may have made it
    if sealed is True:
        return NOTHING
    if isinstance(sealed, tuple):
        raise EventError(*sealed)
    bound = current.get()
    if bound.since <= record.created and _made_here(record):
        return bound
    if bound.since > time.time() and _made_here(record):
        return bound  # the clock was set back since it was bound: `created` says nothing
    raise EventError(
        "event",
        "was logged in another thread, task or process, or before what is bound here was bound, so what "
        "belongs to it is not known: put the filter zaius_logging.integrations.queues.Seal on the "
        "QueueHandler, MemoryHandler or SocketHandler in front",
    )


def _made_here(record: LogRecord) -> bool:
    """Whether a record was made in this process, thread and task; what it does not say does not count.

    Before Python 3.12 no record names its task: there, only `Seal` keeps apart what two tasks of one thread have
    logged into a MemoryHandler.
    """
    thread, process, task = record.thread, record.process, getattr(record, "taskName", None)
    return (
        (thread is None or thread == threading.get_ident())  # by the module: gevent replaces it
        and (process is None or process == os.getpid())
        and (task is None or task == _task_name())
    )


def _task_name() -> str | None:
    import asyncio  # loaded already, where a record names its task (Python 3.12 and later)

    with suppress(RuntimeError):  # no loop runs
        task = asyncio.current_task()
        return task.get_name() if task else None
    return None


def replace(identifiers: Mapping[str, str | None], data: Mapping[str, Any]) -> None:
    """Let this be all that is bound to the current task from now on.

    Args:
        identifiers: name -> text, or None for one that is hidden; checked by `identifiers_of`.
        data: field -> value; checked by `shared_data_of`.
    """
    if not used:
        used.append(True)
    current.set(Bound(identifiers, data))


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
    replace(
        {**now.identifiers, **identifiers_of(identifiers or {})},
        {**now.data, **shared_data_of(data)},
    )


def unbind(*, identifiers: Iterable[str] | None = None, data: Iterable[str] | None = None) -> None:
    """Unbind names from the current task; without arguments, everything.

    Args:
        identifiers: names to unbind; those that are not bound are no error.
        data: likewise.
    """
    now = current.get()
    if identifiers is None and data is None:
        replace({}, {})
    else:
        replace(_without(now.identifiers, identifiers), _without(now.data, data))


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
    outer = current.get()
    before = current.set(outer)
    try:
        bind(identifiers=identifiers, data=data)
        yield
    finally:
        # A generator that was given up ends wherever it is found, maybe in the middle of another request.
        # What was bound there is not ours to change, and Python says so by a ValueError.
        with suppress(ValueError):
            current.reset(before)
            replace(
                outer.identifiers, outer.data
            )  # from now on: a record of the block may come yet


def _without(mapping: Mapping[str, Any], names: Iterable[str] | None) -> dict[str, Any]:
    gone = {names} if isinstance(names, str) else set(names or ())
    return {name: value for name, value in mapping.items() if name not in gone}
