"""Checks of the way to the API: name, proxy, connection, TLS, clock. No event and no key is sent."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from zaius_logging._settings import Config
from zaius_logging._transport.endpoint import is_loopback, is_redis

from .finding import NOTE, OK, WARN, WRONG, Finding

_TIMEOUT = 5.0
_OFF = 30.0  # seconds: what a clock of a host that keeps time is never off by
_FAR = 3600.0


def network(config: Config) -> Iterator[Finding]:
    """Check the way to the API, step by step up to the first that fails."""
    if is_redis(config.endpoint):
        yield from _redis(config)
        return
    parts = urlsplit("".join(config.endpoint))
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if config.verify is not None and not Path(config.verify).exists():
        yield Finding(
            "TLS", WRONG, f"verify: {config.verify} is not there", "name a CA bundle that is"
        )
        return
    proxy = _proxy(config, f"{parts.scheme}://{host}")
    step = _proxied(proxy) if proxy else _reached(host, port)
    yield step
    if step.grade == WRONG:
        return
    yield from _asked(config, f"{parts.scheme}://{parts.netloc}/")


def _proxy(config: Config, url: str) -> str:
    import requests

    if is_loopback(urlsplit(url).hostname or ""):
        return ""
    if config.proxies is not None:
        given = {key: "".join(value) for key, value in config.proxies.items()}
    else:
        given = requests.utils.get_environ_proxies(url)
    return requests.utils.select_proxy(url, given) or ""


def _proxied(proxy: str) -> Finding:
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    try:
        shown = f"{parts.scheme}://{parts.hostname}:{parts.port}"
    except ValueError:
        text = f"the port of the proxy {parts.hostname} is no number up to 65535"
        return Finding("proxy", WRONG, text, "correct HTTPS_PROXY")
    if parts.scheme.startswith("socks") and find_spec("socks") is None:
        return Finding("proxy", WRONG, f"{shown} needs PySocks", "pip install 'requests[socks]'")
    found = _reached(parts.hostname or "", parts.port or 8080)
    if found.grade == WRONG:
        text = f"the proxy {shown} is not reached: {found.text}"
        return Finding("proxy", WRONG, text, "is it up, and its address in HTTPS_PROXY right?")
    return Finding("proxy", OK, shown)


def _reached(host: str, port: int) -> Finding:
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        todo = "look at /etc/resolv.conf, or at the name in endpoint"
        return Finding("name", WRONG, f"{host} has no address here", todo)
    why = ""
    for family, kind, protocol, _, address in addresses:
        try:
            with socket.socket(family, kind, protocol) as connection:
                connection.settimeout(_TIMEOUT)
                connection.connect(address)
            return Finding("connection", OK, f"{host}:{port} answers")
        except OSError as error:  # noqa: PERF203 - two at the most
            why = error.strerror or "no answer in 5 s"
    if is_loopback(host):
        todo = f"start what shall listen there: zaius-logging sandbox --port {port}"
    else:
        todo = f"let this host reach {host}, port {port}, or set HTTPS_PROXY"
    return Finding("connection", WRONG, f"{host}:{port}: {why}", todo)


def _asked(config: Config, url: str) -> Iterator[Finding]:
    """Ask for the head of the root page, without the key: TLS, and the server's clock."""
    import requests

    session = config.session or requests.Session()
    if config.session is None and url.startswith("http:"):
        session.trust_env = False  # the service passes by proxies, too: they would see the key
    proxies: Any = None
    if config.proxies is not None:
        proxies = {key: "".join(value) for key, value in config.proxies.items()}
    try:
        answer = session.head(
            url,
            timeout=_TIMEOUT,
            allow_redirects=False,
            verify=config.verify or True,
            cert=config.cert,  # type: ignore[arg-type]
            proxies=proxies,
        )
    except requests.exceptions.SSLError as error:
        yield Finding("TLS", WRONG, _tls(str(error)), _tls_todo(str(error)))
        return
    except requests.exceptions.ProxyError as error:
        text = "the proxy turns us away" + (" (407)" if "407" in str(error) else "")
        yield Finding("proxy", WRONG, text, "give user and password in HTTPS_PROXY")
        return
    except (requests.exceptions.RequestException, OSError) as error:
        yield Finding(
            "connection",
            WRONG,
            f"{url} gave no answer ({type(error).__name__})",
            "try again; is it the API?",
        )
        return
    if url.startswith("https:"):
        yield Finding("TLS", OK, "the certificate is valid for that name, and its chain is known")
    yield _clock(answer.headers.get("Date", ""))


