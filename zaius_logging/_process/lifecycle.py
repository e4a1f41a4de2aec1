"""What the end of a process, a fork and SIGTERM mean for the handlers in it.

| the process | what runs | what we do |
|---|---|---|
| returns, sys.exit, exception, Ctrl-C | atexit, then logging.shutdown | all handlers start sending; each is closed |
| is forked | `os.register_at_fork` | the child forgets what is the parent's and starts clean |
| is a multiprocessing child that ends | `threading._register_atexit`, no atexit | all handlers are closed |
| gets SIGTERM and handles it | as for any return | - |
| gets SIGTERM and has no handler | nothing at all | `drain_on_sigterm`, where it was asked for: close, then die |
| closes handlers and lives on (dictConfig) | Handler.close | nothing is dropped; the next event opens again |
| is forked by uWSGI | uWSGI's `post_fork_hook` | as for any fork |
| os._exit, SIGKILL | nothing at all | only a spool on disk keeps the events |

Handlers are known by weak reference: one that dictConfig dropped is not kept alive. Its events are: they are
delivered by its thread, or at the end.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol

from .background import BackgroundThread
from .clock import steady
from .frames import calls_of, interrupts
from .uwsgi import after_fork


class Sending(Protocol):
    """The part of a handler that has its events, and may outlive it."""

    def flush(self, timeout: float) -> bool:
        """Send what waits; whether all of it settled."""
        ...

    def retire(self) -> None:
        """End when nothing waits any more."""
        ...

    def end(self, timeout: float) -> object:
        """Send what can be sent, and account for the rest."""
        ...

    def idle(self) -> bool:
        """Whether nothing waits and no thread runs."""
        ...


class Managed(Protocol):
    """What a handler must offer to be looked after."""

    def flush(self, timeout: float | None = None) -> bool:
        """Send what waits; whether all of it settled."""
        ...

    def close(self) -> None:
        """Send what can be sent; at the end of the process account for the rest."""
        ...

    def tell_waiting(self) -> None:
        """Tell operators what still waits, and would be lost if the process ended now."""
        ...

    def after_fork_in_child(self) -> None:
        """Start clean: what waits is the parent's."""
        ...


_managed: weakref.WeakSet[Any] = weakref.WeakSet()
_forgotten: list[
    tuple[Sending, float]
] = []  # of handlers that are garbage: it, and its close_timeout


class _Exit:
    """The process's end: begun or not. And how long closing has taken so far, for one deadline."""

    begun = False
    spent = 0.0
    sweep: tuple[int, ...] = ()  # the call of logging.shutdown that spent it


class _Process:
    """The process that the handlers know to be in: a fork may be announced twice, or by uWSGI alone."""

    id = os.getpid()


def manage(handler: Managed, sending: Sending, timeout: float) -> weakref.finalize[Any, Any]:
    """Look after a handler, and when it is garbage after its events.

    Args:
        handler: known by weak reference.
        sending: its part that may outlive it.
        timeout: its `close_timeout`.

    Returns:
        To be detached where the handler gets another such part.
    """
    _managed.add(handler)
    finalizer = weakref.finalize(handler, _forget, sending, timeout)
    finalizer.atexit = False
    return finalizer


def _forget(sending: Sending, timeout: float) -> None:
    """A handler is garbage, and nobody has closed it, perhaps: its events are delivered all the same."""
    _forgotten[:] = [pair for pair in _forgotten if not pair[0].idle()]
    if not sending.idle():
        sending.retire()
        _forgotten.append((sending, timeout))


def flush(timeout: float | None = None) -> bool:
    """Send what waits in every ZaiusHandler of this process, and wait until it has settled.

    For the ends that Python does not announce: an ASGI server's lifespan, a Celery child, a frozen
    function. Since such a process may end without another word, what could not be sent in time is
    reported in one line.

    Args:
        timeout: seconds for all together; None is each handler's `close_timeout`.

    Returns:
        Whether everything that waited was delivered, rejected or dropped in time.
    """
    handlers = managed()
    for handler in handlers:
        handler.flush(0.0)
    deadline = None if timeout is None else steady() + timeout
    settled = [
        handler.flush(None if deadline is None else max(0.0, deadline - steady()))
        for handler in handlers
    ]
    for handler, done in zip(handlers, settled, strict=True):
        if not done:
            handler.tell_waiting()
    return all(settled)


