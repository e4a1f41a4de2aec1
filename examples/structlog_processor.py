"""structlog without the standard library: a processor of four lines hands the events over."""

import logging.config

import structlog

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "loggers": {"events": {"level": "DEBUG", "handlers": ["zaius"], "propagate": False}},
    }
)


def zaius(logger, method, event_dict):  # noqa: ARG001
    event = event_dict.pop("zaius", None)
    if event is not None:
        logging.getLogger("events").info(event_dict.get("event"), extra={"zaius": event})
    return event_dict


structlog.configure(processors=[zaius, structlog.processors.JSONRenderer()])

structlog.get_logger().info(
    "bought",
    zaius={
        "type": "order",
        "action": "purchase",
        "identifiers": {"email": "tyler@example.com"},
        "data": {"order": {"order_id": "1"}},
    },
)
