"""logging.LoggerAdapter: what it adds must not hide the event.

Up to Python 3.12 an adapter's `extra` takes the place of the call's. So bind the customer, and leave the
adapter for what is no event; or merge in `process`, as here (3.13: `merge_extra=True` does the same).
"""

import logging.config

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)


class Adapter(logging.LoggerAdapter):
    def process(self, msg, kwargs):
        kwargs["extra"] = {**self.extra, **kwargs.get("extra", {})}
        return msg, kwargs


log = Adapter(logging.getLogger("shop"), {"request_id": "7"})
log.info(
    "bought",
    extra={
        "zaius": {
            "type": "order",
            "action": "purchase",
            "identifiers": {"email": "tyler@example.com"},
        }
    },
)
