"""Keeps web pages of other origins away from the sandbox.

A browser on this machine can be led by any page to `http://127.0.0.1:8765/`. A name of its own that
resolves to loopback (DNS rebinding) shows in `Host`, and a form or script of another page in
`Origin`. Nothing here allows cross-origin reading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aiohttp import web

from zaius_logging.sandbox import _answers as answers
from zaius_logging.sandbox._v3 import PATH, response

if TYPE_CHECKING:
    from zaius_logging.sandbox._queries import Handler

_LOOPBACK: Final = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?\Z", re.IGNORECASE)
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        # No text can become markup: the browser rejects `innerHTML` and its like.
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def is_loopback(host: str) -> bool:
    """Say whether a `Host` header names this machine's loopback."""
    return bool(_LOOPBACK.match(host))


def in_a_url(host: str) -> str:
    """Write a host as URLs have it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reject requests for another host, and changes by another origin."""
    host = request.headers.get("Host", "localhost")
    origin = request.headers.get("Origin")
    if not is_loopback(host):
        message = f"the sandbox answers on loopback names only, not to the host {host!r}"
        return response(answers.plain(403, message))
    if request.method not in _SAFE_METHODS and origin not in (None, f"http://{host}"):
        return response(answers.plain(403, f"a page of {origin!r} may not change the sandbox"))
    return await handler(request)


async def protect(request: web.Request, reply: web.StreamResponse) -> None:
    """Set the headers that stop scripts and markup in shown events."""
    if request.path != PATH:  # The imitation sends what the API sends.
        reply.headers.update(_HEADERS)
