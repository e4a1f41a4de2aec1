"""ASGI: binds identifiers for each request, and delivers what waits before the server dies.

uvicorn dies of the SIGTERM that it caught: neither atexit nor logging.shutdown runs, and the end of the
lifespan is the last that an application sees. This middleware sees it for every application, those that
know no lifespan (Django's) included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from zaius_logging._context import bound
from zaius_logging._process import flush
from zaius_logging.integrations import vuid_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Identify = Callable[[Scope], Mapping[str, Any]]

_ENDS = ("lifespan.shutdown.complete", "lifespan.shutdown.failed")


def vuid(scope: Scope) -> Mapping[str, Any]:
    """The identifiers of a request where nothing else is asked for: the web SDK's cookie."""
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope.get("headers", ()):
        if name == b"cookie":
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                continue
    return {"vuid": vuid_of({name: morsel.value for name, morsel in cookies.items()})}


class ZaiusMiddleware:
    """An ASGI application around another.

    Args:
        app: the application.
        identify: scope of a request -> its identifiers. None and blank ones say nothing.
    """

    def __init__(self, app: App, identify: Identify = vuid) -> None:
        self._app = app
        self._identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        with bound(identifiers=self._identify(scope)):
            await self._app(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = False

        async def receiving() -> Message:
            nonlocal asked
            asked = True
            return await receive()

        async def sending(message: Message) -> None:
            if message["type"] in _ENDS:
                await asyncio.to_thread(flush)
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        except Exception:
            if asked:
                raise
            await _own_lifespan(receive, sending)  # it knows no lifespan, and says so by raising


async def _own_lifespan(receive: Receive, send: Send) -> None:
    while True:
        phase = (await receive())["type"]
        await send({"type": f"{phase}.complete"})
        if phase == "lifespan.shutdown":
            return
