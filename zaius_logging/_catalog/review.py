"""A person's walk through a draft: each `# ?` is accepted, changed or skipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .draft import MARK
from .text import key, value
from .toml import loads


class Guess(NamedTuple):
    """One guess of a draft.

    Attributes:
        line: of the file, from 1.
        code: what stands there.
        guess: behind the mark.
    """

    line: int
    code: str
    guess: str


def guesses(text: str) -> Iterator[Guess]:
    """The guesses of a draft, in its order."""
    for number, line in enumerate(text.split("\n"), 1):
        code, *marked = line.split(MARK)
        for each in marked:
            yield Guess(number, code.strip(), each.strip())


def decided(text: str, guess: Guess, answer: str) -> str:
    """The text after one decision.

    Args:
        text: of the draft.
        guess: see there.
        answer: `accept` puts in what the guess proposes, `reject` leaves it out; both take the mark off. Any
            other text stands in the place of the line.
    """
    lines = text.split("\n")
    line = lines[guess.line - 1]
    code, *marked = line.split(MARK)
    rest = [each.strip() for each in marked if each.strip() != guess.guess]
    code = code.rstrip()
    if answer == "accept":
        code = _with(code, guess.guess)
    elif answer != "reject":
        code, rest = answer, []
    new = "".join([code, *(f"  {MARK} {each}" for each in rest)])
    lines[guess.line - 1] = new
    if not new.strip():
        del lines[guess.line - 1]
    return "\n".join(lines)


def _with(code: str, guess: str) -> str:
    """A field's line with the property that a guess proposes, where it proposes one."""
    proposal = guess.rpartition(": ")[0] or guess
    try:
        proposed = loads(proposal)
        (path, spec), *_ = _flat(loads(code))
    except ValueError:
        return code  # a remark, or no field
    return f"{key(*path)} = {value({**spec, **proposed})}"


def _flat(document: dict[str, object]) -> Iterator[tuple[tuple[str, ...], dict[str, object]]]:
    for name, each in document.items():
        if isinstance(each, dict):
            if each and all(isinstance(inner, dict) for inner in each.values()):
                for path, spec in _flat(each):
                    yield (name, *path), spec
            else:
                yield (name,), each
