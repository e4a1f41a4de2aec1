"""Every odd value becomes what the encoder's table says, or is invalid by its path; by both encoders."""

import collections
import dataclasses
import datetime as dt
import enum
import fractions
import http
import json
import sys
import types
import uuid
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zaius_logging import Event, EventError
from zaius_logging._event.encode import encoder
from zaius_logging._event.plain_json import MAX_BYTES, MAX_DEPTH, json_writer

FAST, PLAIN = encoder(), encoder(fast=False)
ID = uuid.UUID("12345678-1234-4234-8234-123456789abc")
EAST = dt.timezone(dt.timedelta(hours=5, minutes=30))


class Colour(enum.Enum):
    RED = "red"
    DEEP = (1, 2)
    PRICE = Decimal("1.50")


class Size(enum.IntEnum):
    LARGE = 3


class Mail(str, enum.Enum):
    TYLER = "tyler@zaius.com"


class Ratio(float, enum.Enum):
    HALF = 0.5


class Can(enum.IntFlag):
    READ = 1
    WRITE = 2


class Stated(str, enum.Enum):
    """Its value is not what it inherits."""

    def __new__(cls, text, value):
        made = str.__new__(cls, text)
        made._value_ = value
        return made

    def __repr__(self):  # Enum's own fails where value and kind differ
        return "Stated.CODE"

    CODE = ("inherited", 7)


class Text(str):
    __slots__ = ()

    def __str__(self):
        return "other"


class Whole(int):
    pass


class Real(float):
    pass


class Multi(dict):
    """A dictionary whose items are not what it stores, as web frameworks' MultiDicts."""

    def items(self):
        return [(name, values[-1]) for name, values in super().items()]


class Backwards(list):
    def __iter__(self):
        return reversed(list(super().__iter__()))


class Point(collections.namedtuple("Point", "x y")):  # noqa: PYI024 - the untyped kind
    __slots__ = ()


@dataclasses.dataclass
class Item:
    product_id: str
    price: object = 1


@dataclasses.dataclass(frozen=True)
class Slotted:
    __slots__ = ("a",)
    a: int


class Scalar:
    """What NumPy's scalars look like."""

    dtype = "int64"
    shape = ()

    def __init__(self, value):
        self._value = value

    def item(self):
        return self._value


class Column(Scalar):
    shape = (3,)


class Raises:
    """Fails as soon as anything of it is read."""

    def __str__(self):
        raise LookupError("secret")

    def __getattr__(self, name):
        raise LookupError("secret")


class RaisingDict(dict):
    def items(self):
        raise LookupError("secret")


class RaisingMapping(collections.UserDict):
    def items(self):
        raise LookupError("secret")


class Endless(Scalar):
    """Stands for another of its kind, without an end."""

    def item(self):
        return Endless(None)


class Within(collections.UserDict):
    """Each look inside finds a new one."""

    def items(self):
        return [("in", Within())]


def nested(levels, leaf=1):
    """Wrap a leaf in so many arrays."""
    for _ in range(levels):
        leaf = [leaf]
    return leaf


def made(data, **changes):
    parts = {"type": "product", "action": "detail", "identifiers": {"email": "t@zaius.com"}}
    return Event(**{**parts, **changes}, data=data)


def strictly(text):
    """Read JSON as a strict reader does: no NaN, no name twice."""

    def once(pairs):
        names = [name for name, _ in pairs]
        assert len(set(names)) == len(names)
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once, parse_constant=pytest.fail)


# Encoded to something sensible

