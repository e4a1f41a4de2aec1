"""What a task binds, its records carry; no other task sees it, and afterwards all is as before."""

import asyncio
import contextvars
import threading

import pytest

from zaius_logging import EventError, bind, bound, unbind
from zaius_logging._event.context import current


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
