"""The one place that puts parts together: from a configuration to a writer, a spool, a transport, a listener.

What only some handlers need is imported where it is built: requests takes 100 ms, `logging.handlers`
loads socket and pickle, redis-py may be missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from logging import LogRecord
from typing import TYPE_CHECKING, cast

from ._checks import folder
from ._errors import ConfigError
from ._event.encode import dumper
from ._event.placeholders import identifier_judge, without_hyphens
from ._event.rules import WITHOUT_ACTION
from ._event.writer import Writer
from ._operators.notices import Notices
from ._settings import Config
from ._transport.endpoint import is_redis

if TYPE_CHECKING:
    from ._delivery.listener import Listener
    from ._spool.base import Spool
    from ._transport.base import Transport


def writer_of(
    config: Config, tell: Callable[[str, str], object] = lambda _kind, _line: None
) -> Callable[[LogRecord], bytes | None]:
    """Make what writes the events of log records, with orjson where it is installed.

    Args:
        config: see there.
        tell: takes (kind of notice, line).
    """
    edge, dumps = None, dumper()
    if any(map(vars(config).get, _STEPS)):
        from ._catalog.build import edge_of

        edge = edge_of(config, tell, dumps)
    judge = identifier_judge(config.placeholders, tell)
    if config.vuid_hyphens == "remove":
        judge = without_hyphens(judge)
    writer = Writer(
        attribute=config.attribute,
        identifiers=config.identifiers,
        data=config.data,
        record_attributes=config.record_attributes,
        source=source_of(config.source_fields),
        dumps=dumps,
        step=edge,
        judge=judge,
        needs_action=edge.needs_action if edge else partial(_needs_action, config.require_action),
    )
    return writer.__call__  # the method, not the object: a type's `__call__` slot builds a tuple


def _needs_action(required: bool, type_: str) -> bool:
    return required and type_ not in WITHOUT_ACTION


_STEPS = ("catalog", "before_send", "deny", "redact", "hash")
"""Settings that put steps between an event's layers and its bytes; without them nothing is there."""


def source_of(wanted: bool) -> Mapping[str, str]:
    """The fields of data that say who sent an event, as the official SDKs give them, or nothing."""
    if not wanted:
        return {}
    from importlib import metadata  # 10 ms, and only a handler or formatter needs it

    fields = {"data_source_type": "sdk", "data_source": "zaius-logging"}
    with suppress(metadata.PackageNotFoundError):  # images and bundles leave the dist-info out
        fields["data_source_version"] = metadata.version("zaius-logging")
    return fields


def spool_of(config: Config, notices: Notices, transport: Transport | None = None) -> Spool:
    """Make the spool: in memory, or in `spool_dir`; with its last tenth for kinds that are to be kept.

    See `_spool_of` for arguments and errors.
    """
    spool = _spool_of(config, notices, transport)
    if not (config.keep or config.catalog):
        return spool
    from ._catalog.build import kept_kinds
    from ._spool.keeping import KeepingSpool

    kept = kept_kinds(config, dumper())
    if not kept:
        return spool
    on_disk = config.spool_dir is not None
    count = math.inf if on_disk else config.capacity
    size = config.spool_bytes if on_disk else config.capacity_bytes
    return cast("Spool", KeepingSpool(spool, kept, count, size))


def _spool_of(config: Config, notices: Notices, transport: Transport | None) -> Spool:
    """Make the spool.

    Args:
        config: the settings.
        notices: for operators.
        transport: the user's own, or None where events go to `endpoint`.

    Raises:
        ConfigError: it cannot be known whose events a folder would hold.
    """
    if config.spool_dir is None:
        from ._spool.memory import MemorySpool

        return MemorySpool(config.capacity, config.capacity_bytes)
    from ._spool.journal.spool import JournalSpool
    from ._transport.endpoint import account_of

    account = config.account or (
        account_of(config.endpoint, config.api_key)
        if transport is None
        else getattr(transport, "account", None)
    )
    if account is None:
        raise ConfigError(
            "account",
            "give it a name: with a transport of your own no endpoint says whose events these are",
        )
    folder("account", account)
    return JournalSpool(
        config.spool_dir,
        account,
        sync=config.spool_sync,
        max_bytes=config.spool_bytes,
        use_map=config.spool_map,
        deliver=config.deliver,
        capacity=config.capacity,
        capacity_bytes=config.capacity_bytes,
        notices=notices,
    )


def transport_of(config: Config, notices: Notices, spool: Spool | None = None) -> Transport:
    """Make the transport: to the API, to a Redis stream, or to nobody where another process sends.

    Args:
        config: the settings.
        notices: for operators.
        spool: the user's own, or None where events wait as the settings say.
    """
    if not config.deliver and config.spool_dir is not None and spool is None:
        from ._transport.withheld import Withheld  # workers need neither requests nor redis-py

        return Withheld()
    if is_redis(config.endpoint):
        from ._fleet.transport import RedisTransport  # only who wants it has redis-py

        return RedisTransport(config.endpoint, timeout=config.timeout, notices=notices)
    from ._transport.http.transport import HTTPTransport

    return HTTPTransport(
        config.endpoint,
        config.api_key,
        timeout=config.timeout,
        session=config.session,
        proxies=config.proxies,
        verify=config.verify,
        cert=config.cert,
        notices=notices,
    )


def listener_of(config: Config, spool: Spool, transport: Transport, notices: Notices) -> Listener:
    """Make the listener, which takes events from the spool to the transport."""
    import random

    from ._delivery.listener import Listener
    from ._delivery.machine import Delivery
    from ._delivery.pace import Pace

    listener = Listener(
        spool,
        transport,
        Delivery(
            batch_size=min(config.batch_size, config.capacity),
            batch_bytes=min(config.batch_bytes, config.capacity_bytes),
            flush_interval=config.flush_interval,
            pace=Pace(config.max_requests_per_second),
            # Not `random.uniform`: workers that seed `random` alike would retry in step.
            uniform=random.SystemRandom().uniform,
        ),
        max_age=config.max_age,
        block=config.overflow == "block",
        on_drop=config.on_drop,
        on_reject=config.on_reject,
        on_invalid=config.on_invalid,
        notices=notices,
    )
    report_by = getattr(spool, "report_by", None)
    if report_by is not None:
        report_by(listener.stats)
    return listener
