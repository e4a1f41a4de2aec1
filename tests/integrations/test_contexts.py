"""What is bound follows asyncio tasks and to_thread; threads and pools start with nothing bound."""

import asyncio
import contextvars
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from zaius_logging import EventError, bind, bound, unbind


def who(sink):
    return [event["identifiers"].get("email") for event in sink.events]


def in_thread(call):
    """Run in a thread and give what it raised."""
    raised = []

    def run():
        try:
            call()
        except EventError as error:
            raised.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised


def test_a_new_thread_starts_with_nothing_bound(sink):
    """threading.Thread does not inherit: an event without identifiers is invalid, not misattributed."""
    with bound(identifiers={"email": "a@example.com"}):
        raised = in_thread(sink.buy)
    assert "identifiers: at least one is needed" in raised[0]
    assert sink.events == []


def test_a_copied_context_carries_into_a_thread(sink):
    """copy_context().run carries what is bound to any thread or pool."""
    with bound(identifiers={"email": "a@example.com"}):
        context = contextvars.copy_context()
    assert in_thread(lambda: context.run(sink.buy)) == []
    assert who(sink) == ["a@example.com"]


def test_a_pool_keeps_what_its_thread_bound(sink):
    """A pool's thread runs job after job: what one binds without `bound`, the next one's events carry."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(bind, identifiers={"email": "a@example.com"}).result()
        pool.submit(sink.buy).result()
        pool.submit(unbind).result()
        with pytest.raises(EventError, match="at least one is needed"):
            pool.submit(sink.buy).result()
    assert who(sink) == ["a@example.com"]


def test_threads_at_once_never_see_each_other(sink):
    """Eight threads, fifty rounds each: every event carries its own thread's identifier."""
    barrier = threading.Barrier(8)

    def work(name):
        for number in range(50):
            barrier.wait()
            with bound(identifiers={"email": name}):
                barrier.wait()
                sink.buy(name=name, n=number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [f"{n}@example.com" for n in range(8)]))
    assert len(sink.events) == 400
    assert all(e["identifiers"]["email"] == e["data"]["name"] for e in sink.events)


def test_tasks_at_once_never_see_each_other(sink):
    """A hundred asyncio tasks that interleave at every step: each event carries its own identifier."""

    async def work(name):
        bind(identifiers={"email": name})
        for number in range(5):
            await asyncio.sleep(0)
            sink.buy(name=name, n=number)

    async def main():
        await asyncio.gather(*[work(f"{n}@example.com") for n in range(100)])

    asyncio.run(main())
    assert len(sink.events) == 500
    assert all(e["identifiers"]["email"] == e["data"]["name"] for e in sink.events)


def test_a_task_inherits_and_does_not_leak_back(sink):
    """A task starts with what its maker had bound; what it binds stays its own."""

    async def child():
        sink.buy(n=1)
        bind(identifiers={"email": "child@example.com"})
        sink.buy(n=2)

    async def main():
        with bound(identifiers={"email": "parent@example.com"}):
            await asyncio.create_task(child())
            sink.buy(n=3)

    asyncio.run(main())
    assert who(sink) == ["parent@example.com", "child@example.com", "parent@example.com"]


def test_to_thread_inherits_and_run_in_executor_does_not(sink):
    """asyncio.to_thread copies the context; loop.run_in_executor does not."""

    async def main():
        with bound(identifiers={"email": "a@example.com"}):
            await asyncio.to_thread(sink.buy)
            with pytest.raises(EventError, match="at least one is needed"):
                await asyncio.get_running_loop().run_in_executor(None, sink.buy)

    asyncio.run(main())
    assert who(sink) == ["a@example.com"]


def test_another_process_starts_with_nothing_bound(sink):
    """A spawned process has a context of its own; a forked one inherits its parent's."""
    with (
        bound(identifiers={"email": "a@example.com"}),
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        values = pool.submit(eval, "[*__import__('contextvars').copy_context().values()]").result()
    assert values == []


def test_a_block_that_was_given_up_ends_in_no_other_request(sink):
    """A stream that nobody reads to its end is finalised in another task: what is bound there stays."""

    def stream():
        with bound(identifiers={"email": "gone@example.com"}):
            yield

    async def begun():
        bind(identifiers={"email": "before@example.com"})
        given_up = stream()
        next(given_up)
        return given_up

    async def other(given_up):
        bind(identifiers={"email": "other@example.com"})
        given_up.close()  # as garbage collection does, at any moment
        sink.buy()

    async def main():
        given_up = await asyncio.create_task(begun())
        await asyncio.create_task(other(given_up))

    asyncio.run(main())
    assert who(sink) == ["other@example.com"]


def test_as_a_decorator_bound_is_for_plain_functions(sink):
    """The trap that the docs warn of: the block around an `async def` ends before its first line runs."""
    a = {"email": "a@example.com"}

    @bound(identifiers=a)
    async def outside():
        sink.buy()

    async def inside():
        with bound(identifiers=a):
            sink.buy()

    with pytest.raises(EventError, match="at least one is needed"):
        asyncio.run(outside())
    asyncio.run(inside())
    bound(identifiers=a)(sink.buy)()
    assert who(sink) == ["a@example.com"] * 2
