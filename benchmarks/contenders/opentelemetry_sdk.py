"""OpenTelemetry: its LoggingHandler, batch processor and OTLP over HTTP."""

import warnings

from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

from . import Contender


class OpenTelemetry(Contender):
    name = "OpenTelemetry"
    slow = True

    def handler(self, sink):
        self._provider = LoggerProvider(shutdown_on_exit=False)
        self._provider.add_log_record_processor(
            BatchLogRecordProcessor(
                OTLPLogExporter(endpoint=f"{sink.url}/v1/logs"), max_queue_size=1_000_000
            )
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return LoggingHandler(logger_provider=self._provider)

    def finish(self):
        self._provider.force_flush(60_000)
        self._provider.shutdown()
