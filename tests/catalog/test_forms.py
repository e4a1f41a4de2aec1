"""Identifiers have forms; a form brings a value into shape only where that is sure, and is never slow."""

import time

import pytest

from zaius_logging._catalog.forms import BadFormError, compiled, denied, has_form, normal


@pytest.mark.parametrize(
    ("form", "value", "region", "becomes"),
    [
        ("email", "  Tyler@Example.COM\n", "", "tyler@example.com"),
        ("phone", "+1 (555) 123-4567", "", "+15551234567"),
        ("phone", "5551234567", "", "5551234567"),
        ("phone", " +15551234567 ", "", "+15551234567"),
        (r"C-\d{6}", " C-000017 ", "", "C-000017"),
        ("", " as it is ", "", " as it is "),
    ],
)
def test_a_value_is_brought_into_its_form(form, value, region, becomes):
    """E-mail trimmed and lower case, phone without blanks; what is not sure stays as it is."""
    assert normal(form, value, region) == becomes


def test_a_number_without_a_country_needs_a_region_and_phonenumbers():
    """With both it becomes E.164; a number that is none stays as it is."""
    pytest.importorskip("phonenumbers")
    assert normal("phone", "(650) 253-0000", "US") == "+16502530000"
    assert normal("phone", "12", "US") == "12"


@pytest.mark.parametrize(
    ("form", "right", "wrong"),
    [
        ("email", ["a@b.example", "a+b@c.d.example"], ["a", "a@b", "@b.example", "a@@b.example", "A@b.example", "a b@c.example", "a@b..example"]),
        ("phone", ["+15551234567", "+4930123456"], ["5551234567", "+0555123456", "+1555", "+1555a234567", "+", ""]),
        (r"C-\d{6}", ["C-000017"], ["C-17", "C-0000171", "xC-000017", "C-00001" + chr(0x667)]),
    ],
)  # fmt: skip
def test_what_has_a_form(form, right, wrong):
    """The whole value, in ASCII digits."""
    assert all(has_form(form, each) for each in right)
    assert not any(has_form(form, each) for each in wrong)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a*b?)*", r"(a)\1", "a*b*c*d*", "(", "(a|b+)*"])
def test_a_form_that_could_be_slow_is_none(pattern):
    """Repeats inside repeats, references back, and many open repeats are errors at the start."""
    with pytest.raises(BadFormError):
        compiled(pattern)


def test_the_slowest_form_that_is_taken_is_fast():
    """The worst case of what is taken stays in the milliseconds; the slow one is the control."""
    start = time.perf_counter()
    assert not has_form("a*a*a*b", "a" * 128)
    assert time.perf_counter() - start < 0.5
    assert not has_form("a*a*a*b", "a" * 100_000)


def test_denied_values_are_known_in_any_case():
    """`*@host` for all of a host, whole values, and patterns in the middle."""
    assert denied(("*@shop.example",))("Staff@SHOP.example")
    assert not denied(("*@shop.example",))("a@shop.example.org")
    assert denied(("root@x.example", "test-*@x.example"))("test-7@x.example")
    assert denied(("root@x.example",))("root@x.example")
