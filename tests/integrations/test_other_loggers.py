"""loguru and structlog in their other ways: in a thread of their own, awaited, and beside other sinks."""

import asyncio
import logging
import logging.config
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from zaius_logging import bound

EXAMPLES = Path(__file__).parents[2] / "examples"
EVENT = {"type": "order", "action": "purchase"}


@pytest.fixture
def events(sink):
    """The sink's handler on the logger "events", as the examples have it."""
    logger = logging.getLogger("events")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(sink.handler)
    sink.handler._strict = False
    yield sink
    logger.removeHandler(sink.handler)
    logger.propagate = True


@pytest.mark.parametrize("enqueue", [False, True])
def test_loguru_in_a_thread_of_its_own_knows_nobody(events, enqueue):
    """With enqueue=True loguru calls the sink in its own thread, where nothing is bound: the event is invalid."""
    loguru = pytest.importorskip("loguru", reason="needs loguru")

    def to_zaius(message):
        logging.getLogger("events").info(
            message.record["message"], extra={"zaius": message.record["extra"]["zaius"]}
        )

    number = loguru.logger.add(
        to_zaius, filter=lambda record: "zaius" in record["extra"], enqueue=enqueue
    )
    with bound(identifiers={"email": "a@example.com"}):
        loguru.logger.bind(zaius=EVENT).info("bought")
    loguru.logger.bind(other=1).info("no event")
    loguru.logger.remove(number)
    assert len(events.events) == (0 if enqueue else 1)
    assert events.handler.stats().invalid == (1 if enqueue else 0)


def test_loguru_tells_a_wrong_event_by_the_line_that_logged_it(run_example, tmp_path):
    """Not by the sink's line, which is the same for all: there the second mistake would not be reported."""
    pytest.importorskip("loguru", reason="needs loguru")
    script = tmp_path / "shop.py"
    script.write_text(
        "from loguru_app import logger\n"
        "logger.bind(zaius={'type': 'order', 'action': 'purchase'}).info('nobody')\n"
        "logger.bind(zaius={'identifiers': {'email': 'a@example.com'}}).info('nothing')\n"
    )
    said = run_example(script, PYTHONPATH=str(EXAMPLES)).stderr
    assert "1 invalid event at shop.py:2: identifiers" in said
    assert "1 invalid event at shop.py:3: type" in said


def test_structlog_awaited_keeps_what_is_bound(events):
    """`await log.ainfo()` runs the processors in a thread, with the task's context."""
    structlog = pytest.importorskip("structlog", reason="needs structlog")

    def zaius(logger, method, event_dict):
        logging.getLogger("events").info("x", extra={"zaius": event_dict.pop("zaius")})
        raise structlog.DropEvent

    async def main():
        with bound(identifiers={"email": "a@example.com"}):
            await structlog.wrap_logger(None, processors=[zaius]).ainfo("bought", zaius=EVENT)

    asyncio.run(main())
    assert [event["identifiers"] for event in events.events] == [{"email": "a@example.com"}]


@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="dictConfig knows queues from Python 3.12 on"
)
def test_a_queue_configured_by_dict_config(sandbox, clean_logging, monkeypatch):
    """The QueueHandler and listener that dictConfig makes, with the seal as its filter: the event arrives whole."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    monkeypatch.setenv("ZAIUS_ENDPOINT", sandbox.endpoint)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"seal": {"()": "zaius_logging.integrations.queues.Seal"}},
            "handlers": {
                "zaius": {"class": "zaius_logging.ZaiusHandler", "notices": "zaius.notices"},
                "queue": {
                    "class": "logging.handlers.QueueHandler",
                    "handlers": ["zaius"],
                    "filters": ["seal"],
                },
            },
            "loggers": {"queued": {"level": "INFO", "handlers": ["queue"], "propagate": False}},
        }
    )
    [queue] = logging.getLogger("queued").handlers
    queue.listener.start()
    with bound(identifiers={"email": "a@example.com"}):
        logging.getLogger("queued").info("bought", extra={"zaius": EVENT})
    queue.listener.stop()
    logging.getHandlerByName("zaius").close()
    logging.getLogger("queued").removeHandler(queue)
    assert [event["identifiers"] for event in sandbox.events()] == [{"email": "a@example.com"}]


@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="dictConfig knows queues from Python 3.12 on"
)
def test_the_page_s_queue_delivers(sandbox):
    """The page's blocks, in a process of their own that logs and ends."""
    pytest.importorskip("yaml", reason="needs PyYAML")
    page = EXAMPLES.parent / "docs" / "how-to" / "loggers.md"
    section = page.read_text("utf-8").partition("## QueueHandler")[2].partition("\n## ")[0]
    configured, started = re.findall(r"^```\w+\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    script = f"""
import logging.config, yaml, zaius_logging
more = {{"version": 1, "root": {{"level": "INFO", "handlers": ["queue"]}}}}
logging.config.dictConfig({{**yaml.safe_load({configured!r}), **more}})
{started}
with zaius_logging.bound(identifiers={{"email": "a@example.com"}}):
    logging.info("bought", extra={{"zaius": {{"type": "order", "action": "purchase"}}}})
"""
    subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "ZAIUS_API_KEY": "test", "ZAIUS_ENDPOINT": sandbox.endpoint},
        check=True,
        timeout=60,
    )
    assert [event["identifiers"] for event in sandbox.events()] == [{"email": "a@example.com"}]
