"""Connects the handler with frameworks where a recipe would be easy to get wrong.

Each module imports its framework, and nothing else of the package imports these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["VUID_COOKIE", "cookies_of", "vuid_of"]

VUID_COOKIE = "vuid"
"""The cookie in which the Zaius web SDK keeps the browser's id."""

_VUID = re.compile(
    r"(vuid_[0-9a-z]{27}|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-z-])",
    re.IGNORECASE,
)


def cookies_of(header: str) -> dict[str, str]:
    """The cookies of a request's `Cookie` header, where no framework has read them.

    Browsers send what sites and their scripts have set, JSON and spaces included. `http.cookies` gives
    up at the first cookie that RFC 6265 would not have allowed, and all behind it are lost.

    Args:
        header: its value. Several headers are joined by `"; "`.

    Returns:
        name -> value; of two with one name the first, which is that of the longer path.
    """
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            cookies.setdefault(name.strip(), value.strip().strip('"'))
    return cookies


def vuid_of(cookies: Mapping[str, str], name: str = VUID_COOKIE) -> str | None:
    """The `vuid` of a request, for `bind(identifiers={"vuid": ...})`.

    The form of the cookie is not documented, and anybody can send any cookie. So only what looks like an
    id that an SDK makes is taken, a UUID or `vuid_…`; what may follow it, such as a time, is left off.

    Args:
        cookies: of the request, as its framework reads them.
        name: of the cookie.

    Returns:
        The id, or None where there is none, which `bind` takes for "not known".
    """
    found = _VUID.match(cookies.get(name, ""))
    return found[1] if found else None
