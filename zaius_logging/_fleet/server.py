"""Runs our scripts on Redis, by redis-py with fixed settings.

redis-py sends a command again by itself where the answer was lost. Here it does not: the delivery machine
decides about that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from zaius_logging._errors import ConfigError
from zaius_logging._transport.redis_address import RedisAddress

from .library import NoBackoff, Retry, connection, exceptions, redis, sentinel
from .scripts import Script

LOGGERS: Sequence[str] = (
    "redis.client",
    "redis.cluster",
    "redis.connection",
    "redis._parsers.base",
    "push_response",
)


class Server:
    """Runs scripts on the server, sentinels' primary or cluster that an address names.

    Nothing is connected before the first call.

    Args:
        address: where.
        timeout: seconds for each wait for the network.

    Raises:
        ConfigError: redis-py does not take the address.
    """

    def __init__(self, address: RedisAddress, *, timeout: float = 10.0) -> None:
        self.address = address
        self._client: Any = None
        self._inherited: list[Any] = []
        self._settings: dict[str, Any] = {
            "socket_timeout": timeout,
            "socket_connect_timeout": timeout,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,  # nothing here needs 3, and old servers and proxies know no HELLO
        }
        if not _takes(address, self._settings):
            raise ConfigError("endpoint", "has an option that redis-py does not know")

    def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Run a script, which the server may or may not have seen before.

        Raises:
            Exception: whatever redis-py raises. See `failures.py`.
        """
        client = self._connected()
        try:
            return client.evalsha(script.sha, len(keys), *keys, *arguments)
        except exceptions.NoScriptError:  # a restart or SCRIPT FLUSH; nothing has been done
            return client.eval(script.text, len(keys), *keys, *arguments)

    def replicated(self, key: str, count: int, timeout: float) -> bool:
        """Whether so many replicas have all that was written before.

        WAIT speaks of what its own connection has written, so something is: an addition of 0.

        Args:
            key: a number's.
            count: of replicas.
            timeout: seconds to wait for them.
        """
        with self._connected().pipeline(transaction=False) as pipe:
            pipe.incrby(key, 0)
            pipe.wait(count, int(timeout * 1000))
            return bool(pipe.execute()[1] >= count)

    def facts(self) -> Iterator[Mapping[str, Any]]:
        """Give what INFO says of persistence and memory, for each server that holds events.

        Raises:
            Exception: whatever redis-py raises; BusyLoadingError where a server reads its file, which it has
                not switched on meanwhile.
        """
        client = self._connected()
        cluster = self.address.form == "cluster"
        for node in client.get_primaries() if cluster else (None,):
            where = {"target_nodes": node} if cluster else {}
            found = {**client.info("persistence", **where), **client.info("memory", **where)}
            if int(found.get("loading", 0)):
                raise exceptions.BusyLoadingError
            yield found

    def drop(self) -> None:
        """Close all connections; the next call makes new ones, to the server that is the primary then."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # it is given up in any case
                client.close()

    def after_fork_in_child(self) -> None:
        """Forget the connections, unclosed: in a forked child their sockets are the parent's too."""
        self._inherited.append(self._client)
        self._client = None

    def _connected(self) -> Any:
        if self._client is None:
            self._client = self._make()
        return self._client

    def _make(self) -> Any:
        address, settings = self.address, self._settings
        make: dict[str, Callable[[], Any]] = {
            "": lambda: redis.Redis.from_url(address.url, **settings),
            "sentinel": lambda: _sentinel(address, settings),
            "cluster": lambda: redis.RedisCluster.from_url(address.url, **settings),
        }
        return make[address.form]()


def _takes(address: RedisAddress, settings: Mapping[str, Any]) -> bool:
    """Whether redis-py knows the options; found by making a connection, which is not connected."""
    parse: Any = connection.parse_url  # it has no types
    try:
        options = {**parse(address.url), **settings}
        for own in ("sentinel_username", "sentinel_password"):
            options.pop(own, None)
        options.pop("connection_class", connection.Connection)(**options)
    except (TypeError, ValueError, redis.RedisError):
        return False
    return True


def _sentinel(address: RedisAddress, settings: Mapping[str, Any]) -> Any:
    parse: Any = connection.parse_url  # these have no types
    make: Any = sentinel.Sentinel
    options: dict[str, Any] = {**parse(address.url), **settings}
    options.pop("host", None)
    own = {
        name.removeprefix("sentinel_"): options.pop(name)
        for name in ("sentinel_username", "sentinel_password")
        if name in options
    }
    if options.pop("connection_class", None) is connection.SSLConnection:
        options["ssl"] = own["ssl"] = True
        own.update({name: each for name, each in options.items() if name.startswith("ssl_")})
    sentinels = make(address.sentinels, sentinel_kwargs={**settings, **own}, **options)
    return sentinels.master_for(address.service)
