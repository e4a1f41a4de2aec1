"""The table of docs/compared.md is what is measured: its rows about the outcome of a fault, again."""

import importlib.util
from pathlib import Path

import pytest

pytest.importorskip("optimizely", reason="needs the SDK")

_SPEC = importlib.util.spec_from_file_location("compare", Path(__file__).with_name("compare.py"))
compare = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(compare)


def row(question):
    """Give a row of the page: a figure for each client."""
    [line] = [
        line
        for line in compare.PAGE.read_text("utf-8").splitlines()
        if line.startswith(f"| {question} |")
    ]
    return [cell.strip() for cell in line.strip("|").split("|")[1:]]


@pytest.mark.parametrize("question", compare.QUESTIONS)
def test_every_question_has_its_row(question):
    """A figure for each of the four clients."""
    assert len(row(question)) == len(compare.CLIENTS)


@pytest.mark.parametrize(
    "question",
    ["requests for them", "arrived, one of 100 is bad", "arrived, the process ends without a call"],
)
def test_a_row_is_measured_again(question):
    """Those that do not depend on how busy the machine is, equal to the page."""
    [answers] = compare.measure({question: compare.QUESTIONS[question]}).values()
    assert [str(each) for each in answers] == row(question)


def test_an_outage_takes_none_of_ours_and_some_of_the_others():
    """The control of the comparison: the fault is one that costs clients which do not wait."""
    [answers] = compare.measure(
        {"outage": lambda client: compare.run(client, {"status": 503, "seconds": 1})[0]}
    ).values()
    assert answers[0] == compare.COUNT
    assert max(answers[2:]) < compare.COUNT
