"""splunk-handler: the fastest of the peers end to end."""

import json
import logging

import splunk_handler

from . import Contender


class Event(logging.Formatter):
    def format(self, record):
        return json.dumps(record.zaius)


class Splunk(Contender):
    name = "splunk-handler"
    slow = True

    def handler(self, sink):
        handler = splunk_handler.SplunkHandler(
            host="127.0.0.1",
            port=sink.port,
            protocol="http",
            token="any",  # noqa: S106
            index="main",
            verify=False,
            flush_interval=1.0,
            queue_size=0,
        )
        handler.setFormatter(Event())
        return handler

    def finish(self):
        self._handler.shutdown()