BECOMES = [
    # JSON's own
    (None, None),
    (True, True),
    (False, False),
    (0, 0),
    (-7, -7),
    (1.5, 1.5),
    (-0.0, -0.0),
    (5e-324, 5e-324),
    (1.7976931348623157e308, 1.7976931348623157e308),
    (1e16, 1e16),
    (1e-7, 1e-7),
    ("", ""),
    ('"\\/\b\f\n\r\t\x00\x1f\x7f\u2028\U0001f389é', '"\\/\b\f\n\r\t\x00\x1f\x7f\u2028\U0001f389é'),
    ("\ufefftext", "\ufefftext"),
    ([], []),
    ({}, {}),
    ((1, (2, [3])), [1, [2, [3]]]),
    # numbers
    (float("nan"), None),
    (float("inf"), None),
    (float("-inf"), None),
    (2**63, 2**63),
    (2**64 - 1, 2**64 - 1),
    (2**64, 2**64),
    (-(2**63) - 1, -(2**63) - 1),
    (10**4000, 10**4000),
    (Whole(7), 7),
    (Whole(2**64), 2**64),
    (Real(0.5), 0.5),
    (Real("nan"), None),
    (fractions.Fraction(1, 4), 0.25),
    (Decimal(7), 7),
    (Decimal("7.00"), 7),
    (Decimal("-0"), 0),
    (Decimal("0.1"), 0.1),
    (Decimal("12.30"), 12.3),
    (Decimal("1E+2"), 100),
    (Decimal(999999999999999), 999999999999999),
    (Decimal("1E+20"), 1e20),
    (Decimal(9007199254740993), "9007199254740993"),
    (Decimal("0.1000000000000000055511151231257827"), "0.1000000000000000055511151231257827"),
    (Decimal("1E+400"), "1E+400"),
    (Decimal("1E-400"), "1E-400"),
    (Decimal("NaN"), None),
    (Decimal("sNaN"), None),
    (Decimal("-Infinity"), None),
    # time
    (dt.datetime(2026, 1, 31, 17, 30, 0, 123999, EAST), "2026-01-31T12:00:00.123Z"),
    (dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.timezone.utc), "2026-01-31T12:00:00.000Z"),
    (dt.datetime(2026, 1, 31, 12, 0, 0, 999999), "2026-01-31T12:00:00.999"),  # noqa: DTZ001
    (dt.datetime(1, 1, 1, tzinfo=dt.timezone.utc), "0001-01-01T00:00:00.000Z"),
    (dt.date(2026, 1, 31), "2026-01-31"),
    (dt.time(12, 0, 0, 5), "12:00:00.000005"),
    (dt.time(12, 0, tzinfo=EAST), "12:00:00+05:30"),
    (dt.timedelta(days=1, milliseconds=500), 86400.5),
    # names
    (ID, str(ID)),
    (Colour.RED, "red"),
    (Colour.DEEP, [1, 2]),
    (Colour.PRICE, 1.5),
    (Size.LARGE, 3),
    (http.HTTPStatus.OK, 200),
    (Mail.TYLER, "tyler@zaius.com"),
    (Ratio.HALF, 0.5),
    (Can.READ | Can.WRITE, 3),
    (Stated.CODE, 7),
    (Text("text"), "text"),
    (collections.UserString("text"), "text"),
    # lone surrogates
    ("a\ud800b", "a\ufffdb"),
    ("\udfff", "\ufffd"),
    ("end\ud83d", "end\ufffd"),
    ("\ud83c\udf89", "🎉"),
    ("\ufeff\udc00", "\ufeff\ufffd"),
    (Text("\ud800"), "\ufffd"),
    # arrays
    ({3, 1, 2}, [1, 2, 3]),
    ({10, 9, "a"}, [10, 9, "a"]),
    (frozenset({("b",), ("a",)}), [["a"], ["b"]]),
    ({"b": 1, "a": 2}.keys(), ["a", "b"]),
    (range(3), [0, 1, 2]),
    (collections.deque([1, 2]), [1, 2]),
    (collections.UserList([1, 2]), [1, 2]),
    (Backwards([1, 2, 3]), [3, 2, 1]),
    (Point(1, 2), [1, 2]),
    # objects
    (Item("1", Decimal("2.5")), {"product_id": "1", "price": 2.5}),
    (Slotted(1), {"a": 1}),
    (collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    (collections.defaultdict(list, a=[1]), {"a": [1]}),
    (collections.Counter("aab"), {"a": 2, "b": 1}),
    (Multi(a=[1, 2], b=[3]), {"a": 2, "b": 3}),
    (collections.UserDict(a=1), {"a": 1}),
    (types.MappingProxyType({"a": (1,)}), {"a": [1]}),
    (collections.ChainMap({"a": 1}, {"a": 2}), {"a": 1}),
    # NumPy and its kin
    (Scalar(7), 7),
    (Scalar(0.5), 0.5),
    (Scalar(float("nan")), None),
    (Scalar(Scalar(True)), True),
    # names that are no text
    ({1: "a", -2: "b"}, {"1": "a", "-2": "b"}),
    ({True: 1, None: 2}, {"true": 1, "null": 2}),
    ({1.5: 1, -0.0: 2}, {"1.5": 1, "-0.0": 2}),
    ({2**70: 1}, {str(2**70): 1}),
    ({Whole(7): 1, Real(0.5): 2}, {"7": 1, "0.5": 2}),
    ({Text("name"): 1}, {"name": 1}),
    ({Colour.RED: 1, Size.LARGE: 2, Mail.TYLER: 3}, {"red": 1, "3": 2, "tyler@zaius.com": 3}),
    ({Stated.CODE: 1}, {"7": 1}),
    ({"": 1, " ": 2}, {"": 1, " ": 2}),
    ({"b": 1, "a": 2, 0: 3}, {"b": 1, "a": 2, "0": 3}),
]


