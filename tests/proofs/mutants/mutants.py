"""The mutants: each is one line of the core made wrong, and the tests that must notice."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """One wrong line.

    Attributes:
        file: below the package.
        old: text that stands there exactly once.
        new: what it becomes.
        tests: pytest's arguments, such as a folder: those that must fail.
        argued: why no test can notice, if none can.
    """

    file: str
    old: str
    new: str
    tests: str
    argued: str = ""


MUTANTS = [
    Mutant(
        "_delivery/backoff.py",
        "BASE * 2.0**doublings",
        "BASE * 3.0**doublings",
        "tests/delivery/test_backoff.py",
    ),
    Mutant(
        "_delivery/backoff.py",
        "return uniform(0.0, ",
        "return uniform(0.1, ",
        "tests/delivery/test_backoff.py",
    ),
    Mutant("_delivery/backoff.py", "min(CAP, ", "max(CAP, ", "tests/delivery/test_backoff.py"),
    Mutant(
        "_delivery/backoff.py",
        "min(failures - 1, ",
        "min(failures, ",
        "tests/delivery/test_backoff.py",
    ),
    Mutant(
        "_delivery/pace.py",
        "self._next = self._last + gap",
        "self._next = self._next + gap",
        "tests/delivery/test_pace.py",
    ),
    Mutant(
        "_delivery/pace.py",
        "max(FLOOR, self._rate * KEEP), False",
        "max(FLOOR, self._rate), False",
        "tests/delivery/test_pace.py",
    ),
    Mutant(
        "_delivery/pace.py",
        "self._rate, self._searching = FIRST, True",
        "self._rate, self._searching = FIRST * 10, True",
        "tests/delivery/test_pace.py",
    ),
    Mutant(
        "_delivery/pace.py",
        "gap > 2.0 / self._rate or",
        "gap > 200.0 / self._rate or",
        "tests/delivery/test_pace.py",
    ),
]
