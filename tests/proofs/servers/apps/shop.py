"""What every application here does with a request: log an event, then put on record that the call returned.

The record is a line in a file, written by one `os.write`: it survives whatever becomes of the process,
and is the ground truth that the tests hold the deliveries against.
"""

import json
import logging
import logging.config
import os

_truth = os.open(os.environ["TRUTH"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def configure():
    """Configure logging: no batch is due before the end, so that all events wait when SIGTERM comes."""
    settings = {"flush_interval": 600, **json.loads(os.environ.get("SETTINGS", "{}"))}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler", **settings}},
            "root": {"level": "INFO", "handlers": ["zaius"]},
        }
    )


def buy(number):
    """Log an event; once the call has returned, it is an obligation."""
    logging.getLogger("shop").info(
        "bought",
        extra={
            "zaius": {
                "type": "order",
                "action": "purchase",
                "identifiers": {"customer_id": number},
                "data": {"n": str(number)},
            }
        },
    )
    os.write(_truth, f"{number}\n".encode())
