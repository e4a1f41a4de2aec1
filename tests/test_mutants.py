"""The list of mutants: each is of the code as it is. `tests/proofs/mutants/run.py` tries them."""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "zaius_logging"


@pytest.fixture(scope="module")
def mutants():
    where = HERE / "proofs" / "mutants" / "mutants.py"
    spec = importlib.util.spec_from_file_location("the_list_of_mutants", where)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stale(mutants, package=PACKAGE):
    """What is wrong with these: a text that does not stand there once, or what is no Python any more."""
    for mutant in mutants:
        try:
            path = mutant.found(package)
            compile(mutant.applied(path.read_text("utf-8")), path, "exec")
        except (ValueError, SyntaxError) as error:  # noqa: PERF203 - each is to be named
            yield f"{mutant.where}: {mutant.old!r}: {error}"


def test_each_mutant_stands_in_the_code_once(mutants):
    """And is Python: else a test that notices it would prove nothing, or none would be asked."""
    assert list(stale(mutants.MUTANTS)) == []


def test_there_are_sixty_and_no_two_are_the_same(mutants):
    """Each changes something, and its tests exist."""
    assert len(mutants.MUTANTS) >= 60
    assert [each for each in mutants.MUTANTS if each.old == each.new] == []
    times = Counter((each.where, each.old, each.new) for each in mutants.MUTANTS)
    assert [each for each, count in times.items() if count > 1] == []
    named = {word for each in mutants.MUTANTS for word in each.tests.split() if "/" in word}
    assert [word for word in sorted(named) if not (HERE.parent / word).exists()] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nobody wrote this", "pass"),
        ("self._count", "pass"),
        ("self._failures += 1", "self._failures +="),
    ],
    ids=["gone", "often", "no Python"],
)
def test_a_stale_mutant_is_named(mutants, old, new):
    """The control."""
    assert len(list(stale([mutants.Mutant("_delivery/machine.py", old, new, "tests")]))) == 1
