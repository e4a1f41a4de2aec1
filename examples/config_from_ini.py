"""logging.config.fileConfig."""

import logging.config
from pathlib import Path

HERE = Path(__file__).parent
logging.config.fileConfig(HERE / "logging.ini", disable_existing_loggers=False)
logging.info(  # noqa: LOG015
    "bought",
    extra={
        "zaius": {
            "type": "order",
            "action": "purchase",
            "identifiers": {"email": "tyler@example.com"},
        }
    },
)
