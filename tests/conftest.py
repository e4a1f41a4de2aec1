"""What several tests need: an event nobody could mind, records, and loggers that are put back."""

import copy
import logging

import pytest

from zaius_logging._event.encode import encoder

CART = {
    "type": "product",
    "action": "add_to_cart",
    "identifiers": {"email": "tyler@zaius.com"},
    "data": {"product_id": "123"},
}


@pytest.fixture
def cart():
    """The first event of the API's own example, fresh for each test."""
    return copy.deepcopy(CART)


@pytest.fixture(params=["orjson", "json"])
def encode(request):
    """Both encoders, one after the other: what holds for one holds for the other."""
    return encoder(fast=request.param == "orjson")


@pytest.fixture
def record():
    """Make a log record that carries `zaius`, as `logger.info(..., extra={"zaius": ...})` does."""

    def record(zaius=None, *args, created=1_700_000_000.25, msg="hello", **extra):
        made = logging.LogRecord("shop", logging.INFO, "/app/shop.py", 7, msg, args, None, "buy")
        made.created = created
        made.__dict__.update(extra)
        if zaius is not None:
            made.zaius = zaius
        return made

    return record


@pytest.fixture
def attach():
    """Attach a handler to a logger of its own; afterwards close it and take it off again."""
    attached = []

    def attach(handler, name="shop"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(handler)
        attached.append((logger, handler))
        return logger

    yield attach
    for logger, handler in attached:
        logger.removeHandler(handler)
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
        handler.close()


@pytest.fixture
def clean_logging():
    """Undo what dictConfig did to the root logger."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)
