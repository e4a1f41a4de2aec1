"""The mapping of columns: pure, from options and cells to an event or a message."""

import pytest

from zaius_logging.cli.columns.cells import LINE
from zaius_logging.cli.columns.options import Columns
from zaius_logging.cli.columns.paths import Tree, check_paths, parse_path
from zaius_logging.cli.columns.spec import parse_spec
from zaius_logging.cli.columns.values import CONVERTERS
from zaius_logging.cli.problems import MappingError, RowError

HEADER = ("id", "day", "price", "a:b", "first", "last")
ROW = ("00042", "1997-01-01", "29.33", "x", "Ada", "Lovelace")


def mapping(*data, constants=(), identifiers=("id",), type_="order", action="purchase"):
    return Columns(
        type=type_, action=action, identifier=identifiers, data=data, set=tuple(constants)
    ).mapping()


def event(*data, header=HEADER, row=ROW, line=2, **options):
    made = mapping(*data, **options)
    made.check(header, "a.csv")
    cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
    return made.event([{LINE: str(line), **cells}])


@pytest.mark.parametrize(
    ("kind", "form", "cell", "value"),
    [
        ("text", "", "007", "007"),
        ("number", "", "29.33", 29.33),
        ("number", "", "29", 29),
        ("number", "", "-.5", -0.5),
        ("number", "", "1.", 1.0),
        ("number", "", "1e3", 1000.0),
        ("integer", "", "+7", 7),
        ("integer", "", "12345678901234567890", 12345678901234567890),
        ("boolean", "", "Yes", True),
        ("boolean", "", "0", False),
        ("date", "", "1997-01-01", "1997-01-01"),
        ("date", "%d.%m.%Y", "31.12.1997", "1997-12-31"),
        ("time", "", "1997-01-01", "1997-01-01T00:00:00.000Z"),
        ("time", "", "1997-01-01T01:30:00+01:00", "1997-01-01T00:30:00.000Z"),
        ("time", "", "1997-01-01 01:30:00.25Z".replace(".25", ".250"), "1997-01-01T01:30:00.250Z"),
        ("time", "", "867715200", "1997-07-01T00:00:00.000Z"),
        ("time", "%d.%m.%Y %H:%M", "31.12.1997 23:59", "1997-12-31T23:59:00.000Z"),
        ("time", "%Y-%m-%d %z", "1997-01-02 +0200", "1997-01-01T22:00:00.000Z"),
        ("time", "%m/%d/%Y %I:%M %p", "1/31/2026 3:15 PM", "2026-01-31T15:15:00.000Z"),
        ("time", "%m%d%Y", "01122026", "2026-01-12T00:00:00.000Z"),
        ("time", "%m%d%Y", "1312026", "2026-01-31T00:00:00.000Z"),
        ("time", "%Y-%m-%d %H%M%S", "2026-01-31 93000", "2026-01-31T09:30:00.000Z"),
        ("time", "epoch-us", "1769860800123456", "2026-01-31T12:00:00.123Z"),
        ("time", "epoch-ns", "1769860800123456789", "2026-01-31T12:00:00.123Z"),
        ("time", "epoch", "-86400", "1969-12-31T00:00:00.000Z"),
        ("email", "", "MAILTO:Ann@X.com\u202c", "ann@x.com"),
        ("email", "", "o'hara+shop@x-y.co.uk", "o'hara+shop@x-y.co.uk"),
        ("phone", "", "'+49 (0)30 12345", "+493012345"),
        ("phone", "", "\u202a+49 (0)30 12345\u202c", "+493012345"),
        ("phone", "+229", "01 90 01 12 34", "+2290190011234"),
        ("phone", "", "+39 06 698 12345", "+390669812345"),
    ],
)
def test_what_a_cell_becomes(kind, form, cell, value):
    """Each type reads its own form, exactly, to a value of the right kind."""
    found = CONVERTERS[kind](cell, form)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("spec", "cell", "problem"),
    [
        ("price", "1.23E+12", r"is a number that a spreadsheet has shortened, as in 1\.2E\+12"),
        ("{price}-x", "4,00638e+12", "is a number that a spreadsheet has shortened"),
        ("price", "NULL", "is a placeholder such as NULL, which would make one order of many"),
        ("shop-{price}", "#N/A", "is a placeholder such as NULL"),
        ("price", "#NV", "is a placeholder such as NULL"),
    ],
)
@pytest.mark.parametrize("field", ["order.order_id", "--group", "--key"])
def test_what_would_make_one_order_of_many(spec, cell, problem, field):
    """Numbers without their last digits, and words for nothing, are no order's number."""
    target = field if field.startswith("--") else f"data.{field}"
    with pytest.raises(RowError, match=problem):
        parse_spec(target, spec).value({"price": cell})
    assert parse_spec(target, spec).value({"price": "#1001"})


