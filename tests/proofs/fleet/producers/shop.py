"""What all producers share: the handler, and a count of what they have logged.

An event is an obligation once its log call has returned; then its number is in the file.
"""

import logging
import logging.config
import os
from pathlib import Path

TRUTH = Path(os.environ["TRUTH"])


def configure():
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {
                "zaius": {
                    "class": "zaius_logging.ZaiusHandler",
                    "endpoint": os.environ["STREAM"],
                    "spool_dir": os.environ["SPOOL"],
                    "flush_interval": 0.1,
                    "close_timeout": 3.0,
                }
            },
            "loggers": {"shop": {"level": "INFO", "handlers": ["zaius"]}},
        }
    )


class Producer:
    """Logs numbers upwards, under a name of its process's own."""

    def __init__(self, kind):
        self.who = f"{kind}-{os.getpid()}"
        self.count = 0
        self._pid = os.getpid()
        self._kind = kind

    def log(self, count):
        if os.getpid() != self._pid:  # a worker, forked since
            self.__init__(self._kind)
        for number in range(self.count, self.count + count):
            logging.getLogger("shop").info(
                "sold",
                extra={
                    "zaius": {
                        "type": "test",
                        "action": "count",
                        "identifiers": {"customer_id": self.who},
                        "data": {"n": number},
                    }
                },
            )
        self.count += count
        TRUTH.joinpath(self.who).write_text(str(self.count))
