"""The HTTP transport without a server; over real sockets see tests/proofs/hostile."""

import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
import urllib3
from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3.exceptions import LocationParseError, ProxySchemeUnknown

from zaius_logging import ConfigError, Delivered, HTTPTransport, Paused, Retry
from zaius_logging._errors import causes
from zaius_logging._process.clock import steady
from zaius_logging._transport.http.bounds import MAX_RAW, Attempt
from zaius_logging._transport.http.failures import failure
from zaius_logging._transport.http.session import close_connections, make_session

KEY = "public.s3cret"


def wrapped(cause, kind=exceptions.ConnectionError):
    """An error as requests raises it, with its cause in one of the places that are in use."""
    try:
        try:
            raise cause
        except type(cause) as inner:
            raise kind("http://ada:pa55@proxy/ failed") from inner
    except kind as error:
        return error


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (TimeoutError(), Retry("no answer within 3 s")),
        (socket.gaierror(), Retry("the host name could not be resolved")),
        (ConnectionRefusedError(), Retry("the connection was refused")),
        (ConnectionResetError(), Retry("the connection failed")),
        (ssl.SSLError(), Retry("the TLS connection failed")),
        (OSError("Tunnel connection failed: 502 Bad Gateway"), Retry("the proxy answered 502")),
        (OSError("Tunnel connection failed: 400 in 407"), Retry("the proxy answered 400")),
        (ValueError(), Retry("the connection failed")),
    ],
    ids=repr,
)
def test_most_failures_are_tried_again(cause, outcome):
    """The kind of the error decides; its words, which may hold passwords, go nowhere."""
    assert failure(wrapped(cause), 3.0) == outcome


def test_a_host_that_cannot_be_is_said_where_it_is_given():
    """Not by an error of requests, which would name no setting."""
    with pytest.raises(ConfigError, match="endpoint: names a host that cannot be"):
        HTTPTransport("https://*.zaius.com/v3", "a.b")


def test_a_bundle_of_the_environment_is_said_to_be_its(monkeypatch):
    """Whoever has set it need not know of our setting."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(ConfigError, match="from REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"):
        HTTPTransport("https://api.zaius.com/v3", "a.b")
    with pytest.raises(ConfigError, match=r"No such file or directory$"):
        HTTPTransport("https://api.zaius.com/v3", "a.b", verify="/nowhere/ca.pem")


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (wrapped(ssl.SSLCertVerificationError()), "certificate"),
        (wrapped(OSError("Tunnel connection failed: 407 Auth"), exceptions.ProxyError), "407"),
        (wrapped(OSError("Tunnel connection failed: 403 No"), exceptions.ProxyError), "403"),
        (exceptions.InvalidURL(), "endpoint"),
        (LocationParseError("pa55 word"), "proxies"),
        (ProxySchemeUnknown("pa55"), "proxies"),
        (UnicodeError("pa55: label too long"), "endpoint"),
    ],
    ids=repr,
)
def test_what_a_person_must_mend_pauses(error, word):
    """With advice, and without the words of the error."""
    outcome = failure(error, 3.0)
    assert isinstance(outcome, Paused)
    assert word in outcome.reason
    assert "pa55" not in outcome.reason


def test_407_in_another_error_is_no_407():
    """A host or a port may have the number in it."""
    error = wrapped(ConnectionRefusedError("api407.example.org:4407"))
    assert failure(error, 3.0) == Retry("the connection was refused")


def test_an_error_that_holds_itself_ends():
    """Whatever other libraries chain."""
    error = ValueError()
    error.__context__ = error
    error.args = (error,)
    assert list(causes(error)) == [error]


def test_an_attempt_has_so_much_time_and_room():
    """At the deadline it is over, not after it."""
    attempt = Attempt(steady() + 2.0)
    assert 1.0 < attempt.left() <= 2.0
    assert attempt.room == MAX_RAW
    attempt.deadline = steady()
    with pytest.raises(TimeoutError):
        attempt.left()


def test_the_repr_tells_the_address_and_not_the_key():
    """Nor does anything it holds."""
    made = HTTPTransport("https://h", KEY)
    assert repr(made) == "<HTTPTransport https://h/v3/events>"
    assert KEY not in repr(vars(made))


@pytest.mark.parametrize("key", ["", " ", "a b", "a\nb", "schlüssel", 7])
def test_a_key_that_cannot_be_one(key):
    """It is a ConfigError, and not shown."""
    with pytest.raises(ConfigError, match=r"^api_key: ") as error:
        HTTPTransport("https://h", key)
    assert not key or repr(key) not in str(error.value)


def test_whose_certificate_is_wrong_is_said():
    """The proxy's or the server's: else an operator looks at the wrong host."""
    assert failure(wrapped(ssl.SSLCertVerificationError(), exceptions.ProxyError), 3) == Paused(
        "the proxy's TLS certificate does not verify: check proxies and CA bundle"
    )
    assert failure(wrapped(ssl.SSLCertVerificationError(), exceptions.SSLError), 3) == Paused(
        "the server's TLS certificate does not verify: check endpoint and CA bundle"
    )


class Busy(BaseHTTPRequestHandler):
    """Asks for patience in every second answer, beginning with the first."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.count += 1
        again = self.server.count % 2
        self.send_response(503 if again else 202)
        self.send_header("Retry-After", "0" if self.path == "/mine" else "2")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def busy():
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        server.count = 0
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


def test_an_adapter_that_tries_again_by_itself_holds_nothing_up(busy):
    """It would sleep in the middle of a request; other requests of the session still do as they did."""
    again = urllib3.Retry(3, status_forcelist=[503], allowed_methods=None)
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=again))
        transport = HTTPTransport(busy.url, "a.b", session=session, timeout=5)
        assert transport.send([b"{}"]) == Retry("the API answered 503", after=2)
        assert transport.send([b"{}"]) == Delivered()
        assert session.post(f"{busy.url}/mine", b"{}").status_code == 202
        assert busy.count == 4


@pytest.mark.skipif(urllib3.__version__ < "2", reason="there a session's own close does it")
def test_a_session_that_others_use_loses_no_request_of_theirs(busy):
    """A thread of the application's has a pool of its session in hand while we close what is idle."""
    with requests.Session() as session:
        transport = HTTPTransport(busy.url, "a.b", session=session)
        pool = session.get_adapter(busy.url).poolmanager.connection_from_url(busy.url)
        transport.close()
        assert pool.urlopen("POST", "/mine", body=b"{}").status == 503
        pool.close()


def test_the_pools_of_another_urllib3_are_closed_in_its_own_way():
    """urllib3.future, which niquests puts in place, has other containers: nothing of theirs is asked for."""

    class Elsewhere(HTTPAdapter):
        closed = 0

        def init_poolmanager(self, *args, **settings):
            super().init_poolmanager(*args, **settings)
            self.poolmanager.pools = object()

        def close(self):
            self.closed += 1

    session = make_session("https://127.0.0.1:9/v3/events")
    adapter = Elsewhere()
    session.mount("https://", adapter)
    close_connections(session)
    assert adapter.closed == 1