def test_a_word_for_nothing_can_be_left_out():
    """--map says what a placeholder stands for; a shortened number is a number where that is said."""
    spec = parse_spec("data.order.order_id", "id", values={"NULL": "", "x": "1.2E+12"})
    assert spec.value({"id": "NULL"}) is None
    with pytest.raises(RowError, match="shortened"):
        spec.value({"id": "x"})
    assert parse_spec("data.order.total", "price:number").value({"price": "1.2E+3"}) == 1200.0


@pytest.mark.parametrize(
    ("kind", "form", "cell", "problem"),
    [
        ("number", "", "$29.33", "is not a number; write it like 1234.5"),
        ("number", "", "1,234.50", "is not a number"),
        ("number", "", "29,33", "is not a number"),
        ("number", "", "nan", "is not a number"),
        ("number", "", "٣", "is not a number"),
        ("number", "", "1e999", "is too large for a number"),
        ("integer", "", "2.0", "is not a whole number; write it like 1234"),
        ("integer", "", "9" * 301, "is not a whole number"),
        ("boolean", "", "maybe", "is neither true nor false"),
        ("date", "", "1997-02-31", "is not a day written like 2026-01-31"),
        ("date", "%d.%m.%Y", "1997-02-01", "is not a day written like %d.%m.%Y"),
        ("time", "", "yesterday", "is not a time written like 2026-01-31T12:00:00Z"),
        ("time", "", "867715200000", "looks like milliseconds; the API takes seconds"),
        ("time", "", "0001-01-01T00:00:00+14:00", "is not a time written like"),
        ("time", "%H", "nine", "is not a time written like %H"),
        # In ten digits, an hour as Google Analytics writes it, or seconds of 2034.
        ("time", "", "2026013112", "looks like YmdH: say :time:%Y%m%d%H, or :time:epoch"),
        ("time", "", "202601311200", "looks like YmdHM: say :time:%Y%m%d%H%M, or :time:epoch-ms"),
        ("time", "", "1769860800123456", "looks like microseconds; the API takes seconds: say"),
        ("time", "epoch-ms", "1769860800", "looks like seconds: say :time:epoch"),
        ("time", "epoch", "1769860800123", "looks like milliseconds: say :time:epoch-ms"),
        *(
            ("email", "", cell, "is not an e-mail address")
            for cell in ("ann@x.com,", "ann@x.com;", "<ann@x.com>", "'ann@x.com'", "ann@x.com?a=b")
        ),
        *(
            ("date", form, "9" * 400, f"is not a day written like {form}")
            for form in ("epoch", "epoch-ms", "excel")
        ),
        ("phone", "", "+49 030 12345", "has a 0 behind its country's code"),
        ("phone", "", "+351 0912 345678", "has a 0 behind its country's code"),
        # 01/12 without its zero, or 11/2; 01:30:00, or 13:00:0.
        ("time", "%m%d%Y", "1122026", "lacks a zero, and can be read in two ways"),
        ("time", "%Y-%m-%d %H%M%S", "2026-01-31 13000", "lacks a zero, and can be read in two"),
    ],
)
def test_what_a_cell_cannot_become(kind, form, cell, problem):
    """What is not plainly of the type is invalid, with the form it should have, and never guessed at."""
    with pytest.raises(ValueError, match=r"^" + problem.replace("(", r"\(")):
        CONVERTERS[kind](cell, form)


