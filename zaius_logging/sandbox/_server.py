"""The HTTP server: routes, static files and lifetime, with aiohttp."""

from __future__ import annotations

import asyncio
import errno
import logging
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from zaius_logging.sandbox._body import MAX_BODY
from zaius_logging.sandbox._core import Core, Wakeup
from zaius_logging.sandbox._details import Details
from zaius_logging.sandbox._errors import SandboxError
from zaius_logging.sandbox._guard import guard, in_a_url, is_loopback, protect
from zaius_logging.sandbox._queries import clear_errors
from zaius_logging.sandbox._stream import Stream
from zaius_logging.sandbox._v3 import PATH, EventsAPI
from zaius_logging.sandbox._views import Views

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from importlib.abc import Traversable

    from zaius_logging.sandbox._kept_file import KeptFile
    from zaius_logging.sandbox._queries import Handler

if TYPE_CHECKING:
    _Adapter = logging.LoggerAdapter[logging.Logger]
else:
    _Adapter = logging.LoggerAdapter

# How long requests may go on once the server stops.
_GRACE: Final = 0.2
# Seconds between two writes to the kept file: what a crash can lose.
_KEPT_EVERY: Final = 0.5
_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".json": "application/json",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


class _OneLine(_Adapter):
    """Logs what is no HTTP, such as a client that begins with TLS, in one line: no code here is wrong."""

    def process(
        self, msg: object, kwargs: MutableMapping[str, Any]
    ) -> tuple[object, MutableMapping[str, Any]]:
        error = kwargs.get("exc_info")
        if not isinstance(error, (HttpProcessingError, ConnectionError)):
            return msg, kwargs
        why = " ".join(str(error).split()).replace("%", "%%")
        return f"{msg}: {why[:200]}", {**kwargs, "exc_info": None}


class Server:
    """Serves a core on a port of loopback, in the running event loop."""

    def __init__(self, core: Core) -> None:
        self.wakeup = Wakeup()
        self._file = core.kept_file
        self._keeping: asyncio.Task[None] | None = None
        self._runner = web.AppRunner(
            _application(core, self.wakeup),
            access_log=None,
            logger=_OneLine(logging.getLogger("aiohttp.server"), {}),
            shutdown_timeout=_GRACE,
            # Compressed bodies are unpacked by `_body`, which has a bound.
            auto_decompress=False,
        )

    async def start(self, host: str, port: int) -> int:
        """Listen, and give the port.

        Raises:
            SandboxError: The host is not loopback, or the port cannot be had.
        """
        if not is_loopback(in_a_url(host)):
            raise SandboxError(f"host {host!r} is not loopback: the sandbox is for this machine")
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host.strip("[]"), port).start()
            self._keep()
        except SandboxError:
            await self._runner.cleanup()
            raise
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            raise SandboxError(_why(error, host, port)) from error
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop within about half a second, whatever requests are under way."""
        self.wakeup.close()
        await self._runner.cleanup()
        if self._file is not None:
            self._file.close()

    def _keep(self) -> None:
        if self._file is not None:
            self._file.open()
            self._keeping = asyncio.create_task(_follow(self._file, self.wakeup))


async def _follow(kept_file: KeptFile, wakeup: Wakeup) -> None:
    while not wakeup.closing.is_set():
        kept_file.follow()
        await wakeup.pause(_KEPT_EVERY)


def _why(error: Exception, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken: choose another, or 0 for any free one"
    return f"port {port} of {host} cannot be had: {error}"


def _application(core: Core, wakeup: Wakeup) -> web.Application:
    api = EventsAPI(core, wakeup)

    @web.middleware
    async def like_the_api(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
            return api.reject(request, error)

    application = web.Application(
        middlewares=[guard, like_the_api, clear_errors], client_max_size=MAX_BODY
    )
    application.on_response_prepare.append(protect)
    application.add_routes(
        [
            web.post(PATH, api.post),
            web.get("/api/stream", Stream(core, wakeup).watch),
            *Views(core, wakeup).routes(),
            *Details(core).routes(),
            *_static_routes(),
        ]
    )
    return application


def _static_routes() -> list[web.RouteDef]:
    """Serve the files of the page; read once, so that no request can name a path."""
    folder = resources.files("zaius_logging.sandbox") / "static"
    return [
        web.get("/", _file(folder / "index.html")),
        web.get("/openapi.json", _file(folder / "openapi.json")),
        *_folder(folder, "/static"),
    ]


def _folder(folder: Traversable, path: str) -> list[web.RouteDef]:
    routes = []
    for file in folder.iterdir():
        name = f"{path}/{file.name}"
        routes += _folder(file, name) if file.is_dir() else [web.get(name, _file(file))]
    return routes


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
