"""Values of other libraries are taken as people mean them, or invalid by their path with what to do."""

import collections
import json
import types
from http import HTTPStatus
from uuid import UUID

import pytest

from zaius_logging import Event, EventError, register_type
from zaius_logging._event.rules import taught


def sent(encode, value):
    """What stands in an event for a value in its data."""
    event = Event("a", "b", {"email": "t@zaius.com"}, {"x": value})
    return json.loads(encode(event))["data"]["x"]


def invalid(encode, value):
    """Why an event with this value is invalid."""
    with pytest.raises(EventError) as caught:
        sent(encode, value)
    assert caught.value.field == "data.x"
    return caught.value.problem


# NumPy and pandas


@pytest.fixture
def np():
    return pytest.importorskip("numpy")


@pytest.fixture
def pd():
    return pytest.importorskip("pandas")


@pytest.mark.parametrize("unit", ["h", "m", "s", "ms", "us", "ns", "ps"])
def test_a_moment_is_iso_8601_in_every_unit(encode, np, unit):
    """Nanoseconds, which data frames have, were sent as a number with nineteen digits."""
    moment = np.datetime64("2024-01-31T12:00:00").astype(f"datetime64[{unit}]")
    if unit == "ps":
        moment = np.datetime64("1970-01-31T12:00:00").astype("datetime64[ps]")
        assert sent(encode, moment) == "1970-01-31T12:00:00.000"
    else:
        assert sent(encode, moment) == "2024-01-31T12:00:00.000"


@pytest.mark.parametrize("unit", ["D", "W", "M", "Y"])
def test_a_day_is_a_date(encode, np, unit):
    """Weeks, months and years are their first day."""
    assert sent(encode, np.datetime64("2024-01-31").astype(f"datetime64[{unit}]")).startswith(
        "2024-01"
    )


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_duration_is_seconds(encode, np, unit):
    """As Python's timedelta, though NumPy's says that it is a whole number."""
    assert sent(encode, np.timedelta64(3, "s").astype(f"timedelta64[{unit}]")) == 3.0


def test_no_time_is_null(encode, np, pd):
    """NaT of either library, and pandas' NA, say that nothing is known."""
    for nothing in (
        np.datetime64("NaT"),
        np.datetime64("NaT", "ns"),
        np.timedelta64("NaT", "ns"),
        pd.NaT,
        pd.NA,
    ):
        assert sent(encode, nothing) is None
        assert sent(encode, [nothing]) == [None]


def test_no_time_is_not_the_events_time(pd):
    """A blank cell must not become the moment of the call without anybody's word."""
    with pytest.raises(EventError, match="NaT, which is no time"):
        Event("a", "b", {"email": "t@zaius.com"}, {"ts": pd.NaT})


def test_a_duration_of_months_is_invalid(encode, np):
    """Nobody knows how long it is."""
    assert "timedelta64" in invalid(encode, np.timedelta64(3, "M"))


def test_timestamps_of_pandas_are_datetimes(encode, pd):
    """Aware and naive."""
    assert sent(encode, pd.Timestamp("2024-01-31T13:00+01:00")) == "2024-01-31T12:00:00.000Z"
    assert sent(encode, pd.Timestamp("2024-01-31T12:00")) == "2024-01-31T12:00:00.000"
    assert sent(encode, pd.Timedelta("1.5s")) == 1.5


def test_numbers_and_arrays(encode, np):
    """An array is a list, however many dimensions it has; one that cannot fit is invalid before memory is spent."""
    assert sent(encode, np.int64(3)) == 3
    assert sent(encode, np.bool_(True)) is True
    assert sent(encode, np.str_("x")) == "x"
    assert sent(encode, np.array([[1, 2], [3, 4]])) == [[1, 2], [3, 4]]
    assert sent(encode, np.array(["2024-01-31T12:00"], "datetime64[ns]")) == [
        "2024-01-31T12:00:00.000"
    ]
    assert sent(encode, np.array([0.5, float("nan")])) == [0.5, None]
    assert invalid(encode, np.zeros(1_000_001)) == "has more than 1,000,000 items"


def test_a_column_is_invalid_with_the_way_out(encode, pd):
    """Whether an index belongs to the event is the caller's to say."""
    assert "tolist()" in invalid(encode, pd.Series([1]))
    assert "to_dict()" in invalid(encode, pd.DataFrame({"a": [1]}))


