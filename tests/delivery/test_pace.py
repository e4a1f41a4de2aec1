"""The pace: evenly spaced under a limit; without one, processes that share a limit find it together."""

import heapq
import random
from dataclasses import dataclass
from itertools import pairwise

import pytest

from zaius_logging._delivery.machine import Delivery, Send
from zaius_logging._delivery.pace import FIRST, FLOOR, KEEP, QUIET, ROOM, Pace
from zaius_logging._transport.outcome import Delivered, Retry

# A small simulation: real delivery machines at one token bucket, in no time at all.


@dataclass
class Bucket:
    """A limit as gateways keep it: `rate` tokens a second, at most `burst` saved up."""

    rate: float
    burst: float
    _at: float = 0.0
    _tokens: float = 0.0

    def take(self, now):
        self._tokens = min(self.burst, self._tokens + self.rate * (now - self._at))
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass
class Shares:
    """What the answers of a time were."""

    throttled: float
    used: float
    least: float

    @classmethod
    def of(cls, answers, clients, rate, seconds):
        taken = [sum(ok for who, ok in answers if who == client) for client in range(clients)]
        fair = sum(taken) / clients
        return cls(
            throttled=sum(not ok for _, ok in answers) / len(answers),
            used=sum(taken) / (rate * seconds),
            least=min(taken) / fair,
        )


def storm(clients, bucket, *, seconds, after, seed, pace=Pace, round_trip=0.01, retry_after=None):
    """Let clients with endless work meet a bucket, and give the shares from `after` to `seconds`."""
    chance = random.Random(seed)
    machines = []
    for _ in range(clients):
        machine = Delivery(
            batch_size=1,
            batch_bytes=1,
            flush_interval=0,
            pace=pace(),
            uniform=chance.uniform,
        )
        machines.append(machine)
    agenda = [(chance.uniform(0, 1), who, None) for who in range(clients)]
    answers = []
    while agenda[0][0] < seconds:
        now, who, outcome = heapq.heappop(agenda)
        machine = machines[who]
        if outcome is not None:
            machine.answered(outcome, 1, now)
        step = machine.next(now, 10**9, 10**9)
        if isinstance(step, Send):
            ok = bucket.take(now)
            answers.append((now, who, ok))
            outcome = Delivered() if ok else Retry("429", retry_after, throttled=True)
            heapq.heappush(agenda, (now + round_trip * chance.uniform(0.5, 2), who, outcome))
        else:
            heapq.heappush(agenda, (step.until, who, None))
    late = [(who, ok) for at, who, ok in answers if at >= after]
    return Shares.of(late, clients, bucket.rate, seconds - after)


def starts(pace, count, now=0.0):
    """Start requests as early as the pace lets them."""
    times = []
    for _ in range(count):
        now = max(now, pace.ready())
        pace.started(now)
        times.append(now)
    return times


def test_a_limit_spaces_requests_evenly():
    """Ten a second is one each 100 ms and a little more, not ten at once; no second has eleven."""
    times = starts(Pace(10), 50)
    assert [round(b - a, 9) for a, b in pairwise(times)] == [round(ROOM / 10, 9)] * 49
    assert all(later - first > 1.01 for first, later in zip(times, times[10:], strict=False))


def test_what_was_not_used_is_not_saved_up():
    """After a pause the limit is what it was: no burst."""
    pace = Pace(10)
    starts(pace, 3)
    times = starts(pace, 20, now=60.0)
    assert times[-1] - times[0] == pytest.approx(1.9 * ROOM)


def test_no_pace_without_a_limit_until_429():
    """Nothing is held up where nobody asked for it."""
    assert starts(Pace(), 1000)[-1] == 0.0


def test_429_slows_down_and_success_speeds_up():
    """The first 429 sets a rate, each further one lowers it, down to a floor; time raises it again."""
    pace = Pace()
    pace.started(0.0)
    pace.throttled(0.0)
    assert pace.rate == FIRST
    pace.throttled(0.1)
    assert pace.rate == FIRST * KEEP
    for _ in range(100):
        pace.throttled(0.2)
    assert pace.rate == FLOOR
    starts(pace, 200)
    assert pace.rate > 2 * FLOOR


def test_idleness_does_not_raise_the_rate():
    """A rate grows by being used: after an hour without events it is what it was."""
    pace = Pace()
    pace.throttled(0.0)
    pace.throttled(0.0)
    pace.started(1.0)
    before = pace.rate
    pace.started(3600.0)
    assert pace.rate == before


@pytest.mark.parametrize(("intervals", "grows"), [(1.5, True), (2.5, False), (3.5, False)])
def test_the_rate_grows_only_while_it_is_what_holds_requests_back(intervals, grows):
    """A request that starts more than an interval late was held by something else."""
    pace = Pace()
    pace.throttled(0.0)
    pace.throttled(0.0)
    pace.started(1.0)
    before = pace.rate
    pace.started(1.0 + intervals / before)
    assert (pace.rate > before) is grows


def test_a_request_that_was_answered_429_raises_nothing():
    """The one after it starts in the rate that the 429 left."""
    pace = Pace()
    pace.started(10.0)
    pace.throttled(10.1)
    pace.started(11.0)
    assert pace.rate == FIRST


def test_a_long_time_without_429_makes_the_rate_grow_faster():
    """After `QUIET` seconds twice as fast: the limit has moved, or others have gone."""
    pace = Pace()
    pace.throttled(0.0)
    pace.throttled(0.0)
    shares = {}
    for now in range(1, 62):
        before = pace.rate
        pace.started(float(now))
        shares[now] = pace.rate / before - 1.0
    assert shares[61] / shares[31] == pytest.approx((1 + 61 / QUIET) / (1 + 31 / QUIET))


def test_a_limit_holds_whatever_success_allows():
    """`max_requests_per_second` is kept also when the learned rate has grown past it."""
    pace = Pace(2)
    pace.throttled(0.0)
    times = starts(pace, 400)
    assert pace.rate > 2
    assert min(b - a for a, b in pairwise(times)) >= 0.5 - 1e-9


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("retry_after", [None, 1.0], ids=["plain", "Retry-After"])
def test_eight_processes_share_one_bucket(seed, retry_after):
    """After 30 s under 5 % of answers are 429, 80 % of the limit is used, and nobody starves."""
    shares = storm(8, Bucket(10, 10), seconds=60, after=30, seed=seed, retry_after=retry_after)
    assert shares.throttled < 0.05
    assert shares.used >= 0.8
    assert shares.least >= 0.2


@pytest.mark.parametrize(
    ("clients", "rate"), [(1, 2), (1, 10), (2, 10), (4, 10), (8, 100), (20, 100)]
)
def test_other_crowds_and_limits_converge_too(clients, rate):
    """Nothing in it is made for eight and ten."""
    shares = storm(clients, Bucket(rate, rate), seconds=120, after=60, seed=1)
    assert shares.throttled < 0.05
    assert shares.used >= 0.8


@pytest.mark.parametrize("seed", range(3))
def test_without_a_learned_rate_the_storm_goes_on(seed):
    """The control: backoff alone, as peers have it, fails the very same test."""

    class Unlearning(Pace):
        def throttled(self, now):
            pass

    shares = storm(8, Bucket(10, 10), seconds=60, after=30, seed=seed, pace=Unlearning)
    assert shares.throttled >= 0.05
