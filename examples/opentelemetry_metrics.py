"""OpenTelemetry: one line; every collection reads the handlers' counters."""

import logging.config

from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader

from zaius_logging.integrations.opentelemetry import observe

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)
provider = MeterProvider([PeriodicExportingMetricReader(ConsoleMetricExporter())])
metrics.set_meter_provider(provider)
observe()

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
provider.shutdown()
