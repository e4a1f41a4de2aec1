"""dictConfig from YAML (pip install pyyaml)."""

import logging.config
from pathlib import Path

import yaml

HERE = Path(__file__).parent
logging.config.dictConfig(yaml.safe_load((HERE / "logging.yaml").read_text("utf-8")))
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
