"""An event that exists is valid; what cannot be one is invalid by the name of its field."""

import copy
import dataclasses
import enum
import pickle
import types
from collections import UserDict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from zaius_logging import Event, EventError

ID = UUID("12345678-1234-4234-8234-123456789abc")


class Wholesale(enum.IntEnum):
    ACME = 42


class Mail(str, enum.Enum):
    TYLER = "tyler@zaius.com"


class Name(str):
    """Text whose `str()` says something else."""

    __slots__ = ()

    def __str__(self):
        return "other"


class Lazy:
    """A proxy as web frameworks make them: it claims to be text and fails when it is read."""

    @property
    def __class__(self):
        return str

    def __str__(self):
        raise LookupError("secret")


class LazyText(Lazy):
    def __str__(self):
        return "late"


class Unreadable(UserDict):
    def items(self):
        raise LookupError("secret")


def event(**changes):
    parts = {"type": "product", "action": "detail", "identifiers": {"email": "t@zaius.com"}}
    return Event.from_mapping({**parts, **changes})


def field_of(match=None, **changes):
    with pytest.raises(EventError, match=match) as caught:
        event(**changes)
    return caught.value.field


# What is good


def test_the_four_parts_are_kept_as_given(cart):
    """The API's own example goes in and comes out the same."""
    made = Event.from_mapping(cart)
    assert (made.type, made.action) == ("product", "add_to_cart")
    assert made.to_mapping() == cart
    assert Event(**cart) == made


def test_data_may_be_left_out():
    """An event without data has none; None says the same."""
    assert event().data == {}
    assert event(data=None).data == {}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("tyler@zaius.com", "tyler@zaius.com"),
        (" padded ", " padded "),
        (123, "123"),
        (0, "0"),
        (-5, "-5"),
        (2**70, str(2**70)),
        (ID, str(ID)),
        (Wholesale.ACME, "42"),
        (Mail.TYLER, "tyler@zaius.com"),
        (Name("text"), "text"),
        pytest.param(LazyText(), "late", id="lazy"),
        ("x" * 1024, "x" * 1024),
        ("ünï©ode 🎉", "ünï©ode 🎉"),
    ],
    ids=lambda value: f"{type(value).__name__}-{str(value)[:8]}",
)
def test_identifiers_become_text(given, kept):
    """Whole numbers and UUIDs are taken as text, and text of any kind as plain text."""
    made = event(identifiers={"customer_id": given})
    assert made.identifiers == {"customer_id": kept}
    assert type(made.identifiers["customer_id"]) is str


def test_whole_numbers_of_other_libraries_are_identifiers(numpy_like):
    """A customer number out of a data frame is a whole number as well."""
    assert event(identifiers={"customer_id": numpy_like(7)}).identifiers == {"customer_id": "7"}


@pytest.fixture
def numpy_like():
    """Make a number registered as Integral that is no int, as NumPy's are."""
    import numbers

    class Int64:
        def __init__(self, value):
            self.value = value

        def __int__(self):
            return self.value

    numbers.Integral.register(Int64)
    return Int64


@pytest.mark.parametrize("nothing", [None, "", " ", "\t\n"])
def test_an_identifier_that_says_nothing_is_left_out(nothing):
    """None and blank text are no identifier; the others stay."""
    made = event(identifiers={"email": nothing, "phone": "+15550100"})
    assert made.identifiers == {"phone": "+15550100"}


def test_names_of_identifiers_become_plain_text():
    """An Enum that is text names an identifier by its text."""

    class Known(str, enum.Enum):
        EMAIL = "email"

    (name,) = event(identifiers={Known.EMAIL: "t@zaius.com"}).identifiers
    assert type(name) is str
    assert name == "email"


@pytest.mark.parametrize(
    "text", ["x", "x" * 1024, "Ünï", " padded ", Name("x"), pytest.param(LazyText(), id="lazy")]
)
def test_type_and_action_are_any_text(text):
    """Custom types are the customer's business, up to the documented 1024 characters."""
    made = event(type=text, action=text)
    assert type(made.type) is type(made.action) is str
    assert made.type == made.action == ("late" if type(text) is LazyText else str.__str__(text))


