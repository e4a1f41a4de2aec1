"""The server: puts the parts behind one port of loopback, with aiohttp."""

from __future__ import annotations

import errno
from importlib import resources
from typing import TYPE_CHECKING, Final

from aiohttp import web

from zaius_logging.sandbox._body import MAX_BODY
from zaius_logging.sandbox._core import Bell, Core, SandboxError
from zaius_logging.sandbox._guard import guard, is_loopback, protect
from zaius_logging.sandbox._stream import Stream
from zaius_logging.sandbox._v3 import PATH, EventsAPI
from zaius_logging.sandbox._views import Views, clear_errors

if TYPE_CHECKING:
    from importlib.abc import Traversable

    from zaius_logging.sandbox._views import Handler

# How long requests may go on once the server stops.
_GRACE: Final = 0.2
_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


class Server:
    """Serves a core on a port of loopback, in the running event loop."""

    def __init__(self, core: Core) -> None:
        self.bell = Bell()
        self._runner = web.AppRunner(
            _application(core, self.bell),
            access_log=None,
            shutdown_timeout=_GRACE,
            # Compressed bodies are unpacked by `_body`, which has a bound.
            auto_decompress=False,
        )

    async def start(self, host: str, port: int) -> int:
        """Listen, and give the port.

        Raises:
            SandboxError: The host is not loopback, or the port cannot be had.
        """
        if not is_loopback(host):
            raise SandboxError(f"host {host!r} is not loopback: the sandbox is for this machine")
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            raise SandboxError(_why(error, host, port)) from error
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop within about half a second, whatever requests are under way."""
        self.bell.close()
        await self._runner.cleanup()


def _why(error: Exception, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken: choose another, or 0 for any free one"
    return f"port {port} of {host} cannot be had: {error}"


def _application(core: Core, bell: Bell) -> web.Application:
    api = EventsAPI(core, bell)

    @web.middleware
    async def like_the_api(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
            return api.refuse(request, error)

    application = web.Application(
        middlewares=[guard, like_the_api, clear_errors], client_max_size=MAX_BODY
    )
    application.on_response_prepare.append(protect)
    application.add_routes(
        [
            web.post(PATH, api.post),
            web.get("/api/stream", Stream(core, bell).watch),
            *Views(core, bell).routes(),
            *_static_routes(),
        ]
    )
    return application


def _static_routes() -> list[web.RouteDef]:
    """Serve the files of the page; read once, so that no request can name a path."""
    folder = resources.files("zaius_logging.sandbox") / "static"
    routes = [web.get(f"/static/{file.name}", _file(file)) for file in folder.iterdir()]
    return [web.get("/", _file(folder / "index.html")), *routes]


def _file(file: Traversable) -> Handler:
    body = file.read_bytes()
    content_type = _TYPES[file.name[file.name.rindex(".") :]]

    async def send(_request: web.Request) -> web.Response:
        return web.Response(
            body=body,
            content_type=content_type,
            charset="utf-8",
            headers={"Cache-Control": "no-cache"},
        )

    return send
