"""A switch to another thread at each bytecode of append, peek, remove and stats: no number is ever wrong.

What rests on the interpreter's lock shows up here, too: without that lock threads switch anywhere. A trace
function stops one thread at its nth bytecode of ours, and another one does the whole of its own work there.
"""

import inspect
import sys
import threading
from pathlib import Path

import pytest

import zaius_logging
from zaius_logging import MemorySpool
from zaius_logging._delivery.ledger import Leaving, Ledger
from zaius_logging._spool.base import Waiting
from zaius_logging._spool.journal.spool import JournalSpool

OURS = str(Path(zaius_logging.__file__).parent)
FIRST, MORE = 4, 3  # events that wait at the start, and those that a call appends
PATIENCE = 0.002  # seconds for the other thread: it waits where the first one is in the middle of a delivery


class Switch:
    """Runs another thread's work at the nth bytecode of ours that the current thread executes."""

    def __init__(self, nth, work):
        self.left = nth
        self.other = threading.Thread(target=work, daemon=True)

    def __call__(self, frame, what, _arg):
        if what == "call":
            if not frame.f_code.co_filename.startswith(OURS):
                return None
            frame.f_trace_opcodes = True
        if what == "opcode":
            self.left -= 1
            if not self.left:
                self.other.start()
                self.other.join(PATIENCE)
        return self


class Trial:
    """A spool, its ledger, two threads that work on both, and what is wrong with the numbers they saw."""

    def __init__(self, spool, begin=FIRST, more=MORE, item=b'{"n":1}'):
        self.spool = spool
        self.ledger = Ledger(spool)
        self.begin, self.more, self.item = begin, more, item
        self.wrong = []
        self.accepted, self.delivered = [], 0
        for _ in range(begin):
            self.put()

    def put(self):
        self.accepted.append(self.spool.append(self.item))

    def append(self):
        for _ in range(self.more):
            self.put()

    def deliver(self):
        """What the thread does with a batch; there is one such thread."""
        batch = self.spool.peek(2, 10**6)
        self.ledger.leave(Leaving([id_ for id_, _ in batch], "delivered"))
        self.delivered += len(batch)

    def sync(self):
        self.spool.sync()

    def close(self):
        self.spool.close()

    def look(self):
        stats = self.ledger.stats()
        settled = stats.delivered + stats.rejected + sum(stats.dropped.values())
        if not (
            0 <= stats.pending <= self.begin + 2 * self.more
            and stats.delivered <= stats.accepted == settled + stats.pending
            and stats.delivered in (0, 2)
            and stats.pending_bytes >= 0
            and self.begin <= stats.accepted <= self.begin + 2 * self.more
        ):
            self.wrong.append(stats)

    def run(self, first, second, nth):
        """Interrupt one thing by another. Gives whether there were so many bytecodes."""
        switch = Switch(nth, getattr(self, second))
        inspect.currentframe().f_trace_opcodes = (
            True  # Python 3.12 looks for such a frame in settrace alone
        )
        before = sys.gettrace()  # of coverage, say
        sys.settrace(switch)
        try:
            getattr(self, first)()
        finally:
            sys.settrace(before)
        if switch.left > 0:
            return False
        switch.other.join(10)
        self.look()
        stats = self.ledger.stats()
        if (stats.accepted, stats.delivered) != (sum(self.accepted), self.delivered):
            self.wrong.append(stats)
        waits = len(self.spool.peek(100, 10**6))
        if waits != sum(self.accepted) - self.delivered or not all(self.accepted):
            self.wrong.append((waits, self.accepted))
        if isinstance(self.spool, JournalSpool):
            # In the order of their names, for in that one the next process sends them.
            names = [each.file.path for each in self.spool._writer.own]
            if names != sorted(names):
                self.wrong.append(names)
            if self.spool.waiting().found:
                self.wrong.append("what a close has left is found")
        return True


def trials(make, first, second, step=1, **settings):
    """Interrupt at each bytecode in turn; give how many there were, and the first wrong numbers."""
    nth = 1 - step
    while True:
        nth += step
        trial = Trial(make(), **settings)
        goes_on = trial.run(first, second, nth)
        trial.spool.close()
        if trial.wrong or not goes_on:
            return nth - 1, trial.wrong