@pytest.mark.parametrize("mapping", [UserDict, types.MappingProxyType, dict])
def test_any_mapping_will_do(mapping, cart):
    """Mappings that are not dictionaries are read like them, at each of the three places."""
    given = mapping(
        {**cart, "identifiers": mapping(cart["identifiers"]), "data": mapping(cart["data"])}
    )
    assert Event.from_mapping(given).to_mapping() == cart


@pytest.mark.parametrize(
    "ts",
    [
        "2026-01-31",
        "2026-01-31T12:00",
        "2026-01-31 12:00:00",
        "2026-01-31T12:00:00Z",
        "2026-01-31T23:59:60.000Z",
        "2026-12-31T12:00:00,123456789+01",
        "2026-01-31T12:00:00.1+0130",
        "2026-01-31T12:00:00.123-01:30",
        "1700000000",
        "1700000000.25",
        1_700_000_000,
        100_000_000,
        "100000000",
        1_700_000_000.25,
        99_999_999_999,
        date(2026, 1, 31),
        datetime(2026, 1, 31, tzinfo=timezone.utc),
        None,
    ],
    ids=str,
)
def test_each_form_of_time_is_good(ts):
    """ISO 8601 in its usual forms, epoch seconds as number or text, a date, an aware datetime."""
    assert event(data={"ts": ts}).data == {"ts": ts}


def test_an_idempotence_id_may_be_a_uuid():
    """The caller's own id is kept, as text."""
    assert event(data={"idempotence_id": ID}).data["idempotence_id"] == str(ID)
    assert event(data={"idempotence_id": "mine-1"}).data["idempotence_id"] == "mine-1"
    assert event(data={"idempotence_id": None}).data["idempotence_id"] is None


# What is not


@pytest.mark.parametrize("field", ["type", "action"])
@pytest.mark.parametrize(
    ("value", "match"),
    [
        (None, "is missing"),
        ("", "is blank"),
        (" \t\n", "is blank"),
        ("\u2003", "is blank"),
        (b"product", "type bytes; it must be text"),
        (7, "type int; it must be text"),
        (True, "type bool; it must be text"),
        (["product"], "type list; it must be text"),
        ("x" * 1025, "1025 characters; the API takes 1024"),
        pytest.param(Lazy(), "cannot be read: it raised LookupError", id="lazy"),
    ],
    ids=lambda value: f"{type(value).__name__}-{str(value)[:8]}",
)
def test_type_and_action_must_be_text(field, value, match):
    """Each mistake is invalid by the field's own name."""
    assert field_of(match, **{field: value}) == field


def test_purchase_is_an_action():
    """The commonest slip gets its cure: the type is `order`."""
    assert field_of("type 'order', action 'purchase'", type="purchase") == "type"


@pytest.mark.parametrize(
    ("value", "match"),
    [
        (None, "is missing"),
        ("tyler@zaius.com", "type str; it must be an object"),
        ([("email", "t@zaius.com")], "type list"),
        ({}, "at least one is needed"),
        ({"email": None, "phone": " "}, "at least one is needed"),
        ({"": "x"}, "a name is blank"),
        ({" ": "x"}, "a name is blank"),
        ({1: "x"}, "a name is blank or not text"),
        ({None: "x"}, "a name is blank or not text"),
        (Unreadable(), "cannot be read: it raised LookupError"),
    ],
    ids=str,
)
def test_identifiers_must_be_an_object_with_one_at_least(value, match):
    """Without an identifier an event belongs to nobody."""
    assert field_of(match, identifiers=value) == "identifiers"


