"""What is bound, and where it carries: tasks and to_thread inherit, threads and pools do not."""

import asyncio
import contextvars
import logging.config
from concurrent.futures import ThreadPoolExecutor

import zaius_logging

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)
log = logging.getLogger("shop")
VIEW = {"zaius": {"type": "product", "action": "detail", "data": {"product_id": "1"}}}


def view():
    log.info("seen", extra=VIEW)


async def request(email):
    with zaius_logging.bound(identifiers={"email": email}):
        view()  # bound
        await asyncio.create_task(asyncio.sleep(0))  # a task made here inherits what is bound
        await asyncio.to_thread(view)  # bound: to_thread copies the context
        with ThreadPoolExecutor() as pool:  # a pool does not; copy the context yourself
            pool.submit(contextvars.copy_context().run, view).result()


async def main():
    await asyncio.gather(*[request(f"{name}@example.com") for name in "abc"])


asyncio.run(main())
