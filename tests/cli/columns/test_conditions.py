"""Conditions, calculations and numbers by example: pure, exact, and strict."""

from decimal import Decimal

import pytest

from zaius_logging.cli.columns.arithmetic import braced, calculated, tokens
from zaius_logging.cli.columns.conditions import parse_condition
from zaius_logging.cli.columns.mapping_file import load, save
from zaius_logging.cli.columns.numbers import number
from zaius_logging.cli.columns.options import Columns
from zaius_logging.cli.columns.times import moment, zone_of
from zaius_logging.cli.problems import MappingError, RowError

CELLS = {"status": "paid", "total": "12.50", "note": "", "line item": "a,b", "flag": True, "n": 3}
CELLS["Terms and Conditions"] = "yes"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("status == paid", True),
        ("status = 'paid'", True),
        ("status != paid", False),
        ("status in open,paid", True),
        ("status not in open,paid", False),
        ("total > 12", True),
        ("total >= 12.5 and status == open", False),
        ("status == open or total <= 12.50", True),
        ("note is blank", True),
        ("{line item} is not blank", True),
        ("flag == true", True),
        ("{Terms and Conditions} == yes and {Terms and Conditions} == no or n == 3", True),
        ("n < 4", True),
    ],
)
def test_a_condition_holds_or_not(text, holds):
    """Words are compared as they stand, numbers as numbers, whatever JSON made of them."""
    assert parse_condition("--where", text).holds(CELLS) is holds


def test_what_is_no_number_cannot_be_compared():
    """A row whose total is a word is invalid, not left out."""
    for word in ("paid", "1_000", "Infinity", "1,5", ""):
        with pytest.raises(RowError, match="column 'status' is not a number, and is compared"):
            parse_condition("--where", "status > 1").holds({"status": word})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("price*quantity", "59.97"),
        ("price * quantity + 1", "60.97"),
        ("{price}*({quantity}-1)/2", "19.99"),
        ("-{price}+{quantity}*2", "-13.99"),
    ],
)
def test_calculations_are_exact(text, value):
    """Signs between columns, in the order of arithmetic, to the cent."""
    expression = tokens(braced(text))
    columns = {"price": Decimal("19.99"), "quantity": Decimal(3)}
    assert calculated(expression, columns) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["price", "{price}{quantity}", "{price}*", "(({a})*2", "2*3", "shop-{a}"]
)
def test_other_text_is_no_calculation(text):
    """A template stays a template."""
    assert tokens(braced(text)) is None


@pytest.mark.parametrize(
    ("form", "cell", "value"),
    [
        ("1.234,56", "1.234.567,8", 1234567.8),
        ("1.234,56", "-99,90", -99.9),
        ("1 234,56", "1\u00a0234,5".replace("\u00a0", " "), 1234.5),
        ("$1,234.56", "-$1,234.00", -1234.0),
        ("1,234.56 EUR", "5 EUR", 5),
        ("1'234.56", "1'000", 1000),
        ("1234,56", "7,5", 7.5),
        ("1.234,56", "0,500", 0.5),
        ("1.234,56", "1.234,-", 1234),
        ("kr 1 234,-", "kr 1 234,-", 1234),
        ("CHF 1'234.-", "CHF 99.50", 99.5),
        ("1,234.56-", "1,234.50-", -1234.5),
        ("1.234,56", "\u20135,00", -5.0),
    ],
)
def test_numbers_by_example(form, cell, value):
    """The example says which mark is which, and which sign may stand there."""
    assert number(cell, form) == value


@pytest.mark.parametrize(
    "cell", ["1.23", "12.34,5", "1,234.56", "EUR 5", "abc", "0.500", "012.345"]
)
def test_numbers_that_the_example_does_not_fit(cell):
    """Thousands come in threes; what is written otherwise is not read as something else."""
    with pytest.raises(ValueError, match=r"is not a number written like 1\.234,56"):
        number(cell, "1.234,56")


def test_the_same_time_everywhere():
    """Texts that only some Pythons read are none; offsets, zones and parts of seconds are exact."""
    assert moment("2026-01-05 10:23:11 -0500") == "2026-01-05T15:23:11.000Z"
    assert moment("2026-07-01", "", zone_of("Europe/Berlin")) == "2026-06-30T22:00:00.000Z"
    assert moment("2026-01-05T10:23:11.1234567Z") == "2026-01-05T10:23:11.123Z"
    for text in ("20260105T102311", "2026-W05-1", "2026-01-05T10", "2026-1-5"):
        with pytest.raises(ValueError, match="is not a time written like"):
            moment(text)


def test_what_is_saved_can_be_loaded(tmp_path):
    """A mapping file says what the options said; options on the line go before it."""
    columns = Columns(
        type="order",
        action="{event}",
        identifier=("email=mail:email",),
        data=("ts=day:time:%d.%m.%Y", 'order.order_id=shop "{no}"'),
        set=("active_event=false",),
        items=("product_id=sku",),
        where=("status == paid",),
        map=("action:view=detail",),
        group="no",
        key="{no}",
        timezone="Europe/Berlin",
    )
    path = str(tmp_path / "m.toml")
    save(columns, path)
    assert load(path) == columns
    over = Columns(type="return", data=("ts=other:time",)).over(load(path))
    assert over.type == "return"
    assert over.data == ('order.order_id=shop "{no}"', "ts=other:time")


@pytest.mark.parametrize(
    ("text", "message"),
    [("nope = 1", "'nope' means nothing there"), ("data = 1", "data must be a table")],
)
def test_mapping_files_that_cannot_be(tmp_path, text, message):
    """A name that means nothing is a slip, and named."""
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(MappingError, match=message):
        load(str(path))