def test_a_row_becomes_an_event():
    """Identifiers stay text, zeros and all; constants, columns and templates stand where they should."""
    made = event(
        "ts=day:time",
        "order.order_id=shop-{line}",
        "order.total=price:number",
        "order.items[0].price=price:number",
        "order.items[1].sku={a:b}",
        "name={first} {last}",
        "last",
        constants=("active_event=false", "channel=shop", 'order.tags={"x": [1]}'),
        identifiers=("customer_id=id", "email={first}@example.com"),
        type_="or{first}",
    )
    assert made == {
        "type": "orAda",
        "action": "purchase",
        "identifiers": {"customer_id": "00042", "email": "Ada@example.com"},
        "data": {
            "active_event": False,
            "channel": "shop",
            "ts": "1997-01-01T00:00:00.000Z",
            "order": {
                "tags": {"x": [1]},
                "order_id": "shop-2",
                "total": 29.33,
                "items": [{"price": 29.33}, {"sku": "x"}],
            },
            "name": "Ada Lovelace",
            "last": "Lovelace",
        },
    }


def test_blank_cells_are_left_out():
    """A blank cell is no value: the field, and an array's element without any, are not there."""
    row = ("00042", " ", "", "", "", "")
    made = event("x=day:time", "items[0].price=price:number", "items[1].id=id", row=row)
    assert made["data"] == {"items": [{"id": "00042"}]}


def test_half_a_template_is_invalid():
    """A template with a blank column makes no text: half an order id is another order's."""
    with pytest.raises(
        RowError, match=r"^column 'first' is blank, and data.order_id is made of it"
    ):
        event("order_id={first}-{line}", row=("1", "", "", "", "", ""))


def test_a_column_named_line_is_meant():
    """`{line}` is the number of the line, unless a column has that name."""
    made = event("a={line}", header=("id", "line"), row=("1", "x"), line=9)
    assert made["data"] == {"a": "x"}


def test_a_sum_leaves_out_no_half_of_a_row():
    """A price without its quantity is no row to pass over; a row that has neither is."""
    spec = parse_spec("data.order.total", "sum(price*quantity):number")
    rows = [{"price": "5", "quantity": "2"}, {"price": "", "quantity": ""}]
    assert spec.sum(rows) == 10
    with pytest.raises(RowError, match=r"column 'quantity' is blank, and data\.order"):
        spec.sum([*rows, {"price": "7", "quantity": ""}])


def test_typed_templates():
    """A template can have a type, and its form may have colons."""
    made = event("ts={day} {price}:time:%Y-%m-%d %H.%M", row=("1", "1997-01-01", "20.30", *"xyz"))
    assert made["data"] == {"ts": "1997-01-01T20:30:00.000Z"}
    with pytest.raises(RowError, match=r"^column 'day', 'price' is not a number"):
        event("x={day}{price}:number")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            "prize",
            "a.csv has no column 'prize' (for data.x); did you mean 'price'? Its columns are:",
        ),
        ("zzz", "a.csv has no column 'zzz' (for data.x). Its columns are: id, day, price, a:b,"),
    ],
)
def test_unknown_columns_are_named(column, message):
    """A column that the file has not is named, with what it is for, the nearest, and what there is."""
    with pytest.raises(MappingError) as error:
        event(f"x={column}")
    assert str(error.value).startswith(message)


def test_columns_that_stand_twice():
    """A column whose name stands twice cannot be meant; one that nobody reads may."""
    with pytest.raises(MappingError, match=r"^a.csv has more than one column 'id'"):
        event(header=("id", "id"), row=("1", "2"))
    assert event(header=("id", "x", "x"), row=("1", "2", "3"))["identifiers"] == {"id": "1"}