@pytest.mark.parametrize(
    ("value", "expected"),
    BECOMES,
    ids=[f"{n}-{type(v).__name__}" for n, (v, _) in enumerate(BECOMES)],
)
@pytest.mark.parametrize(
    "place",
    [lambda x: x, lambda x: {"in": [x]}, lambda x: (float("nan"), x)],
    ids=["at", "in", "nan"],
)
def test_an_odd_value_becomes_what_the_table_says(encode, value, expected, place):
    """Alone, nested, and beside a value that sends the whole event through the walk: always the same."""
    found = strictly(encode(made({"x": place(value)})))["data"]["x"]
    inside = place(expected)
    wanted = [None, expected] if type(inside) is tuple else inside
    assert repr(found) == repr(wanted)  # 1, 1.0 and True are different


def test_the_order_of_fields_is_kept(encode):
    """What the caller put first stands first, in every object."""
    body = encode(made({"z": 1, "a": {"y": Decimal(1), "b": 2}}))
    assert body == (
        b'{"type":"product","action":"detail","identifiers":{"email":"t@zaius.com"},'
        b'"data":{"z":1,"a":{"y":1,"b":2}}}'
    )


def test_text_goes_out_as_utf_8_and_without_white_space(encode):
    """Bytes are what counts against the limits, so none is wasted on escapes."""
    assert encode(made({"x": "é🎉"})).endswith('"data":{"x":"é🎉"}}'.encode())


# Paused by path

