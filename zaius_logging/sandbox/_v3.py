"""Serves `POST /v3/events`: from HTTP to `_api` and back."""

from __future__ import annotations

import asyncio
import socket
import struct
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import web

from zaius_logging.sandbox import _answers as answers
from zaius_logging.sandbox._answers import Answer, Silence
from zaius_logging.sandbox._api import Outcome, Post, answer
from zaius_logging.sandbox._entries import Request

if TYPE_CHECKING:
    from zaius_logging.sandbox._core import Core, Wakeup

PATH = "/v3/events"
# Seconds for a body to arrive: what gateways of the API's kind allow a request (inferred).
_BODY_TIMEOUT = 29.0
# How soon a hung request notices that its client has left.
_HANG_CHECK = 1.0
_SHOWN_OF_KEY = 4
_MAX_SHOWN = 300
_MAX_HEADERS = 50
_MAX_ANSWER = 4_000
# Headers whose value is masked: keys and cookies end up in screenshots.
_SECRET = frozenset({"x-api-key", "authorization", "proxy-authorization", "cookie"})


class _Arrival(NamedTuple):
    number: int
    time: float
    started: float


class EventsAPI:
    """Serves the Events API."""

    def __init__(self, core: Core, wakeup: Wakeup) -> None:
        self._core = core
        self._wakeup = wakeup

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Take events."""
        arrival = self._arrive()
        try:
            body = await _read(request)
        except TimeoutError:
            reply = answers.plain(408, "Request Timeout")
            self._log(request, arrival, Outcome(reply, 0, "the body did not end"), 0)
            return response(reply)
        except ConnectionError:
            gone = Outcome(Silence("reset"), 0, "the client left in the middle of its body")
            self._log(request, arrival, gone, 0)
            return web.Response()  # goes nowhere
        plan = self._core.faults.plan(self._core.monotonic())
        await self._wakeup.pause(plan.latency)
        post = Post(
            arrival.number,
            request.headers.get("x-api-key", ""),
            request.content_type,
            request.headers.get("Content-Encoding", ""),
            body,
        )
        core = self._core
        outcome = answer(post, core.rules, plan, core.store, core.wall())
        size = (request.content_length or 0) if body is None else len(body)
        self._log(request, arrival, outcome, size)
        if isinstance(outcome.reply, Silence):
            return await self._silence(request, outcome.reply)
        return response(outcome.reply)

    def reject(self, request: web.Request, error: web.HTTPException) -> web.Response:
        """Answer what is not `POST /v3/events` as the API does, and show it to the user."""
        headers: dict[str, str] = {}
        message = f"Not found: {request.method} {request.path}"
        if isinstance(error, web.HTTPMethodNotAllowed):
            headers = {"Allow": ", ".join(sorted(error.allowed_methods))}
            message = f"{request.method} is not allowed here"
        reply = answers.rejected(error.status, message, self._core.wall(), headers)
        # A client with a wrong address is to find its requests; a browser's favicon is no request.
        if request.method == "POST" or request.path.startswith("/v3"):
            size = request.content_length or 0
            self._log(request, self._arrive(), Outcome(reply, 0, message), size)
        return response(reply)

    def _arrive(self) -> _Arrival:
        core = self._core
        return _Arrival(core.store.request(), core.wall(), core.monotonic())

    def _log(self, request: web.Request, arrival: _Arrival, outcome: Outcome, size: int) -> None:
        reply = outcome.reply
        self._core.store.log(
            Request(
                place=arrival.number,
                time=arrival.time,
                method=request.method,
                path=request.path[:_MAX_SHOWN],
                status=reply.status if isinstance(reply, Answer) else None,
                count=outcome.count,
                size=size,
                duration=self._core.monotonic() - arrival.started,
                key=_masked(request.headers.get("x-api-key")),
                agent=request.headers.get("User-Agent", "")[:_MAX_SHOWN],
                note=outcome.note if isinstance(reply, Answer) else f"{reply.kind}, {outcome.note}",
                headers=_shown(request),
                answer=reply.body[:_MAX_ANSWER] if isinstance(reply, Answer) else "",
            )
        )
        self._wakeup.wake()

    async def _silence(self, request: web.Request, silence: Silence) -> web.Response:
        while silence.kind == "hang" and not self._wakeup.closing.is_set():
            if request.transport is None:
                break
            await self._wakeup.pause(_HANG_CHECK)
        if request.transport is not None:
            # Closing with a linger time of 0 sends a reset in place of an orderly end.
            sock = request.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.transport.abort()
        return web.Response()  # goes nowhere: the connection is gone


def response(reply: Answer) -> web.Response:
    """Convert an answer to aiohttp's."""
    return web.Response(
        status=reply.status,
        text=reply.body,
        content_type=reply.content_type,
        headers=reply.headers,
    )


async def _read(request: web.Request) -> bytes | None:
    """Read the body; None for one that is larger than the API takes.

    Raises:
        TimeoutError: It does not come to its end.
    """
    # Not `wait_for`: the turn of the loop that it takes would lose a body whose client has left.
    late = TimeoutError("the body did not end")
    timer = asyncio.get_running_loop().call_later(
        _BODY_TIMEOUT, request.content.set_exception, late
    )
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return None
    finally:
        timer.cancel()


def _shown(request: web.Request) -> tuple[tuple[str, str], ...]:
    """Give the headers for showing: as they came, but bounded, and without secrets."""
    headers = islice(request.headers.items(), _MAX_HEADERS)
    return tuple(
        (name[:_MAX_SHOWN], str(_masked(value)) if name.lower() in _SECRET else value[:_MAX_SHOWN])
        for name, value in headers
    )


def _masked(key: str | None) -> str | None:
    """Show enough of a key to tell two apart, and never all of it."""
    if key is None:
        return None
    return f"{key[:_SHOWN_OF_KEY]}…" if len(key) > 2 * _SHOWN_OF_KEY else "…"