@pytest.mark.parametrize(
    ("value", "match"),
    [
        (True, "type bool"),
        (1.0, "type float; it must be text or a whole number"),
        (float("nan"), "type float"),
        (Decimal(7), "type Decimal"),
        (b"t@zaius.com", "type bytes"),
        (["t@zaius.com"], "type list"),
        ({"a": "b"}, "type dict"),
        (object(), "type object"),
        ("x" * 1025, "1025 characters"),
        (10**1024, "1025 characters"),
        (10**5000, "too many digits"),
        pytest.param(Lazy(), "cannot be read: it raised LookupError", id="lazy"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_identifier_must_be_text_or_a_whole_number(value, match):
    """A wrong identifier merges customers for good, so nothing is guessed; the path names it."""
    assert (
        field_of(match, identifiers={"email": "t@zaius.com", "x_id": value}) == "identifiers.x_id"
    )


@pytest.mark.parametrize("name", ["Email", "EMAIL", "Customer_ID", "VUID"])
def test_a_known_identifier_in_the_wrong_case_is_invalid(name):
    """The API's names are case-sensitive: `Email` would be lost without a word."""
    assert field_of(f"use '{name.lower()}'", identifiers={name: "x"}) == f"identifiers.{name}"


def test_custom_identifiers_keep_their_case():
    """Only known names are judged."""
    assert event(identifiers={"Loyalty_ID": "1"}).identifiers == {"Loyalty_ID": "1"}


@pytest.mark.parametrize("value", ["text", 7, [("a", 1)], {"a"}, b"x", False], ids=repr)
def test_data_must_be_an_object(value):
    """Anything else is invalid, and what is falsy is not taken for left out."""
    assert field_of("must be an object, or left out", data=value) == "data"


def test_data_that_cannot_be_read_is_invalid():
    """A lazy mapping that fails says so by the field, and its own words stay inside."""
    with pytest.raises(EventError) as caught:
        event(data=Unreadable())
    assert str(caught.value) == "data: cannot be read: it raised LookupError"


@pytest.mark.parametrize(
    ("ts", "match"),
    [
        (True, "type bool"),
        (datetime(2026, 1, 31), "without a time zone"),  # noqa: DTZ001 - that is the mistake
        (1_700_000_000_000, "milliseconds, divide by 1000"),
        (1e11, "milliseconds"),
        (-1, "not a time in epoch seconds"),
        (float("nan"), "not a time in epoch seconds"),
        (float("inf"), "not a time in epoch seconds"),
        (Decimal(1), "type Decimal"),
        (timedelta(1), "type timedelta"),
        ([], "type list"),
        ("", "not ISO 8601"),
        ("yesterday", "not ISO 8601"),
        ("1700000000000", "milliseconds, divide by 1000"),
        (0, "fewer than nine digits"),
        (2011, "fewer than nine digits"),
        (201103, "fewer than nine digits"),
        (20260131, "fewer than nine digits"),
        (40607.5, "fewer than nine digits"),
        (99_999_999, "fewer than nine digits"),
        ("20260131", "fewer than nine digits"),
        ("1" * 21, "not ISO 8601"),
        ("31.01.2026", "not ISO 8601"),
        ("2026-1-31", "not ISO 8601"),
        ("2026-13-01", "not ISO 8601"),
        ("2026-01-32", "not ISO 8601"),
        ("2026-00-10", "not ISO 8601"),
        ("2026-01-31T24:00Z", "not ISO 8601"),
        ("2026-01-31T12:60Z", "not ISO 8601"),
        ("2026-01-31T12:00:61Z", "not ISO 8601"),
        ("2026-01-31T12:00:00Z\n", "not ISO 8601"),
        ("2026-01-31T12", "not ISO 8601"),
        ("２０２６-01-31", "not ISO 8601"),  # noqa: RUF001 - digits of another script
    ],
    ids=repr,
)
def test_a_time_that_the_api_would_misread_is_invalid(ts, match):
    """Milliseconds are read as the year 50 000, naive datetimes in anybody's zone: neither goes out."""
    assert field_of(match, data={"ts": ts}) == "data.ts"


@pytest.mark.parametrize(
    ("value", "match"), [("", "blank"), (7, "type int"), ("x" * 1025, "1025"), ([], "type list")]
)
def test_an_idempotence_id_must_be_text(value, match):
    """What tells duplicates apart must be sure."""
    assert field_of(match, data={"idempotence_id": value}) == "data.idempotence_id"


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("properties", "calls it 'data'"),
        ("Properties", "calls it 'data'"),
        ("timestamp", "goes to data.ts"),
        ("ts", "goes to data.ts"),
        ("email", "goes to identifiers.email"),
        ("idempotence_id", "goes to data.idempotence_id"),
        ("Type", "use 'type'"),
        ("IDENTIFIERS", "use 'identifiers'"),
        ("colour", "other fields go into data"),
    ],
)
def test_an_unknown_key_is_invalid_with_a_hint(key, hint, cart):
    """The usual slips are named with their cure, any other with the way out."""
    with pytest.raises(EventError, match=hint) as caught:
        Event.from_mapping({**cart, key: "x"})
    assert caught.value.field == key


@pytest.mark.parametrize("key", [7, None, ("a", "b"), b"type"], ids=repr)
def test_a_key_that_is_not_text_is_invalid(key, cart):
    """It has no path of its own, so the event is named."""
    with pytest.raises(EventError, match="keys are text") as caught:
        Event.from_mapping({**cart, key: "x"})
    assert caught.value.field == "event"


def test_a_very_long_key_is_cut(cart):
    """An error does not carry a megabyte around."""
    with pytest.raises(EventError) as caught:
        Event.from_mapping({**cart, "k" * 1_000_000: "x"})
    assert len(caught.value.field) == 1024


@pytest.mark.parametrize(
    "value", ["text", 7, [1], object()], ids=lambda value: type(value).__name__
)
def test_what_is_no_object_is_no_event(value):
    """The message says what is needed."""
    with pytest.raises(EventError, match="an object with type, action and identifiers") as caught:
        Event.from_mapping(value)
    assert caught.value.field == "event"


def test_an_event_that_cannot_be_read_is_invalid():
    """A lazy mapping that fails is reported by the kind of its failure only."""
    with pytest.raises(EventError, match=r"^event: cannot be read: it raised LookupError$"):
        Event.from_mapping(Unreadable())


def test_no_message_carries_a_value():
    """Values are personal data: no message repeats one."""
    secret = "tyler-4711"  # noqa: S105 - no password
    for changes in (
        {"type": [secret]},
        {"action": secret * 200},
        {"identifiers": secret},
        {"identifiers": {"email": [secret]}},
        {"identifiers": {"email": secret * 200}},
        {"data": secret},
        {"data": {"ts": secret}},
        {"data": {"idempotence_id": [secret]}},
    ):
        with pytest.raises(EventError) as caught:
            event(**changes)
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None


# The value


def test_an_event_cannot_be_changed():
    """It was valid when it was made, so it stays as it is."""
    made = event()
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.type = ""
    assert not hasattr(made, "__dict__")


def test_the_callers_objects_are_copied(cart):
    """Changing what was handed in, or what is handed out, changes no event."""
    made = Event.from_mapping(cart)
    before = made.to_mapping()
    cart["identifiers"]["email"] = "other"
    cart["data"]["product_id"] = "other"
    made.to_mapping()["data"]["product_id"] = "other"
    assert made.to_mapping() == before


def test_the_callers_objects_are_not_changed(cart):
    """Normalising happens in a copy."""
    given = {
        **cart,
        "identifiers": {"email": " ", "customer_id": 7},
        "data": {"idempotence_id": ID},
    }
    before = copy.deepcopy(given)
    Event.from_mapping(given)
    assert given == before


def test_events_are_copied_and_pickled(cart):
    """A record with an event in it may cross to another process."""
    made = Event.from_mapping(cart)
    assert copy.copy(made) == copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - made in this line
