"""The published contracts: ours keep them, and each row is broken by a part that is wrong on purpose."""

import json
import logging
import os
import re
import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from zaius_logging import (
    Delivered,
    HTTPTransport,
    JournalSpool,
    MemorySpool,
    Paused,
    Rejected,
    Retry,
    StubTransport,
)
from zaius_logging.testing import _leases, _spools, _transports
from zaius_logging.testing.contracts import PROMISES, check_spool, check_transport

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")


def broken(found):
    return [each for each in found if not each.passed]


def backtrack():
    """Hold all threads up, as a pattern does that backtracks."""
    re.match(r"(a+)+b", "a" * 24)


# Ours


def test_ours_keep_them(tmp_path):
    """Memory, the journal, and the stub."""
    for make in (
        lambda: MemorySpool(20_000, 8 << 20),
        lambda: JournalSpool(tmp_path, "shop", max_bytes=8 << 20),
    ):
        assert broken(check_spool(make)) == []
    assert broken(check_transport(StubTransport)) == []


@pytest.mark.slow
def test_ours_to_the_api_keeps_them(monkeypatch):
    """Over HTTP, with the sandbox as the API, where every harmless event was delivered."""
    tools = pytest.importorskip("zaius_logging.sandbox", reason="the sandbox needs aiohttp")
    monkeypatch.setenv("ZAIUS_API_KEY", "certified.0a1b2c3d4e5f")
    with tools.Sandbox() as api:
        make = lambda: HTTPTransport(api.endpoint, os.environ["ZAIUS_API_KEY"])  # noqa: E731
        assert broken(check_transport(make)) == []
        assert {each["action"] for each in api.events()} == {"certify"}


@pytest.mark.parametrize("part", [_spools, _transports, _leases], ids=lambda part: part.__name__)
def test_each_promise_has_a_row(part):
    """P1 to P17, for each kind of part: it is checked, or the row says who keeps it, and never both."""
    checked = {promise for promise, _ in part.CHECKS}
    assert checked | set(part.ELSEWHERE) == set(PROMISES)
    assert checked & set(part.ELSEWHERE) == set()


def test_only_some_are_looked_at():
    """Each with all of its rows, in order."""
    found = check_spool(MemorySpool, only=("P12", "P4", "P7"))
    assert [(each.promise, each.checked) for each in found] == [
        ("P4", True),
        ("P7", True),
        ("P12", False),
    ]


# Spools


class Picky(MemorySpool):
    """P1: it wants JSON."""

    def append(self, item):
        json.loads(item)
        return super().append(item)


class Forgetful(MemorySpool):
    """P2: it removes one more."""

    def remove(self, ids):
        ids = list(ids)
        super().remove([*ids, *(place for place, _ in self.peek(len(ids) + 1, 10**9)[-1:])])


class Boastful(MemorySpool):
    """P3: it says that it is durable."""

    durable = True


class Taking(MemorySpool):
    """P4: whoever looks takes."""

    def peek(self, max_count, max_bytes):
        pairs = super().peek(max_count, max_bytes)
        super().remove([place for place, _ in pairs])
        return pairs


class Ageless(MemorySpool):
    """P5: nothing is ever too old."""

    def expired(self, max_age):
        return []


class Hasty(MemorySpool):
    """P5: all is, at once."""

    def expired(self, max_age):
        return self.peek(10**9, 10**9)


class Sweeping(MemorySpool):
    """P6: with the bad ones go those before them."""

    def dead_letter(self, reasons, fate):
        super().remove(range(max(reasons) + 1))


class Backward(MemorySpool):
    """P7: the last comes first."""

    def peek(self, max_count, max_bytes):
        return super().peek(max_count, max_bytes)[::-1]


class Lingering(MemorySpool):
    """P8: with much in it, its end takes its time."""

    def close(self):
        if self.waiting().count > 1_000:
            threading.Event().wait(3.5)


class Inheriting(MemorySpool):
    """P9: a child has what its parent had."""

    made = False

    def after_fork_in_child(self):
        if not self.made:  # the constructor calls it
            self.made = True
            super().after_fork_in_child()


class Talking(MemorySpool):
    """P10: it logs each item."""

    def append(self, item):
        logging.getLogger("talking").debug("an item")
        return super().append(item)


class OnDisk(MemorySpool):
    """It writes each item to a file, too, and is right so far."""

    def __init__(self, folder):
        super().__init__(20_000, 8 << 20)
        self.path = folder / "items.jsonl"

    def append(self, item):
        with self.path.open("ab") as file:
            file.write(item)
        return super().append(item)


class Trusting(OnDisk):
    """P11: it knows no disk that is full. In memory it would keep what it says yes to."""


class Silent(OnDisk):
    """P11: it says yes, and has lost the item."""

    def append(self, item):
        try:
            return super().append(item)
        except OSError:
            return True


