"""What a task binds, its records carry; no other task sees it, and afterwards all is as before."""

import asyncio
import contextvars
import logging
import threading

import pytest

from zaius_logging import EventError, bind, bound, unbind
from zaius_logging._event.context import NOTHING, SEALED, bound_to, current, used
from zaius_logging._event.encode import dumper
from zaius_logging._event.writer import Writer


@pytest.fixture(autouse=True)
def _nothing_bound():
    """Each test begins and ends with nothing bound."""
    assert now() == ({}, {})
    yield
    unbind()


def now():
    return current.get().identifiers, current.get().data


def test_bind_lays_over_what_is_bound():
    """Names add up; the later of two alike wins."""
    bind(identifiers={"email": "a@zaius.com", "vuid": "1"}, data={"page": "/"})
    bind(identifiers={"vuid": 2}, data={"shop": "x"})
    bind()
    assert now() == ({"email": "a@zaius.com", "vuid": "2"}, {"page": "/", "shop": "x"})


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_blank_identifier_is_kept_as_hiding(nothing):
    """None and blank hide the handler's default of that name, so they are bound as None."""
    bind(identifiers={"email": nothing})
    assert now() == ({"email": None}, {})


def test_unbind_takes_names_away():
    """One name as text, several as any iterable; what is not bound is no error."""
    bind(identifiers={"email": "a@zaius.com", "vuid": "1"}, data={"a": 1, "b": 2, "c": 3})
    unbind(identifiers="email")
    assert now() == ({"vuid": "1"}, {"a": 1, "b": 2, "c": 3})
    unbind(data=iter(["a", "b", "unknown"]))
    assert now() == ({"vuid": "1"}, {"c": 3})
    unbind(identifiers=[], data=())
    assert now() == ({"vuid": "1"}, {"c": 3})


def test_unbind_without_arguments_takes_everything():
    """The end of a request needs one call."""
    bind(identifiers={"email": "a@zaius.com"}, data={"a": 1})
    unbind()
    assert now() == ({}, {})


def test_bound_ends_with_its_block():
    """Also when the block raises, and whatever was bound or unbound inside."""

    def block():
        with bound(identifiers={"vuid": "1"}, data={"a": 2}):
            assert now() == ({"vuid": "1"}, {"a": 2})
            bind(data={"b": 3})
            unbind(identifiers="vuid")
            raise LookupError

    bind(data={"a": 1})
    with pytest.raises(LookupError):
        block()
    assert now() == ({}, {"a": 1})


def test_bound_decorates_a_function():
    """Each call has it bound anew."""

    @bound(data={"a": 1})
    def call():
        seen = now()
        bind(data={"a": 2})
        return seen

    assert call() == call() == ({}, {"a": 1})
    assert now() == ({}, {})


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"identifiers": {"email": 1.5}}, "identifiers.email"),
        ({"identifiers": {"Email": "x"}}, "identifiers.Email"),
        ({"identifiers": ["email"]}, "identifiers"),
        ({"data": {"idempotence_id": "1"}}, "data.idempotence_id"),
        ({"data": {"ts": "yesterday"}}, "data.ts"),
        ({"data": "text"}, "data"),
    ],
)
def test_what_is_wrong_is_invalid_where_it_is_bound(bad, field):
    """Not at some later record; and nothing of it is bound."""
    good = {"identifiers": {"vuid": "1"}, "data": {"a": 1}}
    with pytest.raises(EventError) as caught:
        bind(**{**good, **bad})
    assert caught.value.field == field
    with pytest.raises(EventError), bound(**bad):
        pytest.fail("the block must not run")
    assert now() == ({}, {})


def test_the_callers_mappings_are_copied():
    """Changing them later changes nothing that is bound."""
    identifiers, data = {"vuid": "1"}, {"a": 1}
    bind(identifiers=identifiers, data=data)
    identifiers["vuid"] = data["a"] = "other"
    assert now() == ({"vuid": "1"}, {"a": 1})


def test_what_is_nested_is_copied_too():
    """A list or an object that changes after it was bound changes no later event."""
    cart = {"items": [{"tags": {"a"}}], "user": object()}
    bind(data={"cart": cart, "again": cart})
    cart["items"][0]["tags"].add("b")
    cart["items"].append("more")
    cart["new"] = 1
    bound_cart = now()[1]["cart"]
    assert bound_cart == {"items": [{"tags": {"a"}}], "user": cart["user"]}
    assert now()[1]["again"] is bound_cart


def test_what_has_no_end_can_be_bound_and_is_invalid_at_its_event():
    """The encoder finds cycles and absurd depth, by path."""
    cycle = []
    cycle.append(cycle)
    deep = []
    for _ in range(100_000):
        deep = [deep]
    bind(data={"cycle": cycle})
    assert now()[1]["cycle"][0] is now()[1]["cycle"]
    assert now()[1]["cycle"] is not cycle
    bind(data={"deep": deep})
    assert now()[1]["deep"] is deep
    unbind()
    while deep:  # taken apart by hand
        deep = deep[0]


