"""The handler in whatever process it is loaded into: each environment of the table, run as its users run it."""

import pytest
from rows import START, Row
from run import run
from table import ROWS

from zaius_logging.sandbox import SandboxProcess


@pytest.fixture(scope="module")
def api():
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.group}: {row.name}")
def test_what_is_logged_arrives(row, api):
    """Every event, once, with the exit status that the program has without us."""
    result = run(row, api)
    if result.skipped:
        pytest.skip(result.skipped)
    assert result.problem == ""


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("start()\nsay(range(9))", "9 of 10 arrived"),
        (START + "\nos._exit(0)", "0 of 10 arrived"),
        ("start(); start()\nsay(range(10))", "10 arrived twice"),
        (START + "\nsys.exit(1)", "status 1"),
        (START + "\nprint(os.environ['ZAIUS_API_KEY'], file=sys.stderr)", "shows the key"),
    ],
)
def test_the_table_catches_what_is_wrong(program, problem, api):
    """The controls: an event lost, all lost, all doubled, another status, the key shown."""
    assert problem in run(Row("control", "wrong", program), api).problem


def test_there_are_enough_rows():
    """The promise is 60 at the least; each name stands once."""
    assert len({(row.group, row.name) for row in ROWS}) == len(ROWS) >= 60
