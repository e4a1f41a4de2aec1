"""A durable spool behaves as a list does, whatever happens to it in whatever order."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from zaius_logging._operators.notices import Notices
from zaius_logging._spool.sqlite.orphans import MAX_ADOPTED
from zaius_logging._spool.sqlite.spool import SQLiteSpool

QUOTA = 1024 * 1024
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - need not be durable


class Line(RuleBasedStateMachine):
    """The model is a list of what waits; every step is done to both."""

    kind = SQLiteSpool

    @initialize(sync=st.sampled_from(["interval", "always"]))
    def start(self, sync):
        self.top = Path(tempfile.mkdtemp(dir=MEMORY))
        self.sync = sync
        self.lives = 0
        self.made = 0
        self.waiting = []
        self.directory = self.top / "0"
        self.begin()

    def begin(self):
        self.spool = self.kind(
            self.directory, sync=self.sync, max_bytes=QUOTA, notices=Notices(lambda line: None)
        )
        self.spool.maintain()

    @rule(size=st.sampled_from([0, 1, 300, 5_000, 100_000]), count=st.integers(1, 4))
    def emit(self, size, count):
        for _ in range(count):
            item = b"%d " % self.made + os.urandom(size)
            self.made += 1
            if self.spool.append(item):
                self.waiting.append(item)
            else:
                held = sum(map(len, self.waiting)) + size
                assert held > QUOTA * 0.4, "refused without need"

    def front(self, count, size=10_000_000):
        pairs = self.spool.peek(count, size)
        if [item for _, item in pairs] != self.waiting[: len(pairs)]:
            # Not by assert: pytest takes minutes to show where megabytes differ.
            raise AssertionError("other items than the model's stand at the front")
        assert len(pairs) == min(count, len(self.waiting)) or size < 10_000_000
        return pairs

    @rule(count=st.integers(1, 6))
    def delivered(self, count):
        pairs = self.front(count)
        self.spool.remove([place for place, _ in pairs])
        del self.waiting[: len(pairs)]

    @rule(size=st.sampled_from([1, 400, 12_000]))
    def asked_again_later(self, size):
        pairs = self.front(500, size)
        assert bool(pairs) == bool(self.waiting)
        assert len(pairs) <= 1 or sum(len(item) for _, item in pairs) <= size

    @rule(bad=st.sets(st.integers(0, 5), min_size=1))
    def rejected(self, bad):
        pairs = self.front(6)
        self.spool.dead_letter({place: "bad" for n, (place, _) in enumerate(pairs) if n in bad})
        gone = {item for n, (_, item) in enumerate(pairs) if n in bad}
        self.waiting = [item for item in self.waiting if item not in gone]

    @rule()
    def tended(self):
        assert self.spool.maintain()[:4] == (0, 0, 0, 0)

    @rule()
    def forked(self):
        self.spool.before_fork()
        self.spool.after_fork_in_parent()

    @precondition(lambda self: self.lives < MAX_ADOPTED - 2)
    @rule(kindly=st.booleans())
    def died_and_started_again(self, kindly):
        self.lives += 1
        before = self.directory
        if not kindly:  # what SIGKILL leaves is what the files hold
            self.directory = self.top / f"{self.lives}"
            if before.exists():
                shutil.copytree(before, self.directory, ignore=shutil.ignore_patterns("*.lock"))
        self.spool.close()
        self.begin()

    @invariant()
    def nothing_is_miscounted(self):
        if hasattr(self, "spool"):
            assert len(self.spool) == len(self.waiting)
            assert self.spool.size == sum(map(len, self.waiting))
            assert not self.spool.degraded

    def teardown(self):
        if hasattr(self, "spool"):
            while self.waiting:
                self.delivered(500)
            self.spool.close()
            left = [path.name for path in self.directory.glob("*")]
            assert left in ([], ["buried.db"])
            shutil.rmtree(self.top)


def run(examples, steps, machine=Line, phases=tuple(Phase)):
    run_state_machine_as_test(
        machine,
        settings=settings(
            report_multiple_bugs=False,
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=phases,
        ),
    )


def test_a_spool_is_a_list():
    """Emit, deliver, refuse, try again, tend, fork, die and start again: equal after each step."""
    run(200, 50)


class Careless(SQLiteSpool):
    """Wrong on purpose: a refused event takes its neighbour along."""

    def dead_letter(self, reasons):
        super().dead_letter(reasons)
        self.remove([place + 1 for place in reasons])


class CarelessLine(Line):
    kind = Careless


def test_a_spool_that_is_none_is_caught():
    """The control: the model finds a spool that loses an event now and then."""
    with pytest.raises(AssertionError):
        run(200, 50, CarelessLine, (Phase.generate,))  # found is enough: shrinking takes minutes


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_a_spool_is_a_list_at_length():
    """The long form."""
    run(5_000, 100)