def _tls(error: str) -> str:
    for part, words in (
        ("expired", "the server's certificate has expired"),
        ("self-signed", "the certificate is self-signed"),
        ("self signed", "the certificate is self-signed"),
        ("unable to get local issuer", "the certificate's issuer is not known here"),
        ("doesn't match", "the certificate is for another name"),
        ("not valid for", "the certificate is for another name"),
        ("WRONG_VERSION", "the server speaks no TLS on that port"),
        ("certificate required", "the server wants a client certificate"),
    ):
        if part.casefold() in error.casefold():
            return words
    return "TLS failed"


def _tls_todo(error: str) -> str:
    if "expired" in error:
        return "is this host's clock right? If so, whoever runs the server must renew it"
    return "does a proxy open TLS here? Then verify='/path/of/its/ca.pem', or REQUESTS_CA_BUNDLE"


def _clock(date: str) -> Finding:
    try:
        theirs = parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return Finding("clock", NOTE, "the server tells no time")
    off = time.time() - theirs
    if abs(off) < _OFF:
        return Finding("clock", OK, f"{abs(off):.0f} s from the server's")
    grade = WRONG if abs(off) > _FAR else WARN
    way = "ahead of" if off > 0 else "behind"
    text = f"this host's clock is {abs(off):,.0f} s {way} the server's: events get that time"
    return Finding("clock", grade, text, "start chrony, ntpd or systemd-timesyncd")


def _redis(config: Config) -> Iterator[Finding]:
    from zaius_logging._errors import ConfigError

    try:
        from zaius_logging._fleet.server import Server
        from zaius_logging._transport.redis_address import redis_address

        address = redis_address("".join(config.endpoint))
        server = Server(address, timeout=_TIMEOUT)
    except ImportError:
        yield Finding(
            "Redis", WRONG, "redis is not installed", "pip install 'zaius-logging[redis]'"
        )
        return
    except ConfigError as error:
        yield Finding("Redis", WRONG, str(error), "correct endpoint")
        return
    try:
        facts = list(server.facts())
    except Exception as error:  # noqa: BLE001 - redis-py raises many kinds
        yield Finding(
            "Redis",
            WRONG,
            f"{address.shown}: {type(error).__name__}",
            "is it up, and are user and password right?",
        )
        return
    finally:
        server.drop()
    for fact in facts:
        yield from _durable(fact, address.shown)


def _durable(fact: Any, shown: str) -> Iterator[Finding]:
    policy = str(fact.get("maxmemory_policy", ""))
    if not int(fact.get("aof_enabled", 0)):
        text = f"{shown} has no append-only file: kill -9 loses what it holds"
        yield Finding("Redis", WARN, text, "appendonly yes")
    elif policy and policy != "noeviction":
        yield Finding(
            "Redis", WARN, f"{shown} may evict the stream ({policy})", "maxmemory-policy noeviction"
        )
    else:
        yield Finding("Redis", OK, f"{shown} answers, and keeps what it has")


def send_test(config: Config) -> Finding:
    """Post one marked event that counts nobody as active."""
    import uuid

    from zaius_logging._transport.http.transport import HTTPTransport
    from zaius_logging._transport.outcome import Delivered

    event = {
        "type": "zaius_logging",
        "action": "doctor",
        "identifiers": {"vuid": uuid.uuid4().hex},
        "data": {"active_event": False, "idempotence_id": uuid.uuid4().hex, "ts": int(time.time())},
    }
    if is_redis(config.endpoint):
        return Finding("test event", NOTE, "not sent: events go to a relay's stream here")
    transport = HTTPTransport(
        config.endpoint,
        config.api_key,
        timeout=_TIMEOUT,
        proxies=config.proxies,
        verify=config.verify,
        cert=config.cert,
        session=config.session,
    )
    outcome = transport.send([json.dumps(event).encode()])
    with suppress(Exception):
        transport.close()
    if isinstance(outcome, Delivered):
        return Finding(
            "test event",
            OK,
            "taken. That is no proof of the key: the API answers 202 to keys of no account, too",
            "see in the account that an event zaius_logging/doctor has arrived",
        )
    reason = getattr(outcome, "reason", "") or type(outcome).__name__
    return Finding("test event", WRONG, f"not taken: {reason}", "the reason is the API's own")
