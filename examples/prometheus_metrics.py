"""Prometheus: one line; every scrape reads the handlers' counters."""

import logging.config

from prometheus_client import REGISTRY, generate_latest

import zaius_logging
from zaius_logging.integrations.prometheus import ZaiusCollector

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)
REGISTRY.register(ZaiusCollector())

logging.getLogger("shop").info(
    "bought",
    extra={
        "zaius": {
            "type": "order",
            "action": "purchase",
            "identifiers": {"email": "tyler@example.com"},
        }
    },
)
zaius_logging.flush()
print(generate_latest(REGISTRY).decode())
