"""Events as JSON lines on stdout, for a pipeline that you have. Later: zaius-logging send -"""

import logging.config
import sys

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"zaius": {"()": "zaius_logging.ZaiusFormatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": sys.stdout,
                "formatter": "zaius",
            }
        },
        "root": {"level": "INFO", "handlers": ["stdout"]},
    }
)
logging.getLogger("shop").info("no event: an ordinary line")
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
