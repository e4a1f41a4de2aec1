"""A script: nothing to do. At its end what waits is delivered, for `close_timeout` seconds at most."""

import logging.config

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler", "close_timeout": 30.0}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)
for points in (10, 20, 30):
    logging.getLogger("loyalty").info(
        "points",
        extra={
            "zaius": {
                "type": "loyalty",
                "action": "points_added",
                "identifiers": {"customer_id": "4711"},
                "data": {"points": points, "active_event": False},  # not the customer's own doing
            }
        },
    )
