"""Server-sent events: sends new events and requests to the page (`/api/stream`).

Each watcher has a cursor in the store and reads on from there. Nothing queues up for a slow one:
it misses what the store has forgotten meanwhile. Watchers go in step, a few times a second, and
messages are kept for a while, so that each is written once for all of them.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from zaius_logging.sandbox import _answers as answers
from zaius_logging.sandbox import _reading as reading
from zaius_logging.sandbox._reading import Cursor
from zaius_logging.sandbox._v3 import response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zaius_logging.sandbox._core import Core, Wakeup
    from zaius_logging.sandbox._entries import Kept, Request

#: How many pages may watch at once. A browser opens six connections; each watcher costs some writes
#: a second, so that thousands would leave no time for the API.
MAX_WATCHERS: Final = 100
#: How many events from before a watcher sees first; `/api/history` has the others.
BACKLOG: Final = 200
#: How many entries a watcher may have missed and still continue where it left.
_RESUMED: Final = 5_000
_CHUNK: Final = 1_000
_CHUNK_BYTES: Final = 1_000_000
#: How many messages are kept for watchers that are a little behind.
_WRITTEN: Final = 32
#: Seconds between two messages: an eye sees no more, and a browser has time to draw.
_TICK: Final = 0.1
# A message now and then keeps the connection from looking dead, and finds browsers that have left.
_HEARTBEAT: Final = 15.0


class Stream:
    """Serves `/api/stream`."""

    def __init__(self, core: Core, wakeup: Wakeup) -> None:
        self._core = core
        self._wakeup = wakeup
        self._watchers = 0
        self._written: OrderedDict[Cursor, tuple[bytes, Cursor]] = OrderedDict()

    async def watch(self, request: web.Request) -> web.StreamResponse:
        """Write until the browser leaves or the server stops."""
        if self._watchers >= MAX_WATCHERS:
            message = f"{MAX_WATCHERS} pages watch already: close some"
            return response(answers.plain(503, message))
        self._watchers += 1
        try:
            return await self._watch(request)
        finally:
            self._watchers -= 1

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        store = self._core.store
        generation = store.generation
        cursor, hello = self._begin(request)
        await stream.write(_message("hello", json.dumps(hello)))
        while not self._wakeup.closing.is_set() and request.transport is not None:
            if store.generation != generation:
                generation = store.generation
                await stream.write(_message("cleared", "{}"))
            cursor, message = self._next(cursor)
            await stream.write(message + self._state(cursor))
            if self._has_more(cursor):
                continue
            await self._wakeup.wait(_HEARTBEAT)
            await self._wakeup.pause(_TICK - self._core.monotonic() % _TICK)
        return stream

    def _begin(self, request: web.Request) -> tuple[Cursor, dict[str, Any]]:
        """Begin where the browser left, if that is near; else with the newest events."""
        store = self._core.store
        info = self._core.info()
        left = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        cursor = self._cursor_of(left)
        if cursor is not None:
            return cursor, {**info, "resumed": True, "before": 0}
        cursor, before = reading.newest(store, BACKLOG)
        return cursor, {**info, "resumed": False, "before": before}

    def _cursor_of(self, text: str) -> Cursor | None:
        store = self._core.store
        run, *numbers = text.split(".")
        if run != f"{self._core.run}-{store.generation}" or len(numbers) != len(Cursor._fields):
            return None
        if not all(each.isascii() and each.isdecimal() and len(each) < 16 for each in numbers):  # noqa: PLR2004
            return None
        cursor = Cursor(*map(int, numbers))
        behind = (store.events.next - cursor.events) + (store.rejected.next - cursor.rejected)
        return cursor if behind <= _RESUMED else None

    def _next(self, cursor: Cursor) -> tuple[Cursor, bytes]:
        written = self._written.get(cursor)
        if written is None:
            chunk = reading.read(self._core.store, cursor, _CHUNK, _CHUNK_BYTES)
            message = _lines("entries", chunk.kept) + _lines("requests", chunk.requests)
            written = (message, chunk.after)
            if message:
                self._written[cursor] = written
            if len(self._written) > _WRITTEN:
                self._written.popitem(last=False)
        return written[1], written[0]

    def _has_more(self, cursor: Cursor) -> bool:
        store = self._core.store
        return cursor != Cursor(store.events.next, store.rejected.next, store.requests.next)

    def _state(self, cursor: Cursor) -> bytes:
        state = {
            **self._core.store.stats(),
            "faults": self._core.fault_documents(),
            "trouble": self._core.trouble,
        }
        left = ".".join(map(str, (f"{self._core.run}-{self._core.store.generation}", *cursor)))
        return f"id: {left}\n".encode() + _message("state", json.dumps(state))


def _lines(name: str, entries: Iterable[Kept | Request]) -> bytes:
    """Write entries as JSON lines: a browser gets them as one text with line breaks."""
    data = "\n".join(f"data: {entry.json()}" for entry in entries)
    return f"event: {name}\n{data}\n\n".encode() if data else b""


def _message(name: str, data: str) -> bytes:
    # JSON in ASCII has no line breaks, so one `data:` line holds it all.
    return f"event: {name}\ndata: {data}\n\n".encode()