PAIRS = [
    ("append", "deliver"),
    ("append", "look"),
    ("append", "append"),
    ("deliver", "append"),
    ("deliver", "look"),
    ("look", "append"),
    ("look", "deliver"),
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_in_memory(first, second):
    """At each bytecode: `pending` is never negative, no more is delivered than accepted, the sums agree."""
    count, wrong = trials(MemorySpool, first, second)
    assert wrong == []
    assert count > 50


@pytest.fixture
def on_disk(tmp_path):
    """Make a journal in a folder of its own each time."""
    names = iter(range(10**6))
    return lambda: JournalSpool(tmp_path / str(next(names)), "shop")


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_on_disk(first, second, on_disk):
    """The same with the journal, which a log call and the thread share, too; at each seventh bytecode."""
    count, wrong = trials(on_disk, first, second, step=7)
    assert wrong == []
    assert count > 50


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_on_disk_everywhere(first, second, on_disk):
    """The same at each bytecode."""
    _, wrong = trials(on_disk, first, second)
    assert wrong == []


# In 1 MiB the first file of a spool has 8 KiB and the second 32: two of these items fill the one, eight more the other.
FULL = {"begin": 10, "more": 1, "item": b'{"n":"%b"}' % (b"1" * 3600)}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("use_map", [True, False])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("append", "deliver"),
        ("append", "append"),
        ("append", "sync"),
        ("deliver", "append"),
        ("sync", "append"),
    ],
)
def test_where_a_file_begins(first, second, use_map, tmp_path):
    """At each bytecode of a call that begins the third file, the first one is sent and let go of; and so on."""
    names = iter(range(10**6))

    def make():
        return JournalSpool(
            tmp_path / str(next(names)), "shop", max_bytes=1024 * 1024, use_map=use_map
        )

    count, wrong = trials(make, first, second, **FULL)
    assert wrong == []
    assert count > 50


CLOSES = [
    ("close", "append"),
    ("close", "look"),
    ("append", "close"),
    ("look", "close"),
    ("sync", "close"),
]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("first", "second"), CLOSES)
def test_a_close(first, second, on_disk):
    """Beside a call or a look it costs no event, and no number is wrong; at each seventeenth bytecode."""
    count, wrong = trials(on_disk, first, second, step=17)
    assert wrong == []
    assert count > 50


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("use_map", [True, False])
@pytest.mark.parametrize(("first", "second"), CLOSES)
def test_a_close_everywhere(first, second, use_map, tmp_path):
    """The same at each bytecode, and with several files."""
    names = iter(range(10**6))

    def make():
        return JournalSpool(
            tmp_path / str(next(names)), "shop", max_bytes=1024 * 1024, use_map=use_map
        )

    _, wrong = trials(make, first, second, **FULL)
    assert wrong == []


class Hasty(JournalSpool):
    """A wrong one: it forgets its files before it has counted them."""

    def close(self):
        going, self._writer.own = self._writer.own, []
        for segment in going:
            segment.seal()
            self._adoption.left[segment.file.path] = segment.known
            segment.close()
        super().close()


@pytest.mark.slow
def test_the_control_close_is_found_out(tmp_path):
    """Events that it has forgotten are missed at one of these bytecodes."""
    names = iter(range(10**6))
    assert trials(lambda: Hasty(tmp_path / str(next(names)), "shop"), "close", "look", step=3)[1]


class Counting(MemorySpool):
    """A wrong one, as they often are: two counters, each kept by a step of its own."""

    def __init__(self):
        self.put = self.taken = 0
        super().__init__()

    def append(self, item):
        before = self.put
        taken = super().append(item)
        self.put = before + taken
        return taken

    def remove(self, ids):
        super().remove(ids)
        self.taken += len(list(ids))

    def waiting(self):
        return Waiting(self.put - self.taken, 0)


def test_the_control_counters_are_found_out(monkeypatch):
    """A count that is read, raised and stored goes wrong at one of these bytecodes, and that is seen."""
    monkeypatch.setattr(sys.modules[__name__], "OURS", str(Path(__file__).parent))
    assert trials(Counting, "append", "append")[1]
