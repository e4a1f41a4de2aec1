"""What a call costs for each shape of event, beside a call with a NullHandler: new values in each call.

The events are made before the time is taken, nothing is sent meanwhile, and the time is the thread's own on the
processor: the price is the caller's alone, whoever else is busy.
"""

import contextlib
import gc
import logging
import statistics
import threading
import time
from collections import deque

from zaius_logging import Delivered, StubTransport, ZaiusFormatter, ZaiusHandler, _build, bound
from zaius_logging._event.encode import dumper

from .event import logs_each
from .shapes import SHAPES, binding

SETUPS = ("two handlers", "behind Seal", "through ZaiusFormatter")
"""Plain events, and what else of ours sees the record before or after the handler."""


class Held(StubTransport):
    """Takes nothing until it is told to."""

    def __init__(self):
        super().__init__()
        self.gate = threading.Event()

    def send(self, items):  # noqa: ARG002
        self.gate.wait()
        return Delivered()


class Drop(logging.Handler):
    """Formats, and writes nothing."""

    def emit(self, record):
        self.format(record)


def logger_of(name, *handlers):
    logger = logging.getLogger(f"shapes.{name}")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers[:] = handlers
    return logger


def calls(logger, shape, first, n):
    """The microseconds of one of `n` calls, and of the same with a NullHandler, in turns of fifty."""
    pairs = []
    floor = logger_of("floor", logging.NullHandler())
    for start in range(first, first + n, 50):
        numbers = range(start, start + 50)
        extras = [{"zaius": shape.make(each)} for each in numbers]
        copies = [{"zaius": shape.make(each)} for each in numbers]
        pairs.append((_spent(logger, shape, extras, start), _spent(floor, shape, copies, start)))
    return pairs


def _spent(logger, shape, extras, start):
    every = shape.bind_every or len(extras)
    took = 0
    for first in range(0, len(extras), every):
        some = extras[first : first + every]
        with bound(**binding(start + first)) if shape.bind_every else contextlib.nullcontext():
            begun = time.thread_time_ns()
            logs_each(logger, some)
            took += time.thread_time_ns() - begun
    return took / 1000 / len(extras)


def attached(name, shape, transport):
    """A logger for what is measured, and what to close."""
    settings = {
        "transport": transport,
        "capacity": 10**6,
        "capacity_bytes": 2**40,
        "close_timeout": 60.0,
    }
    handler = ZaiusHandler(**settings, **shape.settings)
    others = []
    if name == "two handlers":
        others = [ZaiusHandler(**settings)]
    elif name == "through ZaiusFormatter":
        others = [Drop()]
        others[0].setFormatter(ZaiusFormatter())
    elif name == "behind Seal":
        from zaius_logging.integrations.queues import Seal

        handler.addFilter(Seal())
    return logger_of(name.replace(" ", "_"), handler, *others), [handler, *others]


def shapes(n, encoder):
    """The price of each shape: its ratio to the floor, and microseconds."""
    _build.dumper = lambda: dumper(fast=encoder == "orjson")
    figures = {}
    measured = {**SHAPES, **dict.fromkeys(SETUPS, SHAPES["plain"])}
    for name, shape in measured.items():
        transport = Held()
        logger, handlers = attached(name, shape, transport)
        calls(logger, shape, 0, 500)
        gc.collect()
        pairs = calls(logger, shape, 500, n)
        transport.gate.set()
        deque((each.close() for each in handlers), 0)
        figures[name] = statistics.median(took / base for took, base in pairs)
        figures[f"{name}, us"] = statistics.median(took for took, _ in pairs)
    return figures
