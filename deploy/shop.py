"""A shop that sells something each second, for docker-compose."""

import itertools
import logging
import time

import zaius_logging

logging.basicConfig(level="INFO", handlers=[zaius_logging.ZaiusHandler(drain_on_sigterm=True)])
for number in itertools.count(1):
    event = {
        "type": "order",
        "action": "purchase",
        "identifiers": {"customer_id": f"C-{number % 50:06d}"},
        "data": {"order": {"order_id": str(number), "total": 12.5}},
    }
    logging.getLogger("shop").info("order %s", number, extra={"zaius": event})
    time.sleep(1)
