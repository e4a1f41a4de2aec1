"""Makes the `requests.Session`: reads the environment once, checks files, renews connections after a fork."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from zaius_logging._errors import ConfigError
from zaius_logging._operators.secret import hidden

Cert = str | Sequence[str]


def make_session(
    url: str,
    *,
    proxies: Mapping[str, str] | None = None,
    verify: str | None = None,
    cert: Cert | None = None,
) -> requests.Session:
    """Make a session for one address, with what the environment says where nothing is given.

    Paths become absolute, for a process that becomes a daemon changes its directory.

    Raises:
        ConfigError: for a file that cannot be used.
    """
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # an API needs none
    session.mount("https://", _adapter())
    session.mount("http://", _adapter())
    # Resolved once: per request it costs a third of the whole, after a fork it crashes on macOS, and
    # .netrc must not add another Authorization.
    found = session.merge_environment_settings(url, {}, stream=None, verify=None, cert=None)
    found["proxies"] = hidden(found["proxies"])  # they can carry passwords
    session.trust_env = False
    if proxies is not None:
        session.proxies = _plain(proxies)
    elif url.startswith("https://"):  # http is for loopback; a proxy would see the key in the clear
        session.proxies = _plain(found["proxies"])
    if verify is None:
        session.verify = _checked_bundle(
            found["verify"], " (from REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE)"
        )
    else:
        session.verify = _checked_bundle(verify)
    session.cert = None if cert is None else _checked_cert(cert)
    return session


def renew_connections(session: requests.Session) -> object:
    """Give a session new connection pools, and let go of the old ones without closing them.

    Each adapter makes its pools anew as it does when it is unpickled, but stays the same object: a copy
    would lose what its subclass was made with. Nothing of the old pools is called: a lock of theirs may
    have been held when the process forked.

    Returns:
        The old parts, to be kept alive.
    """
    old: list[object] = [session.cookies]
    session.cookies = session.cookies.copy()
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            old += [adapter.poolmanager, adapter.proxy_manager]
            pickled: Any = adapter  # the types of requests leave these two out
            pickled.__setstate__(pickled.__getstate__())
    return old


def close_connections(session: requests.Session) -> None:
    """Close the connections of a session that nobody uses now; the next request makes new ones.

    urllib3 leaves them to finalizers of weakref, and those no longer run where the process is ending.
    """
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            for manager in (adapter.poolmanager, *adapter.proxy_manager.values()):
                with suppress(AttributeError):  # urllib3.future keeps them in another way
                    for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated otherwise
                        if (pool := manager.pools.get(key)) is not None:
                            pool.close()
    session.close()


def _adapter() -> HTTPAdapter:
    return HTTPAdapter(pool_connections=1, pool_maxsize=1)


def _plain(proxies: Mapping[str, str]) -> dict[str, str]:
    """Text that is a secret no longer: requests asks for its str, and would get stars."""
    return {scheme: "".join(address) for scheme, address in proxies.items()}


def _checked_bundle(verify: str | bool | None, source: str = "") -> str | bool | None:
    if not isinstance(verify, str):
        return verify
    verify = _absolute(verify)
    try:
        if not Path(verify).is_dir():
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=verify)
    except OSError as error:
        problem = f"is no CA bundle that can be read: {_why(error)}{source}"
        raise ConfigError("verify", problem) from None
    return verify


def _checked_cert(cert: Cert) -> Any:
    paths = tuple(map(_absolute, (cert,) if isinstance(cert, str) else cert))
    try:
        # A password of our own, or OpenSSL would ask for one at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(*paths[:2], password="")  # type: ignore[misc]
    except (OSError, ValueError) as error:
        raise ConfigError(
            "cert", f"is no certificate with an unencrypted key that can be read: {_why(error)}"
        ) from None
    return paths[0] if len(paths) == 1 else paths


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "not PEM"
    return getattr(error, "strerror", None) or type(error).__name__
