"""Errors tell whose fault it is, where, and what to do; and no more than is safe to print."""

import pickle

import pytest

from zaius_logging import ConfigError, EventError, ZaiusError


def test_the_base_is_for_catching_only():
    """ZaiusError itself cannot be raised, so whoever catches it always learns more by its class."""
    with pytest.raises(TypeError, match="ConfigError or EventError"):
        ZaiusError("anything")


@pytest.mark.parametrize("kind", [ConfigError, EventError])
def test_each_error_is_a_zaius_error_and_a_value_error(kind):
    """One except clause catches all of ours, and old code that catches ValueError works as well."""
    assert issubclass(kind, ZaiusError)
    assert issubclass(kind, ValueError)


def test_a_config_error_carries_the_argument_and_the_problem():
    """A program can react to the argument's name; a person reads both in one line."""
    error = ConfigError("api_key", "is blank")
    assert (error.argument, error.problem) == ("api_key", "is blank")
    assert str(error) == "api_key: is blank"


def test_an_event_error_carries_the_field_and_the_problem():
    """The path is there for programs, and in front of the message for people."""
    error = EventError("data.order.items[2].price", "is of type bytes")
    assert (error.field, error.problem) == ("data.order.items[2].price", "is of type bytes")
    assert str(error) == "data.order.items[2].price: is of type bytes"


def test_a_long_path_is_cut_in_the_message_only():
    """A name can be as long as the caller likes: 120 characters of the path are printed."""
    error = EventError("x" * 121, "is bad")
    assert error.field == "x" * 121
    assert str(error) == "x" * 120 + "…: is bad"
    assert str(EventError("x" * 120, "is bad")) == "x" * 120 + ": is bad"


def test_a_name_cannot_forge_a_line_of_the_log():
    """Line breaks, escapes and lone surrogates of a field's name are printed as U+FFFD."""
    error = EventError("data.a\nERROR\x1b[0m\ud800 é", "is bad")
    assert str(error) == "data.a\ufffdERROR\ufffd[0m\ufffd é: is bad"


@pytest.mark.parametrize("error", [ConfigError("timeout", "is odd"), EventError("type", "is odd")])
def test_errors_survive_pickling(error):
    """An error crosses a process boundary with its facts."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in this line
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)
