"""The numbers agree whenever anybody looks, also after an interruption between two steps."""

import threading

import pytest

from zaius_logging import MemorySpool, Stats
from zaius_logging._delivery.ledger import Leaving, Ledger
from zaius_logging._delivery.tally import Tally


class Breaks(MemorySpool):
    """A spool whose `remove` ends in the middle, once: after it has removed, or before."""

    when = ""

    def remove(self, ids):
        when, self.when = self.when, ""
        if when == "before":
            raise KeyboardInterrupt
        super().remove(ids)
        if when == "after":
            raise KeyboardInterrupt


@pytest.fixture
def spool():
    return Breaks()


@pytest.fixture
def ledger(spool):
    return Ledger(spool)


def adds_up(stats):
    return stats.accepted == (
        stats.delivered + stats.rejected + sum(stats.dropped.values()) + stats.pending
    )


def leave(ledger, spool, count, fate="delivered"):
    ids = [id_ for id_, _ in spool.peek(count, 10**9)]
    ledger.leave(Leaving(ids, fate))


def test_a_new_ledger_is_empty(ledger):
    """Before the first event all is zero, and no reason to drop is listed."""
    assert ledger.stats() == Stats()


def test_every_number_is_in_its_place(ledger, spool):
    """Each count arrives under its own name; what waits is what the spool says."""
    for _ in range(10):
        spool.append(b"{}")
    leave(ledger, spool, 4)
    leave(ledger, spool, 1, "rejected")
    leave(ledger, spool, 2, "expired")
    ledger.not_taken("overflow")
    ledger.invalid.add()
    ledger.answered("")
    ledger.answered("busy")
    assert ledger.stats() == Stats(
        accepted=11,
        delivered=4,
        rejected=1,
        dropped={"expired": 2, "overflow": 1},
        pending=3,
        pending_bytes=6,
        invalid=1,
        requests=2,
        retries=1,
        problem="busy",
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_sender_that_is_interrupted_is_finished_by_the_next(ledger, spool, when):
    """Between removing events and counting them: they are counted once, and do not wait."""
    for _ in range(3):
        spool.append(b"{}")
    spool.when = when
    with pytest.raises(KeyboardInterrupt):
        leave(ledger, spool, 2)
    ledger.finish()
    stats = ledger.stats()
    assert (stats.accepted, stats.delivered, stats.pending) == (3, 2, 1)


def test_a_spool_that_raises_keeps_its_events(ledger, spool):
    """They wait, and are not counted as delivered."""
    spool.append(b"{}")

    def remove(ids):
        raise OSError

    spool.remove = remove
    with pytest.raises(OSError):  # noqa: PT011 - any
        leave(ledger, spool, 1)
    stats = ledger.stats()
    assert (stats.delivered, stats.pending) == (0, 1)


def test_at_the_end_what_would_not_outlive_the_process_is_dropped(ledger, spool):
    """It is counted as closed, and does not wait."""
    spool.append(b"{}")
    ledger.ended = True
    stats = ledger.stats()
    assert (stats.dropped, stats.pending, stats.pending_bytes) == ({"closed": 1}, 0, 0)
    assert adds_up(stats)


class Adopts(MemorySpool):
    """A spool that finds events of others at its front."""

    found = 0

    def waiting(self):
        return super().waiting()._replace(found=self.found)


def test_events_that_are_found_do_not_end_a_flush():
    """They stand in front: whoever flushes waits until they have gone, too."""
    spool = Adopts()
    ledger = Ledger(spool)
    spool.append(b"{}")
    gone, pending = ledger.gone()
    target = gone + pending
    for _ in range(10):
        spool.append(b"{}")
    spool.found = 10
    leave(ledger, spool, 10)
    assert ledger.gone()[0] < target
    leave(ledger, spool, 1)
    assert ledger.gone()[0] >= target


class Loses(MemorySpool):
    """A spool that has lost events, and notes what is put aside."""

    def __init__(self):
        super().__init__()
        self.letters = []

    def waiting(self):
        return super().waiting()._replace(lost=2)

    def dead_letter(self, reasons, fate):
        self.letters.append((dict(reasons), fate))
        super().dead_letter(reasons, fate)


def test_what_the_spool_has_lost_is_dropped_as_lost():
    """It was accepted, and is named."""
    stats = Ledger(Loses()).stats()
    assert (stats.accepted, stats.dropped) == (2, {"lost": 2})


@pytest.mark.parametrize(("fate", "kind"), [("rejected", "rejected"), ("expired", "expired")])
def test_what_is_rejected_or_too_old_is_put_aside_with_its_reason(fate, kind):
    """The spool may keep it for people."""
    spool = Loses()
    spool.append(b"{}")
    [(id_, _)] = spool.peek(1, 100)
    Ledger(spool).leave(Leaving([id_], fate, {id_: "why"}))
    assert spool.letters == [({id_: "why"}, kind)]


def test_a_tally_loses_no_count():
    """Eight threads raise it as fast as they can, and it has them all."""
    tally = Tally()
    threads = [
        threading.Thread(target=lambda: [tally.add() for _ in range(20_000)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.value == 160_000
