"""What is written of every shape of event stays what it was, byte for byte, with both encoders.

`golden/shapes.jsonl` and `golden/corpus.jsonl` were made with the writer that had a short and a long
way. A line is a name or number, a blank, and the event; `!` stands for an event that is invalid.
"""

import logging
import random
import sys
from contextlib import nullcontext
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import pytest

from zaius_logging import Event, EventError, bound
from zaius_logging._event.encode import dumper
from zaius_logging._event.writer import Writer

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("golden")
CREATED = (
    4e9,
    4e9 + 1.9996,
    4e9 + 1.99951,
    4e9 + 86400.5,
    4e9 + 0.123,
    4e9 + 0.1239,
)  # later than any binding
SOURCE = {"data_source_type": "sdk", "data_source": "zaius-logging", "data_source_version": "1"}


HERE = find_spec("orjson") is not None  # it has no wheel for every Python
both = pytest.mark.parametrize("fast", [True, False] if HERE else [False])


def writer(fast, number, **layers):
    """A writer with the default settings but for `layers`, whose ids are the number of the event."""
    return Writer(
        attribute="zaius",
        identifiers=layers.get("identifiers", {}),
        data=layers.get("data", {}),
        record_attributes=layers.get("record_attributes", {}),
        source=SOURCE,
        new_id=lambda: f"00000000-0000-4000-8000-{number[0]:012x}",
        dumps=dumper(fast=fast),
    )


def line(write, said, created):
    """The event that is written of a record, or `!`."""
    attributes = {
        "name": "shop",
        "msg": "bought %s",
        "args": ("two",),
        "created": created,
        "zaius": said,
    }
    try:
        return write(logging.makeLogRecord(attributes)).decode()
    except EventError:
        return "!"


@pytest.fixture
def shapes(monkeypatch):
    """The shapes that the benchmark logs; its folder is no part of the package."""
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import shapes

    yield shapes
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]


def written_shapes(shapes, fast):
    """Six events of each shape; the first second, its edge and another day among their times."""
    for name, shape in shapes.SHAPES.items():
        number = [0]
        write = writer(fast, number, **shape.settings)
        for n, created in enumerate(CREATED):
            number[0] = n
            first = n - n % shape.bind_every if shape.bind_every else 0
            with bound(**shapes.binding(first)) if shape.bind_every else nullcontext():
                yield f"{name} {line(write, shape.make(n), created)}"


@both
def test_each_shape_is_written_as_it_was(shapes, fast):
    """The shapes of the benchmark: each is one that people log."""
    assert list(written_shapes(shapes, fast)) == golden("shapes")


# A corpus of odd events, by chance but always the same


class Chance:
    """Choices that are the same on every Python: only `random()` is promised to be."""

    def __init__(self, seed):
        self._next = random.Random(seed).random

    def of(self, *choices):
        return choices[int(self._next() * len(choices))]

    def often(self, share):
        return self._next() < share


TEXTS = (
    "SKU-1",
    "",
    " ",
    'ü\u2028"\\',
    "\ud800",
    "🎉",
    "x" * 1025,
    "2026-01-31",
    " padded ",
    "nan",
)
NUMBERS = (0, 1, -7, 2**63, 2**64, 10**30, 0.1, -0.0, 1e16, 5e-324, 2**53 + 1, True, False, None)
ODD = (
    float("nan"), float("inf"), Decimal("29.95"), Decimal("19.90"), Decimal("7.00"), Decimal("1E+400"), Decimal("NaN"),
    datetime(2026, 1, 31, 12, tzinfo=timezone.utc), datetime(2026, 1, 31, 12), date(2026, 1, 31),  # noqa: DTZ001
    timedelta(1.5), UUID(int=7), b"bytes", {3, 1}, (1, (2,)), 1j, object(), range(3), {1: "a"}, {"a": {"b": b""}}, {b"": 1},
)  # fmt: skip
TIMES = (
    100_000_000,
    1_700_000_000,
    1_700_000_000.25,
    99_999_999_999,
    1e11,
    -1,
    True,
    None,
    "yesterday",
    "2026-01-31T12:00:00Z",
)


def value(chance, depth=0):
    kind = chance.of("text", "number", "odd", "list", "dict") if depth < 3 else "text"
    if kind == "list":
        return [value(chance, depth + 1) for _ in range(chance.of(0, 1, 2))]
    if kind == "dict":
        return {
            chance.of("a", "b", "ü", ""): value(chance, depth + 1)
            for _ in range(chance.of(0, 1, 2))
        }
    return chance.of(*{"text": TEXTS, "number": NUMBERS, "odd": ODD}[kind])


def odd_event(chance):
    """An event with something odd in it more often than not."""
    plain = (
        (lambda: chance.of(*TEXTS[:1]))
        if chance.often(0.6)
        else (lambda: chance.of(*TEXTS, *NUMBERS, *ODD))
    )
    made = {"type": plain(), "action": plain(), "identifiers": {}}
    for name in ("email", "customer_id", "loyalty_id")[: chance.of(1, 2, 3)]:
        made["identifiers"][name] = plain()
    if chance.often(0.8):
        made["data"] = {
            chance.of("a", "shop", "page", "data_source"): value(chance)
            for _ in range(chance.of(0, 1, 3))
        }
        if chance.often(0.2):
            made["data"]["ts"] = chance.of(*TIMES, *ODD[7:10])
        if chance.often(0.2):
            made["data"]["idempotence_id"] = chance.of("mine", UUID(int=9), None, "", 7)
    if chance.often(0.05):
        made[chance.of("properties", "Type", "email")] = 1
    if chance.often(0.1):
        made[chance.of("identifiers", "data", "type")] = chance.of(None, "text", [], {})
    if chance.often(0.1):
        try:
            return Event.from_mapping(made)
        except EventError:
            return made
    return made


def written_corpus(fast):
    """Odd events, some of them over the handler's and the context's own."""
    layers = (
        {},
        {"identifiers": {"vuid": "v", "email": "d"}, "data": {"shop": "one", "lang": "en"}},
        {"record_attributes": {"text": "message", "shop": "name"}},
    )
    contexts = (
        {},
        {
            "identifiers": {"customer_id": 7, "email": None},
            "data": {"page": "/", "a": Decimal("1.10")},
        },
    )
    chance = Chance(15)
    number = [0]
    writers = [writer(fast, number, **each) for each in layers]
    for n in range(1_500):
        number[0] = n
        said, write, context = odd_event(chance), chance.of(*writers), chance.of(*contexts)
        with bound(**context):
            yield f"{n} {line(write, said, CREATED[0] + n / 7)}"


@both
def test_odd_events_are_written_as_they_were(fast):
    """1,500 events, most of them odd: the same bytes, or invalid again."""
    found = [each.replace("1e16", "1e+16") for each in written_corpus(fast)]  # so orjson 3.9 has it
    assert found == golden("corpus")


def test_the_corpus_has_enough_of_both():
    """Events that are taken and events that are invalid."""
    invalid = sum(each.endswith(" !") for each in golden("corpus"))
    assert 400 <= invalid <= 1_000


def golden(name):
    return (GOLDEN / f"{name}.jsonl").read_text("utf-8").split("\n")[:-1]
