"""When a fault hits, with time and chance given."""

from zaius_logging.sandbox import _faults
from zaius_logging.sandbox._fault_document import parse
from zaius_logging.sandbox._faults import Faults


def make(document, now=0.0, chances=(0.0,) * 1000):
    faults = Faults(iter(chances).__next__)
    faults.set(parse(document), now)
    return faults


def hits(faults, times):
    return [faults.plan(now).ending is not None for now in times]


def test_without_faults_nothing_happens():
    """The plan of a healthy sandbox is empty."""
    assert make([]).plan(0.0) == _faults.Plan()


def test_latency_adds_up():
    """Faults that leave the answer alone are all met."""
    faults = make([{"latency": 0.5}, {"latency": 0.25, "named": False}, {"form": "field"}])
    plan = faults.plan(0.0)
    assert (plan.latency, plan.ending, plan.named, plan.form) == (0.75, None, False, "field")
    assert plan.partial is None


def test_the_first_ending_wins():
    """What comes after the fault that ends a request is neither met nor used up."""
    faults = make([{"latency": 1}, {"status": 503, "times": 1}, {"status": 500, "times": 1}])
    assert [faults.plan(0).ending.status for _ in range(2)] == [503, 500]
    assert hits(faults, [0.0]) == [False]


def test_share_is_chance():
    """A fault hits when chance falls below its share."""
    faults = make({"status": 503, "share": 0.5}, chances=[0.49, 0.5, 0.9, 0.0])
    assert hits(faults, [0, 0, 0, 0]) == [True, False, False, True]


def test_times_are_used_up():
    """A fault with `times` hits so often, and shows what is left."""
    faults = make({"hang": True, "times": 2})
    assert hits(faults, [0]) == [True]
    assert faults.documents(0) == [{"hang": True, "times": 1}]
    assert hits(faults, [0, 0]) == [True, False]
    assert faults.documents(0) == []


def test_seconds_run_out():
    """A fault with `seconds` ends by itself, and shows what is left."""
    faults = make({"status": 503, "seconds": 10}, now=100.0)
    assert hits(faults, [100, 109.9]) == [True, True]
    assert faults.documents(104) == [{"status": 503, "seconds": 6.0}]
    assert hits(faults, [110]) == [False]


def test_a_bucket_lets_its_rate_through():
    """A burst passes, then so many a second; no more than the burst is saved up."""
    faults = make({"rate": 2, "burst": 3})
    assert hits(faults, [0, 0, 0, 0]) == [False, False, False, True]
    assert hits(faults, [0.4, 0.5, 0.5]) == [True, False, True]
    assert hits(faults, [100, 100, 100, 100]) == [False, False, False, True]


def test_clear_ends_all():
    """After `clear` nothing is in force."""
    faults = make({"status": 503})
    faults.clear()
    assert faults.documents(0) == []
    assert hits(faults, [0]) == [False]


def test_partial_is_the_last_word():
    """Of two faults that say how a 400 is read, the later is heard."""
    assert make([{"partial": True}, {"partial": False}]).plan(0).partial is False


def test_every_nth_event_that_matches():
    """Events that do not match are not counted."""
    judge = make({"bad": {"type": "order", "every": 2}, "message": "no"}).plan(0).bad[0]
    kinds = ["order", "x", "order", "order", "x", "order"]
    verdicts = [judge.condemns({"type": kind}, None) for kind in kinds]
    assert verdicts == [False, False, True, False, False, True]
    assert judge.message == "no"


def test_an_event_that_comes_again_is_judged_as_before():
    """A client that halves its batch finds the same event bad."""
    judge = make({"bad": {"every": 3}}).plan(0).bad[0]
    assert [judge.condemns({}, id_) for id_ in "abcabcdef"] == [
        *(False, False, True),
        *(False, False, True),
        *(False, False, True),
    ]


def test_judgements_are_bounded(monkeypatch):
    """The oldest judgement is forgotten when there are too many."""
    monkeypatch.setattr(_faults, "_REMEMBERED", 2)
    judge = make({"bad": {"every": 2}}).plan(0).bad[0]
    assert [judge.condemns({}, id_) for id_ in "abca"] == [False, True, False, True]
