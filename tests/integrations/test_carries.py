"""The table of docs/how-to/web.md, row by row: what is bound in a request, and where else it is."""

import asyncio
import contextvars
import logging
import multiprocessing
import os
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path

import pytest

from zaius_logging import bind, bound, unbind
from zaius_logging._event.context import current

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "web.md"


def there():
    """Who is bound here."""
    return current.get().identifiers.get("email")


def same_task():
    async def deeper():
        return there()

    async def main():
        return await deeper()

    return asyncio.run(main())


def create_task():
    async def there_async():
        return there()

    async def main():
        task = asyncio.create_task(there_async())
        bind(identifiers={"email": "later@example.com"})
        return await task

    return asyncio.run(main())


def to_thread():
    async def main():
        return await asyncio.to_thread(there)

    return asyncio.run(main())


def call_soon():
    async def main():
        called = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(lambda: called.set_result(there()))
        return await called

    return asyncio.run(main())


def run_in_executor():
    async def main():
        return await asyncio.get_running_loop().run_in_executor(None, there)

    return asyncio.run(main())


def thread(call=there):
    found = []
    started = threading.Thread(target=lambda: found.append(call()))
    started.start()
    started.join()
    return found[0]


def pool():
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(there).result()


def copied_context():
    context = contextvars.copy_context()
    return thread(lambda: context.run(there))


def greenlet():
    gevent = pytest.importorskip("gevent", reason="needs gevent")
    return gevent.spawn(there).get()


def sync_to_async():
    sync = pytest.importorskip("asgiref.sync", reason="needs asgiref")
    return asyncio.run(sync.sync_to_async(there)())


def forked():
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writing, str(there()).encode())
        finally:
            os._exit(0)  # not one more process that runs the tests
    os.waitpid(pid, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return pipe.read()


def spawned():
    with multiprocessing.get_context("spawn").Pool(1) as workers:
        values = workers.apply(eval, ("[*__import__('contextvars').copy_context().values()]",))
    return values or None


def listener():
    records, found = queue.SimpleQueue(), []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(there())
    listening = QueueListener(records, handler)
    listening.start()
    QueueHandler(records).handle(logging.makeLogRecord({"msg": "x"}))
    listening.stop()
    return found[0]


def fastapi(define):
    """Have `define(app, note)` make "/", ask for it, and give what was noted."""
    app = pytest.importorskip("fastapi", reason="needs fastapi").FastAPI()
    found = []
    define(app, lambda: found.append(there()))
    asked = iter([{"type": "http.request", "body": b""}])

    async def receive():
        return next(asked, None) or await asyncio.Event().wait()

    async def send(message):
        assert message.get("status", 200) == 200

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    asyncio.run(app(scope, receive, send))
    return found[0]


def endpoint():
    return fastapi(lambda app, note: app.get("/")(lambda: note()))  # noqa: PLW0108 - it has no signature


def background_task():
    def define(app, note):
        from fastapi import Response
        from starlette.background import BackgroundTask

        @app.get("/")
        async def get():
            return Response(background=BackgroundTask(note))

    return fastapi(define)


def streamed():
    def define(app, note):
        from fastapi.responses import StreamingResponse

        def body():
            note()
            yield b"x"

        @app.get("/")
        async def get():
            return StreamingResponse(body())

    return fastapi(define)


def flask_streamed():
    """What a streamed body sees of what the example's functions around a request have bound."""
    flask = pytest.importorskip("flask", reason="needs Flask")
    app = flask.Flask("shop")
    app.before_request(lambda: bind(identifiers={"email": "a@example.com"}))

    @app.after_request
    def unbind_customer(response):
        response.call_on_close(unbind)
        return response

    def body():
        yield f"{there()}"

    app.get("/")(body)

    def get():
        return app.test_client().get("/", buffered=True).text, there()

    found, left = contextvars.copy_context().run(get)
    assert left is None
    return found


def error_handler(kind=LookupError):
    """FastAPI, with a middleware that binds, and an endpoint that fails."""

    class Binds:
        def __init__(self, app):
            self.app = app

        async def __call__(self, *given):
            with bound(identifiers={"email": "a@example.com"}):
                await self.app(*given)

    def define(app, note):
        from fastapi import Response

        def fails():
            raise LookupError

        def handles(_request, _error):
            note()
            return Response()

        app.add_middleware(Binds)
        app.get("/")(fails)
        app.exception_handler(kind)(handles)

    with bound(identifiers={"email": None}), suppress(LookupError):  # Starlette raises it again
        return fastapi(define)


def last_error_handler():
    return error_handler(Exception)


def depends(dependency):
    """What an endpoint sees of what its dependency bound."""

    def define(app, note):
        from fastapi import Depends

        app.get("/", dependencies=[Depends(dependency)])(lambda: note())  # noqa: PLW0108

    with bound(identifiers={"email": None}):
        return fastapi(define)


def async_dependency():
    async def dependency():
        bind(identifiers={"email": "a@example.com"})

    return depends(dependency)


def plain_dependency():
    def dependency():
        bind(identifiers={"email": "a@example.com"})

    return depends(dependency)


ROWS = {
    "`await`, the same task": same_task,
    "`asyncio.create_task`, `gather`": create_task,
    "`asyncio.to_thread`": to_thread,
    "`loop.call_soon` and the like": call_soon,
    "`loop.run_in_executor`": run_in_executor,
    "`threading.Thread`": thread,
    "`ThreadPoolExecutor`": pool,
    "`contextvars.copy_context().run` in any of them": copied_context,
    "`gevent.spawn`, gevent's pools": greenlet,
    "`sync_to_async` of Django": sync_to_async,
    "a streamed body of Flask": flask_streamed,
    "a `def` endpoint of FastAPI": endpoint,
    "a background task of FastAPI": background_task,
    "a streamed body of FastAPI": streamed,
    "an exception handler of FastAPI": error_handler,
    "its handler of `Exception`, or of 500": last_error_handler,
    "from an `async def` dependency of FastAPI to its endpoint": async_dependency,
    "from a plain `def` dependency to its endpoint": plain_dependency,
    "a forked process": forked,
    "a spawned process": spawned,
    "a QueueHandler's listener": listener,
}
ELSEWHERE = {"a streamed body of Django", "a Celery task"}  # tests of Django, of Celery


def rows():
    """The table: first column -> second."""
    _, _, section = PAGE.read_text("utf-8").partition("## What carries over")
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    return dict(lines[2:])


def test_every_row_has_a_test():
    """The table says nothing that no test shows."""
    assert rows().keys() == ROWS.keys() | ELSEWHERE


@pytest.mark.parametrize("row", ROWS)
def test_a_row(row):
    """What the page says of it is so."""
    with bound(identifiers={"email": "a@example.com"}):
        found = ROWS[row]()
    assert found == ("a@example.com" if rows()[row].startswith("yes") else None)
