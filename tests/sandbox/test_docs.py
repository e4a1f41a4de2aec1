"""The page of the sandbox says of options and rules what is declared."""

import inspect
import runpy
from pathlib import Path

import click
import pytest

from zaius_logging.cli.sandbox import sandbox as command
from zaius_logging.sandbox import Sandbox
from zaius_logging.sandbox._options import OPTIONS, Options, complete

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tables_of_the_page_are_current():
    """`python docs/sandbox_tables.py` writes them anew."""
    tables = runpy.run_path(str(DOCS / "sandbox_tables.py"))
    text = (DOCS / "how-to" / "sandbox.md").read_text("utf-8")
    assert tables["page"](text) == text


def test_a_stale_table_is_found():
    """The control: a page with another default is not what would be written."""
    tables = runpy.run_path(str(DOCS / "sandbox_tables.py"))
    text = (DOCS / "how-to" / "sandbox.md").read_text("utf-8").replace("100,000", "99,999")
    assert tables["page"](text) != text
    with pytest.raises(ValueError, match="no place for the table of options"):
        tables["page"]("# nothing")


def test_the_command_takes_each_option_once_with_its_default():
    """What is declared is what `zaius-logging sandbox` has, and nothing else but host and port."""
    # As the command sets it: click keeps the option for help from the first call on.
    context = click.Context(command, help_option_names=["-h", "--help"])
    given = {each.name: each for each in command.get_params(context)}
    assert set(given) - {"help", "_click_default_help"} == {*OPTIONS, "host", "port"}
    for name, option in OPTIONS.items():
        if name != "faults":
            assert given[name].get_default(context) == option.default, name


def test_each_option_has_a_default_and_a_sentence():
    """They are typed for callers, and complete without being given."""
    assert set(OPTIONS) == set(Options.__annotations__) == set(complete({}))
    assert all(each.sentence.endswith(".") for each in OPTIONS.values())
    assert list(inspect.signature(Sandbox).parameters) == ["host", "port", "check", "options"]
