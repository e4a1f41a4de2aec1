"""What stands for "unknown" in place of an identifier."""

import pytest

from zaius_logging._event.placeholders import placeholder


@pytest.mark.parametrize(
    "value",
    [
        "NA",
        "NULL",
        "null",
        "(null)",
        "\\N",
        "nan",
        "NaN",
        "undefined",
        " None ",
        "n/a",
        "none@x.example",
    ],
)
def test_a_placeholder_is_known_in_any_case(value):
    """Each of the usual spellings of nothing, blanks around it included."""
    assert placeholder(value) == "placeholder"


@pytest.mark.parametrize("value", ["0", "-1", "00000000-0000-0000-0000-000000000000"])
def test_what_may_be_real_is_only_doubtful(value):
    """A customer may well have the number 0."""
    assert placeholder(value) == "doubtful"


@pytest.mark.parametrize(
    "value", ["7", "C-000017", "nancy@x.example", "na@x.example", "nobody@none.example", "nullabor"]
)
def test_a_real_value_is_no_placeholder(value):
    """Neither a name that begins like one, nor a domain."""
    assert not placeholder(value)
