"""Small changes to many events, as `dead retry` makes them."""

import pytest

from zaius_logging.cli.operating.letters import age
from zaius_logging.cli.operating.mapping import Mapping, pairs, value_of
from zaius_logging.cli.operating.page import duration, size

EVENT = {
    "type": "order",
    "data": {"total": "12.50", "order": {"items": [{"sku": "a", "price": "1"}, {"sku": "b"}]}},
}


def test_each_change_is_made_where_the_path_leads():
    """In nested data, and in each item of a list; what is not there is passed over."""
    change = Mapping(
        rename=(("data.order.items[].sku", "data.order.items[].product_id"),),
        number=("data.total", "data.order.items[].price", "data.nothing"),
        put=(("data.store.name", "web"),),
        drop=("data.gone",),
    )
    assert change(EVENT)["data"] == {
        "total": 12.5,
        "order": {"items": [{"product_id": "a", "price": 1}, {"product_id": "b"}]},
        "store": {"name": "web"},
    }
    assert EVENT["data"]["total"] == "12.50"


def test_a_text_that_is_no_number_is_an_error_without_the_text():
    """It may be personal data."""
    with pytest.raises(ValueError, match=r"^data\.name: is no number$"):
        Mapping(number=("data.name",))({"data": {"name": "Ada"}})


def test_a_whole_number_keeps_all_its_digits():
    """A float has 53 bits. What is no number to JSON is none."""
    change = Mapping(number=("id", "price", "thousand"))
    event = {"id": " 9007199254740993", "price": "12.50", "thousand": "1e3"}
    assert change(event) == {"id": 9007199254740993, "price": 12.5, "thousand": 1000}
    for text in ("nan", "inf", "-Infinity", "1e999"):
        with pytest.raises(ValueError, match="id: is no number"):
            Mapping(number=("id",))({"id": text})
    assert value_of("NaN") == "NaN"


def test_a_value_without_a_place_is_an_error():
    """A text holds no fields: the event would go again as it was."""
    with pytest.raises(ValueError, match=r"^data\.total\.currency: there is no place for it$"):
        Mapping(put=(("data.total.currency", "EUR"),))(EVENT)


def test_values_and_pairs_as_people_type_them():
    """JSON where it is JSON; a pair needs both sides."""
    assert [value_of(text) for text in ("12", "true", "web", '"12"')] == [12, True, "web", "12"]
    assert pairs(["a=b=c"], "x=y") == (("a", "b=c"),)
    with pytest.raises(ValueError, match="write it like x=y"):
        pairs(["a="], "x=y")


def test_times_and_sizes_have_units():
    """What a person reads, and what one may type."""
    assert [duration(each) for each in (None, 0, 59, 90, 7200, 10**6)] == [
        "-",
        "0 s",
        "59 s",
        "1.5 min",
        "2.0 h",
        "12 d",
    ]
    assert [size(each) for each in (100, 2048, 20 << 20, 3 << 30)] == [
        "100 B",
        "2.0 KiB",
        "20 MiB",
        "3.0 GiB",
    ]
    assert age("1.5h") == 5400