INVALID = [
    (b"bytes", "x", "of type bytes, which JSON has no form for; decode it to text first"),
    (bytearray(b"x"), "x", "of type bytearray, which JSON has no form for; decode"),
    (memoryview(b"x"), "x", "of type memoryview, which JSON has no form for; decode"),
    (object(), "x", "of type object, which JSON has no form for"),
    (1j, "x", "of type complex"),
    (int, "x", "of type type"),
    (Item, "x", "of type type"),
    (Colour, "x", "of type EnumType" if sys.version_info >= (3, 11) else "of type EnumMeta"),
    (len, "x", "of type builtin_function_or_method"),
    (iter([1]), "x", "of type list_iterator"),
    ({"a": 1}.values(), "x", "of type dict_values"),
    (10**5000, "x", "too many digits"),
    (
        fractions.Fraction(10**400),
        "x",
        "of type Fraction and cannot be read: it raised OverflowError",
    ),
    (dt.datetime.min.replace(tzinfo=EAST), "x", "it raised OverflowError"),
    (Column(1), "x", "of type Column"),
    (Scalar(b"x"), "x", "of type bytes"),
    (Raises(), "x", "of type Raises and cannot be read: it raised LookupError"),
    ({Raises()}, "x", "of type set and cannot be read: it raised LookupError"),
    (RaisingDict(a=1), "x", "of type RaisingDict and cannot be read: it raised LookupError"),
    (RaisingMapping(a=1), "x", "of type RaisingMapping and cannot be read: it raised LookupError"),
    (range(MAX_BYTES + 1), "x", "more than 1,000,000 items"),
    (Endless(None), "x", "without an end"),
    ({("a", 1): 1}, "x", "name of type tuple"),
    ({b"a": 1}, "x", "name of type bytes"),
    ({Decimal(1): 1}, "x", "name of type Decimal"),
    ({ID: 1}, "x", "name of type UUID"),
    ({dt.date(2026, 1, 31): 1}, "x", "name of type date"),
    ({Colour.DEEP: 1}, "x", "name of type tuple"),
    ({float("nan"): 1}, "x", "name of type float"),
    ({float("inf"): 1}, "x", "name of type float"),
    ({10**5000: 1}, "x", "too many digits"),
    ({"a\ud800": 1}, "x", "name with a lone surrogate"),
    ({1: "a", "1": "b"}, "x.1", "is there twice"),
    ({True: "a", "true": "b"}, "x.true", "is there twice"),
    ({None: "a", "null": "b"}, "x.null", "is there twice"),
    ({Colour.RED: "a", "red": "b"}, "x.red", "is there twice"),
    ({"a": {"b": b"x"}}, "x.a.b", "of type bytes"),
    ([1, [2, b"x"]], "x[1][1]", "of type bytes"),
    ({"order": {"items": [{}, {}, {"price": 1j}]}}, "x.order.items[2].price", "of type complex"),
    (Item("1", object()), "x.price", "of type object"),
    (Point(1, {b"x": 1}), "x[1]", "name of type bytes"),
    ({"a": Colour.RED, 3: [Scalar(1j)]}, "x.3[0]", "of type complex"),
    ({Colour.RED: {Size.LARGE: 1j}}, "x.red.3", "of type complex"),
    (collections.UserDict(a=collections.deque([1, 1j])), "x.a[1]", "of type complex"),
    ({"a.b": 1j}, "x.a.b", "of type complex"),
]


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    INVALID,
    ids=[f"{n}-{type(row[0]).__name__}" for n, row in enumerate(INVALID)],
)
def test_what_has_no_json_is_invalid_by_its_path(encode, value, path, problem):
    """The path leads to the very field, and no message repeats what the value's own code said."""
    with pytest.raises(EventError) as caught:
        encode(made({"good": 1, "x": value}))
    assert caught.value.field == f"data.{path}"
    assert problem in caught.value.problem
    assert "secret" not in str(caught.value)


def test_names_directly_in_data_are_invalid_at_data(encode):
    """A name has no path of its own: the object that has it is named."""
    for name in (b"x", ("a",), "a\ud800"):
        with pytest.raises(EventError) as caught:
            encode(made({name: 1}))
        assert caught.value.field == "data"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"type": "a\ud800"}, "type"),
        ({"action": "\udc00"}, "action"),
        ({"identifiers": {"email": "a\ud800"}}, "identifiers.email"),
        ({"identifiers": {"a\ud800": "x"}}, "identifiers"),
    ],
)
def test_lone_surrogates_outside_data_are_invalid(encode, changes, path):
    """A repaired identifier could be another customer's, a repaired type another type."""
    with pytest.raises(EventError, match="lone surrogate") as caught:
        encode(made({}, **changes))
    assert caught.value.field == path


def test_a_field_named_like_data_is_mended_like_it(encode):
    """Only what lies inside `data` is repaired, whatever an identifier is called."""
    with pytest.raises(EventError) as caught:
        encode(made({}, identifiers={"data.x": "\ud800"}))
    assert caught.value.field == "identifiers.data.x"


