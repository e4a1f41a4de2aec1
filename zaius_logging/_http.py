"""The way to the API: one `requests.Session`, one answer read with bounds, every failure an Outcome.

Errors of other libraries end here. Their texts can hold addresses with passwords in them, so a reason
is made of what kind of error it was, never of its words.
"""

from __future__ import annotations

import copy
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any

from ._outcome import Outcome, Refused, Retry
from ._wire import events_url, meaning, request_body

if TYPE_CHECKING:
    from requests import Response, Session

MAX_ANSWER = 65_536
"""Bytes of an answer that are read. A full list of 500 invalid events takes about 40,000."""


class HTTPTransport:
    """Posts batches to the Events API.

    Proxies, CA bundle and client certificate come from the environment as requests reads them
    (`HTTPS_PROXY`, `NO_PROXY`, `REQUESTS_CA_BUNDLE`), once, here; or from a `session` of your own.

    Args:
        endpoint: the API's address, for example `https://api.zaius.com/v3`.
        api_key: goes into the header `x-api-key`, and nowhere else.
        timeout: seconds for connecting, and again for each wait for the answer.
        session: a `requests.Session` to use as it is, instead of our own.

    Raises:
        ConfigError: for an address that cannot be used.
    """

    loggers: Sequence[str] = (
        "urllib3.connectionpool",
        "urllib3.connection",
        "urllib3.poolmanager",
        "urllib3.response",
        "urllib3.util.retry",
        "urllib3.util.ssl_",
    )

    def __init__(
        self, endpoint: str, api_key: str, *, timeout: float = 10.0, session: Session | None = None
    ) -> None:
        self.url = events_url(endpoint)
        self._timeout = timeout
        self._headers = {
            "x-api-key": api_key,
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",  # an answer that cannot inflate cannot be a bomb
        }
        self._session = session if session is not None else _session(self.url)
        self._inherited: list[Session] = []
        self._warm = False  # the connection has carried an answer and may have gone stale since

    def send(self, items: Sequence[bytes]) -> Outcome:
        """Post one batch. Never raises."""
        body = request_body(items)
        try:
            return self._post(body, len(items))
        except Exception as error:  # noqa: BLE001 - whatever it was, the events stay
            if self._warm and _is_lost_connection(error):
                # A keep-alive connection that the server closed while it idled says nothing about
                # the server: try a new one at once (RFC 9112, section 9.3.1).
                self._warm = False
                return self.send(items)
            self._warm = False
            return _failure(error, self._timeout)

    def _post(self, body: bytes, count: int) -> Outcome:
        response = self._session.post(
            self.url,
            data=body,
            headers=self._headers,
            timeout=self._timeout,
            allow_redirects=False,  # the key would go along, and a 302 turns POST into GET
            stream=True,
        )
        with response:
            answer = _read(response)
        self._warm = True
        return meaning(response.status_code, response.headers, answer, count, now=time.time())

    def reset(self) -> None:
        """Take a new session with the same settings.

        The old one is kept, unclosed: its sockets are the parent's too.
        """
        self._inherited.append(self._session)
        self._session = copy.deepcopy(self._session)  # requests copies settings, not connections
        self._warm = False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __repr__(self) -> str:
        return f"<HTTPTransport {self.url}>"


def _session(url: str) -> Session:
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # Resolved once: per request it costs a third of the whole, after a fork it crashes on macOS, and
    # .netrc must not add another Authorization.
    settings = session.merge_environment_settings(url, {}, stream=None, verify=None, cert=None)
    session.trust_env = False
    session.proxies = dict(settings["proxies"])
    session.verify = settings["verify"]
    session.cert = settings["cert"]
    return session


def _read(response: Response) -> bytes:
    """The start of an answer's body; nothing where it breaks off, for the status has been given."""
    try:
        data: bytes = response.raw.read(MAX_ANSWER, decode_content=False)
    except Exception:  # noqa: BLE001 - the status line has said what became of the events
        return b""
    return data


def _is_lost_connection(error: BaseException) -> bool:
    return any(
        isinstance(cause, (RemoteDisconnected, ConnectionResetError, BrokenPipeError))
        for cause in _causes(error)
    )


def _failure(error: Exception, timeout: float) -> Outcome:
    """What a failed request means: mostly that it should be tried again."""
    import requests

    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Refused("the server's TLS certificate does not verify: check endpoint and CA bundle")
    if any("407" in str(cause) for cause in causes if isinstance(cause, OSError)):
        return Refused("the proxy answered 407: check the proxy's user and password")
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
        return Refused("the request cannot be made: check endpoint and api_key")
    for kind, words in (
        (requests.exceptions.Timeout, f"no answer within {timeout:g} s"),
        (socket.gaierror, "the host name could not be resolved"),
        (ConnectionRefusedError, "the connection was refused"),
        (requests.exceptions.ProxyError, "the proxy could not be used"),
        (ssl.SSLError, "the TLS connection failed"),
        (OSError, "the connection failed"),
    ):
        if any(isinstance(cause, kind) for cause in causes):
            return Retry(words)
    return Retry(f"the request failed ({type(error).__name__})")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps, by all the ways that requests and urllib3 wrap."""
    todo: list[Any] = [error]
    seen: set[int] = set()
    while todo:
        this = todo.pop()
        if isinstance(this, BaseException) and id(this) not in seen:
            seen.add(id(this))
            yield this
            todo += [this.__cause__, this.__context__, getattr(this, "reason", None), *this.args]
