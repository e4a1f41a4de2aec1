"""Celery: `install()` once, where the application is made.

What it takes care of, and how it goes wrong by hand:

| fact of Celery | without it |
|---|---|
| a prefork child ends by `os._exit`: no atexit, no logging.shutdown | events that wait are lost |
| a child that replaced another (`--max-tasks-per-child`) is killed at a warm shutdown, see below | likewise |
| signals hold receivers weakly | a lambda that flushes is gone before it is called |
| a child runs task after task in one context | what one task binds, the next one's events carry |

Celery asks Linux to SIGKILL a child when its parent dies. To Linux the parent is the thread that forked
(prctl(2), PR_SET_PDEATHSIG), and those that replace others are forked by a thread of the pool that ends
first thing in a shutdown. `install` asks for SIGTERM instead, and a child that gets SIGTERM delivers what
waits and then dies of it: no child outlives its parent, as before.

Celery takes the root logger's handlers away when a worker starts, unless its signal
`setup_logging` has a receiver: configure logging there.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Any

# mypy: disable-error-code="import-untyped, import-not-found"
from billiard.util import set_pdeathsig
from celery.signals import (
    before_task_publish,
    task_postrun,
    task_prerun,
    worker_process_init,
    worker_process_shutdown,
)

from zaius_logging._event.context import NOTHING, Bound, bind, current, replace
from zaius_logging._process.lifecycle import flush
from zaius_logging._process.sigterm import hook_sigterm

HEADER = "zaius_identifiers"
"""The message header that carries bound identifiers to the task."""

_before: dict[str, Bound] = {}  # what was bound when a task began, by its id


def install(*, propagate: bool = False) -> None:
    """Deliver what a worker's children log, and keep what tasks bind apart.

    Args:
        propagate: send the identifiers that are bound where a task is called along with it, and bind
            them in the task. They go through the broker as they are: personal data, if they are such.
    """
    worker_process_init.connect(_child_begins, weak=False, dispatch_uid="zaius_logging")
    worker_process_shutdown.connect(_child_ends, weak=False, dispatch_uid="zaius_logging")
    task_prerun.connect(_task_begins, weak=False, dispatch_uid="zaius_logging")
    task_postrun.connect(_task_ends, weak=False, dispatch_uid="zaius_logging")
    if propagate:
        before_task_publish.connect(_called, weak=False, dispatch_uid="zaius_logging")


def _child_begins(**_: Any) -> None:
    hook_sigterm()
    with suppress(OSError):  # not Linux
        set_pdeathsig(signal.SIGTERM)


def _child_ends(**_: Any) -> None:
    flush()


def _called(headers: dict[str, Any] | None = None, **_: Any) -> None:
    identifiers = {
        name: value for name, value in current.get().identifiers.items() if value is not None
    }
    if identifiers and headers is not None:
        headers.setdefault(HEADER, identifiers)


def _task_begins(task_id: str, task: Any, **_: Any) -> None:
    _before[task_id] = current.get()
    if task.request.is_eager:  # a plain call: what is bound around it holds in it
        return
    replace({}, {})
    bind(identifiers=task.request.get(HEADER))


def _task_ends(task_id: str, **_: Any) -> None:
    outer = _before.pop(task_id, NOTHING)
    replace(outer.identifiers, outer.data)