# Cycles and depth


def cyclic():
    here = {"a": [1]}
    here["a"].append({"b": here})
    one = []
    one.append(one)
    item = Item("1")
    item.price = [item]
    user = collections.UserDict()
    user["me"] = user
    return [(here, "x.a[1].b"), (one, "x[0]"), (item, "x.price[0]"), (user, "x.me")]


@pytest.mark.parametrize("case", range(4))
def test_a_cycle_is_invalid_where_it_closes(encode, case):
    """The path is that of the field which leads back."""
    value, path = cyclic()[case]
    with pytest.raises(EventError, match="contains itself") as caught:
        encode(made({"x": value}))
    assert caught.value.field == f"data.{path}"


def test_the_same_object_twice_is_no_cycle(encode):
    """Sharing is common: one address used for billing and shipping."""
    shared = {"city": "Boston"}
    body = encode(made({"a": shared, "b": [shared, shared], "c": Decimal(1)}))
    assert strictly(body)["data"] == {"a": shared, "b": [shared, shared], "c": 1}


LEAVES = [1, "text", "[{" * 40, float("nan"), Decimal(1), Colour.RED, ID, "\ud800", None, Scalar(1)]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: type(leaf).__name__)
def test_two_hundred_levels_are_good_and_one_more_is_not(encode, leaf):
    """The event is level 1, data 2: 198 arrays fit, whatever value stands in the innermost."""
    depth = MAX_DEPTH - 2
    assert strictly(encode(made({"x": nested(depth, leaf)})))
    with pytest.raises(EventError, match="deeper than 200 levels") as caught:
        encode(made({"x": nested(depth + 1, leaf)}))
    assert caught.value.field == "data.x" + "[0]" * depth


@pytest.mark.parametrize("levels", [300, 5_000, 100_000])
def test_absurd_depth_is_invalid_and_not_recursed_into(encode, levels):
    """No RecursionError, however deep it goes."""
    value = nested(levels)
    with pytest.raises(EventError, match="deeper than 200 levels"):
        encode(made({"x": value}))
    while value != 1:  # a nest this deep is taken apart by hand
        value = value[0]


def test_objects_that_never_end_are_invalid(encode):
    """A mapping that makes a new one at each look is stopped by the depth."""
    with pytest.raises(EventError, match="deeper than 200 levels"):
        encode(made({"x": Within()}))


def test_many_shallow_objects_are_no_depth(encode):
    """An order of 200 items is wide, not deep."""
    items = [{"product_id": str(n)} for n in range(200)]
    assert strictly(encode(made({"items": items})))["data"]["items"] == items


# Size


