"""dictConfig from TOML."""

import logging.config
from pathlib import Path

try:
    import tomllib  # Python 3.11
except ImportError:
    import tomli as tomllib

HERE = Path(__file__).parent
logging.config.dictConfig(tomllib.loads((HERE / "logging.toml").read_text("utf-8")))
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