def test_whole_numbers_of_numpy_are_identifiers_and_times(np):
    """A customer number, and epoch seconds, out of a data frame."""
    made = Event("a", "b", {"customer_id": np.int64(7)}, {"ts": np.int64(1_700_000_000)})
    assert made.identifiers == {"customer_id": "7"}
    with pytest.raises(EventError, match="fewer than nine digits"):
        Event("a", "b", {"customer_id": "7"}, {"ts": np.int64(20240131)})


# Django


@pytest.fixture
def lazy():
    functional = pytest.importorskip("django.utils.functional")
    return functional.lazystr


def test_lazy_text_is_text_wherever_text_may_stand(encode, lazy):
    """`gettext_lazy`, the labels of choices and verbose names are such."""
    assert sent(encode, lazy("Monday")) == "Monday"
    assert sent(encode, {"day": [lazy("Monday")]}) == {"day": ["Monday"]}
    made = Event(lazy("a"), lazy("b"), {"customer_id": lazy(17)})
    assert (made.type, made.action, made.identifiers) == ("a", "b", {"customer_id": "17"})


def test_lazy_text_that_cannot_be_made_costs_its_event_only(encode, lazy):
    """Translating may fail, and what it says stays inside."""
    from django.utils.functional import lazy as make

    def fails():
        raise LookupError("secret")

    assert "LookupError" in invalid(encode, make(fails, str)())
    with pytest.raises(EventError, match=r"^type: cannot be read: it raised LookupError$"):
        Event(make(fails, str)(), "b", {"email": "t@zaius.com"})


# What is no value


def test_objects_are_invalid_with_the_way_out(encode):
    """Which of their fields belong to the event is the caller's to say; secrets may be among them."""
    pydantic, attrs = pytest.importorskip("pydantic"), pytest.importorskip("attrs")
    model = pydantic.create_model("Model", a=(int, 1))
    assert "model_dump" in invalid(encode, model())
    assert "attrs.asdict" in invalid(encode, attrs.make_class("Item", ["a"])(1))
    assert "vars()" in invalid(encode, types.SimpleNamespace(a=1))
    row = type("Row", (), {"_meta": None})
    assert "its pk" in invalid(encode, row())


# The hook


class ObjectId:
    """As database drivers have them."""

    def __str__(self):
        return "65b9"


class Child(ObjectId):
    pass


@pytest.fixture
def _taught():
    before = dict(taught)
    yield
    taught.clear()
    taught.update(before)


@pytest.mark.usefixtures("_taught")
def test_a_class_can_be_taught(encode):
    """In data and as an identifier, for its subclasses too; before, the error names the way."""
    assert "register_type(ObjectId, str)" in invalid(encode, ObjectId())
    register_type(ObjectId, str)
    for value in (ObjectId(), Child()):
        assert sent(encode, value) == "65b9"
        assert Event("a", "b", {"order_key": value}).identifiers == {"order_key": "65b9"}


@pytest.mark.usefixtures("_taught")
def test_what_is_taught_comes_before_what_we_know(encode):
    """The nearest base counts, and what stands for a value is converted in its turn."""
    register_type(collections.OrderedDict, list)
    register_type(Child, lambda _: (1, ObjectId()))
    register_type(ObjectId, lambda _: None)
    assert sent(encode, collections.OrderedDict(a=1)) == ["a"]
    assert sent(encode, Child()) == [1, None]


@pytest.mark.usefixtures("_taught")
def test_what_is_taught_may_fail(encode):
    """It costs the event, by its path, and no word of the error is repeated."""
    register_type(ObjectId, lambda _: {}["secret"])
    assert (
        invalid(encode, ObjectId()) == "is of type ObjectId and cannot be read: it raised KeyError"
    )


@pytest.mark.parametrize("kind", [str, int, dict, tuple, UUID, HTTPStatus, type(None), "ObjectId"])
def test_what_json_has_cannot_be_taught(kind):
    """It would never be asked."""
    with pytest.raises(TypeError, match="kind must be a class"):
        register_type(kind, str)
    with pytest.raises(TypeError, match="callable"):
        register_type(ObjectId, "str")
