"""What stands for "unknown" in place of an identifier."""

import logging

import pytest

from zaius_logging import StubTransport, ZaiusHandler
from zaius_logging._event.placeholders import INVISIBLE, placeholder

UUID4 = "0d0d0d0d-0d0d-4d0d-8d0d-0d0d0d0d0d0d"


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
        "\ufeff",
        "\u200b\u200b",
        "\0",
        "\xadNULL\xa0",
        *INVISIBLE,
        *(f"{mark}null" for mark in INVISIBLE),
        "\tnull",
    ],
)
def test_a_placeholder_is_known_in_any_case(value):
    """Each of the usual spellings of nothing, blanks around it included; and what cannot be seen."""
    assert placeholder(value) == "placeholder"


@pytest.mark.parametrize("value", ["0", "-1", "00000000-0000-0000-0000-000000000000"])
def test_what_may_be_real_is_only_doubtful(value):
    """A customer may well have the number 0."""
    assert placeholder(value) == "doubtful"


@pytest.mark.parametrize(
    "value",
    [
        "7",
        "C-000017",
        "nancy@x.example",
        "na@x.example",
        "nobody@none.example",
        "nullabor",
        "\ufeffC-17",
        "",
        " \xa0",
    ],
)
def test_a_real_value_is_no_placeholder(value):
    """Neither a name that begins like one, nor a domain."""
    assert not placeholder(value)


@pytest.mark.parametrize(
    ("setting", "given", "sent"),
    [
        ("keep", UUID4, UUID4),
        ("remove", UUID4, UUID4.replace("-", "")),
        ("remove", "vuid_1-2", "vuid_1-2"),
    ],
)
def test_the_hyphens_of_a_vuid_are_a_setting(setting, given, sent):
    """Of a UUID alone, from whichever layer it comes; nobody knows which form the API takes."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport, vuid_hyphens=setting, identifiers={"vuid": given})
    event = {"type": "a", "action": "b", "identifiers": {"email": "t@zaius.com"}}
    handler.handle(logging.makeLogRecord({"zaius": event}))
    assert handler.flush()
    assert transport.events[0]["identifiers"] == {"vuid": sent, "email": "t@zaius.com"}
    handler.close()
