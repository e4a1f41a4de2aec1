"""ASGI: binds identifiers for each request, and delivers waiting events before the server ends.

uvicorn dies of the SIGTERM that it caught: neither atexit nor logging.shutdown runs, and the end of the
lifespan is the last that an application sees. This middleware sees it for every application, those that
know no lifespan (Django's) included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from zaius_logging._event.context import bound
from zaius_logging._process.lifecycle import flush

from . import cookies_of, vuid_of
from ._usable import usable

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Identify = Callable[[Scope], Mapping[str, Any]]

_ENDS = ("lifespan.shutdown.complete", "lifespan.shutdown.failed")


def vuid(scope: Scope) -> Mapping[str, Any]:
    """The identifiers of a request where nothing else is asked for: the web SDK's cookie."""
    headers = [
        value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"cookie"
    ]
    return {"vuid": vuid_of(cookies_of("; ".join(headers)))}


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
        with bound(identifiers=usable(self._identify(scope))):
            await self._app(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the lifespan through, and live on where the application leaves it early.

        An application that knows no lifespan says so by raising, or just returns.
        """
        heard: list[str] = []  # phases that it was sent
        said: list[str] = []  # what it answered

        async def receiving() -> Message:
            message = await receive()
            heard.append(message["type"])
            return message

        async def sending(message: Message) -> None:
            if message["type"] in _ENDS:
                await asyncio.to_thread(flush)
            said.append(message["type"])
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        except Exception:
            if heard:  # the server asks for nothing more
                await asyncio.to_thread(flush)
                raise
        for phase in heard[len(said) :]:
            await sending({"type": f"{phase}.complete"})
        while not said or said[-1] == "lifespan.startup.complete":
            await sending({"type": f"{(await receive())['type']}.complete"})