class Stopped(OnDisk):
    """P11: once the disk was full it takes nothing any more."""

    full = False

    def append(self, item):
        try:
            return not self.full and super().append(item)
        except OSError:
            self.full = True
            return False


class Careful(OnDisk):
    """The opposite: it says no while the disk is full."""

    def append(self, item):
        try:
            return super().append(item)
        except OSError:
            return False


class Cleaner(Careful):
    """P16: its end removes all that lies in its folder."""

    def close(self):
        for path in self.path.parent.iterdir():
            path.unlink(missing_ok=True)


class Opener(Careful):
    """P16: it opens all that lies there for writing, and writes nothing."""

    def maintain(self):
        for path in self.path.parent.iterdir():
            path.open("ab").close()
        return super().maintain()


class Greedy(MemorySpool):
    """P13: it gives all that it has."""

    def peek(self, max_count, max_bytes):
        return super().peek(10**9, 10**9)


class Boundless(MemorySpool):
    """P13: it takes all that comes."""

    def __init__(self):
        super().__init__(10**9, 10**12)


class ClosedForEver(MemorySpool):
    """P14: it is never opened again."""

    closed = False

    def close(self):
        self.closed = True

    def append(self, item):
        return not self.closed and super().append(item)


class Busy(MemorySpool):
    """P15: what comes in the middle of a call is forgotten."""

    busy = False

    def append(self, item):
        if self.busy:
            return True
        self.busy = True
        try:
            return super().append(item)
        finally:
            self.busy = False


class Locking(MemorySpool):
    """P15: what comes in the middle of a call waits for its end."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def append(self, item):
        with self.lock:
            return super().append(item)


class Slow(MemorySpool):
    """P17: what is due is given in negative seconds."""

    def maintain(self):
        return -1.0


class Backtracking(MemorySpool):
    """P17: it holds all threads up."""

    def remove(self, ids):
        backtrack()
        super().remove(ids)


@needs_fork
@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        (Picky, "P1"),
        (Forgetful, "P2"),
        (Boastful, "P3"),
        (Taking, "P4"),
        (Ageless, "P5"),
        (Hasty, "P5"),
        (Sweeping, "P6"),
        (Backward, "P7"),
        (Lingering, "P8"),
        (Inheriting, "P9"),
        (Talking, "P10"),
        (Greedy, "P13"),
        (ClosedForEver, "P14"),
        (Busy, "P15"),
        (Slow, "P17"),
        (Backtracking, "P17"),
    ],
)
def test_a_wrong_spool_is_caught(wrong, promise):
    """The controls: each breaks the promise that it was made to break."""
    make = lambda: wrong(20_000, 8 << 20)  # noqa: E731
    assert broken(check_spool(make, only=(promise,)))


@needs_fork
@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        (Trusting, "P11"),
        (Silent, "P11"),
        (Stopped, "P11"),
        (Cleaner, "P16"),
        (Opener, "P16"),
    ],
)
def test_a_spool_that_is_wrong_on_disk_is_caught(tmp_path, wrong, promise):
    """And one that is careful there passes the same row; nothing is left lying beside its file."""
    assert broken(check_spool(lambda: wrong(tmp_path), only=(promise,)))
    assert broken(check_spool(lambda: Careful(tmp_path), only=(promise,))) == []
    assert {path.name for path in tmp_path.iterdir()} <= {"items.jsonl"}


@pytest.mark.slow
def test_a_spool_without_a_bound_is_caught():
    """It took 300,000 items of 4 kB."""
    assert broken(check_spool(Boundless, only=("P13",)))


# Transports


class Raising(StubTransport):
    """P1."""

    def send(self, items):
        raise OSError("no")


class Eating(StubTransport):
    """P2: the batch is empty afterwards."""

    def send(self, items):
        outcome = super().send(items)
        items.clear()
        return outcome


class Connecting(StubTransport):
    """It connects for each batch, to a port where nobody listens."""

    tries = 1
    down = Retry("down")

    def send(self, items):
        for _ in range(self.tries):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", 9), 1).close()
        return self.down


class Stubborn(Connecting):
    """P4: it tries again by itself."""

    tries = 3


class Optimist(Connecting):
    """P5: what could not be sent counts as delivered."""

    down = Delivered()


class Hopeless(Connecting):
    """P5: it counts as rejected."""

    down = Rejected({0: "down"})


class Endless(Connecting):
    """P5: it is to be sent again in a day."""

    down = Retry("down", after=86_400.0)


class Blaming(StubTransport):
    """P6: it names an event that was not in the batch."""

    def send(self, items):
        return Rejected({7: "bad"})


class Leaving(StubTransport):
    """P8: its end takes its time."""

    def close(self):
        threading.Event().wait(3.5)


class Parental(StubTransport):
    """P9: it works in the process that has made it alone."""

    def __init__(self):
        super().__init__()
        self.pid = os.getpid()

    def send(self, items):
        return super().send(items) if os.getpid() == self.pid else None


class Chatting(StubTransport):
    """P10: it logs to a logger that it does not name."""

    loggers = ("chat",)

    def send(self, items):
        logging.getLogger("chat").debug("named")
        logging.getLogger("chat.more").debug("not named")
        return super().send(items)


class Tracing(StubTransport):
    """P11: it writes down what it sends, and knows no disk that is full."""

    folder = Path()

    def send(self, items):
        with (self.folder / "trace.jsonl").open("ab") as file:
            file.writelines(items)
        return super().send(items)


class Tidy(Tracing):
    """P16: its end removes all that lies beside that."""

    def close(self):
        for path in self.folder.iterdir():
            path.unlink(missing_ok=True)


class Open(StubTransport):
    """P12: the key stands in its repr."""

    def __repr__(self):
        return f"<Open {os.environ['ZAIUS_API_KEY']}>"


class Excusing(StubTransport):
    """P12: the key's secret part stands in a reason."""

    def send(self, items):
        return Paused(f"{os.environ['ZAIUS_API_KEY'].rpartition('.')[2]} is no key")