def test_an_event_may_have_a_million_bytes(encode):
    """The limit is exact, in bytes of UTF-8, and the message says both numbers."""
    room = MAX_BYTES - len(encode(made({"x": ""})))
    assert len(encode(made({"x": "é" * (room // 2) + "a" * (room % 2)}))) == MAX_BYTES
    with pytest.raises(EventError, match=r"of 1,000,001 bytes; the limit is 1,000,000") as caught:
        encode(made({"x": "é" * (room // 2) + "a" * (room % 2 + 1)}))
    assert caught.value.field == "data"


def test_mended_events_are_measured_too(encode):
    """Going through the walk is no way around the limit."""
    with pytest.raises(EventError, match="limit"):
        encode(made({"x": "a" * MAX_BYTES, "y": float("nan")}))


# The choice


def test_without_orjson_the_standard_json_is_used(monkeypatch):
    """A missing extra is no error unless it is asked for by name."""
    monkeypatch.setitem(sys.modules, "orjson", None)
    assert encoder()(made({"x": 1})) == PLAIN(made({"x": 1}))
    with pytest.raises(ImportError):
        encoder(fast=True)


def test_with_orjson_it_is_used_by_itself(monkeypatch):
    """The extra works once it is installed, without a setting."""
    fake = types.SimpleNamespace(
        dumps=lambda tree, default, option: b"[%d]" % option,
        OPT_PASSTHROUGH_DATETIME=1,
        OPT_PASSTHROUGH_DATACLASS=2,
        OPT_PASSTHROUGH_SUBCLASS=4,
    )
    monkeypatch.setitem(sys.modules, "orjson", fake)
    assert encoder()(made({"x": 1})) == b"7"


def test_without_the_c_part_of_json_the_result_is_the_same(monkeypatch):
    """PyPy has none: the encoder's own Python is used, with the same settings."""
    tree = {"a": [1, 1.5, None, True, {}], "b": "é\n"}
    quick = json_writer()
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    slow = json_writer()
    for write in (quick, slow):
        assert "".join(write(tree, 0)) == '{"a":[1,1.5,null,true,{}],"b":"é\\n"}'
        with pytest.raises(ValueError, match="not JSON compliant"):
            write({"a": float("nan")}, 0)


def chain(steps, scalar=1):
    for _ in range(steps):
        scalar = Scalar(scalar)
    return scalar


def test_a_long_chain_of_stand_ins_has_one_limit_for_both():
    """Where orjson gives up, the walk decides: no length is good for one encoder only."""
    for steps in (1, 199, 200, 252, 253, 254, 255, 256, 299, 300, 301):
        found = [outcome(each, made({"x": chain(steps)})) for each in (FAST, PLAIN)]
        assert found[0] == found[1]
        assert isinstance(found[0], str) is (steps < 300)


# Both alike, over everything

text = st.text(st.characters(codec=None), max_size=8)
hashable = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**30]),
    st.floats(),
    text,
    st.decimals().filter(lambda value: not value.is_snan()),  # it has no hash
    st.just(Decimal("1E+400")),
    st.fractions(max_denominator=9),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.datetimes(timezones=st.none() | st.just(EAST) | st.just(dt.timezone.utc)),
    st.just(ID),
    st.binary(max_size=2),
    st.sampled_from([*Colour, *Size, *Mail, *Ratio, *Can, *Stated, http.HTTPStatus.OK]),
    st.integers(-3, 3).map(Whole),
    st.floats().map(Real),
    text.map(Text),
)
names = st.one_of(text, text, text, hashable, st.tuples(text))


def deeper(inner):
    objects = st.dictionaries(names, inner, max_size=4)
    arrays = st.lists(inner, max_size=4)
    return st.one_of(
        objects,
        arrays,
        arrays.map(tuple),
        arrays.map(Backwards),
        arrays.map(collections.deque),
        arrays.map(collections.UserList),
        objects.map(collections.OrderedDict),
        objects.map(collections.UserDict),
        objects.map(types.MappingProxyType),
        st.dictionaries(text, st.lists(inner, min_size=1, max_size=2), max_size=2).map(Multi),
        st.builds(Item, text, inner),
        st.builds(Point, inner, inner),
        st.builds(Scalar, inner),
        st.builds(Column, inner),
        st.frozensets(st.one_of(st.integers(), text, st.floats()), max_size=4),
        st.builds(nested, st.integers(MAX_DEPTH - 6, MAX_DEPTH + 2), inner),
        st.builds(RaisingDict, st.fixed_dictionaries({}, optional={"a": inner})),
        text.map(collections.UserString),
        st.sampled_from(
            [Raises(), object(), Decimal("sNaN"), 1j, Item, range(3), 10**5000, Endless(None)]
        ),
    )


values = st.recursive(hashable, deeper, max_leaves=12)


def outcome(encode, event):
    try:
        return repr(strictly(encode(event)))
    except EventError as error:
        return error.field, error.problem


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.dictionaries(text, values, min_size=1, max_size=3))
def test_both_encoders_agree(data):
    """Installing the extra changes a price and no result: equal JSON, or the same error."""
    try:
        event = made(data)
    except EventError:  # an odd `ts` or `idempotence_id`
        return
    assert outcome(FAST, event) == outcome(PLAIN, event)
