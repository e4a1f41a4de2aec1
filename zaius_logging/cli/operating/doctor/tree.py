"""Checks of how a handler hangs in logging: which records reach it, once, and with whose context."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from .finding import NOTE, OK, WARN, WRONG, Finding
from .sources import Attached, Made, Setup

_INFO = logging.INFO
_LATER = ("MemoryHandler", "QueueHandler", "SocketHandler", "DatagramHandler")


def tree(setup: Setup) -> Iterator[Finding]:
    """How the handlers of a set-up hang."""
    for problem in setup.problems:
        yield Finding("logging", WRONG, problem, "the service would not start: correct it")
    if not setup.handlers:
        yield Finding(
            "logging",
            WRONG,
            f"{setup.source} makes no ZaiusHandler",
            "add one: class: zaius_logging.ZaiusHandler; or name what makes it, --app module:LOGGING",
        )
    found = [each for made in setup.handlers for each in _of(made)]
    yield from found
    if setup.disables and setup.handlers:
        yield Finding(
            "logging",
            NOTE,
            "disable_existing_loggers is on: loggers made before it say nothing any more, events included",
            "disable_existing_loggers: false",
        )
    yield from _twice(setup.handlers)
    if setup.handlers and all(each.grade == NOTE for each in found):
        names = ", ".join(one.logger or "root" for made in setup.handlers for one in made.attached)
        yield Finding("logging", OK, f"events at INFO reach the handler, by {names}")


def _of(made: Made) -> Iterator[Finding]:
    if not made.attached and not made.behind:
        yield Finding(
            "logging",
            WRONG,
            f"the handler {made.name} is attached to no logger: no event reaches it (or something has taken it off)",
            f"name it in the handlers of root or of your logger: handlers: [{made.name}]",
        )
    for one in made.attached:
        if one.level > _INFO:
            yield Finding(
                "logging",
                WRONG,
                f"the logger {one.logger or 'root'} takes records from {logging.getLevelName(one.level)} on: "
                "events at INFO do not reach the handler",
                "level: INFO for that logger",
            )
    if made.level > _INFO:
        level = logging.getLevelName(made.level)
        text = (
            f"the handler {made.name} takes records from {level} on: events at INFO are passed over"
        )
        yield Finding("logging", WRONG, text, "leave the handler's level out")
    if made.behind in _LATER:
        yield Finding(
            "logging",
            WARN,
            f"a {made.behind} stands in front of {made.name}: what a request has bound is not known any more when it "
            "passes records on, so such events are invalid",
            "put zaius_logging.integrations.queues.Seal in front, as 'Log pipelines' shows",
        )
    if made.arguments.get("strict") is True:
        text = "strict is on: an invalid event raises into the application"
        yield Finding("logging", WARN, text, "leave strict to tests")


def _twice(handlers: list[Made]) -> Iterator[Finding]:
    """Whether one record reaches handlers of the same account twice."""
    all_ = [(made, one) for made in handlers for one in made.attached]
    for at, (first, one) in enumerate(all_):
        for second, other in all_[at + 1 :]:
            low, high = (one, other) if _is_below(one, other) else (other, one)
            if _is_below(low, high) and low.propagates and first is not second:
                yield Finding(
                    "logging",
                    WRONG,
                    f"each event of {low.logger} is sent twice: there and by {high.logger or 'root'}",
                    f"propagate: false for {low.logger}, or one handler less",
                )


def _is_below(low: Attached, high: Attached) -> bool:
    return low.logger != high.logger and (
        not high.logger or low.logger.startswith(f"{high.logger}.")
    )
