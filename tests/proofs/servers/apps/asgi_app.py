"""An ASGI application with the one line that ASGI servers need, unless WITHOUT_THE_LINE is set."""

import os

import shop

import zaius_logging

shop.configure()


async def application(scope, receive, send):
    """Buy what the path names."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if "WITHOUT_THE_LINE" not in os.environ:
            zaius_logging.flush()
        await send({"type": "lifespan.shutdown.complete"})
        return
    shop.buy(scope["path"].removeprefix("/"))
    body = str(os.getpid()).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
