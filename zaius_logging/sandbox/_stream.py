"""Server-sent events: what arrives, as it arrives, for the page (`/api/stream`).

Each watcher has a place in the store and reads on from there. Nothing queues up for a slow one:
it misses what the store has forgotten meanwhile.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from zaius_logging.sandbox._core import Bell, Core
    from zaius_logging.sandbox._store import Kept, Ring

#: How many events from before a watcher sees first.
BACKLOG: Final = 200
_CHUNK: Final = 500
# Comments keep the connection from looking dead, and find browsers that have left.
_HEARTBEAT: Final = 15.0


class Stream:
    """Serves `/api/stream`."""

    def __init__(self, core: Core, bell: Bell) -> None:
        self._core = core
        self._bell = bell
        # Watchers go in step, so the last chunk written is the next one's too.
        self._last: tuple[tuple[str, int, int], bytes] = (("", 0, 0), b"")

    async def watch(self, request: web.Request) -> web.StreamResponse:
        """Write until the browser leaves or the server stops."""
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        store = self._core.store
        generation = store.generation
        events = max(0, store.next_event - BACKLOG)
        rejected = max(0, store.next_rejected - BACKLOG)
        while not self._bell.closing.is_set() and request.transport is not None:
            if store.generation != generation:
                generation = store.generation
                await stream.write(_message("cleared", "{}"))
            events = await self._catch_up(stream, "events", store.events, events)
            rejected = await self._catch_up(stream, "rejected", store.rejected, rejected)
            await stream.write(_message("stats", json.dumps(store.stats())))
            if events == store.next_event and rejected == store.next_rejected:
                await self._bell.wait(_HEARTBEAT)
        return stream

    async def _catch_up(
        self, stream: web.StreamResponse, name: str, ring: Ring[Kept], place: int
    ) -> int:
        entries = ring.after(place, _CHUNK)
        if not entries:
            return place
        span = (name, entries[0].place, entries[-1].place)
        if self._last[0] != span:
            listed = ",".join(entry.json() for entry in entries)
            self._last = (span, _message(name, f"[{listed}]"))
        await stream.write(self._last[1])
        return span[2] + 1


def _message(name: str, data: str) -> bytes:
    # JSON in ASCII has no line breaks, so one `data:` line holds it all.
    return f"event: {name}\ndata: {data}\n\n".encode()
