"""Posts batches to the Events API with one `requests.Session`; every failure becomes an outcome.

Errors of other libraries end here. Their texts can hold addresses with passwords in them, so a reason
is made of the kind of an error, never of its words.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from zaius_logging._errors import ConfigError
from zaius_logging._operators.notices import Notices
from zaius_logging._operators.secret import hidden, hide_from_yaml
from zaius_logging._process.clock import steady
from zaius_logging._transport.endpoint import check_key, events_url
from zaius_logging._transport.outcome import Outcome
from zaius_logging._transport.wire import meaning, request_body

from .bounds import MAX_ANSWER, Attempt, bind, bounded
from .failures import failure
from .session import Cert, close_connections, make_session, renew_connections

IDLE = 0.25
"""Seconds after which an idle connection is not used again. A firewall or NAT forgets one without a word,
after 4 minutes in some clouds and sooner elsewhere; servers close one after 2 s (gunicorn) or 5 s (uvicorn,
Node), which can cross with a request. Batches in a row, which are what a connection is kept for, follow
each other faster; a new one each time costs less than 1 % of a default flush interval."""


class HTTPTransport:
    """Posts batches to the Events API.

    Proxies, CA bundle and client certificate come from these arguments; where they are not given,
    from the environment as requests reads it (`HTTPS_PROXY`, `NO_PROXY`, `REQUESTS_CA_BUNDLE`), once,
    here. Or all of it comes from a `session` of your own: its proxies, certificates, headers, `auth`
    and adapters are used; its response hooks are not called, it follows no redirect and sends nothing
    twice, and its idle connections are closed.

    Args:
        endpoint: the API's address, for example `https://api.zaius.com/v3`.
        api_key: goes into the header `x-api-key`, and nowhere else.
        timeout: seconds that one request may take as a whole, whatever the server does.
        session: a `requests.Session` to use instead of our own.
        proxies: as requests takes them, for example `{"https": "http://user:password@host:3128"}`;
            `{}` for none, whatever the environment says.
        verify: path of a CA bundle to trust instead of the default one.
        cert: path of a client certificate with its key, or a pair of paths.
        notices: gets one line if only each wait for the network can be bounded, not a request as a whole.

    Raises:
        ConfigError: for an address, a key or a file that cannot be used.
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
        self,
        endpoint: str,
        api_key: str,
        *,
        timeout: float = 10.0,
        session: requests.Session | None = None,
        proxies: Mapping[str, str] | None = None,
        verify: str | None = None,
        cert: Cert | None = None,
        notices: Notices | None = None,
    ) -> None:
        api_key = hidden(api_key)
        proxies = hidden(proxies)
        check_key("api_key", api_key)
        self.url: str = events_url(endpoint)
        self._timeout = timeout
        self._headers = {
            "x-api-key": api_key,
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",  # an answer that need not inflate cannot be a bomb
        }
        ours = session is None
        if session is None:
            session = make_session(self.url, proxies=proxies, verify=verify, cert=cert)
        elif session.verify is False:
            raise ConfigError("session", "has verify=False: TLS is always verified here")
        self._session = session
        try:
            self._ready = self._prepared(b"-") if ours else None
        except requests.RequestException:  # a host name that requests cannot encode
            raise ConfigError("endpoint", "names a host that cannot be: write it again") from None
        self._notices = notices or Notices()
        self._answered: float | None = None  # when the last answer came
        self._inherited: list[object] = []

    def send(self, items: Sequence[bytes]) -> Outcome:
        """Post one batch, once. Never raises."""
        attempt = Attempt(steady() + self._timeout)
        try:
            if self._answered is not None and steady() - self._answered > IDLE:
                self.close()  # the session makes new connections by itself
            return self._post(request_body(items), len(items), attempt)
        except Exception as error:  # noqa: BLE001 - whatever it was, the events stay
            if attempt.status is not None:
                # Whatever broke after the head (two lengths that differ, say), the status was given.
                return meaning(attempt.status, {}, b"", len(items), now=time.time())
            return failure(error, self._timeout)
        finally:
            self._answered = steady()

    def _post(self, body: bytes, count: int, attempt: Attempt) -> Outcome:
        session = self._session
        request = self._request(body)
        settings: Mapping[str, Any] = session.merge_environment_settings(
            self.url, {}, True, None, None
        )
        self._bind(request, settings)
        with bounded(attempt):
            response = session.send(
                request, timeout=attempt.left(), allow_redirects=False, **settings
            )
            with response:
                answer = _read(response)
        return meaning(response.status_code, response.headers, answer, count, now=time.time())

    def _bind(self, request: requests.PreparedRequest, settings: Mapping[str, Any]) -> None:
        """Put the pool that will carry the request under the bounds of `bounds`."""
        adapter: Any = self._session.get_adapter(self.url)
        if hasattr(adapter, "get_connection_with_tls_context"):
            pool = adapter.get_connection_with_tls_context(
                request, settings["verify"], settings["proxies"], settings["cert"]
            )
        elif hasattr(adapter, "get_connection"):  # requests before 2.32.2
            pool = adapter.get_connection(request.url, settings["proxies"])
        else:
            return  # one that knows no pools
        if not bind(pool):
            hide_from_yaml()
            self._notices.tell(
                "bounds",
                "urllib3 is replaced here: timeout bounds each wait for the network, "
                "and no longer a request as a whole",
            )

    def _request(self, body: bytes) -> requests.PreparedRequest:
        if self._ready is None:  # a session of the user's: its auth may sign each body
            return self._prepared(body)
        request = self._ready.copy()  # 3 us; to prepare one takes 150, a quarter of a whole request
        request.body = body
        request.headers["Content-Length"] = str(len(body))
        return request

    def _prepared(self, body: bytes) -> requests.PreparedRequest:
        request = self._session.prepare_request(
            requests.Request("POST", self.url, headers=self._headers, data=body)
        )
        request.hooks = {"response": [_forget_redirect]}
        return request

    def after_fork_in_child(self) -> None:
        """Take new connections with the same settings.

        The old ones are kept, unclosed: their sockets are the parent's too.
        """
        self._inherited.append(renew_connections(self._session))

    def close(self) -> None:
        """Close the connections."""
        if self._ready is None:
            # Not its pools: a thread of the application's may be about to use one.
            self._session.close()
        else:
            close_connections(self._session)

    def __repr__(self) -> str:
        return f"<HTTPTransport {self.url}>"


def _forget_redirect(response: requests.Response, **_: Any) -> None:
    """Take the address away: even where requests follows none, it reads the body whole, and inflates it."""
    response.headers.pop("location", None)


def _read(response: requests.Response) -> bytes:
    """The start of an answer's body; nothing where it breaks off, for the status has been given."""
    try:
        data: bytes = response.raw.read(MAX_ANSWER, decode_content=False)
    except Exception:  # noqa: BLE001 - the status line has said what became of the events
        return b""
    return data
