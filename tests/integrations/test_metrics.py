"""Prometheus, OpenTelemetry and health say what `stats()` says, and nothing personal."""

import gc
import json

import pytest

from zaius_logging import MemorySpool, Paused, Retry, StubTransport, ZaiusHandler
from zaius_logging.integrations.health import all_stats, health

EVENT = {"zaius": {"type": "order", "action": "purchase", "identifiers": {"email": "a@b.c"}}}


@pytest.fixture
def alone():
    """No handler of another test is left: they are known by weak reference."""
    gc.collect()
    for handler in [*all_stats()]:
        pytest.fail(f"another test's handler is still open: {handler}")


@pytest.fixture
def measured(alone, sink):
    """A handler named "zaius" with 3 events delivered, 1 dropped and 1 invalid."""
    sink.handler.name = "zaius"
    sink.handler._strict = False
    for _ in range(3):
        sink.logger.info("x", extra=EVENT)
    assert len(sink.events) == 3
    sink.logger.info("x", extra={"zaius": 1})
    sink.handler._listener._ledger.not_taken("overflow")
    return sink


def test_prometheus(measured):
    """A scrape has every number under its documented name; the names pass prometheus_client's own check."""
    prometheus = pytest.importorskip("prometheus_client", reason="needs prometheus_client")
    from zaius_logging.integrations.prometheus import ZaiusCollector

    registry = prometheus.CollectorRegistry()
    registry.register(ZaiusCollector())
    values = {
        "zaius_events_accepted_total": 4,
        "zaius_events_delivered_total": 3,
        "zaius_events_rejected_total": 0,
        "zaius_events_invalid_total": 1,
        "zaius_events_pending": 0,
        "zaius_events_pending_bytes": 0,
        "zaius_requests_total": 1,
        "zaius_requests_retried_total": 0,
        "zaius_up": 1,
        "zaius_spool_degraded": 0,
    }
    for name, value in values.items():
        assert registry.get_sample_value(name, {"handler": "zaius"}) == value, name
    labels = {"handler": "zaius", "reason": "overflow"}
    assert registry.get_sample_value("zaius_events_dropped_total", labels) == 1
    assert set(values) | {"zaius_events_dropped_total"} == _documented("prometheus", "zaius_")


def test_opentelemetry(measured):
    """A collection has every number under its documented name."""
    metrics = pytest.importorskip("opentelemetry.sdk.metrics", reason="needs opentelemetry-sdk")
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    from zaius_logging.integrations.opentelemetry import observe

    reader = InMemoryMetricReader()
    provider = metrics.MeterProvider([reader])
    observe(provider.get_meter("test"))
    [scope] = reader.get_metrics_data().resource_metrics[0].scope_metrics
    found = {
        metric.name: (metric.unit, [(p.value, dict(p.attributes)) for p in metric.data.data_points])
        for metric in scope.metrics
    }
    provider.shutdown()
    mine = {"handler": "zaius"}
    assert found["zaius.events.accepted"] == ("{event}", [(4, mine)])
    assert found["zaius.events.delivered"] == ("{event}", [(3, mine)])
    assert found["zaius.events.dropped"] == ("{event}", [(1, {**mine, "reason": "overflow"})])
    assert found["zaius.events.pending.size"] == ("By", [(0, mine)])
    assert found["zaius.up"] == ("1", [(1, mine)])
    assert found["zaius.spool.degraded"] == ("1", [(0, mine)])
    assert set(found) == _documented("opentelemetry", "zaius.")


def _documented(module, prefix):
    """The names in the first column of a module's table."""
    from importlib import import_module

    lines = import_module(f"zaius_logging.integrations.{module}").__doc__.splitlines()
    return {line.split("`")[1] for line in lines if line.startswith(f"| `{prefix}")}


def test_health_of_a_handler_that_delivers(measured):
    """All is well, in words that JSON can hold."""
    assert json.loads(json.dumps(health())) == {
        "healthy": True,
        "handlers": {
            "zaius": {
                "healthy": True,
                "state": "idle",
                "degraded": False,
                "problem": "",
                "pending": 0,
                "delivered": 3,
                "rejected": 0,
                "dropped": 1,
                "invalid": 1,
            }
        },
    }


@pytest.mark.parametrize(
    ("outcome", "state"), [(Paused("check api_key"), "paused"), (Retry("503", 60), "retrying")]
)
def test_health_of_a_handler_that_cannot_deliver(alone, attach, outcome, state):
    """A wrong key or a down API is not healthy, with the reason."""
    handler = ZaiusHandler(
        transport=StubTransport([outcome] * 9), close_timeout=0, notices=lambda _: None
    )
    attach(handler).info("x", extra=EVENT)
    handler.flush(0.5)
    found = health()
    assert found["healthy"] is False
    assert found["handlers"]["zaius"]["state"] == state
    assert found["handlers"]["zaius"]["problem"] == outcome.reason


def test_health_of_a_crowd(alone, attach):
    """More waiting events than the limit are not healthy; handlers of one name are numbered."""
    handlers = [
        ZaiusHandler(transport=StubTransport(), spool=MemorySpool(), flush_interval=600)
        for _ in range(2)
    ]
    for handler in handlers:
        logger = attach(handler)
    logger.info("x", extra=EVENT)
    found = health(max_pending=0)
    assert found["healthy"] is False
    assert set(found["handlers"]) == {"zaius", "zaius-2"}
    assert health(max_pending=1)["healthy"] is True


def test_a_process_without_handlers_is_healthy(alone):
    """Nothing to deliver is nothing amiss."""
    assert health() == {"healthy": True, "handlers": {}}


def test_a_disk_that_fails_is_not_healthy(alone, attach, tmp_path):
    """Events arrive all the same, but would not outlive the process: monitoring must see it."""
    prometheus = pytest.importorskip("prometheus_client", reason="needs prometheus_client")
    from zaius_logging.integrations.prometheus import ZaiusCollector

    (tmp_path / "file").touch()
    handler = ZaiusHandler(
        transport=StubTransport(),
        spool_dir=str(tmp_path / "file"),
        account="shop",
        notices=lambda _: None,
    )
    handler.name = "zaius"
    attach(handler).info("x", extra=EVENT)
    registry = prometheus.CollectorRegistry()
    registry.register(ZaiusCollector())
    seen = health()
    assert (seen["healthy"], seen["handlers"]["zaius"]["degraded"]) == (False, True)
    assert registry.get_sample_value("zaius_spool_degraded", {"handler": "zaius"}) == 1
    handler.close()
