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
from zaius_logging._spool.journal.adoption import MAX_ADOPTED
from zaius_logging._spool.journal.spool import JournalSpool

QUOTA = 1024 * 1024
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - need not be durable


class Line(RuleBasedStateMachine):
    """The model is a list of what waits; every step is done to both."""

    kind = JournalSpool

    @initialize(sync=st.sampled_from(["interval", "always"]), use_map=st.booleans())
    def start(self, sync, use_map):
        self.top = Path(tempfile.mkdtemp(dir=MEMORY))
        self.settings = {"sync": sync, "use_map": use_map}
        self.lives = 0
        self.made = 0
        self.waiting = []
        self.directory = self.top / "0"
        self.begin()

    def begin(self):
        self.spool = self.kind(
            self.directory,
            "shop",
            max_bytes=QUOTA,
            clock=lambda: 1_000.0,  # it stands: a look at the folder is bounded in time
            notices=Notices(lambda line: None),
            **self.settings,
        )
        # Its work is a step as any other, at no other moment.
        self.spool._ticker.start = lambda: True
        self.maintained()

    @rule(size=st.sampled_from([0, 1, 300, 5_000, 100_000]), count=st.integers(1, 4))
    def emit(self, size, count):
        for _ in range(count):
            item = b'{"n":%d,"x":"%b"}' % (self.made, os.urandom(size // 2).hex().encode())
            self.made += 1
            if self.spool.append(item):
                self.waiting.append(item)
            else:
                held = sum(path.stat().st_blocks * 512 for path in self.directory.rglob("*.jsonl"))
                assert held + size * 1.5 > QUOTA * 0.85, "no room though there is some"

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
        reasons = {place: "bad" for n, (place, _) in enumerate(pairs) if n in bad}
        self.spool.dead_letter(reasons, "rejected")
        gone = {item for n, (_, item) in enumerate(pairs) if n in bad}
        self.waiting = [item for item in self.waiting if item not in gone]

    @rule()
    def maintained(self):
        self.spool._adopt_due = 0  # as after 25 seconds
        assert self.spool.maintain() >= 0

    def is_adopted_at_once(self):
        """Whether all files are, and not the rest once some of them are sent: then nothing is exact, and said so."""
        return len(list(self.directory.glob("shop/*.jsonl"))) < MAX_ADOPTED

    @precondition(is_adopted_at_once)
    @rule()
    def closed(self):
        self.spool.close()

    @rule()
    def synced(self):
        self.spool.sync()

    @precondition(is_adopted_at_once)
    @rule(kindly=st.booleans())
    def died_and_started_again(self, kindly):
        self.lives += 1
        before = self.directory
        if not kindly:  # what SIGKILL leaves is what the files hold
            self.directory = self.top / f"{self.lives}"
            if before.exists():
                shutil.copytree(before, self.directory, ignore=shutil.ignore_patterns("*.new"))
        self.spool.close()
        self.begin()

    @invariant()
    def nothing_is_miscounted(self):
        if hasattr(self, "spool"):
            now = self.spool.waiting()
            assert now[:2] == (len(self.waiting), sum(map(len, self.waiting)))
            assert now.lost == 0
            assert not self.spool.degraded

    def teardown(self):
        if hasattr(self, "spool"):
            while self.waiting:
                self.delivered(500)
            self.spool.close()
            left = {path.name for path in self.directory.glob("shop/*")}
            assert left <= {"dead-letters.jsonl", "dead-letters.1.jsonl"}
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


@pytest.mark.slow
def test_a_spool_is_a_list():
    """Emit, deliver, reject, try again, maintain, fork, die and start again: equal after each step."""
    run(100, 50)


class Careless(JournalSpool):
    """Wrong on purpose: a rejected event takes its neighbour along."""

    def dead_letter(self, reasons, fate):
        after = [place for place, _ in self.peek(7, 10**9) if place > max(reasons, default=0)]
        super().dead_letter(reasons, fate)
        self.remove(after[:1])


class CarelessLine(Line):
    kind = Careless


@pytest.mark.slow
def test_a_spool_that_is_none_is_caught():
    """The control: the model finds a spool that loses an event now and then."""
    with pytest.raises(AssertionError):
        run(200, 50, CarelessLine, (Phase.generate,))  # found is enough: shrinking takes minutes


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_a_spool_is_a_list_at_length():
    """The long form."""
    run(20_000, 100)
