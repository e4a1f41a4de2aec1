"""The way to the API as users have it, and the faults that one row cannot tell; each with its control."""

import gc
import json
import logging
import os
import socket
import sys
import time
import traceback
import tracemalloc
import types

import pytest
import requests
import trustme
from hostile.proxy import Proxy
from hostile.rows import REDIRECTS, ROWS
from hostile.run import KEY, PASSWORD, Warp, Watch, ca_file, context, emit, play
from hostile.server import Server, server_context
from requests.adapters import HTTPAdapter

from zaius_logging import ConfigError, Delivered, HTTPTransport, Paused, Retry, ZaiusHandler
from zaius_logging._operators.notices import Notices
from zaius_logging._transport.http import bounds as http_bounds
from zaius_logging._transport.http import transport as http_transport

EVENT = b'{"type":"product","action":"detail","identifiers":{"vuid":"1"},"data":{"number":0}}'
BY_NAME = {row.name: row for row in ROWS}


def transport(server, scheme="http", **settings):
    settings.setdefault("timeout", 2)
    return HTTPTransport(f"{scheme}://127.0.0.1:{server.port}/v3", KEY, **settings)


def tls(**settings):
    return Server(tls=context("good"), **settings)


# Redirects


class Follower(HTTPTransport):
    """The control: it does what requests does by default."""

    def _post(self, body, count, attempt):
        answer = self._session.post(self.url, data=body, headers=self._headers, timeout=2)
        return Delivered() if answer.ok else Retry("no")


def test_the_other_origin_hears_nothing_of_a_redirect():
    """Of all redirects, none makes a request to where it points."""
    with Server() as other:
        for row in REDIRECTS[:-1]:
            with Server(row.fault) as server:
                server.elsewhere = other.port
                assert isinstance(transport(server).send([EVENT]), Paused)
        assert other.connections == 0


def test_a_transport_that_follows_would_leak_the_key():
    """The control: the key goes to the other origin, and a 302 loses the batch behind a 202."""
    with Server() as other, Server(BY_NAME["307 to another origin"].fault) as server:
        server.elsewhere = other.port
        heads = []
        other.fault = lambda talk: talk.read() and (heads.append(talk.head), talk.answer())
        Follower(f"http://127.0.0.1:{server.port}", KEY).send([EVENT])
        assert any(KEY.encode() in head for head in heads)


# Time


class Unbounded(HTTPTransport):
    """The control: only each wait is bounded, as requests does by itself."""

    def _post(self, body, count, attempt):
        self._session.post(self.url, data=body, headers=self._headers, timeout=self._timeout)
        return Delivered()


def drip_for(seconds):
    def fault(talk):
        if talk.read():
            end = time.monotonic() + seconds
            talk.send(b"HTTP/1.1 202 OK\r\nX: ")
            while time.monotonic() < end:
                talk.drip(b"y")
        return False

    return fault


def test_a_slow_loris_is_left_at_the_timeout():
    """A byte each 20 ms for a second: after 0.3 s the request is over."""
    with Server(drip_for(1)) as server:
        started = time.monotonic()
        assert transport(server, timeout=0.3).send([EVENT]) == Retry("no answer within 0.3 s")
        assert time.monotonic() - started < 0.8


def test_without_one_deadline_it_would_hold_us():
    """The control: the timeout of requests alone is not kept."""
    with Server(drip_for(1)) as server:
        started = time.monotonic()
        Unbounded(f"http://127.0.0.1:{server.port}", KEY, timeout=0.3).send([EVENT])
        assert time.monotonic() - started >= 0.9


def test_a_large_body_nobody_reads_is_left_at_the_timeout():
    """Sending is bounded too: 20 MB into a socket that nobody empties."""
    with Server(lambda talk: talk.hang()) as server:
        started = time.monotonic()
        outcome = transport(server, timeout=0.3).send([EVENT * 1000] * 250)
        assert outcome == Retry("no answer within 0.3 s")
        assert time.monotonic() - started < 2  # it would be for ever


