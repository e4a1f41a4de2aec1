"""A function that is frozen between invocations: flush at the end of each.

A frozen process sends nothing, and may never wake again.
"""

import logging.config

from zaius_logging.integrations.serverless import flushed

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)


@flushed  # sends what was logged, within the time that the invocation has left
def handler(event, context):  # noqa: ARG001
    logging.getLogger("shop").info(
        "bought",
        extra={
            "zaius": {
                "type": "order",
                "action": "purchase",
                "identifiers": {"email": event["email"]},
            }
        },
    )
    return {"status": 200}


if __name__ == "__main__":
    handler({"email": "tyler@example.com"}, None)
