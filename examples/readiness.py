"""A readiness page: what `health()` says of the handlers of this process."""

import json
import logging.config

from zaius_logging.integrations.health import health

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)


def page():
    state = health(max_pending=10_000)
    # Not 503: a shop that cannot report its events should still sell. Alert on it instead.
    return 200, json.dumps(state)


print(*page())
