"""FastAPI (and Starlette: the same line). Run: uvicorn fastapi_app:app --workers 2"""

import asyncio
import logging.config
import time

from fastapi import FastAPI

from zaius_logging.integrations.asgi import ZaiusMiddleware

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "loggers": {"shop": {"level": "INFO", "handlers": ["zaius"]}},
    }
)
logger = logging.getLogger("shop")
app = FastAPI()
# Binds the web SDK's cookie for each request, and delivers what waits when the server ends.
app.add_middleware(ZaiusMiddleware)


def log(number):
    logger.info(
        "bought %s",
        number,
        extra={"zaius": {"type": "order", "action": "purchase", "data": {"n": number}}},
    )


@app.get("/buy/{number}")
async def buy(number: str):
    await asyncio.sleep(0.001)  # a database, in earnest; meanwhile other requests run
    log(number)
    return "thank you"


@app.get("/buy-in-a-thread/{number}")
def buy_in_a_thread(number: str):  # FastAPI runs it in a thread, with the request's context
    time.sleep(0.001)
    log(number)
    return "thank you"
