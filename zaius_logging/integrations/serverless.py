"""Functions that are frozen between invocations: what they log is sent before they return."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from zaius_logging._process.lifecycle import flush

F = TypeVar("F", bound=Callable[..., Any])

RESERVE = 0.5
"""Seconds of the invocation that are left to the platform."""

LONGEST = 2.0
"""Seconds for a platform that tells no remaining time."""


def flushed(function: F) -> F:
    """Send what a handler function has logged before it returns, or raises.

    The time for it is what `context.get_remaining_time_in_millis()` leaves, less half a second; 2 seconds
    where the last argument has no such method. A function that is a coroutine does not block its loop.
    """
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def waiting(*args: Any, **kwargs: Any) -> Any:
            return await _awaited(function(*args, **kwargs), args, kwargs)

        return waiting  # type: ignore[return-value]

    @functools.wraps(function)
    def sending(*args: Any, **kwargs: Any) -> Any:
        result = None
        try:
            result = function(*args, **kwargs)
        finally:
            if not inspect.isawaitable(result):
                flush(_left(args, kwargs))
        return _awaited(result, args, kwargs) if inspect.isawaitable(result) else result

    return sending  # type: ignore[return-value]


async def _awaited(result: Awaitable[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Await what a function has given that is a coroutine for its callers only: a decorated one, an object's."""
    try:
        return await result
    finally:
        await aflush(_left(args, kwargs))


def _left(args: tuple[Any, ...], kwargs: dict[str, Any]) -> float:
    context = kwargs.get("context", args[-1] if args else None)
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return max(0.0, remaining() / 1000 - RESERVE) if remaining else LONGEST


async def aflush(timeout: float | None = None) -> bool:
    """Await what `zaius_logging.flush` does, without blocking the event loop.

    Args:
        timeout: seconds for all handlers together; None is each handler's `close_timeout`.

    Returns:
        Whether everything that waited was delivered, rejected or dropped in time.
    """
    return await asyncio.get_running_loop().run_in_executor(None, flush, timeout)