def test_every_address_of_a_name_gets_its_share(monkeypatch):
    """A first address that swallows packets leaves time for the second."""
    real, real_connect = socket.getaddrinfo, socket.socket.connect

    def two(host, port, *args, **kwargs):
        if host != "localhost":
            return real(host, port, *args, **kwargs)
        family = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*family, ("127.0.0.2", 1)), (*family, ("127.0.0.1", port))]

    def connect(sock, address):
        if address[0] == "127.0.0.2":  # a black hole: nothing comes back
            time.sleep(sock.gettimeout())
            raise TimeoutError
        return real_connect(sock, address)

    monkeypatch.setattr(socket, "getaddrinfo", two)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with Server() as server:
        one = HTTPTransport(f"http://localhost:{server.port}", KEY, timeout=1)
        assert one.send([EVENT]) == Delivered()


# Connections


def test_one_connection_for_many_requests():
    """A batch costs no new connection."""
    with Server() as server:
        one = transport(server)
        assert [one.send([EVENT]) for _ in range(20)] == [Delivered()] * 20
        assert server.connections == 1
        one.close()


def test_cookies_are_neither_kept_nor_sent():
    """An API has no business with them; a load balancer may try."""
    heads = []

    def fault(talk):
        if not talk.read():
            return False
        heads.append(talk.head)
        return talk.answer(202, b"{}", b"Set-Cookie: a=b; Path=/")

    with Server(fault) as server:
        one = transport(server)
        assert [one.send([EVENT]) for _ in range(2)] == [Delivered()] * 2
        assert not any(b"cookie" in head.lower() for head in heads)
        assert not one._session.cookies
        one.after_fork_in_child()
        assert one.send([EVENT]) == Delivered()
        assert not one._session.cookies
        one.close()


def closing_after(count):
    """Answer so many requests on each connection; take one more, and cut it without an answer."""

    def fault(talk):
        talk.count = getattr(talk, "count", 0) + 1
        if not talk.read():
            return False
        if talk.count > count:
            talk.reset()
            return False
        talk.take()
        return talk.answer()

    return fault


def test_a_batch_is_posted_once_a_send():
    """A kept connection that breaks is a failed try like any other: the machine paces the next one."""
    with Server(closing_after(1)) as server:
        one = transport(server)
        answers = [one.send([EVENT]) for _ in range(4)]
        assert answers == [Delivered(), Retry("the connection failed")] * 2
        assert server.connections == 2


def test_an_idle_connection_is_not_used_again(monkeypatch):
    """A NAT may have forgotten it without a word; a new one is asked at once, and answers in time."""
    now = [0.0]
    monkeypatch.setattr(http_transport, "steady", lambda: time.monotonic() + now[0])

    def fault(talk):
        if not talk.read():
            return False
        if getattr(talk, "used", False):
            talk.hang()  # what is sent on it once more is never answered
        talk.used = True
        return talk.answer()

    with Server(fault) as server:
        one = transport(server, timeout=0.1)
        for _ in range(3):
            assert one.send([EVENT]) == Delivered()
            now[0] += 0.3
        assert one.send([EVENT]) == Delivered()
        assert isinstance(one.send([EVENT]), Retry)  # the control: at once, on the one that is dead


def test_a_new_connection_that_breaks_is_no_stale_one():
    """At most once: the reconnect's own failure is a failure, and so is the first of all."""
    with Server(closing_after(0)) as server:
        one = transport(server)
        assert one.send([EVENT]) == Retry("the connection failed")
        assert server.connections == 1


def test_after_a_fork_both_sides_use_connections_of_their_own():
    """The child's requests do not run over the parent's socket, and the parent's goes on working."""
    with Server() as server:
        one = transport(server)
        assert one.send([EVENT]) == Delivered()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                one.after_fork_in_child()
                status = 0 if one.send([EVENT]) == Delivered() else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert one.send([EVENT]) == Delivered()
        assert server.connections == 2
        one.close()


def test_ipv6():
    """An address in brackets is used, and counts as loopback."""
    try:
        server = Server(host="::1")
    except OSError:
        pytest.skip("no IPv6 here")
    with server:
        one = HTTPTransport(f"http://[::1]:{server.port}", KEY, timeout=2)
        assert one.send([EVENT]) == Delivered()


# Proxies


