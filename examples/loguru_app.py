"""loguru: a sink hands over what `logger.bind(zaius=…)` holds. Run: uvicorn loguru_app:application"""

import asyncio
import logging.config

from loguru import logger

from zaius_logging.integrations.asgi import ZaiusMiddleware

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "loggers": {"events": {"level": "DEBUG", "handlers": ["zaius"], "propagate": False}},
    }
)


def to_zaius(message):
    record = message.record
    events = logging.getLogger("events")
    events.handle(  # as a record made where `info` was called: a notice about the event names its line
        events.makeRecord(
            events.name,
            logging.INFO,
            record["file"].path,
            record["line"],
            record["message"],
            (),
            None,
            extra={"zaius": record["extra"]["zaius"]},
        )
    )


# Not with enqueue=True: in loguru's thread nothing is bound.
logger.add(to_zaius, filter=lambda record: "zaius" in record["extra"])


async def shop(scope, receive, send):  # noqa: ARG001
    if scope["type"] == "lifespan":
        raise NotImplementedError  # an application without a lifespan of its own
    number = scope["path"].rpartition("/")[2]
    await asyncio.sleep(0.001)  # a database, in earnest; meanwhile other requests run
    event = {"type": "order", "action": "purchase", "data": {"n": number}}
    logger.bind(zaius=event).info("bought {}", number)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"thank you"})


application = ZaiusMiddleware(shop)