class Logging(StubTransport):
    """P12: the key stands in a record."""

    def send(self, items):
        logging.getLogger("chat").debug("with %s", os.environ["ZAIUS_API_KEY"])
        return super().send(items)


class Hoarding(Connecting):
    """P13: it keeps what it could not send."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def send(self, items):
        self.kept += items
        return super().send(items)


class SentForEver(StubTransport):
    """P14: it is never opened again."""

    closed = False

    def send(self, items):
        return None if self.closed else super().send(items)

    def close(self):
        self.closed = True


class Sticking(StubTransport):
    """P15: an exception in the middle leaves its lock locked."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def send(self, items):
        self.lock.acquire()
        threading.Event().wait(0.002)
        self.lock.release()
        return super().send(items)


class Nameless(StubTransport):
    """P16: no folder can have the name of its account."""

    account = "../other"


class Changing(StubTransport):
    """P16: each that is made is of another account."""

    number = 0

    def __init__(self):
        super().__init__()
        Changing.number += 1
        self.account = f"shop{self.number}"


class Holding(StubTransport):
    """P17: it holds all threads up."""

    def send(self, items):
        backtrack()
        return super().send(items)


@needs_fork
@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        (Raising, "P1"),
        (Eating, "P2"),
        (Stubborn, "P4"),
        (Optimist, "P5"),
        (Hopeless, "P5"),
        (Endless, "P5"),
        (Blaming, "P6"),
        (Leaving, "P8"),
        (Parental, "P9"),
        (Chatting, "P10"),
        (Tracing, "P11"),
        (Open, "P12"),
        (Excusing, "P12"),
        (Logging, "P12"),
        (Hoarding, "P13"),
        (SentForEver, "P14"),
        (Nameless, "P16"),
        (Changing, "P16"),
        (Tidy, "P16"),
        (Holding, "P17"),
    ],
)
def test_a_wrong_transport_is_caught(tmp_path, wrong, promise, monkeypatch):
    """The controls, as for spools."""
    monkeypatch.setenv("ZAIUS_API_KEY", "certified.0a1b2c3d4e5f")
    monkeypatch.setattr(Tracing, "folder", tmp_path)
    assert broken(check_transport(wrong, only=(promise,)))


@pytest.mark.slow
@needs_fork
def test_a_part_that_hangs_is_caught():
    """The row ends all the same, after 10 s, and says that it hangs."""
    (row,) = broken(check_transport(Sticking, only=("P15",)))
    assert "it hangs" in row.why
    row, *_ = broken(check_spool(Locking, only=("P15",)))
    assert "it hangs" in row.why


def test_one_that_connects_and_is_right_passes():
    """So what the wrong ones are caught for is what is wrong with them."""
    assert broken(check_transport(Connecting)) == []


# The page


def test_the_page_shows_every_row_of_ours():
    """docs/certified.md, which `python docs/certified.py` writes: all rows of five parts, and none is wrong."""
    text = (Path(__file__).parents[2] / "docs" / "certified.md").read_text("utf-8")
    kinds = [_spools, _spools, _transports, _transports, _leases]
    _, *sections = text.split("\n## ")
    for kind, section in zip(kinds, sections, strict=True):
        rows = re.findall(r"^    (P\d+) +(\S+) +(.*)$", section, re.MULTILINE)
        assert {word for _, word, _ in rows} == {"ok", "--"}
        facts = [(promise, check.__doc__.partition("\n")[0]) for promise, check in kind.CHECKS]
        assert sorted((promise, fact) for promise, _, fact in rows) == sorted(
            [*facts, *kind.ELSEWHERE.items()]
        )
