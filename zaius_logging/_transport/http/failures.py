"""Says what a request means that failed without an answer: try again, or wait for a person."""

from __future__ import annotations

import re
import socket
import ssl
from importlib.util import find_spec

from requests import exceptions
from urllib3.exceptions import LocationValueError

from zaius_logging._errors import causes
from zaius_logging._transport.outcome import Outcome, Paused, Retry

_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\b")
"""How http.client says that a proxy did not connect (`HTTPConnection._tunnel`)."""

_PROXY_ADVICE = {
    401: "check the proxy's user and password",
    403: "check whether the proxy lets this host through",
    407: "check the proxy's user and password",
}


_NO_SOCKS = (
    "the proxy is a SOCKS proxy, which needs PySocks: pip install 'requests[socks]', "
    "or unset ALL_PROXY"
)

_UNUSABLE = (
    exceptions.InvalidSchema,
    exceptions.InvalidURL,
    exceptions.InvalidHeader,
    LocationValueError,
    UnicodeError,  # of a host name with a part that is empty or too long
)

_KINDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((TimeoutError, exceptions.Timeout), "no answer within {timeout:g} s"),
    ((socket.gaierror,), "the host name could not be resolved"),
    ((ConnectionRefusedError,), "the connection was refused"),
    ((ssl.SSLError,), "the TLS connection failed"),
    ((exceptions.ConnectionError,), "the connection failed"),
)
"""The first kind that is among an error's causes -> what to say of it."""


def failure(error: Exception, timeout: float) -> Outcome:
    """What a failed request means: mostly that it should be tried again.

    Args:
        error: as requests raised it.
        timeout: seconds that the request was given, for the reason.
    """
    found = list(causes(error))
    by_proxy = any(
        isinstance(cause, exceptions.ProxyError) or type(cause).__module__ == "socks"
        for cause in found
    )
    if any(_is_unverified(cause) for cause in found):
        whose, where = ("proxy", "proxies") if by_proxy else ("server", "endpoint")
        return Paused(f"the {whose}'s TLS certificate does not verify: check {where} and CA bundle")
    if status := _tunnel_status(found):
        if advice := _PROXY_ADVICE.get(status):
            return Paused(f"the proxy answered {status}: {advice}")
        return Retry(f"the proxy answered {status}")
    if isinstance(error, exceptions.InvalidSchema) and find_spec("socks") is None:
        return Paused(_NO_SOCKS)
    if any(isinstance(cause, _UNUSABLE) for cause in found):
        return Paused("the request cannot be made: check endpoint and proxies")
    whose = "the proxy could not be used: " if by_proxy else ""
    for kinds, words in _KINDS:
        if any(isinstance(cause, kinds) for cause in found):
            return Retry(whose + words.format(timeout=timeout))
    return Retry(f"{whose}the request failed ({type(error).__name__})")


def _is_unverified(cause: BaseException) -> bool:
    # CertificateError is also what urllib3 raises where it compares host names itself.
    return isinstance(cause, ssl.SSLCertVerificationError) or (
        type(cause).__name__ == "CertificateError"
    )


def _tunnel_status(found: list[BaseException]) -> int | None:
    for cause in found:
        if type(cause) is OSError and (found_status := _TUNNEL.match(str(cause))):
            return int(found_status[1])
    return None
