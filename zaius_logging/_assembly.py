"""The parts of a handler, made from its configuration: loaded by the first that is made."""

from __future__ import annotations

import random

from ._config import Config
from ._delivery import Delivery
from ._endpoint import is_redis
from ._listener import Listener
from ._notices import Notices
from ._pace import Pace
from ._spool import MemorySpool, Spool
from ._transport import Transport


def spool_of(config: Config, notices: Notices) -> Spool:
    """Where events wait."""
    if config.spool_dir is None:
        return MemorySpool(config.capacity, config.capacity_bytes)
    from ._sqlite.spool import SQLiteSpool  # only who wants it imports sqlite3

    return SQLiteSpool(
        config.spool_dir,
        sync=config.spool_sync,
        max_bytes=config.spool_bytes,
        capacity=config.capacity,
        capacity_bytes=config.capacity_bytes,
        notices=notices,
    )


def transport_of(config: Config, notices: Notices) -> Transport:
    """What carries them away."""
    if is_redis(config.endpoint):
        from ._fleet.transport import RedisTransport  # only who wants it has redis-py

        return RedisTransport(config.endpoint, timeout=config.timeout, notices=notices)
    from ._http.transport import HTTPTransport  # requests takes 100 ms to import

    return HTTPTransport(
        config.endpoint,
        config.api_key,
        timeout=config.timeout,
        session=config.session,
        proxies=config.proxies,
        verify=config.verify,
        cert=config.cert,
    )


def listener_of(config: Config, spool: Spool, transport: Transport, notices: Notices) -> Listener:
    """What takes them from one to the other."""
    return Listener(
        spool,
        transport,
        Delivery(
            batch_size=min(config.batch_size, config.capacity),
            batch_bytes=min(config.batch_bytes, config.capacity_bytes),
            flush_interval=config.flush_interval,
            pace=Pace(config.max_requests_per_second),
            uniform=random.uniform,
        ),
        max_age=config.max_age,
        block=config.overflow == "block",
        on_drop=config.on_drop,
        on_reject=config.on_reject,
        notices=notices,
    )
