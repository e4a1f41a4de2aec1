"""The public interface as a type checker sees it: `mypy tests/typing` fails where it changes.

Nothing here runs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from typing_extensions import assert_type

import zaius_logging
from zaius_logging import (
    ConfigError,
    Delivered,
    Event,
    EventError,
    EventFilter,
    HTTPTransport,
    JournalSpool,
    MemorySpool,
    Outcome,
    Paused,
    Rejected,
    Retry,
    Split,
    Spool,
    Stats,
    StubTransport,
    Transport,
    ZaiusError,
    ZaiusFormatter,
    ZaiusHandler,
    bind,
    bound,
    flush,
    unbind,
)


def handler_and_stats() -> None:
    def lost(event: dict[str, Any], reason: str) -> None: ...

    handler = ZaiusHandler(
        api_key="public.secret",
        endpoint="https://api.zaius.com/v3",
        attribute="zaius",
        identifiers={"vuid": "1"},
        data={"shop": "x"},
        record_attributes={"logger": "name"},
        source_fields=False,
        require_action=False,
        placeholders="warn",
        catalog="standard",
        on_unknown="allow",
        on_wrong="reject",
        before_send=lambda event: event,
        deny={"email": ["*@shop.example"]},
        redact=("data.note",),
        hash=["identifiers.email"],
        hash_key="0123456789abcdef",
        batch_size=100,
        batch_bytes=1000,
        flush_interval=1,
        capacity=10,
        capacity_bytes=1000,
        overflow="block",
        max_age=60,
        timeout=1,
        max_requests_per_second=None,
        close_timeout=1,
        drain_on_sigterm=None,
        spool_dir=PurePath("/var/spool/shop"),
        spool_sync="always",
        spool_bytes=None,
        notices="ops",
        on_drop=lost,
        on_reject=lost,
        strict=True,
        level="INFO",
        transport=StubTransport(),
        spool=MemorySpool(),
    )
    base: logging.Handler = handler
    base.flush()
    assert_type(handler.flush(timeout=1.0), bool)
    assert_type(handler.flush(), bool)
    stats = handler.stats()
    assert_type(stats, Stats)
    assert_type(stats.accepted, int)
    assert_type(stats.delivered, int)
    assert_type(stats.rejected, int)
    assert_type(stats.dropped, Mapping[str, int])
    assert_type(stats.pending, int)
    assert_type(stats.invalid, int)
    assert_type(stats.state, str)
    assert_type(stats.problem, str)
    assert_type(stats.as_dict(), dict[str, Any])
    stats.accepted = 1  # type: ignore[misc]
    ZaiusHandler("public.secret")  # type: ignore[call-arg]
    ZaiusHandler(batch_size="500")  # type: ignore[arg-type]
    ZaiusHandler(batchsize=500)  # type: ignore[arg-type]


def events(mapping: Mapping[str, Any]) -> None:
    event = Event("product", "detail", {"customer_id": 7}, {"product_id": "123"})
    assert_type(Event.from_mapping(mapping), Event)
    assert_type(event.type, str)
    assert_type(event.action, str)
    assert_type(event.identifiers, Mapping[str, str])
    assert_type(event.data, Mapping[str, Any])
    assert_type(event.to_mapping(), dict[str, Any])
    Event(type="product", action="detail", identifiers={})
    Event("product")  # type: ignore[call-arg]
    event.type = "other"  # type: ignore[misc]


def context() -> None:
    bind(identifiers={"customer_id": 7}, data={"page": "/"})
    unbind()
    unbind(identifiers="customer_id", data=["page"])
    with bound(identifiers={"email": None}) as nothing:
        assert_type(nothing, None)

    @bound(data={"job": "nightly"})
    def job(count: int) -> str:
        return str(count)

    assert_type(job(1), str)
    bind({"email": "x"})  # type: ignore[call-arg]


def errors(config: ConfigError, event: EventError) -> None:
    assert_type(config.argument, str)
    assert_type(config.problem, str)
    assert_type(event.field, str)
    assert_type(event.problem, str)
    each: ZaiusError = config
    value: ValueError = event
    del each, value


def formatters() -> None:
    formatter: logging.Formatter = ZaiusFormatter(
        "%(message)s", attribute="zaius", data={"shop": "x"}
    )
    each: logging.Filter = EventFilter("only", attribute="zaius")
    del formatter, each


def outcomes(outcome: Outcome) -> str:
    match outcome:
        case Delivered():
            return ""
        case Rejected(places):
            assert_type(places, Mapping[int, str])
            return places[0]
        case Split(reason, too_large):
            assert_type(too_large, bool)
            return reason
        case Retry(reason, after, throttled):
            assert_type(after, float | None)
            assert_type(throttled, bool)
            return reason
        case Paused(reason):
            return reason
    # No `case _`: were a kind missing above, mypy would miss a return here.


class MyTransport:
    """What a transport of the user's needs."""

    loggers: Sequence[str] = ()

    def send(self, items: Sequence[bytes]) -> Outcome:
        return Retry("busy") if len(items) > 1 else Delivered()

    def after_fork_in_child(self) -> None: ...

    def close(self) -> None: ...


def seams() -> None:
    transport: Transport = MyTransport()
    stub: Transport = StubTransport([Delivered(), Retry("busy")])
    disk: Spool = JournalSpool("/var/spool/shop", "shop", sync="always", max_bytes=1_048_576)
    assert_type(disk.durable, bool)
    http: Transport = HTTPTransport("https://api.zaius.com/v3", "public.secret", timeout=1.0)
    spool: Spool = MemorySpool(10, 1000)
    assert_type(spool.append(b"{}"), bool)
    assert_type(spool.peek(1, 1), list[tuple[int, bytes]])
    assert_type(transport.send([b"{}"]), Outcome)
    assert_type(StubTransport().events, list[dict[str, Any]])
    assert_type(StubTransport().batches, list[list[dict[str, Any]]])
    del stub, http


assert_type(flush(), bool)
assert_type(zaius_logging.__all__, list[str])
