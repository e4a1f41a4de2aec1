"""The list of mutants: each is of the code as it is. `tests/proofs/mutants/run.py` tries them."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "zaius_logging"


def loaded(name):
    """Import a module from beside the list."""
    spec = importlib.util.spec_from_file_location(name, HERE / "proofs" / "mutants" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def mutants():
    return loaded("mutants")


@pytest.fixture
def run(monkeypatch, mutants):
    monkeypatch.setitem(sys.modules, "mutants", mutants)
    return loaded("run")


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


@pytest.mark.parametrize(
    ("code", "said", "outcome"),
    [
        (
            0,
            "12 passed, 3 deselected in 1.30s\nlast words of a process",
            ("passed", "12 passed, 3 deselected in 1.30s"),
        ),
        (
            1,
            "E   assert 1\nFAILED a.py::b[1] - assert 1\nERROR a.py::c - x\n1 failed in 3.10s",
            ("failed", "a.py::b[1]"),
        ),
        (
            1,
            "E   Failed: Timeout (>120.0s) from\nFAILED a.py::b - Fai...\n1 failed in 3.10s",
            ("hung", "a.py::b"),
        ),
        (1, "ERROR a.py::c - the fixture failed\n3 passed, 1 error in 1.00s", ("error", "a.py::c")),
        (2, "ERROR a.py - SyntaxError\n1 error in 1.00s", ("error", "a.py")),
        (5, "no tests ran in 0.01s", ("error", "no tests ran in 0.01s")),
        (-11, "...", ("crashed", "SIGSEGV")),
        (None, "...", ("hung", "all of them")),
    ],
)
def test_only_a_test_that_fails_catches_without_more_words(run, code, said, outcome):
    """A hang and a crash are named as such; what was not collected, or has no fixture, catches nothing."""
    assert run.read(code, said) == outcome
