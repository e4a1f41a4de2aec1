"""Requests at once, their steps in any order: each event carries its own request's identifiers, and no other's."""

import asyncio
import contextlib
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from zaius_logging import EventError, bind, bound, unbind
from zaius_logging._event.context import NOTHING, current

REQUESTS = 4
STEPS = ["bind", "enter", "leave", "unbind", "collect", "log"]
ALL_BIND = [(request, "bind") for request in range(REQUESTS)]
SCHEDULES = st.lists(
    st.tuples(st.integers(0, REQUESTS - 1), st.sampled_from(STEPS)), min_size=10, max_size=40
).map(ALL_BIND.__add__)


class Request:
    """What a request does, a step at a time; `place` makes each identifier one of a kind."""

    def __init__(self, sink, run):
        self._sink = sink
        self._run = run
        self._blocks = []
        self._neighbours = []

    def knows(self, neighbour):
        """Meet another request, whose blocks this one's garbage collection will find."""
        self._neighbours = neighbour._blocks

    def step(self, what, place):
        """Do it, wherever the request runs."""
        match what:
            case "bind":
                bind(identifiers={"customer_id": place})
            case "enter":
                self._blocks.append(bound(identifiers={"customer_id": place}))
                self._blocks[-1].__enter__()
            case "leave" if self._blocks:
                self._blocks.pop().__exit__(None, None, None)
            case "unbind":
                unbind()
            case "collect" if self._neighbours:  # a stream that was given up, finalised here
                self._neighbours.pop().gen.close()
            case "log":
                with contextlib.suppress(EventError):  # nothing is bound
                    self._sink.buy(place=place, run=self._run)


def model(schedule):
    """Place of each event -> the identifier that it must carry, said without any context."""
    bound_now = [None] * REQUESTS
    before = [[] for _ in range(REQUESTS)]
    events = {}
    for place, (request, what) in enumerate(schedule):
        match what:
            case "bind":
                bound_now[request] = str(place)
            case "enter":
                before[request].append(bound_now[request])
                bound_now[request] = str(place)
            case "leave" if before[request]:
                bound_now[request] = before[request].pop()
            case "unbind":
                bound_now[request] = None
            case "collect" if before[(request + 1) % REQUESTS]:
                before[(request + 1) % REQUESTS].pop()  # and nothing changes for anybody
            case "log" if bound_now[request] is not None:
                events[place] = bound_now[request]
    return events


def in_threads(requests, schedule):
    """A thread for each request."""
    with contextlib.ExitStack() as stack:
        threads = [stack.enter_context(ThreadPoolExecutor(1)) for _ in requests]
        for place, (number, what) in enumerate(schedule):
            threads[number].submit(requests[number].step, what, place).result()


def in_tasks(requests, schedule, log=None):
    """An asyncio task for each request."""

    async def work(request, steps, done):
        while (step := await steps.get()) is not None:
            if step[0] == "log" and log is not None:
                await log(request.step, *step)
            else:
                request.step(*step)
            done.put_nowait(None)

    async def main():
        done = asyncio.Queue()
        steps = [asyncio.Queue() for _ in requests]
        tasks = [
            asyncio.create_task(work(request, mine, done))
            for request, mine in zip(requests, steps, strict=True)
        ]
        for place, (number, what) in enumerate(schedule):
            steps[number].put_nowait((what, place))
            await done.get()
        for mine in steps:
            mine.put_nowait(None)
        await asyncio.gather(*tasks)

    asyncio.run(main())


def in_tasks_that_log_in_threads(requests, schedule):
    """An asyncio task for each request, which logs by `asyncio.to_thread`."""
    in_tasks(requests, schedule, asyncio.to_thread)


def in_greenlets(requests, schedule):
    """A greenlet of gevent's for each request."""
    gevent = pytest.importorskip("gevent", reason="needs gevent")
    from gevent.queue import Queue

    def work(request, steps, done):
        while (step := steps.get()) is not None:
            request.step(*step)
            done.put(None)

    done, steps = Queue(), [Queue() for _ in requests]
    greenlets = [
        gevent.spawn(work, request, mine, done)
        for request, mine in zip(requests, steps, strict=True)
    ]
    for place, (number, what) in enumerate(schedule):
        steps[number].put((what, place))
        done.get()
    for mine in steps:
        mine.put(None)
    gevent.joinall(greenlets, raise_error=True)


KINDS = [in_threads, in_tasks, in_tasks_that_log_in_threads, in_greenlets]


def check(sink, kind, **more):
    """Run schedules that Hypothesis makes up, and hold each event against the model."""
    runs, events = [], []

    @settings(deadline=None, database=None, **more)
    @given(SCHEDULES)
    def run(schedule):
        unbind()
        runs.append(schedule)
        requests = [Request(sink, len(runs)) for _ in range(REQUESTS)]
        for number, request in enumerate(requests):
            request.knows(requests[(number + 1) % REQUESTS])
        kind(requests, schedule + [(n, "leave") for n, what in schedule if what == "enter"])
        came = {
            event["data"]["place"]: event["identifiers"]["customer_id"]
            for event in sink.events
            if event["data"]["run"] == len(runs)
        }
        assert came == model(schedule)
        events.extend(came)
        sink.transport.events.clear()

    run()
    print(f"figures: {kind.__name__}: {len(runs)} schedules, {len(events)} events, 0 misattributed")  # noqa: T201


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_request_sees_another_ones_identifiers(sink, kind):
    """Four requests whose steps fall in any order: their events equal those of a model without contexts."""
    check(sink, kind, max_examples=100)


class Global:
    """A ContextVar that knows no context."""

    def __init__(self):
        self._value = NOTHING

    def get(self):
        return self._value

    def set(self, value):
        before, self._value = self._value, value
        return before

    def reset(self, before):
        self._value = before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_global_is_found_out(sink, kind, monkeypatch):
    """The control: where identifiers are kept in one place for all, a schedule shows it."""
    everyones = Global()
    for name, module in list(sys.modules.items()):
        if name.startswith("zaius_logging") and getattr(module, "current", None) is current:
            monkeypatch.setattr(module, "current", everyones)
    with pytest.raises(AssertionError):
        check(sink, kind, phases=[Phase.generate])