@pytest.fixture
def bare(monkeypatch):
    """An environment without a word about networks."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def address_of(proxy):
    return f"http://ada:{PASSWORD}@127.0.0.1:{proxy.port}"


def test_a_proxy_of_the_environment_and_its_password(bare):
    """HTTPS_PROXY is used as it was when the handler was made; the key stays inside the tunnel."""
    with Proxy(f"ada:{PASSWORD}") as proxy, tls() as server:
        bare.setenv("HTTPS_PROXY", address_of(proxy))
        bare.setenv("REQUESTS_CA_BUNDLE", ca_file())
        one = transport(server, "https")
        bare.delenv("HTTPS_PROXY")
        assert one.send([EVENT]) == Delivered()
        assert proxy.asked == [f"127.0.0.1:{server.port}"]
        assert not any(KEY.encode() in head for head in proxy.heads)


def test_no_proxy_is_heeded(bare):
    """What NO_PROXY names is reached directly."""
    with Proxy() as proxy, tls() as server:
        bare.setenv("HTTPS_PROXY", address_of(proxy))
        bare.setenv("NO_PROXY", "127.0.0.1")
        assert transport(server, "https", verify=ca_file()).send([EVENT]) == Delivered()
        assert proxy.connections == 0


def test_the_setting_goes_before_the_environment(bare):
    """`proxies` wins, and `{}` is none at all."""
    with Proxy() as proxy, tls() as server:
        bare.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        for proxies, used in (({"https": address_of(proxy)}, 1), ({}, 1)):
            one = transport(server, "https", verify=ca_file(), proxies=proxies)
            assert one.send([EVENT]) == Delivered()
            assert proxy.connections == used


def test_loopback_in_the_clear_goes_through_no_proxy_of_the_environment(bare):
    """HTTP_PROXY would see the key of a request to a sandbox."""
    with Proxy() as proxy, Server() as server:
        bare.setenv("HTTP_PROXY", address_of(proxy))
        assert transport(server).send([EVENT]) == Delivered()
        assert proxy.connections == 0


def test_a_wrong_proxy_password_says_so():
    """A 407 pauses, and the advice names the proxy, not its address."""
    with Proxy("ada:other") as proxy, tls() as server:
        one = transport(server, "https", verify=ca_file(), proxies={"https": address_of(proxy)})
        outcome = one.send([EVENT])
        assert outcome == Paused("the proxy answered 407: check the proxy's user and password")


# Certificates and sessions


def test_a_client_certificate(tmp_path):
    """`cert` is shown to a server that asks; as a pair, and as one file."""
    clients = trustme.CA()
    certificate = clients.issue_cert("client@example.org")
    both, chain, key = (str(tmp_path / name) for name in ("both.pem", "chain.pem", "key.pem"))
    certificate.private_key_and_cert_chain_pem.write_to_path(both)
    certificate.cert_chain_pems[0].write_to_path(chain)
    certificate.private_key_pem.write_to_path(key)
    asking = server_context(
        trustme.CA().issue_cert("127.0.0.1"), client_ca=clients
    )  # its own CA is not trusted: see below
    with Server(tls=asking) as server:
        one = transport(server, "https", verify=ca_file(), cert=both)
        assert isinstance(one.send([EVENT]), Paused)
    from hostile.run import authority

    asking = server_context(authority().issue_cert("127.0.0.1"), client_ca=clients)
    with Server(tls=asking) as server:
        for cert in (both, [chain, key]):
            one = transport(server, "https", verify=ca_file(), cert=cert)
            assert one.send([EVENT]) == Delivered()
        assert isinstance(transport(server, "https", verify=ca_file()).send([EVENT]), Retry)


@pytest.mark.parametrize(
    ("settings", "argument"),
    [
        ({"verify": "/no/such/file.pem"}, "verify"),
        ({"verify": __file__}, "verify"),
        ({"cert": "/no/such/file.pem"}, "cert"),
        ({"cert": __file__}, "cert"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_config_error(settings, argument):
    """It is found while configuring, not at the first event."""
    with pytest.raises(ConfigError) as error:
        HTTPTransport("https://127.0.0.1:1", KEY, **settings)
    assert error.value.argument == argument


def test_a_session_of_ones_own():
    """Its headers and adapters are used; the bounds hold for it as for ours."""

    class Custom(HTTPAdapter):
        def __init__(self, mark):
            self.mark = mark
            self.sent = 0
            super().__init__()

        def init_poolmanager(self, *args, **kwargs):
            assert self.mark  # gone in a copy
            super().init_poolmanager(*args, **kwargs)

        def send(self, *args, **kwargs):
            self.sent += 1
            return super().send(*args, **kwargs)

    session = requests.Session()
    adapter = Custom("mine")
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "shop/1"
    heads = []
    with Server(lambda talk: talk.read() and (heads.append(talk.head), talk.answer())) as server:
        one = transport(server, session=session)
        assert one.send([EVENT]) == Delivered()
        one.after_fork_in_child()
        assert one.send([EVENT]) == Delivered()
    assert adapter.sent == 2
    assert all(b"shop/1" in head for head in heads)
    with Server(drip_for(1)) as server:
        one = transport(server, session=session, timeout=0.3)
        assert one.send([EVENT]) == Retry("no answer within 0.3 s")


def test_tls_is_never_unverified():
    """Neither a setting nor a session can switch it off."""
    session = requests.Session()
    session.verify = False
    with pytest.raises(ConfigError, match="session"):
        HTTPTransport("https://127.0.0.1:1", KEY, session=session)
    with pytest.raises(ConfigError, match="verify"):
        ZaiusHandler(api_key=KEY, verify=False)


def test_a_session_and_its_settings_do_not_mix():
    """One place for each thing."""
    with pytest.raises(ConfigError, match="proxies: does not go with session"):
        ZaiusHandler(api_key=KEY, session=requests.Session(), proxies={"https": "http://h"})


# Paused


def test_while_paused_it_asks_once_a_minute():
    """A wrong key: the next request is 60 s after the first, not before; the clock is the test's."""
    with Server(BY_NAME["403"].fault) as server:
        handler = ZaiusHandler(
            api_key=KEY,
            endpoint=f"http://127.0.0.1:{server.port}",
            flush_interval=0,
            close_timeout=1,
            notices=lambda line: None,
        )
        listener, clock = handler._listener, Warp()
        listener._clock = clock
        watch = listener._transport = Watch(handler._transport)
        tracemalloc.start()
        try:
            logger = logging.Logger("shop")  # noqa: LOG001
            logger.addHandler(handler)
            emit(logger, 1)
            until(lambda: handler.stats().state == "paused")
            for seconds in (30, 29):
                clock.ahead += seconds
                listener.wake()
            assert len(watch.attempts) == 1
            server.heal()
            clock.ahead += 1
            listener.wake()
            until(lambda: handler.stats().delivered == 1)
            assert len(watch.attempts) == 2
        finally:
            tracemalloc.stop()
            handler.close()


