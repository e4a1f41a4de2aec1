"""Serves one event or request in full, and all that is held as JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from zaius_logging.sandbox import _reading as reading
from zaius_logging.sandbox._queries import MAX_PLACE, NotKeptError, whole

if TYPE_CHECKING:
    from zaius_logging.sandbox._core import Core
    from zaius_logging.sandbox._entries import Kept, Request
    from zaius_logging.sandbox._ring import Ring

_MAX_HISTORY: Final = 5_000
_LINES: Final = "application/x-ndjson"
# Lines to write before the event loop serves other requests.
_TURN: Final = 500


class Details:
    """Serves `/api/events/7` and its like, `/api/history` and `/api/session`."""

    def __init__(self, core: Core) -> None:
        self._store = core.store

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        return [
            web.get("/api/history", self._history),
            web.get("/api/session", self._session),
            web.get("/api/events/{place}", self._event),
            web.get("/api/rejected/{place}", self._rejected),
            web.get("/api/requests/{number}", self._request),
        ]

    async def _event(self, request: web.Request) -> web.Response:
        return self._entry(request, self._store.events)

    async def _rejected(self, request: web.Request) -> web.Response:
        return self._entry(request, self._store.rejected)

    def _entry(self, request: web.Request, ring: Ring[Kept]) -> web.Response:
        entry = ring.get(whole("place", request.match_info["place"], MAX_PLACE))
        if entry is None:
            raise NotKeptError("no such event is held: it was forgotten, or never came")
        found = self._find(entry.request)
        facts = "null" if found is None else found.detail()
        return _json(f'{{"entry":{entry.json()},"request":{facts}}}')

    async def _request(self, request: web.Request) -> web.Response:
        found = self._find(whole("number", request.match_info["number"], MAX_PLACE))
        if found is None:
            raise NotKeptError("no such request is held: it was forgotten, or never came")
        return _json(found.detail())

    def _find(self, number: int) -> Request | None:
        return next((each for each in self._store.requests.newest() if each.place == number), None)

    async def _history(self, request: web.Request) -> web.Response:
        order = whole("before", request.query.get("before", str(MAX_PLACE)), MAX_PLACE)
        limit = whole("limit", request.query.get("limit", "1000"), _MAX_HISTORY)
        kept = reading.before(self._store, order, limit)
        text = "\n".join(entry.json() for entry in kept)
        return web.Response(text=text, content_type=_LINES)

    async def _session(self, request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(
            headers={
                "Content-Type": _LINES,
                "Content-Disposition": 'attachment; filename="session.jsonl"',
            }
        )
        lines = reading.held(self._store)
        await reply.prepare(request)
        for start in range(0, len(lines), _TURN):
            text = "".join(f"{each.json()}\n" for each in lines[start : start + _TURN])
            await reply.write(text.encode())
        return reply


def _json(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/json")
