"""logzio-python-handler."""

import logging

from logzio.handler import LogzioHandler

from . import Contender


class Logzio(Contender):
    name = "logzio-python-handler"
    slow = True

    def handler(self, sink):
        logging.getLogger("urllib3").propagate = False
        return LogzioHandler("any", url=sink.url, logs_drain_timeout=1, backup_logs=False)
