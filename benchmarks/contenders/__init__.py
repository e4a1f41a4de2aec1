"""Who is measured: one small file each, with a class that is a `Contender`.

To add one: a file here with such a class, and its name in `ALL`. It is skipped where what it imports is
not installed.
"""

import importlib
import logging
import time

from benchmarks.event import EXTRA, TEXT, logs

ALL = {
    "floor": "floor.Floor",
    "queue": "queue_standard.Queue",
    "sketch": "sketch.Sketch",
    "inline": "inline.Inline",
    "zaius": "zaius.Zaius",
    "zaius_json": "zaius.ZaiusJson",
    "zaius_spool": "zaius.ZaiusSpool",
    "zaius_always": "zaius.ZaiusAlways",
    "sqlite": "sqlite_commit.Sqlite",
    "optimizely": "optimizely_odp.OptimizelyODP",
    "opentelemetry": "opentelemetry_sdk.OpenTelemetry",
    "splunk": "splunk.Splunk",
    "watchtower": "watchtower_cloudwatch.Watchtower",
    "logstash": "logstash.Logstash",
    "logzio": "logzio_listener.Logzio",
}


class Contender:
    """Something that takes events.

    Attributes:
        name: as reports call it.
        delivers: whether events arrive at the sink.
        slow: a call costs so much that a tenth of the calls will do.
        run: makes n calls in a tight loop.
        call: makes one.
    """

    name = ""
    delivers = True
    slow = False

    def __init__(self, sink):
        self._handler = self.handler(sink)
        self.logger = logging.getLogger(f"benchmarks.{type(self).__name__}")
        self.logger.setLevel(logging.INFO)
        self.logger.propagate = False
        self.logger.handlers[:] = [self._handler]
        self.run = logs(self.logger)

    def handler(self, sink):
        raise NotImplementedError

    def emit(self):
        """One call of the handler's `emit`, with a record that is made before it; in nanoseconds."""
        record = self.logger.makeRecord(
            self.logger.name, logging.INFO, __file__, 1, TEXT, (), None, None, EXTRA
        )
        start = time.perf_counter_ns()
        self._handler.emit(record)
        return time.perf_counter_ns() - start

    def finish(self):
        """Deliver what waits, as the peer's documentation says to at the end."""
        self._handler.flush()
        self._handler.close()


def load(key):
    """A contender's class.

    Raises:
        ImportError: what it needs is not installed.
    """
    return find(ALL[key])


def find(place):
    """The class at `module.Name`, as in `ALL`."""
    module, _, name = place.partition(".")
    return getattr(importlib.import_module(f"benchmarks.contenders.{module}"), name)
