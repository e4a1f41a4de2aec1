"""Parses the queries of `/api/…`, and answers wrong ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from zaius_logging.sandbox import _answers as answers
from zaius_logging.sandbox._fault_document import FaultError
from zaius_logging.sandbox._v3 import response

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Above any place, order or number of a request.
MAX_PLACE: Final = 10**15


class QueryError(ValueError):
    """A query is wrong; the message names the argument."""


class NotKeptError(LookupError):
    """The event or request is not held."""


def whole(name: str, text: str, high: int) -> int:
    """Read a whole number from 0 to `high`.

    Raises:
        QueryError: It is none.
    """
    if not (
        text.isascii() and text.isdecimal() and len(text) <= len(str(high)) and int(text) <= high
    ):
        raise QueryError(f"'{name}' must be a whole number from 0 to {high}")
    return int(text)


@web.middleware
async def clear_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a wrong query or fault document with a 400 that names what is wrong."""
    try:
        return await handler(request)
    except (QueryError, FaultError) as error:
        return response(answers.plain(400, str(error)))
    except NotKeptError as error:
        return response(answers.plain(404, str(error)))