def exiting() -> bool:
    """Whether the process ends: from then on what cannot be sent in time is lost with it."""
    return _Exit.begun or _in_atexit()


def _in_atexit() -> bool:
    """Whether a function of atexit is among the callers, which may come before ours, or have imported us.

    The main thread runs them after it has ended; but not as long as it waits for plain threads, which may be
    all that the program is made of.
    """
    main = threading.main_thread()
    if main.is_alive() or main.ident != threading.get_ident():
        return False
    return not interrupts(getattr(threading, "_shutdown", None))


def closing(timeout: float, close: Callable[[float], object]) -> None:
    """Run a handler's close with what is left of its time: several share one deadline.

    Args:
        timeout: the handler's `close_timeout`.
        close: takes the seconds that it may use.
    """
    started = steady()
    if not exiting():
        sweep = calls_of(logging.shutdown)  # dictConfig closes all handlers by one such call
        if not sweep or sweep != _Exit.sweep:
            _Exit.spent = 0.0
        _Exit.sweep = sweep
    try:
        close(max(0.0, timeout - _Exit.spent))
    finally:
        _Exit.spent += steady() - started


def managed() -> list[Managed]:
    """The handlers of this process that are looked after."""
    while True:
        with suppress(RuntimeError):  # another thread has made one: a set that grows ends the walk
            return list(_managed)


def begin_exit() -> None:
    """All handlers start sending at once; logging.shutdown then closes one after the other."""
    _Exit.begun, _Exit.spent = True, 0.0
    handlers = managed()
    for handler in handlers:
        handler.flush(0.0)
    for sending, _ in _forgotten:
        sending.flush(0.0)
    _list_for_shutdown(handlers)
    for sending, timeout in _forgotten:
        closing(timeout, sending.end)


def _list_for_shutdown(handlers: Iterable[Managed]) -> None:
    """Have logging.shutdown close those, too, that a later dictConfig has taken off its list."""
    listed = {reference() for reference in getattr(logging, "_handlerList", ())}
    for handler in handlers:
        if handler not in listed:
            with suppress(AttributeError):  # private, the same since 2.7
                logging._addHandlerRef(handler)  # type: ignore[attr-defined]  # noqa: SLF001


def _end_of_child() -> None:
    """In a multiprocessing child neither atexit nor logging.shutdown runs: close here.

    In a subinterpreter both run, but only after our threads have been waited for.
    """
    process = sys.modules.get("multiprocessing.process")
    child = process is not None and process.parent_process() is not None
    if not child and BackgroundThread("").daemon:
        return
    if _others():  # plain threads may log yet; one of ours is waited for as they are
        with suppress(RuntimeError):  # no thread can be had
            threading.Thread(target=_end_after_others, name="zaius-logging-end").start()
            return
    end_all()


def _others() -> list[threading.Thread]:
    """The plain threads that the end of the process waits for, but for the caller, the main one, and ours."""
    known = (threading.main_thread(), threading.current_thread())
    return [
        each
        for each in threading.enumerate()
        if not (each.daemon or each in known or isinstance(each, BackgroundThread))
    ]


def _end_after_others() -> None:
    while others := _others():
        others[0].join()
    end_all()


def end_all() -> None:
    """Close all handlers, as at the end of the process."""
    begin_exit()
    for handler in managed():
        handler.close()


def _after_fork_in_child() -> None:
    if os.getpid() == _Process.id:
        return
    _Process.id = os.getpid()
    _Exit.begun, _Exit.spent = False, 0.0
    _forgotten.clear()
    for handler in managed():
        handler.after_fork_in_child()


atexit.register(begin_exit)
if hasattr(
    threading, "_register_atexit"
):  # private since 3.9; without it, only the last row changes
    with suppress(RuntimeError):  # imported while the interpreter ends
        threading._register_atexit(_end_of_child)  # noqa: SLF001
if hasattr(os, "register_at_fork"):  # not on Windows. A fork needs nothing from the parent.
    os.register_at_fork(after_in_child=_after_fork_in_child)
after_fork(_after_fork_in_child)  # uWSGI's own forks do not obey register_at_fork
