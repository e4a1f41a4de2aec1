"""The table of environments: each a small program as its users write it, how it is run, and what must arrive."""

from dataclasses import dataclass, field

EVENTS = 10
"""Events that a program logs where its row says nothing else."""

ALL = "say(range(10))"
START = "start()\n" + ALL


@dataclass(frozen=True)
class Row:
    """An environment.

    Attributes:
        group: the heading that it stands under.
        name: what is special here.
        program: Python, run after `HEAD`.
        how: the command, with `PYTHON` and `APP` for the interpreter and the program's file.
        events: how many must arrive, each once.
        needs: modules without which the row is skipped.
        env: more variables.
        status: the exit status that the program must have.
        says: what stderr must hold.
        requests: of a server: how many are made before it gets SIGTERM; each logs an event.
    """

    group: str
    name: str
    program: str = START
    how: str = "PYTHON APP"
    events: int = EVENTS
    needs: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    status: int = 0
    says: str = ""
    requests: int = 0


HEAD = """\
import logging, os, sys

def start(**settings):
    from zaius_logging import ZaiusHandler
    settings = {"flush_interval": 0.2, **settings}
    handler = ZaiusHandler(**settings)
    shop.addHandler(handler)
    return handler

def say(numbers, logger=None):
    for n in numbers:
        event = {"type": "product", "action": "detail", "identifiers": {"customer_id": f"customer-{n}"}}
        (logger or shop).info("looked at a product", extra={"zaius": event})

shop = logging.getLogger("shop")
shop.setLevel("INFO")
"""


def rows(group, *made):
    return [Row(group, *args, **more) for args, more in made]


def row(*args, **more):
    return args, more