def until(fact):
    """Wait for a fact."""
    end = time.monotonic() + 10
    while not fact():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.001)


# Feedback and leaks


def test_on_root_at_debug_events_out_are_events_in():
    """urllib3 logs at DEBUG for each request; none of it comes back, even marked as an event."""
    root = logging.getLogger()
    level = root.level

    def mark(record):
        record.zaius = json.loads(EVENT)
        return True

    noisy = logging.getLogger("urllib3.connectionpool")
    with Server() as server:
        handler = ZaiusHandler(
            api_key=KEY, endpoint=f"http://127.0.0.1:{server.port}", flush_interval=0.01
        )
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        noisy.addFilter(mark)
        try:
            for first in range(0, 100, 10):
                emit(root, 10, first)
                assert handler.flush(10)
        finally:
            noisy.removeFilter(mark)
            root.removeHandler(handler)
            root.setLevel(level)
            handler.close()
        assert [event["data"]["number"] for event in server.taken] == list(range(100))
        assert noisy.level == logging.NOTSET


def frames_of(error):
    for each in (error, error.__context__):
        for frame, _ in traceback.walk_tb(each and each.__traceback__):
            if "/zaius_logging/" in frame.f_code.co_filename:
                yield frame


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout": -1},
        {"endpoint": "http://example.org"},
        {"proxies": {"https": f"http://ada:{PASSWORD}@h"}, "cert": "/none"},
        {"no_such": 1},
        {"endpoint": f"https://ada:{PASSWORD}@example.org"},
        {"endpoint": f"https://ada:{PASSWORD}@example.org/ "},
        {"endpoint": f"redis://ada:{PASSWORD}@h/abc"},
        {"endpoint": f"redis://ada:{PASSWORD}@h/0?nosuch=1"},
        {"endpoint": f"redis://h/0?password={PASSWORD}&nosuch=1"},
        {"endpoint": f"redis+sentinel://ada:{PASSWORD}@h"},
        {"proxies": {"https": f"http://ada:{PASSWORD}@h"}, "verify": "/none"},
    ],
)
def test_tracebacks_of_ours_show_no_secret(wrong, monkeypatch):
    """What an error tracker sends of local variables has neither key nor password in it."""
    monkeypatch.setenv("ZAIUS_API_KEY", KEY)
    for given in ({}, {"api_key": KEY}):
        with pytest.raises(ConfigError) as error:
            ZaiusHandler(**given, **wrong)
        shown = [repr(frame.f_locals) for frame in frames_of(error.value)]
        assert shown
        assert not any(KEY in text or PASSWORD in text for text in shown)


