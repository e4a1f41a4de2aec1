"""A small simulation: real delivery machines at one token bucket, in no time at all."""

import heapq
import random
from dataclasses import dataclass

from zaius_logging._delivery import Delivery, Send
from zaius_logging._outcome import Delivered, Retry
from zaius_logging._pace import Pace


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

    refused: float
    used: float
    least: float

    @classmethod
    def of(cls, answers, clients, rate, seconds):
        taken = [sum(ok for who, ok in answers if who == client) for client in range(clients)]
        fair = sum(taken) / clients
        return cls(
            refused=sum(not ok for _, ok in answers) / len(answers),
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
        machine.added(10**9, 10**9)
        machines.append(machine)
    agenda = [(chance.uniform(0, 1), who, None) for who in range(clients)]
    answers = []
    while agenda[0][0] < seconds:
        now, who, outcome = heapq.heappop(agenda)
        machine = machines[who]
        if outcome is not None:
            machine.answered(outcome, 1, now)
        step = machine.next(now)
        if isinstance(step, Send):
            ok = bucket.take(now)
            answers.append((now, who, ok))
            outcome = Delivered() if ok else Retry("429", retry_after, throttled=True)
            heapq.heappush(agenda, (now + round_trip * chance.uniform(0.5, 2), who, outcome))
        else:
            heapq.heappush(agenda, (step.until, who, None))
    late = [(who, ok) for at, who, ok in answers if at >= after]
    return Shares.of(late, clients, bucket.rate, seconds - after)