def test_a_thread_starts_with_nothing_bound():
    """Threads do not inherit, and what they bind stays theirs."""
    seen = []

    def work():
        seen.append(now())
        bind(data={"theirs": 1})

    bind(data={"ours": 1})
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [({}, {})]
    assert now() == ({}, {"ours": 1})


def test_asyncio_tasks_inherit_and_keep_apart():
    """Two requests at once never see each other's customer."""

    async def request(name, mine, others):
        bind(identifiers={"customer_id": name})
        mine.set()
        await others.wait()
        return now()

    async def main():
        bind(data={"app": "shop"})
        events = [asyncio.Event(), asyncio.Event()]
        found = await asyncio.gather(
            request("1", events[0], events[1]), request("2", events[1], events[0])
        )
        return found, now()

    found, after = contextvars.copy_context().run(asyncio.run, main())
    assert found == [
        ({"customer_id": "1"}, {"app": "shop"}),
        ({"customer_id": "2"}, {"app": "shop"}),
    ]
    assert after == ({}, {"app": "shop"})


# To whom a record belongs


def late(**changes):
    """A record as a MemoryHandler or a QueueHandler hands it on."""
    return logging.makeLogRecord(changes)


def test_what_was_bound_before_a_record_is_the_records():
    """The usual case: bound, then logged."""
    with bound(data={"a": 1}):
        assert bound_to(late()).data == {"a": 1}


def unknown(record):
    with pytest.raises(EventError, match=r"Seal") as caught:
        bound_to(record)
    return caught.value.field == "event"


def test_what_was_bound_after_a_record_is_not_the_records():
    """MemoryHandler hands on what another request has logged."""
    record = late()
    with bound(data={"a": 1}):
        assert unknown(record)
    record = late()
    bind(data={"a": 1})
    assert unknown(record)
    record = late()
    unbind(data="a")
    assert unknown(record)


def test_a_record_of_a_block_that_has_ended_belongs_to_nobody():
    """What was bound around it is gone, and what is bound outside is not the same."""
    bind(data={"a": 1})
    with bound(identifiers={"customer_id": 7}):
        record = late()
    assert unknown(record)
    assert bound_to(late()).data == {"a": 1}


@pytest.mark.parametrize("where", [{"thread": 1}, {"process": 1}, {"taskName": "another"}])
def test_a_record_of_another_thread_process_or_task_belongs_to_nobody(where):
    """QueueHandler, SocketHandler, and a task that flushes what others have logged."""
    with bound(data={"a": 1}):
        assert unknown(late(**where))


def test_what_a_record_does_not_say_does_not_count():
    """`logging.logThreads` and the like turn it off."""
    with bound(data={"a": 1}):
        assert bound_to(late(thread=None, process=None, taskName=None)).data == {"a": 1}


def test_a_record_of_this_task_is_the_tasks():
    """Python 3.12 and later name the task in each record."""

    async def main():
        name = asyncio.current_task().get_name()
        with bound(data={"a": 1}):
            return bound_to(late(taskName=name)).data

    assert asyncio.run(main()) == {"a": 1}


def test_a_sealed_record_has_nothing_added():
    """Its event is whole; one that was invalid at the seal is invalid for the same reason."""
    bind(data={"a": 1})
    assert bound_to(late(thread=1, **{SEALED: True})) is NOTHING
    with pytest.raises(EventError, match=r"^data\.x: is wrong$"):
        bound_to(late(thread=1, **{SEALED: ("data.x", "is wrong")}))


def test_a_sealed_record_of_another_task_takes_nothing_of_this_one():
    """Nobody but the seal knows of tasks before Python 3.12: it is asked before thread and time are."""
    with bound(identifiers={"customer_id": "b"}):
        record = logging.makeLogRecord({SEALED: True})
        record.taskName = None  # as before 3.12
        assert bound_to(record) is NOTHING


def test_a_clock_that_is_set_back_takes_nothing_away(monkeypatch):
    """Until it is as late as before, a record seems older than what was bound before it."""
    now = [2e9]
    monkeypatch.setattr("time.time", lambda: now[0])
    bind(data={"a": 1})
    now[0] -= 3600
    assert bound_to(late(created=now[0])).data == {"a": 1}
    now[0] += 7200
    assert unknown(late(created=2e9 - 1))


def test_where_nothing_was_ever_bound_every_record_is_known(record, cart):
    """A process that never binds may hand records on as it likes."""
    write = Writer(
        attribute="zaius", identifiers={}, data={}, record_attributes={}, source={}, dumps=dumper()
    )
    made = record(cart)
    made.thread = made.process = 1
    used.clear()
    assert write(made)
    bind(data={"a": 1})
    with pytest.raises(EventError, match="Seal"):
        write(made)
