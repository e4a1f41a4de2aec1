"""Serves the lists, counts, rules and faults of the sandbox: `/api/…`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aiohttp import web

from zaius_logging.sandbox._body import decode
from zaius_logging.sandbox._core import wait_for_events
from zaius_logging.sandbox._queries import NotKeptError, QueryError, whole
from zaius_logging.sandbox._rule import EVIDENCE
from zaius_logging.sandbox._rulebook import RULES

if TYPE_CHECKING:
    from zaius_logging.sandbox._core import Core, Wakeup
    from zaius_logging.sandbox._entries import Kept, Request
    from zaius_logging.sandbox._queries import Handler
    from zaius_logging.sandbox._ring import Ring

MAX_PAGE: Final = 10_000
_MAX_WAIT: Final = 600
_MAX_OFFSET: Final = 1_000_000_000


class Views:
    """Serves `/api/…`."""

    def __init__(self, core: Core, wakeup: Wakeup) -> None:
        self._core = core
        self._wakeup = wakeup

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        store = self._core.store
        return [
            web.get("/api/info", self._info),
            web.get("/api/rules", self._rules),
            web.get("/api/stats", self._stats),
            web.get("/api/catalog", self._catalog),
            web.get("/api/wait", self._wait),
            web.get("/api/events", _listing("events", store.events)),
            web.delete("/api/events", self._clear),
            web.get("/api/rejected", _listing("rejected", store.rejected)),
            web.get("/api/requests", _listing("requests", store.requests)),
            web.get("/api/faults", self._faults),
            web.put("/api/faults", self._set_faults),
            web.delete("/api/faults", self._heal),
        ]

    async def _info(self, _request: web.Request) -> web.Response:
        return _json(json.dumps(self._core.info()))

    async def _rules(self, _request: web.Request) -> web.Response:
        in_force = self._core.rules.verdicts
        rules = [
            rule._asdict()
            | {"verdict": in_force[rule.name], "evidence_words": EVIDENCE[rule.evidence]}
            for rule in RULES
        ]
        return _json(json.dumps({"rules": rules}))

    async def _stats(self, _request: web.Request) -> web.Response:
        return _json(json.dumps(self._core.store.stats()))

    async def _catalog(self, _request: web.Request) -> web.Response:
        coverage = self._core.store.coverage
        if coverage is None:
            raise NotKeptError("there is no catalogue: start the sandbox with --catalog FILE")
        return _json(json.dumps(coverage.document()))

    async def _wait(self, request: web.Request) -> web.Response:
        count = _whole(request, "count", 1, _MAX_OFFSET)
        seconds = _whole(request, "timeout_ms", 10_000, _MAX_WAIT * 1000) / 1000
        arrived = await wait_for_events(self._core.store, self._wakeup, count, seconds)
        return _json(json.dumps({"arrived": arrived, **self._core.store.stats()}))

    async def _clear(self, _request: web.Request) -> web.Response:
        self._core.store.clear()
        self._wakeup.wake()
        return _json(json.dumps(self._core.store.stats()))

    async def _faults(self, _request: web.Request) -> web.Response:
        return _json(json.dumps({"faults": self._core.fault_documents()}))

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            document = decode((await request.read()).decode())
        except ValueError:
            raise QueryError("the body must be a fault, or an array of faults, in JSON") from None
        self._core.set_faults(document)
        self._wakeup.wake()
        return await self._faults(request)

    async def _heal(self, request: web.Request) -> web.Response:
        self._core.faults.clear()
        self._wakeup.wake()
        return await self._faults(request)


def _listing(name: str, ring: Ring[Kept] | Ring[Request]) -> Handler:
    async def listing(request: web.Request) -> web.Response:
        offset = _whole(request, "offset", 0, _MAX_OFFSET)
        limit = _whole(request, "limit", 100, MAX_PAGE)
        # Spliced, not parsed and written again: an event stays as it was sent.
        entries = ",".join(entry.json() for entry in ring.page(offset, limit))
        return _json(f'{{"total":{len(ring)},"offset":{offset},"{name}":[{entries}]}}')

    return listing


def _whole(request: web.Request, name: str, default: int, high: int) -> int:
    return whole(name, request.query.get(name, str(default)), high)


def _json(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/json")