def test_a_failing_request_shows_no_secret(monkeypatch):
    """The same for what is raised while sending, wherever it is caught."""
    seen = []

    def look(error, timeout):
        seen.extend(repr(frame.f_locals) for frame in frames_of(error))
        return Retry("looked")

    monkeypatch.setattr(http_transport, "failure", look)
    with Server(lambda _: False) as server:
        assert transport(server).send([EVENT]) == Retry("looked")
    assert seen
    assert not any(KEY in text for text in seen)


def test_the_bounds_leave_other_requests_alone():
    """A pool that we have bound behaves as ever for whoever else uses the session."""
    session = requests.Session()
    with Server() as server:
        assert transport(server, session=session).send([EVENT]) == Delivered()
        answer = session.post(f"http://127.0.0.1:{server.port}/", data=b"[]", timeout=2)
        assert answer.status_code == 202
        assert http_bounds._current.get() is None
        session.close()
        gc.collect()


class Foreign:
    """A connection as another library's that has taken urllib3's place: no child of http.client's."""


class Replaced(HTTPAdapter):
    """What an environment with urllib3.future has: pools whose connections we do not know."""

    def get_connection_with_tls_context(self, *args, **kwargs):
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        if sys._getframe(1).f_code.co_name == "_bind":
            pool = types.SimpleNamespace(ConnectionCls=Foreign)
        return pool


def test_where_urllib3_is_replaced_it_works_as_requests_does_and_says_so_once():
    """Each wait is bounded, the request as a whole is not; nothing is sent twice."""
    session, lines = requests.Session(), []
    session.mount("http://", Replaced())
    with Server() as server:
        one = transport(server, session=session, notices=Notices(lines.append))
        assert [one.send([EVENT]) for _ in range(3)] == [Delivered()] * 3
        assert len(server.taken) == 3
    assert len(lines) == 1
    assert "bounds each wait" in lines[0]
    with Server(lambda talk: talk.hang()) as server:
        one = transport(server, session=session, timeout=0.2, notices=Notices(lines.append))
        assert one.send([EVENT]) == Retry("no answer within 0.2 s")


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        ("http", "the proxy could not be used: the connection was refused"),
        ("socks5h", "pip install 'requests[socks]'"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_as_the_proxy(scheme, reason, monkeypatch):
    """Not as the API: a person looks in the right place; PySocks that is missing pauses, with the line."""

    def missing(*_, **__):
        raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")

    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setattr(requests.adapters, "SOCKSProxyManager", missing)
    proxies = {"https": f"{scheme}://ada:{PASSWORD}@127.0.0.1:1"}
    one = HTTPTransport("https://127.0.0.1:2", KEY, proxies=proxies, timeout=2)
    assert reason in one.send([EVENT]).reason


# Controls of the table


class Gullible(ZaiusHandler):
    """The control: it takes whatever ends without an error for delivered."""

    def _listen(self):
        listener = super()._listen()
        real = listener._transport

        class Wrong:
            loggers = real.loggers
            after_fork_in_child, close = real.after_fork_in_child, real.close

            def send(self, items):
                real.send(items)
                return Delivered()

        listener._transport = Wrong()
        self._transport = listener._transport
        return listener


@pytest.mark.parametrize("name", ["503, body byte by byte", "401", "302 to another origin"])
def test_the_table_catches_a_handler_that_loses_events(name):
    """The control: events that never arrived are missed."""
    complaints = play(BY_NAME[name], trials=1, timeout=0.2, make=Gullible).complaints
    assert "not exactly the good ones arrived" in complaints


class Telltale(ZaiusHandler):
    """The control: it shows what it must not."""

    def __repr__(self):
        return f"<handler {KEY}>"


def test_the_table_catches_a_leak():
    """The control: a key in a repr is found."""
    complaints = play(BY_NAME["401"], trials=1, timeout=0.2, make=Telltale).complaints
    assert f"{KEY} was shown" in complaints
