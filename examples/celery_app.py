"""Celery: `install()` once. Run: celery -A celery_app worker"""

import logging.config
import time

from celery import Celery
from celery.signals import setup_logging

import zaius_logging
from zaius_logging.integrations.celery import install

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
    "root": {"level": "INFO", "handlers": ["zaius"]},
}
app = Celery("shop")
install(propagate=True)  # a task's events carry the identifiers that were bound where it was called


@setup_logging.connect
def configure_logging(**_):  # without a receiver Celery takes the root logger's handlers away
    logging.config.dictConfig(LOGGING)


@app.task
def ship(number):
    time.sleep(0.001)  # a database, in earnest
    logging.getLogger("shop").info(
        "shipped %s",
        number,
        extra={"zaius": {"type": "order", "action": "shipped", "data": {"n": number}}},
    )


def bought(vuid, number):
    """What a web request does: the task is called with the customer bound."""
    with zaius_logging.bound(identifiers={"vuid": vuid}):
        ship.delay(number)