def test_long_headers_are_cut():
    """Of a wide file the message shows the first columns and how many more there are."""
    header = ["id", *(f"c{number}" for number in range(20))]
    with pytest.raises(MappingError, match=r"c10 and 9 more$"):
        event("x=nothing", header=header)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"type": None}, "say what the columns of CSV mean: --type missing"),
        (
            {"type": "", "action": None, "identifier": ()},
            "--type, --action, --identifier missing",
        ),
        ({"type": "a{b"}, "--type: 'a{b' has a brace without its other half"),
        ({"action": "{}"}, "--action: '{}' names no column"),
        ({"identifier": ["=id"]}, "--identifier '=id': write it like NAME=COLUMN"),
        ({"identifier": ["a=id:number"]}, "identifiers are text, leave ':number' out"),
        ({"identifier": ["a=id", "a=day"]}, "--identifier a is given twice"),
        ({"set": ["x"]}, "--set 'x': write it like FIELD=VALUE"),
        ({"set": ["=x"]}, "--set '=x': write it like FIELD=VALUE"),
        ({"set": ["x=1"], "data": ["x=id"]}, "'x' and 'x' cannot both be"),
    ],
)
def test_options_that_cannot_be(options, message):
    """Options that say too little, or nonsense, are named with the way to write them."""
    given = {"type": "a", "action": "b", "identifier": ["id"]}
    with pytest.raises(MappingError) as error:
        Columns(**{**given, **options}).mapping()
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", "data.x: say which column it comes from"),
        (" :number", "data.x: say which column it comes from"),
        (
            "dollars:nubmer",
            "'nubmer' is no type; types are text, number, integer, integer-text, boolean, date",
        ),
        (
            "price:number:%d",
            "data.x: '%d' is no form of a number: write 1234.56 as it is written there",
        ),
        (
            "price:boolean:x",
            "data.x: 'boolean' takes no form; date, time, number, integer and phone",
        ),
        ("day:time:excl", "data.x: 'excl' is no form of a time: give epoch, epoch-ms, epoch-us, "),
        ("day:time:%d/%M/%Y", "data.x: '%d/%M/%Y' is no form of one time: %m is the month"),
        ("day:date:%Y-%d", "'%Y-%d' is no form of one time"),
        ("day:time:%d/%m/%Y %H:%M %p", "is no form of one time: %m is the month and %M the minute"),
        ("day:time:%d/%m/%Y %I:%M", "%I goes with %p and %H without"),
        ("day:time:%d/%m/%Y %H:%m", "each stands once"),
        ("day:time:%Y-%m-%Q", "is no form of one time"),
        ("a}b", "data.x: 'a}b' has a brace without its other half"),
        ("{ }", "data.x: '{}' names no column"),
    ],
)
def test_specs_that_cannot_be(spec, message):
    """Where a value comes from is checked before any file is opened."""
    with pytest.raises(MappingError) as error:
        parse_spec("data.x", spec)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("ts", ("ts",)),
        ("order.items[0].quantity", ("order", "items", 0, "quantity")),
        ("a[0][1]", ("a", 0, 1)),
        ("data", ("data",)),
    ],
)
def test_paths(text, path):
    """A path is names with dots between them, and places in brackets."""
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[-1]", "[0]", "a[0]b", "a.[0]", "a b"]
)
def test_paths_that_cannot_be(text):
    """Anything else is named, with the way to write it."""
    with pytest.raises(MappingError, match=r"is not a field: write it like order.total"):
        parse_path(text)


def test_data_is_not_said_twice():
    """`--data data.x` would put data into data: the slip is named."""
    with pytest.raises(
        MappingError, match=r"'data.ts': --data already means data, leave 'data.' out"
    ):
        parse_path("data.ts")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("a", "a.b"), "'a' and 'a.b' cannot both be"),
        (("a[0]", "a.b"), "'a[0]' and 'a.b' cannot both be"),
        (("a[1]",), "'a[1]' leaves a gap: there is no [0] before it"),
    ],
)
def test_paths_that_do_not_fit_together(texts, message):
    """Two paths to one place, and arrays with a gap, are invalid before anything is sent."""
    with pytest.raises(MappingError) as error:
        check_paths([(text, parse_path(text)) for text in texts])
    assert message in str(error.value)


def test_nothing_builds_nothing():
    """Without values there is an empty object."""
    assert Tree([]).build([]) == {}
